"""Which engine attempts the episodes of ``eval``, and what of it goes together."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rich.console import Console

from embodied_codeact.agent.events import EventSink
from embodied_codeact.cli import common
from embodied_codeact.cli.recording import both, is_mcap_place, mcap_recorder, watched
from embodied_codeact.contracts import EnvironmentSession
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.evaluation.engine import Engine, Job, Place
from embodied_codeact.evaluation.engine_local import LocalEngine
from embodied_codeact.evaluation.lanes import LaneEngine
from embodied_codeact.evaluation.worker import TrialWorker

if TYPE_CHECKING:
    from embodied_codeact.cli.evaluation_run import Wishes
    from embodied_codeact.cli.evaluation_view import RunProgress

ENGINES = ("local", "ray")


def engine_names(given: str | None) -> tuple[str, str | None]:
    """Tell what attempts episodes from what plays the household's games, both of which ``--engine`` names.

    >>> engine_names("ray"), engine_names("textworld"), engine_names(None)
    (('ray', None), ('local', 'textworld'), ('local', None))
    """
    return (given, None) if given in ENGINES else ("local", given)


def check_together(wishes: Wishes) -> None:
    """See that what is asked for goes together.

    Raises:
        ConfigurationError: it does not.
    """
    if wishes.engine not in ENGINES:
        raise ConfigurationError(unknown_name("engine", wishes.engine, ENGINES))
    if wishes.ray_address is not None and wishes.engine != "ray":
        raise ConfigurationError("--ray-address goes with --engine ray")
    if wishes.ray_gpus is not None and wishes.engine != "ray":
        raise ConfigurationError("--ray-gpus goes with --engine ray")
    if wishes.resume and wishes.folder is None:
        raise ConfigurationError("--resume goes on with the run in a folder: say --out DIR, too")
    if wishes.video and wishes.folder is None:
        raise ConfigurationError("--video keeps its films in the run's folder: say --out DIR, too")
    if wishes.video and wishes.record_to is not None:
        raise ConfigurationError("--video and --record-to are two ways to record an episode: give one of them")
    if wishes.record_to is not None and not is_mcap_place(wishes.record_to):
        raise ConfigurationError(f"cannot record to {wishes.record_to}: an evaluation is recorded to a FILE.mcap")
    for flag, given in (("--watch", wishes.watch), ("--connect", wishes.connect), ("--record-to", wishes.record_to)):
        if given and (wishes.lanes > 1 or (wishes.workers or 1) > 1 or wishes.engine != "local"):
            raise ConfigurationError(
                f"{flag} is for one episode after another in this process: it cannot go with --parallel, --workers or "
                "--engine ray"
            )


def start_engine(
    wishes: Wishes, job: Job, left: int, console: Console, view: EventSink | None, progress: RunProgress
) -> AbstractContextManager[Engine]:
    """Start what attempts the episodes, ``left`` of which are still to be.

    Raises:
        OperatorError: it cannot be started.
    """
    if wishes.attended:
        return _in_this_process(wishes, job, console, view)
    if wishes.engine == "ray":
        # Ray's own is not imported for the other engines.
        from embodied_codeact.evaluation.engine_ray import RayEngine

        workers = None if wishes.workers is None else max(1, min(wishes.workers, left))
        return RayEngine(job, workers, address=wishes.ray_address, gpus=wishes.ray_gpus or 0.0, on_note=progress.note)
    return LocalEngine(job, _no_more_than(wishes.workers, left), progress.note)


def _no_more_than(workers: int | None, left: int) -> int | None:
    return None if workers is None else max(1, min(workers, left))


@contextlib.contextmanager
def _in_this_process(wishes: Wishes, job: Job, console: Console, view: EventSink | None) -> Iterator[Engine]:
    opened = itertools.count()
    place = wishes.record_to
    with contextlib.nullcontext() if place is None else mcap_recorder(console, place) as recorder:
        sink = view
        if recorder is not None:
            sink = recorder if view is None else both(console, view, recorder)

        @contextlib.contextmanager
        def open_place(where: Place) -> Iterator[EnvironmentSession]:
            with common.open_session(
                where.environment,
                where.options,
                sandbox=wishes.sandbox,
                connect=wishes.connect,
                security=wishes.security,
                quiet=next(opened) > 0,
            ) as client:
                if recorder is None:
                    yield client
                else:
                    with watched(recorder, client, client) as seen:
                        yield seen

        with LaneEngine(TrialWorker(job, open_place=open_place, on_event=sink)) as engine:
            yield engine
