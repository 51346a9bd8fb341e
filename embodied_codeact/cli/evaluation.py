"""``eval``: many episodes, summed up."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.cli import agents, common
from embodied_codeact.cli.console import printable
from embodied_codeact.cli.episodes import Record, Watch, console_for, progress, trajectories, view_on
from embodied_codeact.cli.recording import both, is_mcap_place, mcap_recorder, prepare_recording, watched
from embodied_codeact.contracts import EnvironmentSession, Episode, Task
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation import EvaluationReport, SessionPool, evaluate, score
from embodied_codeact.recording import McapRecorder
from embodied_codeact.tasks import is_free

RecordTo = Annotated[
    Path | None, typer.Option(metavar="FILE.mcap", help="Record all episodes to this MCAP file.", show_default=False)
]


@common.operator_errors
def evaluate_command(
    environment: common.Environment,
    model: common.Model = "expert",
    model_option: agents.ModelOption = None,
    action: agents.ActionOption = "code",
    games: common.Games = None,
    api: common.Api = None,
    engine: common.Engine = None,
    feedback: common.Feedback = None,
    option: common.Option = None,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be repeated.")] = None,
    per_type: Annotated[int | None, typer.Option(min=1, help="Only the first so many tasks of each type.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many tasks.")] = None,
    seed: Annotated[int | None, typer.Option(help="First seed.", show_default="the task's own")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Attempt each task with so many consecutive seeds.")] = 1,
    max_turns: agents.MaxTurns = None,
    max_calls: agents.MaxCalls = None,
    user: agents.UserOption = None,
    approve: agents.Approve = None,
    max_tokens: agents.MaxTokens = None,
    max_seconds: agents.MaxSeconds = None,
    script_timeout: common.ScriptTimeout = 60.0,
    parallel: Annotated[int, typer.Option(min=1, help="Episodes at a time, each in an environment of its own.")] = 1,
    sandbox: common.Sandbox = "strict",
    connect: common.Connect = None,
    key: common.Key = None,
    server_key: common.ServerKey = None,
    out: common.Out = None,
    record_to: RecordTo = None,
    watch: Watch = False,
    as_json: common.Json = False,
) -> None:
    """Attempt many tasks and sum up. Exit code 3: an episode ended with an error of the system, so it is not scored."""
    console = console_for(as_json)
    options = common.environment_options(option, games=games, api=api, engine=engine, feedback=feedback)
    common.check_names(environment, options, sandbox=sandbox, connect=connect)
    security = common.keys_for(connect, key, server_key)
    _check_parallel(parallel, connect=connect, watch=watch)
    maker = agents.AgentMaker(environment, model, action=action, model_options=model_option, user=user, approve=approve)
    maker.limit(
        turns=max_turns, calls=max_calls, tokens=max_tokens, seconds=max_seconds, script_timeout_s=script_timeout
    )
    _prepare_recording(record_to, environment, options, connect=connect, parallel=parallel)
    opened = itertools.count()

    def open_session() -> contextlib.AbstractContextManager[EnvironmentClient]:
        again = next(opened) > 0
        return common.open_session(
            environment, options, sandbox=sandbox, connect=connect, security=security, quiet=again
        )

    with (
        contextlib.closing(maker),
        trajectories(out) as record,
        _recorder(console, record_to) as recorder,
        SessionPool(open_session) as pool,
    ):
        with pool.session() as session:
            description = session.describe()
        maker.consent_mode(real=description.real)
        tasks = common.with_seeds(_select(description.tasks, task, per_type, limit), seed, seeds)
        view = view_on(console, watch)
        if recorder is not None:
            view = recorder if view is None else both(console, view, recorder)

        @contextlib.contextmanager
        def lend() -> Iterator[EnvironmentSession]:
            with pool.session() as session:
                # A pool lends what it opened, and that are clients here.
                assert isinstance(session, EnvironmentClient)
                with (
                    contextlib.nullcontext(session) if recorder is None else watched(recorder, session, session) as seen
                ):
                    yield seen

        with (
            _partial_report(console, len(tasks), record) as keep,
            progress(console, len(tasks), keep, shown=not watch) as advance,
        ):
            report = evaluate(
                lend,
                tasks,
                lambda _: maker.make(view, real=description.real, apart=parallel > 1),
                advance,
                parallel=min(parallel, len(tasks)),
            )
    if as_json:
        common.print_json(report)
    else:
        _print_report(console, report)
        if out is not None:
            console.print(f"trajectories: {out}", markup=False, soft_wrap=True)
    if report.not_scored:
        common.print_error(_not_scored(report))
        raise typer.Exit(OperatorError.exit_code)


def _prepare_recording(
    place: Path | None, environment: str, options: dict[str, Any], *, connect: str | None, parallel: int
) -> None:
    if parallel > 1 and place is not None:
        raise ConfigurationError("a recording is of one episode after another, so it cannot go with --parallel")
    if place is not None and not is_mcap_place(place):
        raise ConfigurationError(f"cannot record to {place}: an evaluation is recorded to a FILE.mcap")
    prepare_recording(place, environment, options, connect=connect)


def _recorder(console: Console, place: Path | None) -> contextlib.AbstractContextManager[McapRecorder | None]:
    return contextlib.nullcontext() if place is None else mcap_recorder(console, place)


def _check_parallel(parallel: int, *, connect: str | None, watch: bool) -> None:
    if parallel > 1 and connect is not None:
        raise ConfigurationError("--parallel starts an environment for each episode, so it cannot go with --connect")
    if parallel > 1 and watch:
        raise ConfigurationError("--watch shows one episode at a time, so it cannot go with --parallel")


@contextlib.contextmanager
def _partial_report(console: Console, total: int, record: Record) -> Iterator[Record]:
    """Where an evaluation is cut short, sum up the episodes that were played to their end."""
    ended: list[Episode] = []

    def keep(episode: Episode) -> None:
        record(episode)
        if episode.end != "user":
            ended.append(episode)

    try:
        yield keep
    except BaseException:
        report = score(ended)
        if report.episodes:
            console.print(f"stopped after {report.episodes} of {total} episodes:", style="yellow")
            _print_report(console, report)
        if report.not_scored:
            console.print(printable(_not_scored(report)), style="yellow", markup=False, soft_wrap=True)
        raise


def _not_scored(report: EvaluationReport) -> str:
    total = report.episodes + report.not_scored
    first = next(iter(report.errors))
    return f"{report.not_scored} of {total} episodes ended with an error and are not scored; the first: {first}"


def _select(tasks: list[Task], wanted: list[str] | None, per_type: int | None, limit: int | None) -> list[Task]:
    chosen = [common.choose_task(tasks, name) for name in wanted] if wanted else [t for t in tasks if not is_free(t)]
    if per_type is not None:
        chosen = common.one_per_type(chosen, per_type)
    if not chosen:
        raise ConfigurationError("the environment has no tasks")
    return chosen[:limit]


def _print_report(console: Console, report: EvaluationReport) -> None:
    table = Table("type", "episodes", "solved", "rate", title=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, row in report.by_type.items():
        table.add_row(name, str(row.episodes), str(row.successes), f"{row.success_rate:.1%}")
    table.add_section()
    table.add_row("all", str(report.episodes), str(report.successes), f"{report.success_rate:.1%}", style="bold")
    console.print(table)
    low, high = report.interval
    console.print(f"95 % interval {low:.1%} to {high:.1%}; {report.mean_turns:.2f} turns an episode")
