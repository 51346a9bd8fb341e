"""Episodes as streams of events: the episode on a thread of its own, its events where they are iterated over.

The agent's thread hands out events without ever waiting while a script runs, since it is also the one that shows the
environment that somebody is in control (the bridge's deadman): a consumer that is slow, or has stopped, must not stop
the arm. Pieces of output that wait for the consumer are joined meanwhile; where much waits all the same, the agent
waits for the consumer between scripts.
"""

from __future__ import annotations

import contextlib
import copy
import threading
from collections import deque
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from embodied_codeact.agent.events import AgentEvent, EpisodeFinished, EventSink, ReplyText
from embodied_codeact.contracts import CallFinished, EnvironmentSession, OutputChunk, ScriptStarted, Task
from embodied_codeact.errors import OperatorError

if TYPE_CHECKING:
    from embodied_codeact.agent.agent import CodeActAgent

MAX_WAITING = 1000
"""Events that may wait for the consumer before the agent waits too."""
_LOOK_S = 0.2
"""How often the consumer looks whether it was interrupted, while nothing comes."""
_REASON = "nobody awaits the episode any more"


class Abandoned(BaseException):
    """What a receiver of events raises to end the episode, which then ends with ``"user"``."""


@runtime_checkable
class Interruptible(Protocol):
    """A session whose running script any thread may end."""

    def interrupt(self, reason: str = ...) -> None:
        """End what runs soon; where nothing runs, do nothing."""
        ...


class Leash:
    """Receives the events of an episode, passes them on, and ends the episode when another thread pulls it.

    A running script is interrupted, and a reply that grows visibly is given up; a model that shows its reply only when
    it is whole is waited for. The session can be used again as soon as the episode has ended.
    """

    def __init__(self, session: EnvironmentSession, sink: EventSink | None = None) -> None:
        self._session = session
        self._sink = sink
        self._pulled = False

    def __call__(self, event: AgentEvent) -> None:
        """Pass on an event; called on the episode's thread."""
        if not self._pulled or isinstance(event, EpisodeFinished):
            if self._sink is not None:
                self._sink(event)
        elif not (isinstance(self._session, Interruptible) and isinstance(event, _OF_A_SCRIPT)):
            raise Abandoned
        elif isinstance(event, ScriptStarted):
            # It was sent before the leash was pulled, and has begun since.
            self._interrupt()

    def pull(self) -> None:
        """End the episode soon. May be called from any thread, and again."""
        self._pulled = True
        self._interrupt()

    def _interrupt(self) -> None:
        # Where the environment is gone, the episode finds out by itself.
        with contextlib.suppress(OperatorError):
            if isinstance(self._session, Interruptible):
                self._session.interrupt(_REASON)


_OF_A_SCRIPT = (ScriptStarted, OutputChunk, CallFinished)


def stream_episode(
    agent: CodeActAgent, session: EnvironmentSession, task: Task | None
) -> Generator[AgentEvent, None, None]:
    """See :meth:`~embodied_codeact.agent.agent.CodeActAgent.stream`."""
    events = _Waiting()
    leash = Leash(session, _both(events.put, agent.on_event))
    player = copy.copy(agent)
    player.on_event = leash
    raised: list[BaseException] = []

    def play() -> None:
        try:
            player.run(session, task)
        except BaseException as error:  # noqa: BLE001 - raised again where the events are consumed
            raised.append(error)
        finally:
            events.end()

    thread = threading.Thread(target=play, name="episode", daemon=True)
    thread.start()
    try:
        yield from events
    finally:
        if not events.exhausted:
            events.release()
            leash.pull()
        thread.join()
        agent.episode, agent.model = player.episode, player.model
    if raised:
        raise raised[0]


def _both(first: EventSink, second: EventSink | None) -> EventSink:
    if second is None:
        return first

    def tell(event: AgentEvent) -> None:
        first(event)
        second(event)

    return tell


class _Waiting:
    """The events that the consumer has not taken yet."""

    def __init__(self) -> None:
        self._events: deque[AgentEvent] = deque()
        self._texts: list[str] = []
        """The text of the last event, in pieces, where it may still grow."""
        self._changed = threading.Condition()
        self._ended = False
        self._released = False
        self.exhausted = False
        """Whether the consumer has taken the last event."""

    def put(self, event: AgentEvent) -> None:
        """Add an event. Waits for the consumer only where much waits for it, and no script runs."""
        with self._changed:
            last = self._events[-1] if self._events else None
            if last is not None and _continues(last, event):
                self._texts.append(event.text)  # type: ignore[union-attr]
            else:
                self._close_last()
                self._events.append(event)
                self._texts = [event.text] if isinstance(event, OutputChunk | ReplyText) else []
            self._changed.notify_all()
            if not isinstance(event, _OF_A_SCRIPT):
                self._changed.wait_for(lambda: self._released or len(self._events) < MAX_WAITING)

    def release(self) -> None:
        """The consumer is gone: never wait for it any more."""
        with self._changed:
            self._released = True
            self._changed.notify_all()

    def end(self) -> None:
        """No event follows."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[AgentEvent]:
        while True:
            with self._changed:
                # Not in one go: a Ctrl-C that comes just before the main thread falls asleep does not wake it.
                while not self._changed.wait_for(lambda: self._events or self._ended, timeout=_LOOK_S):
                    pass
                if not self._events:
                    self.exhausted = True
                    return
                if len(self._events) == 1:
                    self._close_last()
                event = self._events.popleft()
                self._changed.notify_all()
            yield event

    def _close_last(self) -> None:
        if len(self._texts) > 1:
            last = self._events[-1]
            assert isinstance(last, OutputChunk | ReplyText)
            self._events[-1] = _with_text(last, "".join(self._texts))
        self._texts = []


def _continues(last: AgentEvent, event: AgentEvent) -> bool:
    """Whether an event is more of the text of the one before."""
    if isinstance(last, OutputChunk) and isinstance(event, OutputChunk):
        return last.stream == event.stream
    if isinstance(last, ReplyText) and isinstance(event, ReplyText):
        return last.turn == event.turn and not event.restarted
    return False


def _with_text(event: OutputChunk | ReplyText, text: str) -> OutputChunk | ReplyText:
    if isinstance(event, OutputChunk):
        return OutputChunk(text, event.stream)
    return ReplyText(event.turn, text, event.restarted)
