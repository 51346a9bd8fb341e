"""``run`` and ``replay``: one episode, and those that were recorded; what both share with ``eval``."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from embodied_codeact.agent import MINT, User
from embodied_codeact.agent.events import EventSink
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.security import ClientSecurity
from embodied_codeact.cli import agents, common
from embodied_codeact.cli.approval import approver_at
from embodied_codeact.cli.console import RunView, printable
from embodied_codeact.cli.recording import prepare_recording, recorded
from embodied_codeact.contracts import Episode
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation import ReplayReport, replay_recordings
from embodied_codeact.models import default_model
from embodied_codeact.registry import load_environment
from embodied_codeact.tasks import is_free
from embodied_codeact.trajectories import Recording as RecordedEpisode
from embodied_codeact.trajectories import TrajectoryWriter, read_recordings

NOT_SOLVED = 1

Watch = Annotated[bool, typer.Option("--watch", help="Show each episode as it happens.")]
Calls = Annotated[bool, typer.Option("--calls", help="Also show each primitive call.")]

RECORDINGS = Path("recordings")
Recording = Annotated[
    bool, typer.Option("--record", help=f"Write a video and a picture of each turn to {RECORDINGS}/.")
]
RecordTo = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR|FILE.mp4|FILE.mcap",
        help="Like --record, to this folder or file; or record everything to an MCAP file.",
        show_default=False,
    ),
]

Record = Callable[[Episode], None]


def console_for(as_json: bool) -> Console:
    """Where people read: standard error while standard output carries JSON."""
    return Console(stderr=as_json, highlight=False)


@contextlib.contextmanager
def _workplace(
    environment: str,
    options: dict[str, Any],
    sandbox: str,
    connect: str | None,
    security: ClientSecurity | None,
    out: Path | None,
) -> Iterator[tuple[EnvironmentClient, Record]]:
    """Open the session, and before it the file of trajectories: one that cannot be written is found before anything
    runs."""
    with (
        trajectories(out) as record,
        common.open_session(environment, options, sandbox=sandbox, connect=connect, security=security) as session,
    ):
        yield session, record


def _marks(options: Mapping[str, Any]) -> dict[str, Any]:
    """What an episode is to hold of the options of its environment, so that it can be replayed."""
    kept = {name: str(value) for name, value in options.items() if name != "record"}
    return {"options": kept} if kept else {}


@contextlib.contextmanager
def trajectories(out: Path | None) -> Iterator[Record]:
    """Yield what appends an episode to the file, where there is one."""
    if out is None:
        yield lambda _: None
        return
    with TrajectoryWriter(out) as writer:
        yield writer.write


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
    model: common.UsualModel = None,
    model_option: agents.ModelOption = None,
    action: agents.ActionOption = "code",
    games: common.Games = None,
    api: common.Api = None,
    engine: common.Engine = None,
    feedback: common.Feedback = None,
    option: common.Option = None,
    seed: common.Seed = None,
    max_turns: agents.MaxTurns = None,
    max_calls: agents.MaxCalls = None,
    user: agents.UserOption = None,
    approve: agents.Approve = None,
    max_tokens: agents.MaxTokens = None,
    max_seconds: agents.MaxSeconds = None,
    reply_tokens: agents.ReplyTokens = None,
    context_tokens: agents.ContextTokens = None,
    script_timeout: common.ScriptTimeout = 60.0,
    sandbox: common.Sandbox = "strict",
    connect: common.Connect = None,
    key: common.Key = None,
    server_key: common.ServerKey = None,
    out: common.Out = None,
    record: Recording = False,
    record_to: RecordTo = None,
    calls: Calls = False,
    as_json: common.Json = False,
) -> None:
    """Attempt one task and show every turn as it happens. Exit code 1: not solved."""
    console = console_for(as_json)
    options = common.environment_options(option, games=games, api=api, engine=engine, feedback=feedback)
    film = record_to or (RECORDINGS if record else None)
    prepare_recording(film, environment, options, connect=connect)
    common.check_names(environment, options, sandbox=sandbox, connect=connect)
    security = common.keys_for(connect, key, server_key)
    maker = agents.AgentMaker(
        environment,
        model or default_model(environment, action, options),
        action=action,
        model_options=model_option,
        user=user,
        approve=approve,
    )
    maker.limit(
        turns=max_turns,
        calls=max_calls,
        tokens=max_tokens,
        seconds=max_seconds,
        reply_tokens=reply_tokens,
        context_tokens=context_tokens,
        script_timeout_s=script_timeout,
    )
    with (
        contextlib.closing(maker),
        _workplace(environment, options, sandbox, connect, security, out) as (session, keep),
        recorded(console, session, film, RunView(console, show_calls=calls)) as (watched, view),
    ):
        description = session.describe()
        chosen = common.with_seed(common.choose_task(description.tasks, task), seed)
        agent = maker.make(view, real=description.real, user=_user_at(console), approver=approver_at(console))
        agent.marks = _marks(options)
        try:
            episode = agent.run(watched, chosen)
        finally:
            if agent.episode is not None:
                keep(agent.episode)
    if out is not None:
        console.print(f"trajectory: {out}", markup=False, soft_wrap=True)
    if as_json:
        common.print_json(_episode_summary(episode))
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


def view_on(console: Console, watch: bool) -> EventSink | None:
    """What shows episodes as they happen, where that is wanted."""
    return RunView(console) if watch else None


@contextlib.contextmanager
def progress(console: Console, total: int, record: Record, *, shown: bool) -> Iterator[Record]:
    """A bar that counts episodes and successes; yields the function that is told of each episode and records it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not shown) as progress:
        bar = progress.add_task("episodes", total=total)
        counts: Counter[str] = Counter()

        def advance(episode: Episode) -> None:
            record(episode)
            if episode.end == "user":
                return
            counts[_verdict(episode)] += 1
            progress.update(bar, advance=1, description=verdicts(counts))

        yield advance


