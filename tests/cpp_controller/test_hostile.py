"""Whatever is sent to the C++ controller, the next one finds it serving; and keys keep others out."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
import zmq

from embodied_codeact.bridge.framing import MAGIC
from embodied_codeact.bridge.security import ClientSecurity, create_keys, read_key_pair
from tests.cpp_controller.building import Built
from tests.cpp_controller.commanding import Commander, controller
from tests.cpp_controller.test_codec import NO_MESSAGES


def test_what_is_no_message_is_counted_and_not_answered(commander: Commander) -> None:
    sent = [frames for frames in NO_MESSAGES if frames]
    for frames in sent:
        commander.control.send_multipart(frames)
    assert commander.ask("ping")["dropped"] == len(sent)


def test_a_storm_of_garbage_does_not_reach_the_motion(endpoint: str, commander: Commander) -> None:
    """Raw noise, and messages whose fields are noise, from many clients, while the arm moves."""
    chance = random.Random(7)
    verbs = ["ping", "describe", "acquire", "heartbeat", "move", "release", "clear", "nonsense"]
    stuff: list[Any] = [
        None,
        True,
        -1,
        2**63,
        1e308,
        float("nan"),
        "text",
        b"bytes",
        [],
        {},
        [[[[]]]],
        {"positions": 5},
    ]
    stuff += [msgspec.msgpack.Ext(1, b"\x93\x00\xa3<f8\x91\x01"), {"gripper": {"width": "wide"}}]
    commander.acquire(1.0)
    commander.start_sweep(duration_s=4.0)
    peers = [Commander(endpoint) for _ in range(4)]
    states = []
    for number in range(5000):
        peer = chance.choice(peers)
        if chance.random() < 0.5:
            frames = [chance.randbytes(chance.randint(0, 300)) for _ in range(chance.randint(1, 5))]
            if chance.random() < 0.5:
                frames[0] = MAGIC
        else:
            header = {name: chance.choice(stuff) for name in ("id", "seq", "lease", "ttl_s", "sizes", "body")}
            kept = {name: value for name, value in header.items() if chance.random() < 0.4}
            frames = [MAGIC, msgspec.msgpack.encode({"type": chance.choice(verbs), **kept})]
        peer.control.send_multipart(frames)
        peer.state.setsockopt(zmq.SUBSCRIBE, chance.randbytes(4))
        if number % 50 == 0:
            states.append(commander.beat())
    assert {status["outcome"] for status in states} <= {"running", "done"}
    assert commander.finish().status["outcome"] == "done"
    assert commander.ask("ping")["dropped"] > 1000
    for peer in peers:
        with peer:
            pass


def test_readers_that_do_not_read_cost_nothing(endpoint: str, commander: Commander) -> None:
    """Clients that ask and never take the answers, and subscribers that sleep."""
    idle = [Commander(endpoint) for _ in range(3)]
    for _ in range(2000):
        for peer in idle:
            peer.control.send_multipart([MAGIC, msgspec.msgpack.encode({"type": "describe"})])
    commander.acquire()
    commander.start_sweep(duration_s=1.0)
    assert commander.finish().status["outcome"] == "done"
    for peer in idle:
        with peer:
            pass


@pytest.mark.parametrize("options", [(), ("--rate", "1000")])
def test_an_ipc_folder_is_claimed_and_left_clean(built: Built, tmp_path: Path, options: tuple[str, ...]) -> None:
    folder = tmp_path / "c"
    endpoint = f"ipc://{folder}"
    with controller(built.controller, *options, endpoint=endpoint), Commander(endpoint) as commander:
        commander.acquire()
        commander.start_sweep(duration_s=1.0)
        assert commander.finish().status["outcome"] == "done"
        assert folder.stat().st_mode & 0o077 == 0
        second = subprocess.run([built.controller, "--endpoint", endpoint], capture_output=True, text=True, check=False)
        assert second.returncode == 2
        assert "in use" in second.stderr
        assert commander.ask("ping")["stop"] == "normal"
    assert not folder.exists()


def test_only_clients_on_the_list_are_answered(built: Built, tmp_path: Path) -> None:
    server = create_keys(tmp_path, "controller")
    listed, unlisted = create_keys(tmp_path / "allowed", "listed"), create_keys(tmp_path, "unlisted")
    listed.secret.rename(tmp_path / "listed.key_secret")
    other_server = create_keys(tmp_path, "other")
    keys = ("--key", str(server.secret), "--allow", str(tmp_path / "allowed"))
    its, wrong = read_key_pair(server.secret).public, read_key_pair(other_server.secret).public
    right = read_key_pair(tmp_path / "listed.key_secret")
    with controller(built.controller, *keys) as endpoint:
        for security in (
            None,
            ClientSecurity(read_key_pair(unlisted.secret), its),
            ClientSecurity(right, wrong),
        ):
            with Commander(endpoint, security, answer_ms=700) as stranger:
                with pytest.raises(zmq.Again):
                    stranger.ask("ping")
                with pytest.raises(zmq.Again):
                    stranger.next_state()
        with Commander(endpoint, ClientSecurity(right, its)) as commander:
            commander.acquire()
            commander.start_sweep(duration_s=1.0)
            assert commander.finish().status["outcome"] == "done"


def run(built: Built, *words: object) -> tuple[int, str]:
    done = subprocess.run([built.controller, *map(str, words)], capture_output=True, text=True, check=False, timeout=30)
    return done.returncode, done.stderr


def test_what_it_cannot_do_is_said_in_a_line(built: Built, tmp_path: Path) -> None:
    good = create_keys(tmp_path / "keys", "good")
    (tmp_path / "none").mkdir()
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "x.key").write_text('metadata\ncurve\n    public-key = "short"\n')
    readable = tmp_path / "readable.key_secret"
    readable.write_text(good.secret.read_text())
    readable.chmod(0o644)
    here = ("--endpoint", "tcp://127.0.0.1:5799")
    for words, said in [
        ((), "--endpoint is missing"),
        (("--endpoint", "tcp://127.0.0.1"), "neither ipc"),
        (("--endpoint", "tcp://127.0.0.1:70000"), "neither ipc"),
        (("--endpoint", "http://localhost:5"), "neither ipc"),
        (("--endpoint", "ipc://"), "neither ipc"),
        (("--endpoint", "ipc://" + "x" * 200), "too long"),
        (("--endpoint", "tcp://0.0.0.0:5799"), "other machines"),
        (("--endpoint", "tcp://192.0.2.1:5799"), "other machines"),
        ((*here, "--rate", "fast"), "--rate"),
        ((*here, "--rate", "5"), "--rate"),
        ((*here, "--wall", "9:1"), "--wall"),
        ((*here, "--novelty", "9"), "--novelty"),
        ((*here, "--rate"), "--rate"),
        ((*here, "--key", good.secret), "--allow"),
        ((*here, "--key", good.public, "--allow", tmp_path / "keys"), "no secret key"),
        ((*here, "--key", readable, "--allow", tmp_path / "keys"), "chmod 600"),
        ((*here, "--key", tmp_path / "absent", "--allow", tmp_path / "keys"), "cannot be read"),
        ((*here, "--key", good.secret, "--allow", tmp_path / "absent"), "no folder"),
        ((*here, "--key", good.secret, "--allow", tmp_path / "none"), "no .key file"),
        ((*here, "--key", good.secret, "--allow", bad), "no public key"),
    ]:
        code, errors = run(built, *words)
        assert code == 2, (words, errors)
        assert said in errors, (words, errors)


@pytest.mark.slow
def test_its_memory_stays_as_it_is_under_a_long_storm(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    # By itself the sanitizer keeps 256 MiB of freed memory aside.
    monkeypatch.setenv("ASAN_OPTIONS", "quarantine_size_mb=1:thread_local_quarantine_size_kb=64")
    chance = random.Random(11)
    with controller(built.controller) as endpoint, Commander(endpoint) as commander:
        (process,) = psutil.Process().children()

        def storm(count: int) -> int:
            for number in range(count):
                frames = [MAGIC, chance.randbytes(chance.randint(0, 200))]
                commander.control.send_multipart(frames)
                if number % 500 == 0:
                    commander.ask("ping")
            commander.ask("describe")
            return int(process.memory_info().rss)

        warm = storm(50_000)
        assert storm(200_000) - warm < 8 * 2**20
