"""The Python API: ``make``, ``load_model`` and streams of events, through a real environment of its own process."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

import embodied_codeact
from embodied_codeact import CodeActAgent
from embodied_codeact.agent.events import EpisodeFinished
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.contracts import EnvironmentSession, HasTask, OutputChunk
from embodied_codeact.errors import ConfigurationError, WorldChanged
from embodied_codeact.models import ScriptModel
from tests.conftest import REPOSITORY
from tests.support.counter import GOAL, seeded_goal

SOLVES = ScriptModel(f"counter.add({GOAL})")
WAITS = "print('waiting')\ncounter.wait(600)"


def use(session: EnvironmentSession) -> EnvironmentSession:
    """That a session is one, says mypy."""
    return session


@pytest.mark.usefixtures("counter_installed")
def test_an_environment_with_a_task() -> None:
    with embodied_codeact.make("counter", task="any", seed=5, sandbox="best", seeded=True, limit=20) as env:
        assert isinstance(use(env), HasTask)
        assert [task.id for task in env.tasks] == [f"reach-{GOAL}", "reach-any"]
        assert (env.task.id, env.task.seed, env.description.name) == ("reach-any", 5, "counter")
        episode = CodeActAgent(ScriptModel(f"counter.add({seeded_goal(5)})")).run(env)
        assert (episode.status.success, episode.task.seed) == (True, 5)
        env.task = env.tasks[0]
        assert CodeActAgent(SOLVES).run(env).status.success
        env.release()
        with embodied_codeact.make("counter", connect=str(env.endpoint)) as other:
            assert other.reset().text == f"The counter shows 0. Make it show {GOAL}."
            assert other.observe().state["value"] == 0
        with pytest.raises(WorldChanged, match="reset to start over"):
            env.observe()
        assert env.reset().state["value"] == 0


@pytest.mark.usefixtures("counter_installed")
def test_what_does_not_exist_is_found_before_anything_starts() -> None:
    for wrong, says in (
        ({"environment": "countr"}, "Did you mean 'counter'"),
        ({"environment": "counter", "limt": 3}, "Did you mean 'limit'"),
        ({"environment": "counter", "sandbox": "strct"}, "Did you mean 'strict'"),
        ({"environment": "counter", "connect": "ipc:///tmp/none", "limit": 3}, "belong to its server"),
        ({"environment": "counter", "task": "nowhere", "sandbox": "best"}, "unknown task 'nowhere'"),
        ({"environment": "counter", "options": {"limit": 1}, "sandbox": "best"}, "below the goal"),
    ):
        with pytest.raises(ConfigurationError, match=says):
            embodied_codeact.make(**wrong)


def test_models_by_name(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("1")
    assert embodied_codeact.load_model(f"script:{tmp_path}/script.py").name == "script:script.py"
    assert embodied_codeact.load_model("expert", "household").name
    with pytest.raises(ConfigurationError, match="name that too"):
        embodied_codeact.load_model("expert")


@pytest.mark.usefixtures("counter_installed")
def test_leaving_a_stream_ends_the_script_and_the_session_goes_on() -> None:
    """Also while a consumer that takes nothing is no silence of the agent, for the deadman."""
    with embodied_codeact.make("counter", sandbox="best") as env:
        agent, threads = CodeActAgent(ScriptModel(WAITS)), set(threading.enumerate())
        for event in agent.stream(env):
            if isinstance(event, OutputChunk):
                break
        assert agent.episode is not None
        (turn,) = agent.episode.turns
        assert agent.episode.end == "user"
        assert turn.result is not None
        assert (turn.result.interrupted, turn.result.stdout) == (True, "waiting\n")
        assert set(threading.enumerate()) <= threads

        env.release()
        with EnvironmentClient(str(env.endpoint), deadman_s=0.4) as watched:
            slow = CodeActAgent(ScriptModel(f"print('now')\ncounter.wait(1.2)\ncounter.add({GOAL})"))
            last = None
            for last in slow.stream(watched, env.task):
                if isinstance(last, OutputChunk):
                    time.sleep(1)
            assert isinstance(last, EpisodeFinished)
            assert last.episode.status.success
        assert env.stop_state() == ("normal", "")


def stop_when(ready: threading.Event, stop: Callable[[str], None]) -> None:
    assert ready.wait(30)
    stop("enough")


def _set(ready: threading.Event, _: object) -> None:
    ready.set()


@pytest.mark.usefixtures("counter_installed")
def test_any_thread_may_interrupt_and_halt_what_another_awaits() -> None:
    with embodied_codeact.make("counter", sandbox="best") as env:
        for stop in (env.interrupt, env.halt):
            env.reset()
            ready = threading.Event()
            with ThreadPoolExecutor(1) as elsewhere:
                asked = elsewhere.submit(stop_when, ready, stop)
                result, _ = env.execute(WAITS, timeout_s=60, on_event=partial(_set, ready))
                asked.result()
            assert result.interrupted
        assert env.stop_state() == ("emergency stop", "enough")


def test_the_package_alone_imports_nothing_and_names_what_it_has() -> None:
    code = (
        "import sys, embodied_codeact\n"
        "print([n for n in sys.modules if n.startswith('embodied_codeact.') or n in ('zmq', 'numpy', 'msgspec')])\n"
        "print(set(embodied_codeact.__all__) - set(dir(embodied_codeact)))\n"
        "print([n for n in embodied_codeact.__all__ if not hasattr(embodied_codeact, n)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\nset()\n[]\n"
    with pytest.raises(AttributeError, match="no attribute 'mak'"):
        embodied_codeact.mak  # type: ignore[attr-defined]  # noqa: B018


def test_the_first_program_runs() -> None:
    program = REPOSITORY / "examples" / "first_program.py"
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "solved\nruns a script of " in done.stdout
    assert "not solved" not in done.stdout
