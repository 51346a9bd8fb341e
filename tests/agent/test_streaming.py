"""Episodes as streams: order, errors, consumers that are slow or leave."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from embodied_codeact.agent import CodeActAgent, streaming
from embodied_codeact.agent.events import AgentEvent, EpisodeFinished, EpisodeStarted, ReplyReceived, ReplyText
from embodied_codeact.contracts import (
    CallFinished,
    CallRecord,
    ExecutionEvent,
    ExecutionResult,
    Message,
    Observation,
    OutputChunk,
    Permissions,
    Reply,
    ScriptStarted,
)
from embodied_codeact.errors import ConfigurationError, ModelError
from tests.agent.fakes import Pantry, ScriptedModel, pantry_task

LOOK, WIN = "<execute>print('look')</execute>", "<execute>take('jam')\nbox.put('jam')</execute>"


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


class Waits(Pantry):
    """A pantry whose scripts tell ``begun``, and last until they are interrupted."""

    begun: Sequence[ExecutionEvent] = (ScriptStarted(),)

    def __init__(self) -> None:
        super().__init__()
        self._interrupted = threading.Event()
        self.reasons: list[str] = []

    def execute(
        self,
        code: str,
        *,
        timeout_s: float,
        on_event: Callable[[ExecutionEvent], None] | None = None,
        permissions: Permissions | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        del timeout_s, permissions
        if "wait" not in code:
            return super().execute(code, timeout_s=1)
        self._interrupted.clear()
        for event in self.begun:
            assert on_event is not None
            on_event(event)
        assert self._interrupted.wait(30)
        return ExecutionResult(interrupted=True), Observation()

    def interrupt(self, reason: str = "") -> None:
        self.reasons.append(reason)
        self._interrupted.set()


def agent_with(*replies: str | BaseException) -> CodeActAgent:
    return CodeActAgent(ScriptedModel(replies))


def kinds(events: Sequence[AgentEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_the_events_are_those_of_a_run_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the agent has to wait for its consumer after each of them."""
    told: list[AgentEvent] = []
    agent = agent_with(LOOK, WIN)
    agent.on_event = told.append
    agent.run(Pantry(), pantry_task())
    for most in (streaming.MAX_WAITING, 1):
        monkeypatch.setattr(streaming, "MAX_WAITING", most)
        agent = agent_with(LOOK, WIN)
        streamed = list(agent.stream(Pantry(), pantry_task()))
        assert kinds(streamed) == kinds(told)
        assert isinstance(streamed[0], EpisodeStarted)
        assert isinstance(streamed[-1], EpisodeFinished)
        assert agent.episode is streamed[-1].episode
        assert agent.episode.status.success


def test_whoever_listens_besides_is_told_too() -> None:
    told: list[AgentEvent] = []
    agent = CodeActAgent(ScriptedModel([WIN]), on_event=told.append)
    assert list(agent.stream(Pantry(), pantry_task())) == told


def test_an_error_comes_after_the_last_event() -> None:
    seen: list[AgentEvent] = []
    agent = agent_with(LOOK, ModelError("the endpoint is gone"))
    with pytest.raises(ModelError, match="the endpoint is gone"):
        seen.extend(agent.stream(Pantry(), pantry_task()))
    assert isinstance(seen[-1], EpisodeFinished)
    assert (seen[-1].episode.end, seen[-1].episode.error) == ("error", "the endpoint is gone")


def test_a_stream_without_a_task_says_so() -> None:
    with pytest.raises(ConfigurationError, match="no task was given"):
        next(agent_with(WIN).stream(Pantry()))


@pytest.mark.parametrize("leave", ["break", "close", "KeyboardInterrupt", "before the script"])
def test_leaving_ends_the_script_and_leaves_the_session_usable(leave: str) -> None:
    session, agent = Waits(), agent_with("<execute>wait</execute>", LOOK)
    wanted = ReplyReceived if leave == "before the script" else ScriptStarted
    if leave == "close":
        stream = agent.stream(session, pantry_task())
        next(event for event in stream if isinstance(event, wanted))
        stream.close()
    else:
        with contextlib.suppress(KeyboardInterrupt):
            for event in agent.stream(session, pantry_task()):
                if isinstance(event, wanted):
                    if leave == "KeyboardInterrupt":
                        raise KeyboardInterrupt
                    break
    assert agent.episode is not None
    assert (agent.episode.end, agent.episode.error, len(agent.episode.turns)) == ("user", None, 1)
    assert set(session.reasons) == {"nobody awaits the episode any more"}
    assert agent_with(WIN).run(session, pantry_task()).status.success


def test_leaving_a_session_that_cannot_be_interrupted_ends_the_episode_with_its_next_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "MAX_WAITING", 1)  # so that the agent is no further
    agent = agent_with(*[LOOK] * 5)
    assert isinstance(next(agent.stream(Pantry(), pantry_task())), EpisodeStarted)
    assert agent.episode is not None
    assert agent.episode.end == "user"


def test_a_stopped_consumer_holds_up_nothing_while_a_script_runs() -> None:
    """The script ends though nobody takes its events; its output is joined meanwhile, and nothing else is lost."""
    chunks = [OutputChunk(f"{n} ") for n in range(3 * streaming.MAX_WAITING)]
    call = CallFinished(CallRecord("box", "put"))
    told: list[ExecutionEvent] = [ScriptStarted(), *chunks, call, OutputChunk("no", "stderr"), OutputChunk("yes")]
    ended = threading.Event()

    class Chatters(Pantry):
        def execute(
            self,
            code: str,
            *,
            timeout_s: float,
            on_event: Callable[[ExecutionEvent], None] | None = None,
            permissions: Permissions | None = None,
        ) -> tuple[ExecutionResult, Observation]:
            del permissions
            assert on_event is not None
            for event in told:
                on_event(event)
            ended.set()
            return super().execute(code, timeout_s=timeout_s)

    shown: list[AgentEvent] = []
    for event in agent_with(WIN).stream(Chatters(), pantry_task()):
        if isinstance(event, ScriptStarted):
            assert ended.wait(30)
        shown.append(event)
    texts = [event for event in shown if isinstance(event, OutputChunk | CallFinished)]
    whole = "".join(chunk.text for chunk in chunks)
    first = texts.index(call)
    assert "".join(chunk.text for chunk in texts[:first] if isinstance(chunk, OutputChunk)) == whole
    assert first <= 2
    assert texts[first:] == told[-3:]


class Writes:
    """A model that writes without end, piece by piece."""

    name = "writes"

    def start_episode(self) -> None:
        pass

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        del messages, stop, max_tokens
        raise AssertionError("its reply was to be shown as it grows")

    def stream(
        self,
        messages: Sequence[Message],
        on_text: Callable[[str], None],
        *,
        stop: Sequence[str] = (),
        max_tokens: int = 2048,
    ) -> Reply:
        del messages, stop, max_tokens
        for number in itertools.count():
            on_text(f"{number} ")
        raise AssertionError


def test_leaving_ends_a_reply_that_is_being_written() -> None:
    agent = CodeActAgent(Writes())
    with contextlib.closing(agent.stream(Pantry(), pantry_task())) as stream:
        pieces = "".join(event.text for event in itertools.islice(stream, 4) if isinstance(event, ReplyText))
    assert pieces.startswith("0 1 ")
    assert agent.episode is not None
    assert (agent.episode.end, agent.episode.turns) == ("user", [])
