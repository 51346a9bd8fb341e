"""Films the episodes of a run, where that was asked for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.agent.events import AgentEvent
from embodied_codeact.contracts import EnvironmentSession
from embodied_codeact.evaluation.engine import Place
from embodied_codeact.evaluation.suites import Trial

_UNSAFE = re.compile(r"[^\w.=-]+")


@runtime_checkable
class ShowsFilm(Protocol):
    """A session of which there may be a film (:meth:`~embodied_codeact.bridge.client.EnvironmentClient.frames`)."""

    def frames(self, at_most: int) -> list[bytes]:
        """Return the next frames as JPEG; none when none are left."""
        ...


def keeps_film(place: Place) -> bool:
    """Whether the worlds of a place were told to keep what a film needs."""
    return str(place.options.get("record", "")).lower() == "true"


@contextlib.contextmanager
def filmed(
    media: str | None, place: Place, session: EnvironmentSession, agent: CodeActAgent, trial: Trial
) -> Iterator[Path | None]:
    """While an episode is played, write its video below the folder ``media``; yield where, from the folder above it.
    None without a folder, or where the world is not filmed."""
    if media is None or not keeps_film(place) or not isinstance(session, ShowsFilm):
        yield None
        return
    from embodied_codeact.recording import EpisodeRecorder

    file = Path(media) / f"{trial.index:06d}-{_UNSAFE.sub('-', trial.key)[-80:]}.mp4"
    recorder, sink = EpisodeRecorder(session.frames, file), agent.on_event

    def tell(event: AgentEvent) -> None:
        if sink is not None:
            sink(event)
        recorder(event)

    agent.on_event = tell
    try:
        yield Path(file.parent.name) / file.name
    finally:
        recorder.close()
