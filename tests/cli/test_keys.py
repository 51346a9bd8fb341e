"""``keys``, and every command that connects to a server with keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.bridge.endpoints import parse_endpoint, with_free_port
from tests.cli.support import SOLVES, CommandProcess, error_line, invoke, write_trace


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with the keys of ``robot``, ``anna`` and ``stranger``, and the list that holds only anna's."""
    for name in ("robot", "anna", "stranger"):
        made = invoke("keys", name, "--folder", tmp_path / "keys")
        assert made.exit_code == 0, made.output
        assert f"secret: {tmp_path}/keys/{name}.key_secret" in made.stdout
        assert f"public: {tmp_path}/keys/{name}.key\n" in made.stdout
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "anna.key").write_bytes((tmp_path / "keys" / "anna.key").read_bytes())
    return tmp_path / "keys"


def test_a_pair_is_never_replaced(keys: Path) -> None:
    before = (keys / "robot.key_secret").read_bytes()
    assert "whoever uses that key would lose it" in error_line(invoke("keys", "robot", "--folder", keys))
    assert (keys / "robot.key_secret").read_bytes() == before
    assert "is no name for keys" in error_line(invoke("keys", "../robot", "--folder", keys))


def test_keys_without_a_server_to_use_them_on(keys: Path) -> None:
    own = ("--key", keys / "anna.key_secret")
    for command in ("run", "chat", "eval"):
        said = error_line(invoke(command, "household", *own, "--server-key", keys / "robot.key"))
        assert said == "--key and --server-key are for a server that runs already: say --connect, too"
    assert "name both" in error_line(invoke("run", "household", "--connect", "tcp://127.0.0.1:5600", *own))
    assert "name both" in error_line(invoke("halt", "tcp://127.0.0.1:5600", *own))
    serve = ("serve", "household", "--endpoint", "tcp://0.0.0.0:5600")
    assert "embodied-codeact keys server" in error_line(invoke(*serve))
    assert "--key, its own, and --allow" in error_line(invoke(*serve, *own))
    assert "there is no key at" in error_line(invoke(*serve, "--key", "none.key_secret", "--allow", keys))


@pytest.mark.usefixtures("counter_installed")
def test_a_server_with_keys_is_used_halted_and_cleared(keys: Path, tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [SOLVES])
    endpoint = str(with_free_port(parse_endpoint("tcp://127.0.0.1:0")))
    anna = ("--key", keys / "anna.key_secret", "--server-key", keys / "robot.key")
    stranger = ("--key", keys / "stranger.key_secret", "--server-key", keys / "robot.key")
    run = ("run", "counter", "--connect", endpoint, "--model", f"replay:{trace}", "--json")
    evaluate = ("eval", "counter", "--connect", endpoint, "--model", f"replay:{trace}", "--json")
    of_server = ("--key", keys / "robot.key_secret", "--allow", keys.parent / "allowed")
    serve = ("serve", "counter", "--sandbox", "best", "--endpoint", endpoint, *of_server)
    with CommandProcess(*serve) as server:
        server.wait_for(f"serving counter at {endpoint}")
        for command in (run, evaluate):
            assert invoke(*command, *anna).exit_code == 0
            assert "lets only clients with keys in" in error_line(invoke(*command))
            assert "does not know this key" in error_line(invoke(*command, *stranger))
        for word in ("halt", "clear"):
            assert "lets only clients with keys in" in error_line(invoke(word, endpoint))
            assert "does not know this key" in error_line(invoke(word, endpoint, *stranger))
        halted = invoke("halt", endpoint, "--reason", "a test", *anna)
        assert (halted.exit_code, halted.stdout) == (0, "emergency stop: a test\n")
        refused = invoke(*run, *anna)
        assert refused.exit_code == 3
        assert "emergency stop is latched (a test)" in refused.stderr
        assert invoke("clear", endpoint, *anna).stdout == "cleared: emergency stop\n"
        server.process.terminate()
        assert server.end()[0] == 0
    # The first attempt of the stranger's key is in the log, and nothing else.
    assert server.stderr().count("refused a client whose key is not on the list") == 1


@pytest.mark.usefixtures("counter_installed")
def test_a_launch_file_with_keys(keys: Path, tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [SOLVES])
    endpoint = str(with_free_port(parse_endpoint("tcp://127.0.0.1:0")))
    launch = tmp_path / "keys.yaml"
    launch.write_text(
        "description: a server with keys\n"
        "processes:\n"
        "  server:\n"
        "    command: serve\n"
        "    arguments: [counter]\n"
        f"    options: {{endpoint: {endpoint}, sandbox: best, key: {keys}/robot.key_secret,"
        f" allow: {keys.parent}/allowed}}\n"
        "  agent:\n"
        "    command: run\n"
        "    arguments: [counter]\n"
        f"    options: {{connect: {endpoint}, model: 'replay:{trace}', key: {keys}/anna.key_secret,"
        f" server_key: {keys}/robot.key}}\n"
        "    main: true\n"
    )
    with CommandProcess("launch", launch) as launched:
        code, shown = launched.end()
    assert (code, launched.stderr()) == (0, ""), shown