def _verdict(episode: Episode) -> str:
    if episode.end == "error":
        return "not scored"
    if is_free(episode.task):
        return "not judged"
    return "solved" if episode.status.success else "not solved"


def verdicts(counts: Counter[str]) -> str:
    """How many episodes had which verdict, in words.

    >>> verdicts(Counter({"solved": 2, "not solved": 1, "not scored": 1})), verdicts(Counter({"not judged": 3}))
    ('2 of 3 solved, 1 not scored', '3 not judged')
    """
    judged = counts["solved"] + counts["not solved"]
    parts = [f"{counts['solved']} of {judged} solved"] if judged else []
    parts += [f"{counts[name]} {name}" for name in ("not judged", "not scored") if counts[name]]
    return ", ".join(parts)


@common.operator_errors
def replay(
    file: Annotated[Path, typer.Argument(help="Recorded episodes, JSON Lines or MCAP.", show_default=False)],
    environment: Annotated[
        str | None, typer.Option(help="Environment in which to replay.", show_default="the recorded one")
    ] = None,
    games: Annotated[str | None, common.games_option("as recorded")] = None,
    api: Annotated[
        str | None, typer.Option(help="API that the recorded scripts use.", show_default="mint for MINT's")
    ] = None,
    engine: common.Engine = None,
    feedback: common.Feedback = None,
    option: common.Option = None,
    sandbox: common.Sandbox = "strict",
    connect: common.Connect = None,
    key: common.Key = None,
    server_key: common.ServerKey = None,
    out: common.Out = None,
    watch: Watch = False,
    as_json: common.Json = False,
) -> None:
    """Replay recorded replies through the real agent and compare what the environment answers.

    Takes this project's trajectories and the episodes that the MINT benchmark publishes, each by the rules that it was
    played by. Exit code 1: something differs.
    """
    console = console_for(as_json)
    recordings = read_recordings(file)
    environment = environment or _recorded_environment(recordings)
    if api is None and connect is None and all(recording.dialect == MINT.name for recording in recordings):
        api = "mint" if "api" in load_environment(environment).options_type.__struct_fields__ else None
    options = common.environment_options(option, games=games, api=api, engine=engine, feedback=feedback)
    if connect is None:
        options = _with_recorded(options, recordings)
    common.check_names(environment, options, sandbox=sandbox, connect=connect)
    security = common.keys_for(connect, key, server_key)
    with (
        _workplace(environment, options, sandbox, connect, security, out) as (session, record),
        progress(console, len(recordings), record, shown=not watch) as advance,
    ):
        report = replay_recordings(
            session, recordings, on_episode=advance, on_event=view_on(console, watch), marks=_marks(options)
        )
    if as_json:
        common.print_json(report)
    else:
        _print_comparison(console, report)
    if report.differences:
        raise typer.Exit(NOT_SOLVED)


def _recorded_environment(recordings: Sequence[RecordedEpisode]) -> str:
    names = {recording.environment for recording in recordings}
    if len(names) == 1 and "" not in names:
        return names.pop()
    raise ConfigurationError("the recordings do not name one environment to replay them in: say --environment NAME")


def _with_recorded(given: dict[str, Any], recordings: Sequence[RecordedEpisode]) -> dict[str, Any]:
    """The options that the environment was played with, but for those that are given."""
    first, *others = [{**recording.options, **given} for recording in recordings]
    if any(options != first for options in others):
        raise ConfigurationError(
            "the recordings were played with different options of their environment: replay those of each in a file of "
            "their own"
        )
    return first


def _print_comparison(console: Console, report: ReplayReport) -> None:
    judged = f", {report.unjudged} not judged here" if report.unjudged else ""
    console.print(f"{report.episodes} episodes: {report.outcomes_equal} outcomes equal{judged}")
    console.print(f"{report.turns} turns compared: {report.observations_equal} observations equal")
    console.print(f"{report.left_out} turns left out (solutions, verdicts, complaints)", style="dim")
    for difference in report.differences:
        where = "outcome" if difference.turn is None else f"turn {difference.turn + 1}"
        console.print(printable(f"{difference.task}, {where}"), style="bold", markup=False, soft_wrap=True)
        console.print(printable(f"  expected: {difference.expected}"), markup=False, style="green")
        console.print(printable(f"  got:      {difference.got}"), markup=False, style="red")
