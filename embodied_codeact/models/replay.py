"""A model that answers with recorded replies, in order.

An ordinary model: it sees messages only. At the first reply of an episode it recognises the task by its text in the
opening messages; recordings of the same text are used in the order of the file, each once before any is used again.
``for_task`` names the task instead, and no text is compared.

A recording cannot say what was never recorded. When a further reply is asked the model finishes in plain words:
environments judge success themselves, so nothing can be gained by that, and a run over many tasks goes on.
``exhausted`` tells that it happened. Replies are given whole: ``stop`` and ``max_tokens`` were applied when they were
recorded.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from embodied_codeact.contracts import Message, Reply
from embodied_codeact.errors import ModelError, unknown_name
from embodied_codeact.trajectories.recordings import Recording, read_recordings

OUT_OF_REPLIES = "<solution>The recording holds no further reply.</solution>"


class ReplayModel:
    """Answers with the replies of ``recordings``. With ``pinned`` all are of the task at hand."""

    def __init__(self, recordings: Sequence[Recording], name: str = "replay", *, pinned: bool = False) -> None:
        self.name = name
        self.exhausted = False
        self._pinned = pinned
        self._recordings = list(recordings)
        self._uses = _Uses(len(self._recordings))
        self._current: Recording | None = None
        self._position = 0

    @classmethod
    def from_file(cls, path: Path | str) -> Self:
        """Read a file of recordings.

        Raises:
            ConfigurationError: the file cannot be used; the message names file and line.
        """
        return cls(read_recordings(path), name=f"replay:{Path(path).name}")

    def for_task(self, task_id: str) -> ReplayModel:
        """Return a model that holds only the recordings of that task.

        Raises:
            ModelError: there is none.
        """
        chosen = [recording for recording in self._recordings if recording.task_id == task_id]
        if not chosen:
            known = {recording.task_id for recording in self._recordings}
            raise ModelError(f"{self.name}: {unknown_name('recorded task', task_id, known)}")
        return ReplayModel(chosen, self.name, pinned=True)

    def for_episode(self) -> ReplayModel:
        """Return a model for an episode at the same time; each recording is still used once before any is again."""
        other = ReplayModel(self._recordings, self.name, pinned=self._pinned)
        other._uses = self._uses
        return other

    def start_episode(self) -> None:
        self._current, self._position, self.exhausted = None, 0, False

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        """Return the next recorded reply.

        Raises:
            ModelError: no recording is of the task that the opening messages show.
        """
        del stop, max_tokens
        if self._current is None:
            self._current = self._recognise(messages)
        if self._position >= len(self._current.replies):
            self.exhausted = True
            return Reply(OUT_OF_REPLIES)
        self._position += 1
        place = self._position - 1
        return Reply(self._current.replies[place], cut=place in self._current.cut)

    def _recognise(self, messages: Sequence[Message]) -> Recording:
        opening = _normalised("\n".join(message.content for message in messages if message.role != "assistant"))
        fitting: dict[int, int] = {}
        for index, recording in enumerate(self._recordings):
            if not self._pinned and _normalised(recording.instruction).rstrip(".") not in opening:
                continue
            lines = [] if self._pinned else [_normalised(line) for line in recording.opening.splitlines()]
            fitting[index] = sum(bool(line) and line in opening for line in lines)
        if not fitting:
            raise ModelError(f"{self.name} holds no recording of this task ({len(self._recordings)} others)")
        best = max(fitting.values())
        return self._recordings[self._uses.take([index for index, lines in fitting.items() if lines == best])]


class _Uses:
    """How often each recording was used, by all the episodes that share them."""

    def __init__(self, count: int) -> None:
        self._uses = [0] * count
        self._lock = threading.Lock()

    def take(self, among: Sequence[int]) -> int:
        """Return the first of those that were used least, and count it."""
        with self._lock:
            chosen = min(among, key=self._uses.__getitem__)
            self._uses[chosen] += 1
        return chosen


def _normalised(text: str) -> str:
    return " ".join(text.split())
