"""Follows an episode as it happens and writes its video, and a picture of how each turn ended."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embodied_codeact.agent.events import (
    AgentEvent,
    EpisodeFinished,
    EpisodeStarted,
    Instructed,
    ReplyReceived,
    TurnFinished,
)
from embodied_codeact.contracts import (
    FRAMES_PER_SECOND,
    Action,
    CodeAction,
    Episode,
    ExecutionResult,
    Finish,
    Task,
    ToolCall,
    Turn,
    UserMessage,
)
from embodied_codeact.errors import ConfigurationError

if TYPE_CHECKING:
    from embodied_codeact.recording.captions import Caption
    from embodied_codeact.recording.video import VideoWriter

_PACKAGES = ("imageio_ffmpeg", "PIL", "simplejpeg")
_AT_ONCE = 6
"""Frames that are fetched together: the environment draws them then, and answers nobody else meanwhile."""
_OPENING_S, _OUTCOME_S, _VERDICT_S = 1.0, 1.5, 3.0
_UNSAFE = re.compile(r"[^\w.=-]+")

Fetch = Callable[[int], list[bytes]]
"""Returns up to so many frames as JPEG, the oldest first; none when none are left."""


def check_recordable(environment: str, options_type: type) -> None:
    """See that episodes of an environment can be recorded, before anything is started.

    Raises:
        ConfigurationError: a package is missing, or the environment cannot be filmed.
    """
    if "record" not in getattr(options_type, "__struct_fields__", ()):
        raise ConfigurationError(f"{environment} cannot be recorded: it offers no film of its world")
    for package in _PACKAGES:
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise ConfigurationError(
                f"recording needs {package}, which is not installed: pip install 'embodied-codeact[tabletop]'"
            ) from error


class EpisodeRecorder:
    """Writes one video for each episode. An event sink of the agent.

    ``fetch`` gives frames of the world. ``place``: a file ending in ``.mp4``, or a folder, in which files are named by
    task and seed. ``written`` lists the videos that are complete.
    """

    def __init__(self, fetch: Fetch, place: Path) -> None:
        self.written: list[Path] = []
        self._fetch = fetch
        self._place = place
        self._writer: VideoWriter | None = None
        self._picture: NDArray[np.uint8] | None = None
        self._instruction = ""
        self._action: Action | None = None
        self._turn = 0

    def __call__(self, event: AgentEvent) -> None:
        if isinstance(event, EpisodeStarted):
            self._begin(event.task)
        elif isinstance(event, Instructed):
            self._instruction = event.text
        elif isinstance(event, ReplyReceived):
            self._turn, self._action = event.turn + 1, event.action
        elif isinstance(event, TurnFinished):
            self._end_turn(event.turn)
        elif isinstance(event, EpisodeFinished):
            self._end(event.episode)

    def close(self) -> None:
        """Complete a video that is under way. May be called twice."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            if writer.close():
                self.written.append(writer.path)

    def _begin(self, task: Task) -> None:
        from embodied_codeact.recording.captions import SIZE
        from embodied_codeact.recording.video import VideoWriter

        self.close()
        self._instruction, self._action, self._picture, self._turn = task.instruction, None, None, 0
        self._writer = VideoWriter(self._path(task), SIZE, FRAMES_PER_SECOND)
        self._film()
        self._hold(_OPENING_S)

    def _path(self, task: Task) -> Path:
        if self._place.suffix == ".mp4":
            return self._place
        return self._place / f"{_UNSAFE.sub('-', task.id)}-seed{task.seed}.mp4"

    def _end_turn(self, turn: Turn) -> None:
        self._film()
        outcome, good = _outcome(turn.result) if turn.result is not None else (turn.observation, True)
        frame = self._hold(_OUTCOME_S, outcome=outcome, tone="plain" if good else "bad")
        if frame is not None and self._writer is not None:
            from PIL import Image

            path = self._writer.path
            Image.fromarray(frame).save(path.with_name(f"{path.stem}-turn{turn.index + 1:02d}.png"))

    def _end(self, episode: Episode) -> None:
        """The last frames are those of the world coming to rest. One that broke, or that a person left, has none."""
        if episode.end not in ("error", "user"):
            self._film()
            verdict = "solved" if episode.status.success else "not solved"
            words = f"{verdict}: {episode.status.reason}" if episode.status.reason else verdict
            self._hold(_VERDICT_S, outcome=words, tone="good" if episode.status.success else "bad")
        self.close()

    def _film(self) -> None:
        """Fetch what happened since, and write it."""
        import simplejpeg

        while frames := self._fetch(_AT_ONCE):
            for frame in frames:
                self._picture = np.asarray(simplejpeg.decode_jpeg(frame), dtype=np.uint8)
                self._hold(1.0 / FRAMES_PER_SECOND)

    def _hold(self, seconds: float, **words: Any) -> NDArray[np.uint8] | None:
        """Write the present picture for so long; return the frame."""
        from embodied_codeact.recording.captions import compose

        if self._writer is None or self._picture is None:
            return None
        frame = compose(self._picture, self._caption(**words))
        self._writer.write(frame, times=max(1, round(seconds * FRAMES_PER_SECOND)))
        return frame

    def _caption(self, **words: Any) -> Caption:
        from embodied_codeact.recording.captions import Caption

        title = f"turn {self._turn}" if self._turn else ""
        return Caption(self._instruction, title, action_text(self._action), **words)


def action_text(action: Action | None) -> str:
    """What a person reads as the turn's code."""
    match action:
        case CodeAction(code=code):
            return code
        case ToolCall(name=name, arguments=arguments):
            return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
        case UserMessage(text=text):
            return f"# says: {text}"
        case Finish(answer=answer):
            return f"# finishes: {answer}"
    return ""


def _outcome(result: ExecutionResult) -> tuple[str, bool]:
    """What a script printed, or the error that it ended with; and whether all went well."""
    if result.error is not None:
        return f"{result.error.kind}: {result.error.message}", False
    return result.stdout.strip() or (result.value or ""), not result.interrupted
