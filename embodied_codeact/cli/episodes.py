"""``run``, ``eval`` and ``replay``: episodes, one, many, and those that others recorded."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from embodied_codeact.agent import NATIVE, CodeActAgent, Limits
from embodied_codeact.agent.events import EventSink
from embodied_codeact.cli import common
from embodied_codeact.cli.console import RunView
from embodied_codeact.contracts import Episode, Task
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation import EvaluationReport, ReplayReport, evaluate, replay_recordings
from embodied_codeact.models import resolve_model
from embodied_codeact.trajectories import TrajectoryWriter, read_recordings

NOT_SOLVED = 1

Watch = Annotated[bool, typer.Option("--watch", help="Show each episode as it happens.")]
Calls = Annotated[bool, typer.Option("--calls", help="Also show each primitive call.")]


def _console(as_json: bool) -> Console:
    """Where people read: standard error while standard output carries JSON."""
    return Console(stderr=as_json, highlight=False)


def _print_json(value: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.flush()


def _ask_user(_text: str) -> str | None:
    """Answer the agent's message, which the view has shown; an empty line or the end of input leaves."""
    try:
        return input("your answer> ").strip() or None
    except EOFError:
        return None


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
    calls: Calls = False,
    as_json: common.Json = False,
) -> None:
    """Attempt one task and show every turn as it happens. Exit code 1: not solved."""
    console = _console(as_json)
    options = common.environment_options(games, api, option)
    common.check_names(environment, options, sandbox=sandbox, connect=connect)
    agent_model = resolve_model(model, environment)
    limits = Limits(turns=max_turns, tokens=max_tokens, seconds=max_seconds, script_timeout_s=script_timeout)
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(TrajectoryWriter(out)) if out is not None else None
        session = stack.enter_context(common.open_session(environment, options, sandbox=sandbox, connect=connect))
        chosen = common.choose_task(session.describe().tasks, task)
        agent = CodeActAgent(
            agent_model,
            dialect=NATIVE,
            limits=limits,
            user=_ask_user if sys.stdin.isatty() else None,
            on_event=RunView(console, show_calls=calls),
        )
        try:
            episode = agent.run(session, msgspec.structs.replace(chosen, seed=seed))
        finally:
            if writer is not None and agent.episode is not None:
                writer.write(agent.episode)
    if out is not None:
        console.print(f"trajectory: {out}", markup=False, soft_wrap=True)
    if as_json:
        _print_json(_episode_summary(episode))
    if not episode.status.success:
        raise typer.Exit(NOT_SOLVED)


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
    seed: common.Seed = 0,
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
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(TrajectoryWriter(out)) if out is not None else None
        session = stack.enter_context(common.open_session(environment, options, sandbox=sandbox, connect=connect))
        tasks = _select(session.describe().tasks, task, per_type, limit)
        view: EventSink | None = RunView(console) if watch else None

        def keep(episode: Episode) -> None:
            if writer is not None:
                writer.write(episode)
            advance(episode)

        advance = stack.enter_context(_progress(console, len(tasks), shown=not watch))
        report = evaluate(
            session,
            [msgspec.structs.replace(chosen, seed=seed) for chosen in tasks],
            lambda _: CodeActAgent(agent_model, limits=limits, on_event=view),
            keep,
        )
    if as_json:
        _print_json(report)
    else:
        _print_report(console, report)
        if out is not None:
            console.print(f"trajectories: {out}", markup=False, soft_wrap=True)


def _select(tasks: list[Task], wanted: list[str] | None, per_type: int | None, limit: int | None) -> list[Task]:
    chosen = [common.choose_task(tasks, name) for name in wanted] if wanted else list(tasks)
    if per_type is not None:
        chosen = common.one_per_type(chosen, per_type)
    if not chosen:
        raise ConfigurationError("the environment has no tasks")
    return chosen[:limit]


@contextlib.contextmanager
def _progress(console: Console, total: int, *, shown: bool) -> Any:
    """A bar that counts episodes and successes; yields the function that is told of each episode."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not shown) as progress:
        bar = progress.add_task("episodes", total=total)
        done = solved = 0

        def advance(episode: Episode) -> None:
            nonlocal done, solved
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
    api: Annotated[str, typer.Option(help="API that the recorded scripts use.")] = "mint",
    option: common.Option = None,
    sandbox: common.Sandbox = "strict",
    connect: common.Connect = None,
    out: common.Out = None,
    watch: Watch = False,
    as_json: common.Json = False,
) -> None:
    """Replay recorded replies through the real agent and compare what the environment answers.

    The rules are those of the MINT benchmark, from which such recordings come. Exit code 1: something differs.
    """
    console = _console(as_json)
    recordings = read_recordings(file)
    options = {} if connect is not None else common.environment_options(games, api, option)
    common.check_names(environment, options, sandbox=sandbox, connect=connect)
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(TrajectoryWriter(out)) if out is not None else None
        session = stack.enter_context(common.open_session(environment, options, sandbox=sandbox, connect=connect))
        advance: Callable[[Episode], None] = stack.enter_context(_progress(console, len(recordings), shown=not watch))

        def keep(episode: Episode) -> None:
            if writer is not None:
                writer.write(episode)
            advance(episode)

        report = replay_recordings(session, recordings, on_episode=keep, on_event=RunView(console) if watch else None)
    if as_json:
        _print_json(report)
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
