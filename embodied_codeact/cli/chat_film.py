"""The film of a chat, which can be written out whole at any moment and goes on."""

from __future__ import annotations

import tempfile
from pathlib import Path

from msgspec.structs import replace

from embodied_codeact.agent.events import AgentEvent, EpisodeStarted, Instructed
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.recording.recorder import EpisodeRecorder, Fetch


def check_film(path: Path) -> None:
    """See that a film can be written here.

    Raises:
        ConfigurationError: it cannot.
    """
    if path.suffix != ".mp4" or path.is_dir():
        raise ConfigurationError(f"cannot write the video {path}: it has to be a file that ends in .mp4")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise ConfigurationError(f"cannot write the video {path}: {error.strerror}") from error


class ChatFilm:
    """Follows the agent as an event sink does. ``close`` drops what was not written out."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._folder = tempfile.TemporaryDirectory(prefix="eca-film-")
        self._parts: list[Path] = []
        self._recorder: EpisodeRecorder | None = None
        self._started: EpisodeStarted | None = None

    def __call__(self, event: AgentEvent) -> None:
        if isinstance(event, EpisodeStarted):
            self._started = event
            self._begin_part()
        elif self._recorder is not None and self._started is not None:
            if isinstance(event, Instructed):
                self._started = replace(self._started, task=replace(self._started.task, instruction=event.text))
            self._recorder(event)

    @property
    def begun(self) -> bool:
        """Whether anything was filmed yet."""
        return self._recorder is not None

    def write(self, path: Path, *, last: bool = False) -> Path:
        """Write everything that was filmed so far; the film goes on unless this is the ``last`` of it.

        Raises:
            ConfigurationError: the file cannot be written, or nothing was filmed yet.
        """
        from embodied_codeact.recording.video import join_videos

        check_film(path)
        if self._recorder is None:
            raise ConfigurationError("nothing was filmed yet: the film begins with the first instruction")
        self._recorder.close()
        self._parts += self._recorder.written
        if not last:
            self._begin_part()
        join_videos(self._parts, path)
        return path

    def close(self) -> None:
        """Release everything. May be called twice."""
        if self._recorder is not None:
            self._recorder.close()
        self._folder.cleanup()

    def _begin_part(self) -> None:
        assert self._started is not None
        self._recorder = EpisodeRecorder(self._fetch, Path(self._folder.name) / f"part{len(self._parts)}.mp4")
        self._recorder(self._started)
