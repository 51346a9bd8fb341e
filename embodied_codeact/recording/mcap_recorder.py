"""Follows episodes as they happen and writes all of it into one MCAP file: what was asked of the environment, what it
answered, what the model said, what scripts did, the readings of sensors, pictures, verdicts, and the episode itself.

Times are the wall clock when this side saw it happen; they never go back, even where that clock is set.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from embodied_codeact.agent.events import (
    AgentEvent,
    EpisodeFinished,
    EpisodeStarted,
    Instructed,
    ReplyReceived,
    TurnFinished,
)
from embodied_codeact.contracts import (
    Action,
    CallFinished,
    CallRecord,
    EnvironmentDescription,
    EnvironmentSession,
    Episode,
    ExecutionResult,
    Finish,
    Observation,
    OutputChunk,
    SensorSpec,
    Task,
    Turn,
    UserMessage,
)
from embodied_codeact.errors import CommandRefused, ConfigurationError, OperatorError, StopLatched
from embodied_codeact.recording.mcap_file import McapFile
from embodied_codeact.recording.messages import (
    ERROR,
    INFO,
    WARNING,
    ActionMessage,
    Call,
    Command,
    CompressedImage,
    EpisodeMessage,
    Log,
    Result,
    StateSchema,
    StatusMessage,
    Stop,
    TaskMessage,
    TurnMessage,
    time_of,
)
from embodied_codeact.recording.recorder import action_text
from embodied_codeact.recording.samples import sample_message
from embodied_codeact.recording.watching import WatchedSession
from embodied_codeact.trajectories.codec import encode_plain
from embodied_codeact.trajectories.mcap import EPISODE, TASK, TURNS

_AT_ONCE = 6
_KINDS = {"CodeAction": "code", "ToolCall": "tool", "UserMessage": "message", "Finish": "finish"}

Fetch = Callable[[int], list[bytes]]
"""Returns up to so many frames of the film as JPEG, the oldest first; none when none are left."""
Stops = Callable[[], tuple[str, str]]
"""Returns the latched stop in words (``"normal"`` for none) and its reason."""


class McapRecorder:
    """One recording. An event sink of the agent; :meth:`watching` lets it see what goes on with the environment, and
    :meth:`sample` takes readings from any thread.

    Raises:
        ConfigurationError: the file cannot be written, or exists already.
    """

    def __init__(self, path: Path) -> None:
        self._file = McapFile(path)
        self._fetch: Fetch | None = None
        self._stops: Stops | None = None
        self._stop: tuple[str, str] | None = None
        self._clock = _Clock()
        self._sensors: dict[str, SensorSpec] = {}
        self.streamed: set[str] = set()
        """Sensors whose streams are recorded: what observations say of them is part of that, and later."""
        self._state = StateSchema([])
        self._last_command = (0, 0)
        """When it was asked, and answered."""
        self._filmed_until = self._clock.now()

    def now_ns(self) -> int:
        """The time of what happens now, by the clock of the recording, which never goes back."""
        return self._clock.now()

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    @property
    def empty(self) -> bool:
        """Whether nothing was recorded, so that no file is left."""
        return self._file.messages == 0

    def watching(
        self, session: EnvironmentSession, *, fetch: Fetch | None = None, stops: Stops | None = None
    ) -> WatchedSession:
        """Return the session to give to the agent instead: all that goes through it is recorded. ``fetch`` gives frames
        of its world's film, where there is one; ``stops`` says which stop is latched, and why."""
        self._fetch, self._stops = fetch, stops
        return WatchedSession(session, self)

    def close(self) -> None:
        """Complete the file. May be called twice.

        Raises:
            OperatorError: the disk is full or gone.
        """
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # What streams

    def sample(self, spec: SensorSpec, value: Any, time_ns: int) -> None:
        """Record one reading of a sensor: a number, a text, an array or an encoded picture. May be called from any
        thread, for each sensor in the order of its times.

        Args:
            spec: the sensor; its kind, unit and frame decide how the reading is written.
            value: the reading.
            time_ns: wall clock of sensing.

        Raises:
            OperatorError: the disk is full or gone.
        """
        self._file.write(f"/sensors/{spec.name}", sample_message(spec, value, time_of(time_ns)), time_ns)

    def log(self, text: str, name: str, level: int = INFO) -> None:
        """Record a line for people. ``name``: who says it."""
        now = self._clock.now()
        self._file.write("/log", Log(time_of(now), level, text, name), now)

    # What goes through the session

    def described(self, description: EnvironmentDescription) -> None:
        """The environment said what it is."""
        self._sensors = {spec.name: spec for spec in description.sensors}
        self._state = StateSchema(description.api.state)

    def asked(self, command: Command) -> None:
        """Something is asked of the environment now."""
        now = self._clock.now()
        self._last_command = (now, now)
        self._file.write("/commands", command, now)

    def answered(self, observation: Observation, result: ExecutionResult | None = None) -> None:
        """The environment answered."""
        now = self._clock.now()
        self._last_command = (self._last_command[0], now)
        if result is not None:
            self._file.write("/results", _result(result), now)
        status = observation.status
        self._file.write("/status", StatusMessage(status.success, status.score, status.done, status.reason), now)
        self._file.write_as("/state", self._state.name, self._state.schema, self._state.message(observation.state), now)
        for name, value in observation.sensors.items():
            if name in self.streamed:
                continue
            self.sample(self._sensors.get(name, SensorSpec(name, "", "")), value, now)
        self._look_for_stops()

    def refused(self, command: Command, error: OperatorError) -> None:
        """The environment did not do it."""
        self.log(f"{command.verb}: {type(error).__name__}: {error}", "environment", ERROR)
        if isinstance(error, StopLatched):
            self._look_for_stops()

    def _look_for_stops(self) -> None:
        """Record which stop is latched, where that has changed."""
        stop = None if self._stops is None else self._stops()
        if stop is not None and stop != self._stop:
            self._stop = stop
            self._write("/stop", Stop(*stop))

    # What the agent tells

    def __call__(self, event: AgentEvent) -> None:
        match event:
            case EpisodeStarted():
                self._begin(event)
            case ReplyReceived():
                self._reply(event)
            case OutputChunk(text=text, stream=stream):
                self.log(text, "script", INFO if stream == "stdout" else WARNING)
            case CallFinished(call=call):
                self._write("/calls", _call(call))
            case TurnFinished(turn=turn):
                self._end_turn(turn)
            case Instructed(text=text, notes=notes):
                for note in notes:
                    self.log(note, "user")
                self.log(text, "user")
            case EpisodeFinished(episode=episode):
                self._end(episode)

    def _write(self, topic: str, message: Any) -> None:
        self._file.write(topic, message, self._clock.now())

    def _begin(self, event: EpisodeStarted) -> None:
        task, begun = event.task, event.episode or Episode(task=event.task, model="")
        self._write(TASK, _task(task, event.opening, begun))
        if event.opening:
            self.log(event.opening, "environment")
        self._film()
        self._file.flush()

    def _reply(self, event: ReplyReceived) -> None:
        kind = _KINDS.get(type(event.action).__name__, "invalid")
        usage = event.reply.usage
        self._write(
            "/actions",
            ActionMessage(
                event.turn,
                kind,
                _content(event.action),
                event.reply.text,
                usage.prompt_tokens,
                usage.completion_tokens,
            ),
        )
        if isinstance(event.action, UserMessage):
            self.log(event.action.text, "agent")

    def _end_turn(self, turn: Turn) -> None:
        status, record = turn.status, encode_plain(turn).decode()
        self._film()
        for figure in turn.result.figures if turn.result is not None else []:
            now = self._clock.now()
            frame = figure.title or "figure"
            self._file.write("/figures", CompressedImage(time_of(now), frame, figure.data, figure.format), now)
        self._write(
            TURNS,
            TurnMessage(turn.index, turn.observation, status.success, status.score, turn.usage.seconds, record),
        )
        self._file.flush()

    def _end(self, episode: Episode) -> None:
        """A world that broke, or that a person left, shows nothing any more."""
        if episode.end not in ("error", "user"):
            self._film()
        if episode.error:
            self.log(episode.error, "system", ERROR)
        self._write(EPISODE, _episode(episode))
        self._file.flush()

    def _film(self) -> None:
        """Fetch what happened since. The frames are of the world's own time, which runs at another pace than ours: they
        are spread over the time that the last command took."""
        frames: list[bytes] = []
        try:
            while self._fetch is not None and (some := self._fetch(_AT_ONCE)):
                frames += some
        except (CommandRefused, ConfigurationError) as error:
            # A server of somebody else's keeps a film only where it was told to.
            self._fetch = None
            self.log(f"there is no film: {error}", "recording", WARNING)
        begun, ended = self._last_command
        if ended <= self._filmed_until:
            ended = self._clock.now()
        begun = max(begun, self._filmed_until)
        if frames:
            self._filmed_until = ended
        for index, frame in enumerate(frames, start=1):
            at = begun + (ended - begun) * index // len(frames)
            self._file.write("/film", CompressedImage(time_of(at), "film", frame, "jpeg"), at)


