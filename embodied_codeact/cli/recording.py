"""Where the commands record to: ``--record-to`` chooses by the name, ``FILE.mcap`` for MCAP, all else for videos."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from embodied_codeact.agent.events import AgentEvent, EpisodeFinished, EpisodeStarted, EventSink, TurnFinished
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.stream_memory import CAMERA
from embodied_codeact.contracts import EnvironmentSession
from embodied_codeact.recording import EpisodeRecorder, McapRecorder, check_mcap, check_recordable
from embodied_codeact.recording.streaming import StreamRecording
from embodied_codeact.registry import load_environment

MCAP = ".mcap"


def is_mcap_place(place: Path | None) -> bool:
    """Whether this names an MCAP file."""
    return place is not None and place.suffix == MCAP


def prepare_recording(place: Path | None, environment: str, options: dict[str, Any], *, connect: str | None) -> None:
    """See that episodes can be recorded there, and ask a server of our own for what it takes.

    Raises:
        ConfigurationError: a package is missing, the file exists, or (for a video) the environment cannot be filmed.
    """
    if place is None:
        return
    options_type = load_environment(environment).options_type
    if is_mcap_place(place):
        check_mcap(place)
        if not can_be_filmed(options_type):
            return
    else:
        check_recordable(environment, options_type)
    if connect is None:
        options["record"] = "true"


def can_be_filmed(options_type: type) -> bool:
    """Whether an environment with these options has worlds of which there may be a film."""
    return "record" in getattr(options_type, "__struct_fields__", ())


@contextlib.contextmanager
def recorded(
    console: Console, client: EnvironmentClient, place: Path | None, view: EventSink
) -> Iterator[tuple[EnvironmentSession, EventSink]]:
    """Yield the session to act in, and what is told of events: the view, and where a place is given the recorder, which
    draws what happened after each turn."""
    if place is None:
        yield client, view
    elif is_mcap_place(place):
        with mcap_recorder(console, place) as recorder, watched(recorder, client, client) as session:
            yield session, both(console, view, recorder)
    else:
        with _filmed(console, EpisodeRecorder(client.frames, place)) as camera:
            yield client, both(console, view, camera)


@contextlib.contextmanager
def _filmed(console: Console, recorder: EpisodeRecorder) -> Iterator[EpisodeRecorder]:
    try:
        yield recorder
    finally:
        recorder.close()
        for path in recorder.written:
            console.print(f"video: {path}", markup=False, soft_wrap=True)


@contextlib.contextmanager
def mcap_recorder(console: Console, place: Path) -> Iterator[McapRecorder]:
    """A recorder that is closed in the end, and then says where it wrote."""
    recorder = McapRecorder(place)
    try:
        yield recorder
    finally:
        recorder.close()
        if not recorder.empty:
            console.print(f"recording: {recorder.path}", markup=False, soft_wrap=True)


@contextlib.contextmanager
def watched(
    recorder: McapRecorder, session: EnvironmentSession, client: EnvironmentClient
) -> Iterator[EnvironmentSession]:
    """The session, which is that of the client, as the recorder sees it; meanwhile the streams of its sensors are
    recorded, but for cameras: pictures come from the film, where there is one, and from what scripts show."""
    filmed = can_be_filmed(load_environment(client.describe().name).options_type)
    specs = {spec.name: spec for spec in client.describe().sensors if spec.streamed_hz > 0 and spec.kind != CAMERA}
    streams = StreamRecording(recorder, client.sensors(*specs), specs) if specs else contextlib.nullcontext()
    with streams:
        yield recorder.watching(session, fetch=client.frames if filmed else None, stops=client.stop_state)


def both(console: Console, view: EventSink, recorder: EventSink) -> EventSink:
    """Tell the view of an event, and then the recorder, which may take a moment to draw."""

    def sink(event: AgentEvent) -> None:
        view(event)
        drawing = isinstance(event, EpisodeStarted | TurnFinished | EpisodeFinished)
        with console.status("drawing the film ...") if drawing else contextlib.nullcontext():
            recorder(event)

    return sink
