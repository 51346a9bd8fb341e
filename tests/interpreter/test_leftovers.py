"""Threads that outlive their script are ended, and the script is told."""

from __future__ import annotations

import pytest

from embodied_codeact.interpreter.host import Interpreter
from embodied_codeact.interpreter.records import LOST
from tests.interpreter.conftest import Runs

pytestmark = pytest.mark.keeps_processes


def test_a_thread_that_goes_on_is_ended_and_named(run: Runs) -> None:
    outcome = run(
        "import threading, time\ncount = 0\n"
        "def tick():\n    global count\n    while True:\n        count += 1\n        time.sleep(0.001)\n"
        "clock = threading.Thread(target=tick, name='clock', daemon=True)\nclock.start()\n"
        "import _thread\n_thread.start_new_thread(tick, ())\ntime.sleep(0.05)\n'value'"
    )
    assert outcome.value == "'value'"
    assert outcome.error is None
    assert "were ended: clock, thread " in outcome.stdout
    after = run("before = count\ntime.sleep(0.05)\nclock.is_alive(), threading.active_count(), count - before")
    assert after.value == "(False, 1, 0)"
    assert after.stdout == ""


def test_a_thread_that_catches_everything_ends_with_its_interpreter(run: Runs) -> None:
    assert run("mine = 1").error is None
    stubborn = (
        "import threading, time\n"
        "def stay():\n    while True:\n"
        "        try: time.sleep(0.001)\n        except BaseException: pass\n"
        "threading.Thread(target=stay, name='limpet', daemon=True).start()\n7 * 6"
    )
    outcome = run(stubborn)
    assert (outcome.value, outcome.error, outcome.restarted) == ("42", None, True)
    assert "would not end: limpet" in outcome.stdout
    assert LOST in outcome.stdout
    after = run("import threading\nthreading.active_count(), 'mine' in globals()")
    assert (after.value, after.stdout, after.restarted) == ("(1, False)", "", False)


def test_a_thread_that_cleans_up_when_told_to_end_has_the_time(run: Runs) -> None:
    tidy = (
        "import threading, time\nnotes = []\n"
        "def work():\n    try:\n        while True: time.sleep(0.001)\n"
        "    finally:\n        time.sleep(0.15)\n        notes.append('tidy')\n"
        "threading.Thread(target=work, name='tidy', daemon=True).start()\ntime.sleep(0.01)"
    )
    outcome = run(tidy)
    assert "were ended: tidy" in outcome.stdout
    assert not outcome.restarted
    assert run("notes").value == "['tidy']"


def test_a_thread_that_sleeps_is_named_and_ends_as_it_wakes(run: Runs) -> None:
    sleeper = (
        "import threading, time\nwoke = []\n"
        "def sleep():\n    time.sleep(1)\n    woke.append(1)\n"
        "threading.Thread(target=sleep, name='sleeper', daemon=True).start()"
    )
    outcome = run(sleeper)
    assert "could not be ended yet: sleeper" in outcome.stdout
    assert not outcome.restarted
    assert run("while threading.active_count() > 1: time.sleep(0.001)\nwoke").value == "[]"


def test_the_idle_threads_of_an_executor_stay_for_the_next_script(run: Runs) -> None:
    first = run(
        "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\nlist(pool.map(abs, [-1, -2]))"
    )
    assert (first.value, first.stdout) == ("[1, 2]", "")
    assert run("list(pool.map(abs, [-3]))").value == "[3]"


def test_a_script_that_poisons_what_threads_are_found_with_changes_nothing(run: Runs) -> None:
    poisoned = (
        "import sys, threading, time\n"
        "class Odd(threading.Thread):\n    name = property(lambda self: 1 / 0, lambda self, value: None)\n"
        "    def run(self):\n        while True: time.sleep(0.001)\n"
        "Odd(daemon=True).start()\nthreading.enumerate = sys._current_frames = threading.get_ident = None\n"
        "sys.stderr = None"
    )
    assert "were ended" in run(poisoned).stdout
    assert run("6 * 7").value == "42"


def test_ending_a_thread_never_cuts_a_message_to_the_world_in_half(embodied: Interpreter) -> None:
    chatting = (
        "import threading, time\nbig = [0.5] * 50_000\n"
        "def chat():\n    while True:\n        try: arm.echo(big)\n        except RuntimeError: pass\n"
        "for _ in range(3): threading.Thread(target=chat, daemon=True).start()\ntime.sleep(0.02)\narm.echo(1)"
    )
    for _ in range(10):
        outcome = embodied.run(chatting)
        assert outcome.value == "1"
        assert "were ended" in outcome.stdout
        after = embodied.run("threading.active_count(), arm.echo(2)")
        assert (after.value, after.stdout) == ("(1, 2)", "")
