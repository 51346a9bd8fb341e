"""``run``, ``eval`` and ``replay``: episodes, one, many, and those that others recorded."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from embodied_codeact.agent import MINT, CodeActAgent, Limits, User
from embodied_codeact.agent.events import AgentEvent, EventSink
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.cli import common
from embodied_codeact.cli.console import RunView
from embodied_codeact.contracts import Episode, Task
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation import EvaluationReport, ReplayReport, evaluate, replay_recordings, score
from embodied_codeact.models import resolve_model
from embodied_codeact.recording import EpisodeRecorder
from embodied_codeact.trajectories import TrajectoryWriter, read_recordings

NOT_SOLVED = 1
_CUT_SHORT = ("user", "error")

Watch = Annotated[bool, typer.Option("--watch", help="Show each episode as it happens.")]
Calls = Annotated[bool, typer.Option("--calls", help="Also show each primitive call.")]

RECORDINGS = Path("recordings")
Recording = Annotated[
    bool, typer.Option("--record", help=f"Write a video and a picture of each turn to {RECORDINGS}/.")
]
RecordTo = Annotated[
    Path | None, typer.Option(metavar="DIR|FILE.mp4", help="Like --record, to this folder or file.", show_default=False)
]

Record = Callable[[Episode], None]


def _console(as_json: bool) -> Console:
    """Where people read: standard error while standard output carries JSON."""
    return Console(stderr=as_json, highlight=False)


@contextlib.contextmanager
def _workplace(
    environment: str, options: dict[str, Any], *, sandbox: str, connect: str | None, out: Path | None
) -> Iterator[tuple[EnvironmentClient, Record]]:
    """Open the session, and before it the file of trajectories: one that cannot be written is found before anything
    runs. Yields the session and what appends an episode to the file, where there is one."""
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(TrajectoryWriter(out)) if out is not None else None
        session = stack.enter_context(common.open_session(environment, options, sandbox=sandbox, connect=connect))
        yield session, writer.write if writer is not None else lambda _: None


def _user_at(console: Console) -> User | None:
    """Who answers the agent's messages, which the view has shown: the person at the terminal, if there is one. An
    empty line or the end of input leaves."""
    if not sys.stdin.isatty():
        return None

    def answer(_text: str) -> str | None:
        # Not input's own prompt: that goes to standard output, which may carry JSON.
        console.print("your answer> ", end="")
        try:
            return input().strip() or None
        except EOFError:
            return None

    return answer


@common.operator_errors
def run(
    environment: common.Environment,
    task: Annotated[str | None, typer.Option(help="Task id, or a part of it that only one has.")] = None,
    model: common.Model = "expert",
    games: common.Games = None,
    api: common.Api = None,
    option: common.Option = None,
    seed: common.Seed = 0,
    max_turns: common.MaxTurns = 5,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Tokens of all prompts and replies.")] = None,
    max_seconds: Annotated[float | None, typer.Option(min=0.1, help="Seconds for the whole episode.")] = None,
    script_timeout: common.ScriptTimeout = 60.0,
    sandbox: common.Sandbox = "strict",
    connect: common.Connect = None,
    out: common.Out = None,
    record: Recording = False,
    record_to: RecordTo = None,
    calls: Calls = False,
    as_json: common.Json = False,
) -> None:
    """Attempt one task and show every turn as it happens. Exit code 1: not solved."""
    console = _console(as_json)
    options = common.environment_options(games, api, option)
    film = record_to or (RECORDINGS if record else None)
    if film is not None:
        common.prepare_recording(environment, options, connect=connect)
    common.check_names(environment, options, sandbox=sandbox, connect=connect)
    agent_model = resolve_model(model, environment)
    limits = Limits(turns=max_turns, tokens=max_tokens, seconds=max_seconds, script_timeout_s=script_timeout)
    with (
        _workplace(environment, options, sandbox=sandbox, connect=connect, out=out) as (session, keep),
        _recorded(console, session, film, RunView(console, show_calls=calls)) as view,
    ):
        chosen = common.with_seed(common.choose_task(session.describe().tasks, task), seed)
        agent = CodeActAgent(agent_model, limits=limits, user=_user_at(console), on_event=view)
        try:
            episode = agent.run(session, chosen)
        finally:
            if agent.episode is not None:
                keep(agent.episode)
    if out is not None:
        console.print(f"trajectory: {out}", markup=False, soft_wrap=True)
    if as_json:
        common.print_json(_episode_summary(episode))
    if not episode.status.success:
        raise typer.Exit(NOT_SOLVED)


@contextlib.contextmanager
def _recorded(console: Console, session: EnvironmentClient, place: Path | None, view: EventSink) -> Iterator[EventSink]:
    """Yield what is told of events: the view, and where a place is given the recorder, which draws what happened after
    each turn."""
    if place is None:
        yield view
        return
    recorder = EpisodeRecorder(session.frames, place)

    def both(event: AgentEvent) -> None:
        view(event)
        with console.status("drawing the film ..."):
            recorder(event)

    try:
        yield both
    finally:
        recorder.close()
        for path in recorder.written:
            console.print(f"video: {path}", markup=False, soft_wrap=True)


def _episode_summary(episode: Episode) -> dict[str, Any]:
    return {
        "task": episode.task.id,
        "success": episode.status.success,
        "score": episode.status.score,
        "end": episode.end,
        "turns": len(episode.turns),
        "answer": episode.answer,
        "duration_s": episode.duration_s,
    }


@common.operator_errors
def evaluate_command(
    environment: common.Environment,
    model: common.Model = "expert",
    games: common.Games = None,
    api: common.Api = None,
    option: common.Option = None,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be repeated.")] = None,
    per_type: Annotated[int | None, typer.Option(min=1, help="Only the first so many tasks of each type.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many tasks.")] = None,
    seed: Annotated[int | None, typer.Option(help="First seed.", show_default="the task's own")] = 0,
    seeds: Annotated[int, typer.Option(min=1, help="Attempt each task with so many consecutive seeds.")] = 1,
    max_turns: common.MaxTurns = 5,
    script_timeout: common.ScriptTimeout = 60.0,
    sandbox: common.Sandbox = "strict",
    connect: common.Connect = None,
    out: common.Out = None,
    watch: Watch = False,
    as_json: common.Json = False,
) -> None:
    """Attempt many tasks one after the other and sum up."""
    console = _console(as_json)
    options = common.environment_options(games, api, option)
    common.check_names(environment, options, sandbox=sandbox, connect=connect)
    agent_model = resolve_model(model, environment)
    limits = Limits(turns=max_turns, script_timeout_s=script_timeout)
    with _workplace(environment, options, sandbox=sandbox, connect=connect, out=out) as (session, record):
        tasks = common.with_seeds(_select(session.describe().tasks, task, per_type, limit), seed, seeds)
        view = _view(console, watch)
        with (
            _partial_report(console, len(tasks), record) as keep,
            _progress(console, len(tasks), keep, shown=not watch) as advance,
        ):
            report = evaluate(
                session, tasks, lambda _: CodeActAgent(agent_model, limits=limits, on_event=view), advance
            )
    if as_json:
        common.print_json(report)
    else:
        _print_report(console, report)
        if out is not None:
            console.print(f"trajectories: {out}", markup=False, soft_wrap=True)


@contextlib.contextmanager
def _partial_report(console: Console, total: int, record: Record) -> Iterator[Record]:
    """Where an evaluation is cut short, sum up the episodes that were played to their end."""
    whole: list[Episode] = []

    def keep(episode: Episode) -> None:
        record(episode)
        if episode.end not in _CUT_SHORT:
            whole.append(episode)

    try:
        yield keep
    except BaseException:
        if whole:
            console.print(f"stopped after {len(whole)} of {total} episodes:", style="yellow")
            _print_report(console, score(whole))
        raise


def _view(console: Console, watch: bool) -> EventSink | None:
    return RunView(console) if watch else None


def _select(tasks: list[Task], wanted: list[str] | None, per_type: int | None, limit: int | None) -> list[Task]:
    chosen = [common.choose_task(tasks, name) for name in wanted] if wanted else list(tasks)
    if per_type is not None:
        chosen = common.one_per_type(chosen, per_type)
    if not chosen:
        raise ConfigurationError("the environment has no tasks")
    return chosen[:limit]


@contextlib.contextmanager
def _progress(console: Console, total: int, record: Record, *, shown: bool) -> Iterator[Record]:
    """A bar that counts episodes and successes; yields the function that is told of each episode and records it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not shown) as progress:
        bar = progress.add_task("episodes", total=total)
        done = solved = 0

        def advance(episode: Episode) -> None:
            nonlocal done, solved
            record(episode)
            if episode.end in _CUT_SHORT:
                return
            done += 1
            solved += episode.status.success
            progress.update(bar, advance=1, description=f"{solved} of {done} solved")

        yield advance


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


