"""One evaluation from the command line: from what was wished for to a run that is ready to begin."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

import msgspec
from msgspec.structs import replace
from rich.console import Console

from embodied_codeact import __version__
from embodied_codeact.agent import ACTION_DIALECTS
from embodied_codeact.agent.events import EventSink
from embodied_codeact.agent.limits import default_limits
from embodied_codeact.bridge.security import ClientSecurity
from embodied_codeact.cli.agents import consent_mode
from embodied_codeact.cli.common import open_session
from embodied_codeact.cli.evaluation_engines import start_engine
from embodied_codeact.cli.evaluation_view import RunProgress
from embodied_codeact.cli.recording import can_be_filmed, prepare_recording
from embodied_codeact.contracts import Task
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.evaluation.engine import Ended, Fault, Job, Place
from embodied_codeact.evaluation.plan import ListTasks, Plan, Selection, list_tasks, make_plan
from embodied_codeact.evaluation.run_folder import MEDIA, TASKS, RunManifest, this_machine
from embodied_codeact.evaluation.run_store import RunStore, check_folder
from embodied_codeact.evaluation.suite_files import environment_suite, fill_in, find_suite
from embodied_codeact.evaluation.suites import Suite
from embodied_codeact.evaluation.trials import Keeps, TrialRunner
from embodied_codeact.evaluation.worker import dialect_of
from embodied_codeact.models import HEAVY_KINDS, resolve_model
from embodied_codeact.models.fingerprint import fingerprint
from embodied_codeact.recording import check_recordable
from embodied_codeact.registry import base_name, load_environment
from embodied_codeact.trajectories import TrajectoryWriter
from embodied_codeact.workplace import check_names, check_sandbox

_FILE_ENDINGS = (".jsonl", ".json")
_MANY_TASKS = 1000


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the command line asks for. ``limits`` by name, None where nothing was said."""

    suite: str
    options: dict[str, Any] = field(default_factory=dict)
    selection: Selection = Selection()  # noqa: RUF009 - frozen
    model: str = "expert"
    model_options: dict[str, str] = field(default_factory=dict)
    action: str = "code"
    user: str | None = None
    approve: str | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    sandbox: str = "strict"
    lanes: int = 1
    workers: int | None = None
    engine: str = "local"
    ray_address: str | None = None
    ray_gpus: float | None = None
    patience_s: float = 3600.0
    out: Path | None = None
    resume: bool = False
    video: bool = False
    connect: str | None = None
    security: ClientSecurity | None = None
    record_to: Path | None = None
    watch: bool = False

    @property
    def attended(self) -> bool:
        """Whether the episodes are to be played in this process: seen as they happen, or in an environment that is
        there already."""
        return self.watch or self.connect is not None or self.record_to is not None

    @property
    def folder(self) -> Path | None:
        """The run's folder, None where the episodes go to a file or nowhere."""
        return None if self.out is None or self.file is not None else self.out

    @property
    def file(self) -> Path | None:
        """The file that episodes are appended to, if there is one."""
        return self.out if self.out is not None and (self.out.suffix in _FILE_ENDINGS or self.out.is_file()) else None


@dataclass(frozen=True)
class EvaluationRun:
    """A run that is ready to begin. ``folder``: where it is kept, None where it is not."""

    plan: Plan
    store: RunStore
    runner: TrialRunner
    progress: RunProgress
    folder: Path | None


@contextlib.contextmanager
def evaluation(wishes: Wishes, console: Console, view: EventSink | None) -> Iterator[EvaluationRun]:
    """Prepare a run: find its suite, list its trials, open its folder and start its engine; close it all in the end.
    ``view`` is told of events where episodes are watched.

    Raises:
        OperatorError: something of it cannot be had.
    """
    suite = _suite(wishes)
    if wishes.folder is not None:
        check_folder(wishes.folder, resume=wishes.resume)
    with ExitStack() as stack:
        folder = wishes.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="embodied-codeact-")))
        file = None if wishes.file is None else stack.enter_context(TrajectoryWriter(wishes.file))
        plan = make_plan(suite, folder / TASKS, wishes.selection, tasks_of=_lister(wishes), on_made=_Making(console))
        consent_mode(wishes.approve, real=plan.real)
        job = _job(wishes, plan, folder)
        for place in job.places.values():
            prepare_recording(wishes.record_to, place.environment, place.options, connect=wishes.connect)
        _check_model(job)
        store = stack.enter_context(RunStore(folder, _manifest(wishes, plan, job), plan.trials, resume=wishes.resume))
        left = [trial for trial in plan.trials if trial.key not in store.done]
        progress = stack.enter_context(RunProgress(console, len(plan.trials), shown=not wishes.watch))
        for note in (store.note, plan.incomplete):
            if note:
                progress.note(note)
        for trial in plan.trials:
            if trial.key in store.done:
                progress.resumed(trial.task, store.done[trial.key])
        keeps: list[Keeps] = [store] if file is None else [store, _InFile(file)]
        engine = stack.enter_context(start_engine(wishes, job, len(left), console, view, progress))
        runner = TrialRunner(engine, left, keeps, progress, patience_s=wishes.patience_s)
        yield EvaluationRun(plan, store, runner, progress, wishes.folder)


