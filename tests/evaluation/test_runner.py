"""Evaluations: what an error ends and what it does not, and several episodes at a time."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.contracts import (
    EnvironmentSession,
    Episode,
    ExecutionEvent,
    ExecutionResult,
    Message,
    Observation,
    Permissions,
    Reply,
    ScriptStarted,
    Task,
)
from embodied_codeact.errors import BridgeError, ConfigurationError, ModelError, OperatorError
from embodied_codeact.evaluation import SessionPool, evaluate
from tests.agent.fakes import Pantry, ScriptedModel, pantry_task

WIN = "<execute>take('jam')\nbox.put('jam')</execute>"
EIGHT = 8


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


class Pantries:
    """Opens pantries and counts them."""

    def __init__(self, kind: type[Pantry] = Pantry, at_most: int = 100) -> None:
        self.kind, self.at_most = kind, at_most
        self.opened: list[Pantry] = []
        self.closed = 0

    @contextlib.contextmanager
    def open(self) -> Iterator[EnvironmentSession]:
        if len(self.opened) == self.at_most:
            raise BridgeError("no more of them")
        self.opened.append(self.kind())
        try:
            yield self.opened[-1]
        finally:
            self.closed += 1


def tasks(*names: str) -> list[Task]:
    return [pantry_task(name) for name in names]


def winner(_: Task) -> CodeActAgent:
    return CodeActAgent(ScriptedModel([WIN]))


def by_name(task: Task) -> CodeActAgent:
    """Wins, or fails in the way that the task is called."""
    kinds: dict[str, OperatorError] = {"model": ModelError("no model"), "bridge": BridgeError("no bridge")}
    return CodeActAgent(ScriptedModel([kinds.get(task.id.rstrip("0123456789"), WIN)]))


def test_the_evaluation_goes_on_after_an_error_and_with_another_session_where_it_was_not_the_models() -> None:
    pantries, seen = Pantries(), list[Episode]()
    with SessionPool(pantries.open) as pool:
        todo = tasks("t1", "model1", "model2", "t2", "bridge1", "t3")
        report = evaluate(pool.session, todo, by_name, seen.append)
        assert (len(pantries.opened), pantries.closed) == (2, 1)
    assert pantries.closed == 2
    assert [episode.task.id for episode in seen] == [task.id for task in todo]
    assert [episode.end for episode in seen if episode.error] == ["error"] * 3
    assert (report.episodes, report.successes, report.not_scored) == (3, 3, 3)
    assert report.errors == {"no model": 2, "no bridge": 1}


@pytest.mark.parametrize("parallel", [1, 2])
def test_errors_that_keep_happening_end_it(parallel: int) -> None:
    seen: list[Episode] = []
    todo = tasks("t1", "t2", *[f"model{n}" for n in range(20)])
    with SessionPool(Pantries().open) as pool, pytest.raises(ModelError, match="no model"):
        evaluate(pool.session, todo, by_name, seen.append, parallel=parallel)
    failed = sum(episode.end == "error" for episode in seen)
    assert 3 <= failed <= 3 * parallel


@pytest.mark.parametrize("parallel", [1, 2])
def test_without_a_session_or_an_agent_nothing_can_go_on(parallel: int) -> None:
    todo = tasks(*[f"t{n}" for n in range(10)])
    with SessionPool(Pantries(at_most=0).open) as pool, pytest.raises(BridgeError, match="no more"):
        evaluate(pool.session, todo, winner, parallel=parallel)

    def refuse(_: Task) -> CodeActAgent:
        raise ConfigurationError("nobody is there")

    with SessionPool(Pantries().open) as pool, pytest.raises(ConfigurationError, match="nobody is there"):
        evaluate(pool.session, todo, refuse, parallel=parallel)


def test_a_result_that_cannot_be_kept_ends_it() -> None:
    def full(_: Episode) -> None:
        raise OperatorError("the disk is full")

    with SessionPool(Pantries().open) as pool, pytest.raises(OperatorError, match="disk is full"):
        evaluate(pool.session, tasks(*[f"t{n}" for n in range(10)]), winner, full, parallel=2)


def test_one_session_serves_one_episode_at_a_time() -> None:
    with pytest.raises(ConfigurationError, match="a session each"):
        evaluate(Pantry(), tasks("t1", "t2"), winner, parallel=2)


class Together:
    """A model that answers only when eight episodes wait for it at the same time."""

    name = "together"

    def __init__(self, barrier: threading.Barrier | None = None) -> None:
        self.barrier = barrier or threading.Barrier(EIGHT)
        self.handles: list[Together] = []

    def for_episode(self) -> Together:
        self.handles.append(Together(self.barrier))
        return self.handles[-1]

    def start_episode(self) -> None:
        pass

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        del messages, stop, max_tokens
        self.barrier.wait(30)
        return Reply(WIN)


def test_eight_episodes_wait_together_on_a_model_that_they_share() -> None:
    model, pantries, seen = Together(), Pantries(), list[Episode]()
    todo = tasks(*[f"t{n}" for n in range(2 * EIGHT)])
    with SessionPool(pantries.open) as pool:
        report = evaluate(pool.session, todo, lambda _: CodeActAgent(model.for_episode()), seen.append, parallel=EIGHT)
        assert (len(pantries.opened), pantries.closed) == (EIGHT, 0)
    assert pantries.closed == EIGHT
    assert (report.episodes, report.successes, len(model.handles)) == (16, 16, 16)
    assert list(report.by_task) == sorted(task.id for task in todo)
    assert {episode.task.id for episode in seen} == set(report.by_task)


class Waits(Pantry):
    """A pantry whose scripts last until they are interrupted; the second one that starts tells ``all_wait``."""

    all_wait = threading.Barrier(2)

    def __init__(self) -> None:
        super().__init__()
        self.interrupted = threading.Event()

    def execute(
        self,
        code: str,
        *,
        timeout_s: float,
        on_event: Callable[[ExecutionEvent], None] | None = None,
        permissions: Permissions | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        del code, timeout_s, permissions
        assert on_event is not None
        on_event(ScriptStarted())
        if self.all_wait.wait(30) == 0:
            os.kill(os.getpid(), signal.SIGINT)
        assert self.interrupted.wait(30)
        return ExecutionResult(interrupted=True), Observation()

    def interrupt(self, reason: str = "") -> None:
        del reason
        self.interrupted.set()


def test_an_interrupt_ends_all_episodes_in_order() -> None:
    pantries, seen = Pantries(Waits), list[Episode]()
    with SessionPool(pantries.open) as pool, pytest.raises(KeyboardInterrupt):
        evaluate(pool.session, tasks(*[f"t{n}" for n in range(10)]), winner, seen.append, parallel=2)
    assert [(episode.end, len(episode.turns)) for episode in seen] == [("user", 1)] * 2
    assert (len(pantries.opened), pantries.closed) == (2, 2)