@common.operator_errors
def replay(
    file: Annotated[Path, typer.Argument(help="Recorded episodes, JSON Lines.", show_default=False)],
    environment: Annotated[str, typer.Option(help="Environment in which to replay.")] = "household",
    games: common.Games = None,
    api: Annotated[
        str | None, typer.Option(help="API that the recorded scripts use.", show_default="mint for MINT's")
    ] = None,
    option: common.Option = None,
    sandbox: common.Sandbox = "strict",
    connect: common.Connect = None,
    out: common.Out = None,
    watch: Watch = False,
    as_json: common.Json = False,
) -> None:
    """Replay recorded replies through the real agent and compare what the environment answers.

    Takes this project's trajectories and the episodes that the MINT benchmark publishes, each by the rules that it was
    played by. Exit code 1: something differs.
    """
    console = _console(as_json)
    recordings = read_recordings(file)
    if api is None and connect is None and all(recording.dialect == MINT.name for recording in recordings):
        api = "mint"
    options = common.environment_options(games, api, option)
    common.check_names(environment, options, sandbox=sandbox, connect=connect)
    with (
        _workplace(environment, options, sandbox=sandbox, connect=connect, out=out) as (session, record),
        _progress(console, len(recordings), record, shown=not watch) as advance,
    ):
        report = replay_recordings(session, recordings, on_episode=advance, on_event=_view(console, watch))
    if as_json:
        common.print_json(report)
    else:
        _print_comparison(console, report)
    if report.differences:
        raise typer.Exit(NOT_SOLVED)


def _print_comparison(console: Console, report: ReplayReport) -> None:
    console.print(f"{report.episodes} episodes: {report.outcomes_equal} outcomes equal")
    console.print(f"{report.turns} turns compared: {report.observations_equal} observations equal")
    console.print(f"{report.left_out} turns left out (solutions, verdicts, complaints)", style="dim")
    for difference in report.differences:
        where = "outcome" if difference.turn is None else f"turn {difference.turn + 1}"
        console.print(f"{difference.task}, {where}", style="bold", markup=False, soft_wrap=True)
        console.print(f"  expected: {difference.expected}", markup=False, style="green")
        console.print(f"  got:      {difference.got}", markup=False, style="red")
