"""A script can always be stopped, and whatever becomes of its process, the next script works."""

from __future__ import annotations

import os
import select
import signal
import time

import psutil
import pytest

from embodied_codeact.contracts import ApiDescription
from embodied_codeact.interpreter.host import Interpreter, ScriptFinished, ScriptOutcome
from tests.interpreter.conftest import Runs

pytestmark = pytest.mark.keeps_processes


def wait_for_end(interpreter: Interpreter) -> ScriptOutcome:
    while True:
        for event in interpreter.pump():
            if isinstance(event, ScriptFinished):
                return event.outcome
        select.select(interpreter.fds(), [], [], 0.01)


def assert_lost_and_working(interpreter: Interpreter, outcome: ScriptOutcome) -> None:
    assert outcome.restarted
    assert outcome.error is not None
    assert "variables, imports and functions of earlier scripts are lost" in outcome.error.hint
    assert interpreter.run("6 * 7").value == "42"


@pytest.mark.parametrize(
    "code",
    ["while True: pass", "import time\ntime.sleep(60)", "10**10**8", "import re\nre.match('(a+)+$', 'a' * 60 + 'b')"],
)
def test_a_deadline_interrupts_and_keeps_variables(run: Runs, code: str) -> None:
    outcome = run(f"kept = 1\n{code}", timeout_s=0.1)
    assert outcome.interrupted
    assert not outcome.restarted
    assert outcome.error is not None
    assert outcome.error.kind == "TimeLimitExceeded"
    assert "ran longer than 0.1 s" in outcome.error.text()
    assert "KeyboardInterrupt" not in outcome.error.text()
    assert outcome.error.line is not None
    assert run("kept").value == "1"


@pytest.mark.parametrize(
    "code",
    [
        "import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass",
        "sum(range(10**12))",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\nwhile True: time.sleep(1)",
    ],
    ids=["catches everything", "C code holding the GIL", "ignored signal", "blocked signal"],
)
def test_what_does_not_yield_is_killed_and_replaced(interpreter: Interpreter, code: str) -> None:
    outcome = interpreter.run(code, timeout_s=0.1)
    assert outcome.interrupted
    assert_lost_and_working(interpreter, outcome)


def test_an_interrupt_that_the_script_swallows_is_reported_all_the_same(run: Runs) -> None:
    outcome = run("import time\ntry: time.sleep(60)\nexcept KeyboardInterrupt: print('caught')", timeout_s=0.1)
    assert outcome.interrupted
    assert outcome.stdout == "caught\n"
    assert outcome.error is not None
    assert outcome.error.kind == "TimeLimitExceeded"


def test_a_stop_from_outside_says_so(interpreter: Interpreter) -> None:
    interpreter.begin("print('on', flush=True)\nwhile True: pass", 60)
    while not interpreter.pump():
        select.select(interpreter.fds(), [], [], 1)
    interpreter.interrupt("halt")
    outcome = wait_for_end(interpreter)
    assert outcome.interrupted
    assert outcome.error is not None
    assert "stopped from outside (halt)" in outcome.error.text()


def test_an_interrupt_while_nothing_runs_disturbs_nothing(interpreter: Interpreter) -> None:
    interpreter.run("x = 1")
    interpreter.interrupt("user")
    assert interpreter.worker_pid is not None
    os.kill(interpreter.worker_pid, signal.SIGINT)
    outcome = interpreter.run("x")
    assert (outcome.value, outcome.interrupted, outcome.restarted) == ("1", False, False)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os\nprint('last words')\nos._exit(3)", "exit code 3"),
        ("import os, ctypes\nprint('last words')\nctypes.string_at(0)", "segmentation fault"),
        ("import os, signal\nprint('last words')\nos.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("import os\nprint('last words')\nos.abort()", "SIGABRT"),
    ],
)
def test_a_death_is_told_with_its_cause_and_the_last_output(interpreter: Interpreter, code: str, words: str) -> None:
    outcome = interpreter.run(code)
    assert outcome.error is not None
    assert outcome.error.kind == "InterpreterDied"
    assert words in outcome.error.message
    assert "last words\n" in outcome.stdout
    assert_lost_and_working(interpreter, outcome)


def test_a_kill_by_anybody_in_the_middle_of_a_script(interpreter: Interpreter) -> None:
    interpreter.begin("import time\ntime.sleep(60)", 60)
    assert interpreter.worker_pid is not None
    os.kill(interpreter.worker_pid, signal.SIGKILL)
    assert_lost_and_working(interpreter, wait_for_end(interpreter))