class _Clock:
    """The wall clock as it was at the start, carried on by one that nobody sets."""

    def __init__(self) -> None:
        self._offset = time.time_ns() - time.monotonic_ns()

    def now(self) -> int:
        """ns since 1970."""
        return time.monotonic_ns() + self._offset


def _content(action: Action) -> str:
    """What a person reads of an action."""
    match action:
        case UserMessage(text=text):
            return text
        case Finish(answer=answer):
            return answer
    return action_text(action)


def _task(task: Task, opening: str, begun: Episode) -> TaskMessage:
    record = encode_plain(begun).decode()
    return TaskMessage(task.id, task.environment, task.instruction, task.seed, opening, begun.model, record)


def _result(result: ExecutionResult) -> Result:
    return Result(
        stdout=result.stdout,
        value=result.value or "",
        error="" if result.error is None else result.error.text(),
        calls=result.calls_total,
        duration_s=result.duration_s,
        interrupted=result.interrupted,
        restarted=result.restarted,
    )


def _call(call: CallRecord) -> Call:
    arguments = [*map(repr, call.args), *(f"{name}={value!r}" for name, value in call.kwargs.items())]
    return Call(
        name=f"{call.target}.{call.method}".strip("."),
        arguments=", ".join(arguments),
        result=call.result,
        error=call.error or "",
        duration_s=call.duration_s,
    )


def _episode(episode: Episode) -> EpisodeMessage:
    return EpisodeMessage(
        success=episode.status.success,
        score=episode.status.score,
        end=episode.end,
        turns=len(episode.turns),
        duration_s=episode.duration_s,
        answer=episode.answer or "",
        error=episode.error or "",
        record=encode_plain(episode).decode(),
    )
