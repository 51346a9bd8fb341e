"""A whole session through real processes: describe, reset, execute, call, observe, events, interrupt, halt, clear."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.contracts import CallFinished, ExecutionEvent, OutputChunk, ScriptStarted, Task
from embodied_codeact.errors import CommandRefused, ConfigurationError, PrimitiveError, StopLatched

pytestmark = pytest.mark.keeps_processes


@pytest.fixture
def session(client: EnvironmentClient) -> Iterator[EnvironmentClient]:
    client.reset(task_of(client))
    yield client
    client.clear()


def task_of(client: EnvironmentClient) -> Task:
    return client.describe().tasks[0]


def test_the_description_has_api_state_errors_and_tasks(client: EnvironmentClient) -> None:
    api = client.describe().api
    specs = {spec.name: spec for spec in api.primitives}
    assert [method.signature for method in specs["counter"].methods] == [
        "(amount: int = 1) -> Counted",
        "(seconds: float) -> str",
    ]
    assert specs["double"].function is not None
    assert [field.name for field in api.state] == ["value", "history"]
    assert "Overflow" in [error.name for error in api.errors]
    assert task_of(client).id == "reach-3"


def test_a_reset_gives_the_opening_and_a_fresh_world(client: EnvironmentClient) -> None:
    client.reset(task_of(client))
    client.execute("counter.add(2); kept = 1", timeout_s=10)
    opening = client.reset(task_of(client))
    assert "Make it show 3" in opening.text
    assert opening.state == {"value": 0, "history": [0]}
    result, _ = client.execute("kept", timeout_s=10)
    assert result.error is not None
    assert result.error.kind == "NameError"


def test_a_script_reaches_the_world_and_comes_back_whole(session: EnvironmentClient) -> None:
    script = "for _ in range(2):\n    r = counter.add()\nprint(r.value, r.squares.tolist(), state.value)\ndouble(21)"
    result, seen = session.execute(script, timeout_s=10)
    assert result.error is None
    assert result.stdout == "2 [0.0, 1.0, 4.0] 2\n"
    assert result.value == "42"
    assert [(call.target, call.method) for call in result.calls] == [
        ("counter", "add"),
        ("counter", "add"),
        ("", "double"),
    ]
    assert result.calls_total == 3
    assert seen.state == {"value": 2, "history": [0, 1, 2]}
    np.testing.assert_array_equal(seen.sensors["dial"], [2.0, 1.0])
    assert not seen.status.done


def test_success_is_the_worlds_verdict(session: EnvironmentClient) -> None:
    _, seen = session.execute("print('the task is done, success!')", timeout_s=10)
    assert not seen.status.success
    _, seen = session.execute("counter.add(3)", timeout_s=10)
    assert seen.status.success
    assert session.observe(settle=True).status.success


def test_model_facing_errors_can_be_caught_by_name(session: EnvironmentClient) -> None:
    script = "try:\n    counter.add(100)\nexcept Overflow as error:\n    print('caught', error)"
    result, _ = session.execute(script, timeout_s=10)
    assert result.stdout.startswith("caught 0 + 100 is over the limit 10")
    assert result.calls[0].error is not None
    result, _ = session.execute("counter.add('one')", timeout_s=10)
    assert result.error is not None
    assert result.error.kind == "InvalidArgument"
    assert "whole number" in result.error.text()


def test_events_stream_while_the_script_runs(session: EnvironmentClient) -> None:
    arrived: list[tuple[float, ExecutionEvent]] = []
    script = "print('before')\ncounter.wait(0.5)\nprint('after')"
    session.execute(script, timeout_s=10, on_event=lambda event: arrived.append((time.monotonic(), event)))
    kinds = [type(event) for _, event in arrived]
    assert kinds[0] is ScriptStarted
    assert kinds.count(CallFinished) == 1
    outputs = [(at, event.text) for at, event in arrived if isinstance(event, OutputChunk)]
    assert "".join(text for _, text in outputs) == "before\nafter\n"
    # Not at the end in one piece: the first was here before the wait was over.
    assert outputs[0][1] == "before\n"
    assert outputs[-1][0] - outputs[0][0] > 0.3


def test_a_call_without_a_script(session: EnvironmentClient) -> None:
    assert session.call("double", "", 4) == 8
    assert session.call("counter", "add", amount=2).value == 2
    with pytest.raises(PrimitiveError, match="Overflow: 2 \\+ 100"):
        session.call("counter", "add", 100)
    with pytest.raises(PrimitiveError, match="no primitive counter._value"):
        session.call("counter", "_value")


def while_running(session: EnvironmentClient, script: str, action: str) -> tuple[object, object]:
    """Run a script; call a control verb from another client once it has printed."""
    started = threading.Event()

    def watch(event: ExecutionEvent) -> None:
        if isinstance(event, OutputChunk):
            started.set()

    def act() -> None:
        assert started.wait(10)
        with EnvironmentClient(str(session.endpoint), deadman_s=None) as operator:
            getattr(operator, action)("a test")

    thread = threading.Thread(target=act)
    thread.start()
    outcome = session.execute(script, timeout_s=30, on_event=watch)
    thread.join()
    return outcome


@pytest.mark.parametrize("body", ["counter.wait(20)", "import time; time.sleep(20)", "while True: pass"])
def test_an_interrupt_ends_the_script_and_keeps_variables(session: EnvironmentClient, body: str) -> None:
    result, _ = while_running(session, f"kept = 7\nprint('go')\n{body}", "interrupt")
    result = msgspec.convert(result, type(result))
    assert result.interrupted  # type: ignore[attr-defined]
    assert not result.restarted  # type: ignore[attr-defined]
    after, _ = session.execute("kept, counter.add().value", timeout_s=10)
    assert after.value == "(7, 1)"


def test_a_halt_latches_an_emergency_stop_until_it_is_cleared(session: EnvironmentClient) -> None:
    result, _ = while_running(session, "print('go')\ncounter.wait(20)", "halt")
    assert result.interrupted  # type: ignore[attr-defined]
    assert session.stop_state() == ("emergency stop", "a test")
    with pytest.raises(StopLatched, match=r"emergency stop is latched \(a test\); clear it first"):
        session.execute("counter.add()", timeout_s=10)
    with pytest.raises(StopLatched):
        session.call("counter", "add")
    assert session.clear() == "emergency stop"
    assert session.observe().state["value"] == 0
    _, seen = session.execute("counter.add()", timeout_s=10)
    assert seen.state["value"] == 1


def test_a_silent_commander_is_a_protective_stop(session: EnvironmentClient) -> None:
    def fall_silent(event: ExecutionEvent) -> None:
        if isinstance(event, OutputChunk):
            time.sleep(1.5)

    session.release()
    with EnvironmentClient(str(session.endpoint), deadman_s=0.5) as commander:
        result, _ = commander.execute("print('go')\ncounter.wait(20)", timeout_s=30, on_event=fall_silent)
    assert result.interrupted
    level, reason = session.stop_state()
    assert level == "protective stop"
    assert "silent" in reason


def test_what_is_refused(session: EnvironmentClient) -> None:
    with pytest.raises(ConfigurationError, match="no task 'nonsense'"):
        session.reset(Task(id="nonsense", environment="counter", instruction="-"))
    with pytest.raises(CommandRefused, match="reset first"):
        session.execute("1", timeout_s=10)
    with pytest.raises(CommandRefused, match="unknown command 'fly'"):
        session._ask("fly", None)
    with pytest.raises(CommandRefused, match="malformed body"):
        session._ask("execute", {"code": 1})


def test_a_second_script_is_refused_while_one_runs(session: EnvironmentClient) -> None:
    refused: list[str] = []

    def meddle(event: ExecutionEvent) -> None:
        if isinstance(event, OutputChunk) and not refused:
            with (
                EnvironmentClient(str(session.endpoint), deadman_s=None) as other,
                pytest.raises(CommandRefused) as caught,
            ):
                other.execute("1", timeout_s=10)
            refused.append(str(caught.value))

    session.execute("print('go')\ncounter.wait(1)", timeout_s=10, on_event=meddle)
    assert refused == [
        f"a script is running for another client, {session._commanding.name}; wait for it or interrupt it"
    ]


@pytest.mark.parametrize("failure", [CommandRefused("enough"), KeyError("enough")])
def test_what_the_listener_raises_ends_the_script(session: EnvironmentClient, failure: Exception) -> None:
    def refuse(_: ExecutionEvent) -> None:
        raise failure

    began = time.monotonic()
    with pytest.raises(type(failure), match="enough"):
        session.execute("print('go', flush=True)\nwhile True: pass", timeout_s=60, on_event=refuse)
    # Who comes next is not told that a script runs.
    while True:
        try:
            assert session.execute("6 * 7", timeout_s=10)[0].value == "42"
            break
        except CommandRefused:
            assert time.monotonic() < began + 20


def test_garbage_is_dropped_and_counted(session: EnvironmentClient) -> None:
    for frames in ([b"hello"], [b"ECA1"], [b"ECA1", b"\xff\xff"], [b"ECA1", b"\x80", b"extra"], [b""] * 40):
        session._command.send_multipart(frames)
        session._control.send_multipart(frames)
    _, seen = session.execute("counter.add()", timeout_s=10)
    assert seen.state["value"] == 1
    assert session._control_verb("ping", None)["dropped"] >= 4