def test_a_death_between_scripts_is_told_with_the_next_result(interpreter: Interpreter) -> None:
    interpreter.run("x = 1")
    old = interpreter.worker_pid
    assert old is not None
    os.kill(old, signal.SIGKILL)
    while interpreter.worker_pid == old:
        select.select(interpreter.fds(), [], [], 5)
        assert interpreter.pump() == []
    outcome = interpreter.run("'x' in globals()")
    assert outcome.value == "False"
    assert outcome.restarted
    assert "variables, imports and functions of earlier scripts are lost" in outcome.stdout
    assert not interpreter.run("1").restarted


def test_a_death_that_nobody_pumped_for_is_seen_by_the_next_script(interpreter: Interpreter) -> None:
    assert interpreter.worker_pid is not None
    os.kill(interpreter.worker_pid, signal.SIGKILL)
    while psutil.Process(interpreter.worker_pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.001)
    outcome = interpreter.run("6 * 7")
    assert (outcome.value, outcome.restarted) == ("42", True)


def test_a_template_that_dies_is_replaced(interpreter: Interpreter) -> None:
    old = interpreter.template_pid
    os.kill(old, signal.SIGKILL)
    outcome = interpreter.run("import time\ntime.sleep(1)")
    assert outcome.restarted
    assert interpreter.run("6 * 7").value == "42"
    assert interpreter.template_pid != old


def test_a_template_that_died_between_scripts_is_replaced_by_a_reset(interpreter: Interpreter) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        os.kill(interpreter.template_pid, signal.SIGKILL)
        interpreter.start(ApiDescription())
        assert interpreter.run("6 * 7").value == "42"
    assert len(os.listdir("/proc/self/fd")) == before


CHANNEL = "import os, socket\nfd = min(f for f in range(3, 64) if _is_socket(f))\n"
FIND = (
    "def _is_socket(fd):\n    import os, stat\n    try: return stat.S_ISSOCK(os.fstat(fd).st_mode)\n"
    "    except OSError: return False\n"
)


@pytest.mark.parametrize(
    "forged",
    [
        "os.write(fd, b'\\x00' * 7)\nos.write(fd, b'\\xff' * 64)",
        "os.write(fd, b'\\0\\0\\0\\0' + (10).to_bytes(8, 'little') + b'half')",
        "os.write(fd, b'\\0\\0\\0\\0' + (4).to_bytes(8, 'little') + b'\\xc1abc')",
        "import msgspec\nd = msgspec.msgpack.encode({'type': 'finished', 'number': -5})\n"
        "os.write(fd, b'\\0\\0\\0\\0' + len(d).to_bytes(8, 'little') + d)",
        "os.close(fd)",
    ],
    ids=["garbage", "half a message", "no MessagePack", "out of turn", "closed"],
)
def test_a_forged_message_never_blocks_or_breaks_the_host(interpreter: Interpreter, forged: str) -> None:
    outcome = interpreter.run(FIND + CHANNEL + forged + "\nimport time\ntime.sleep(2)", timeout_s=0.3)
    # A half message spoils what the worker sends after it; everything else costs the worker its life at once.
    assert outcome.error is not None
    for _ in range(2):
        after = interpreter.run("6 * 7", timeout_s=1)
    assert after.value == "42"


def test_a_worker_that_does_not_read_does_not_block_the_host(interpreter: Interpreter) -> None:
    interpreter.run(
        "import threading, time\n"
        "def hog():\n    try: time.sleep(0.2)\n    except BaseException: pass\n    sum(range(10**12))\n"
        "threading.Thread(target=hog, daemon=True).start()"
    )
    time.sleep(0.3)
    outcome = interpreter.run(f"x = {'1' * 2_000_000!r}", timeout_s=0.2)
    assert_lost_and_working(interpreter, outcome)


def test_a_flood_is_bounded_and_counted(interpreter: Interpreter) -> None:
    outcome = interpreter.run("for _ in range(300): print('x' * 9999)")
    assert outcome.error is None
    assert len(outcome.stdout) < 110_000
    assert "2900000 more bytes of output were dropped" in outcome.stdout
    endless = interpreter.run("while True: print('y' * 1000)", timeout_s=0.2)
    assert endless.interrupted
    assert len(endless.stdout) < 110_000


def test_memory_is_bounded(interpreter: Interpreter) -> None:
    if "rlimits" not in interpreter.layers:
        pytest.skip("this machine gives no resource limits")
    error = interpreter.run("data = bytearray(10**11)").error
    assert error is not None
    assert error.kind == "MemoryError"
    assert interpreter.run("6 * 7").value == "42"


def test_only_one_script_at_a_time(interpreter: Interpreter) -> None:
    interpreter.begin("1", 5)
    with pytest.raises(RuntimeError, match="running already"):
        interpreter.begin("2", 5)
    interpreter.start(ApiDescription())
    assert not interpreter.running