def _suite(wishes: Wishes) -> Suite:
    """The suite with its parameters filled in; of an environment, the suite that is all its tasks."""
    check_sandbox(wishes.sandbox)
    suite = None if wishes.connect is not None else find_suite(wishes.suite)
    if suite is not None:
        return fill_in(suite, wishes.options)
    check_names(wishes.suite, wishes.options, sandbox=wishes.sandbox, connect=wishes.connect)
    return environment_suite(wishes.suite, wishes.options)


def _lister(wishes: Wishes) -> ListTasks:
    if wishes.connect is None:
        return list_tasks

    def of_server(place: Place) -> Sequence[Task]:
        with open_session(place.environment, {}, connect=wishes.connect, security=wishes.security, quiet=True) as there:
            return there.describe().tasks

    return of_server


def _job(wishes: Wishes, plan: Plan, folder: Path) -> Job:
    if wishes.action not in ACTION_DIALECTS:
        raise ConfigurationError(unknown_name("form of action", wishes.action, ACTION_DIALECTS))
    action = cast(Literal["code", "json", "text"], wishes.action)
    if plan.suite.dialect != "native" and action != "code":
        raise ConfigurationError(f"suite {plan.suite.name!r} is played by MINT's rules, which know --action code only")
    job = Job(
        places={name: _filmed(place) for name, place in plan.places.items()} if wishes.video else plan.places,
        model=wishes.model,
        model_options=wishes.model_options,
        action=action,
        dialect=plan.suite.dialect,
        user=wishes.user,
        sandbox=wishes.sandbox,
        lanes=wishes.lanes,
        media=str(folder.resolve() / MEDIA) if wishes.video else None,
    )
    usual = default_limits(dialect_of(job))
    given = {name: value for name, value in wishes.limits.items() if value is not None}
    turns = plan.suite.turns.get(action, usual.turns)
    return replace(job, limits=replace(usual, **{"turns": turns, **given}))


def _filmed(place: Place) -> Place:
    """Have the worlds of a place keep what a film needs, where they can."""
    if not can_be_filmed(load_environment(place.environment).options_type):
        return place
    check_recordable(place.environment, load_environment(place.environment).options_type)
    return replace(place, options={**place.options, "record": "true"})


def _check_model(job: Job) -> None:
    """See that the models exist, before anything is started. What is heavy is loaded once, where it works."""
    for spec in [job.model, *([job.user] if job.user else [])]:
        for place in job.places.values():
            if spec.partition(":")[0] not in HEAVY_KINDS:
                options = job.model_options if spec is job.model else {}
                resolve_model(spec, base_name(place.environment), options)


def _manifest(wishes: Wishes, plan: Plan, job: Job) -> RunManifest:
    return RunManifest(
        suite=plan.suite,
        model=wishes.model,
        model_options=wishes.model_options,
        model_digest=fingerprint(wishes.model),
        action=job.action,
        dialect=job.dialect,
        limits=msgspec.to_builtins(job.limits),
        parameters={"user": wishes.user, "video": wishes.video},
        incomplete=plan.incomplete,
        version=__version__,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=this_machine(),
    )


class _InFile:
    """Appends what comes to a file of episodes."""

    def __init__(self, file: TrajectoryWriter) -> None:
        self._file = file

    def keep(self, ended: Ended) -> None:
        self._file.write_line(ended.line)

    def keep_fault(self, fault: Fault) -> None:
        if fault.line:
            self._file.write_line(fault.line)


class _Making:
    """Says that tasks are being made, where that takes a moment."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, part: str, made: int, count: int) -> None:
        if made == 1 and count >= _MANY_TASKS:
            self._console.print(f"making {count:,} tasks for {part} ...", style="dim", markup=False)
