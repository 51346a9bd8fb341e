"""Save and restore of a world over the bridge: exact, repeatable, refused where it cannot be, leaving no process."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import LocalServer, local_session
from embodied_codeact.bridge.saves import MAX_SAVES
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.contracts import ExecutionEvent, OutputChunk
from embodied_codeact.errors import CommandRefused, EnvironmentFailure, StopLatched
from tests.bridge.conftest import when_free
from tests.support.counter import seeded_goal

pytestmark = pytest.mark.usefixtures("counter_installed")


@pytest.fixture
def client() -> Iterator[EnvironmentClient]:
    with local_session("forkable-counter", {"seeded": True}, sandbox="best") as session:
        session.reset(session.describe().tasks[0])
        yield session


def run(client: EnvironmentClient, code: str) -> str | None:
    result, _ = client.execute(code, timeout_s=20)
    assert result.error is None, result.error.text()
    return result.value


def world_of(client: EnvironmentClient) -> int:
    return int(client.call("counter", "process"))


def test_a_restored_world_is_the_saved_one_as_often_as_wanted(client: EnvironmentClient) -> None:
    assert client.describe().forkable
    # Chance as well: numpy's global generator is seeded when it is first used.
    run(client, "kept = counter.add(1).value; counter.toss()")
    save = client.save()
    assert client.observe().state["history"] == [0, 1]
    tosses = [client.call("counter", "toss") for _ in range(3)]
    run(client, "counter.add(1); kept = 'the interpreter goes on'")
    processes = {world_of(client)}
    for _ in range(2):
        assert client.restore(save).state == {"value": 1, "history": [0, 1]}
        assert [client.call("counter", "toss") for _ in range(3)] == tosses
        assert run(client, "counter.add(1).squares.tolist(), kept") == "([0.0, 1.0, 4.0], 'the interpreter goes on')"
        assert run(client, "counter.renewed()") == "1"
        processes.add(world_of(client))
    assert len(processes) == 3
    client.forget(client.save())
    # Those that lived before, and the save that was forgotten, leave and are buried. Four are to stay: the guardian,
    # the world, and the save with its spare.
    deadline = time.monotonic() + 10
    while len(worlds()) != 4:
        assert time.monotonic() < deadline, worlds()
        time.sleep(0.02)


def worlds() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if is_world(child)]


def is_world(process: psutil.Process) -> bool:
    try:
        return "embodied_codeact.bridge.world" in process.cmdline()
    except psutil.Error:  # it has just ended
        return False


def test_saves_of_saves(client: EnvironmentClient) -> None:
    first = client.save()
    run(client, "counter.add(1)")
    second = client.save()
    client.restore(first)
    run(client, "counter.add(2)")
    third = client.save()
    for save, value in ((second, 1), (third, 2), (first, 0), (third, 2)):
        assert client.restore(save).state["value"] == value
    client.forget(first)
    with pytest.raises(CommandRefused, match=f"unknown save '{first}'"):
        client.restore(first)
    assert client.restore(second).state["value"] == 1


def test_a_save_outlives_resets_and_brings_back_its_task(client: EnvironmentClient) -> None:
    seeded = client.describe().tasks[1]
    client.reset(seeded)
    run(client, f"counter.add({seeded_goal(seeded.seed) - 1})")
    save = client.save()
    client.reset(client.describe().tasks[0])
    run(client, "fresh = 1")
    assert not client.restore(save).status.success
    run(client, "fresh, counter.add(1)")
    assert client.observe(settle=True).status.success


def test_what_cannot_be_saved_or_restored_now(client: EnvironmentClient) -> None:
    save = client.save()
    refusals: list[str] = []

    def ask(event: ExecutionEvent) -> None:
        if isinstance(event, OutputChunk) and not refusals:
            with EnvironmentClient(str(client.endpoint), deadman_s=None) as other:
                for action in (other.save, lambda: other.restore(save)):
                    with pytest.raises(CommandRefused, match="a script is running for another client") as refused:
                        action()
                    refusals.append(str(refused.value))

    client.execute("print('go'); counter.wait(0.5)", timeout_s=10, on_event=ask)
    assert len(refusals) == 2
    client.halt("a test")
    with pytest.raises(StopLatched):
        client.restore(save)
    client.forget(client.save())
    client.clear()
    others = [client.save() for _ in range(MAX_SAVES - 1)]
    with pytest.raises(CommandRefused, match=f"{MAX_SAVES} worlds are saved already; forget one"):
        client.save()
    client.forget(others[0])
    client.call("counter", "thread")
    with pytest.raises(CommandRefused, match="runs 1 more thread"):
        client.save()
    client.restore(others[1])
    client.save()


def test_a_world_that_does_not_say_that_it_can_be_forked() -> None:
    with local_session("counter", sandbox="best") as client:
        with pytest.raises(CommandRefused, match="no task was started"):
            client.save()
        client.reset(client.describe().tasks[0])
        assert not client.describe().forkable
        with pytest.raises(CommandRefused, match="does not say that its world can be forked"):
            client.save()
        with pytest.raises(CommandRefused, match=r"unknown save 'save-1'\. None is known"):
            client.restore("save-1")
        assert run(client, "counter.add().value") == "1"


def test_calls_that_outlive_their_script_are_answered_by_the_restored_world(client: EnvironmentClient) -> None:
    """Answers that the worker has not read yet, and requests that are not answered yet, go on to the restored world."""
    save = client.save()
    chatter = "import threading\ndef chat():\n    while True:\n        try:\n            echo([0.5] * 100_000)\n"
    chatter += "        except BaseException:\n            pass\nthreading.Thread(target=chat, daemon=True).start()"
    run(client, chatter)
    for _ in range(10):
        assert client.restore(save).state["value"] == 0
        assert run(client, "counter.add().value") == "1"


def test_a_worker_that_dies_at_the_same_time_is_replaced(client: EnvironmentClient) -> None:
    save = client.save()
    for _ in range(5):
        worker = run(client, "import os; os.getpid()")
        assert worker is not None
        os.kill(int(worker), signal.SIGKILL)
        client.restore(save)
        result, seen = client.execute("counter.add()", timeout_s=10)
        assert result.restarted
        if result.error is not None and result.error.kind == "InterpreterDied":  # its death was noticed only then
            result, seen = client.execute("counter.add()", timeout_s=10)
        assert seen.state["value"] == 1


@pytest.mark.parametrize("spare", [False, True])
def test_a_save_whose_processes_are_killed(client: EnvironmentClient, spare: bool) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    save = client.save()
    time.sleep(0.3 if spare else 0.0)
    sleepers = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    for sleeper in sleepers[: 1 if spare else None]:
        sleeper.kill()
    # Buried by the world that made it, or by the guardian.
    assert not psutil.wait_procs(sleepers[:1], timeout=5)[1]
    if spare:
        assert client.restore(save).state["value"] == 0
    else:
        with pytest.raises(CommandRefused, match=f"{save} is lost: its process has ended"):
            client.restore(save)
    assert run(client, "counter.add().value") == "1"


def test_the_death_of_a_restored_world_is_told_as_any_other(client: EnvironmentClient) -> None:
    save = client.save()
    client.restore(save)
    os.kill(world_of(client), signal.SIGKILL)
    for attempt in (client.observe, client.save, lambda: client.restore(save)):
        with pytest.raises(EnvironmentFailure, match="SIGKILL"):
            attempt()
    client.reset(client.describe().tasks[0])
    with pytest.raises(CommandRefused, match="unknown save"):
        client.restore(save)
    assert run(client, "counter.add().value") == "1"


@pytest.mark.parametrize(
    ("who", "when"),
    [
        ("world", "idle"),
        ("guardian", "in a call"),
        ("server", "idle"),
        ("server", "in a call"),
        ("nobody", "in a call"),
    ],
)
def test_whoever_is_killed_nothing_is_left(endpoint: str, who: str, when: str) -> None:
    config = ServerConfig(environment="forkable-counter", endpoint=endpoint, sandbox="best")
    server = LocalServer(config)
    with EnvironmentClient(server.endpoint, alive=server.alive) as client:
        client.reset(client.describe().tasks[0])
        for _ in range(3):
            client.restore(client.save())
        family = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]
        guardian = next(child for child in psutil.Process(server.process.pid).children() if is_world(child))
        victim = {"world": world_of(client), "guardian": guardian.pid, "server": server.process.pid}.get(who)
        if when == "in a call":
            client._send(client._command, "call", {"target": "counter", "method": "wait", "args": [100]})
        if victim is not None:
            os.kill(victim, signal.SIGKILL)
    if who in ("world", "guardian"):
        others = [each for each in family if is_world(each)] if False else family
        assert not psutil.wait_procs([each for each in others if each.pid == victim], timeout=5)[1]
    server.close()
    assert not psutil.wait_procs(family, timeout=10)[1]


def test_two_clients_and_a_save_in_between(client: EnvironmentClient) -> None:
    """Observations of others, asked for at any time, are answered before or after a restore, never in the middle."""
    save = client.save()
    ended = threading.Event()
    seen: list[int] = []

    def watch() -> None:
        with EnvironmentClient(str(client.endpoint), deadman_s=None) as other:
            while not ended.is_set():
                seen.append(other.observe().state["value"])

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):
        client.restore(save)
        when_free(client)
    ended.set()
    watcher.join()
    assert set(seen) <= {0, 1}
