"""``eval``: many episodes, kept and summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from embodied_codeact.cli import agents, common
from embodied_codeact.cli.console import printable
from embodied_codeact.cli.episodes import Watch, console_for, view_on
from embodied_codeact.cli.evaluation_engines import check_together, engine_names
from embodied_codeact.cli.evaluation_run import EvaluationRun, Wishes, evaluation
from embodied_codeact.errors import OperatorError
from embodied_codeact.evaluation import EvaluationReport, score
from embodied_codeact.evaluation.engine import Fault
from embodied_codeact.evaluation.plan import Selection

RecordTo = Annotated[
    Path | None, typer.Option(metavar="FILE.mcap", help="Record all episodes to this MCAP file.", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR|FILE.jsonl",
        help="Keep the run in this folder, to be resumed and reported on; or append its episodes to this file.",
        show_default=False,
    ),
]
Seeds = Annotated[
    int | None,
    typer.Option(min=1, help="Attempt each task with so many consecutive seeds.", show_default="the suite's, or 1"),
]


def _workers_option(usual: str | bool) -> Any:
    return typer.Option("--workers", "-w", min=1, help="Processes, each on a core of its own.", show_default=usual)


Workers = Annotated[int | None, _workers_option("one on all cores; with Ray one for each CPU")]
TwoWorkers = Annotated[int | None, _workers_option(True)]
EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="What attempts the episodes: local or ray. (Of the household also what plays the games.)",
        show_default="local",
    ),
]
RayAddress = Annotated[
    str | None, typer.Option(help="The Ray cluster to use.", show_default="RAY_ADDRESS, or one on this machine")
]
RayGpus = Annotated[
    float | None, typer.Option(min=0, help="GPUs of each Ray worker, also a part of one.", show_default="0")
]
Patience = Annotated[
    float, typer.Option(min=0, help="Seconds that a model's endpoint may be without an answer before the run ends.")
]


@common.operator_errors
def evaluate_command(
    suite: Annotated[str, typer.Argument(help="Suite, YAML file of one, or environment.", show_default=False)],
    model: common.Model = "expert",
    model_option: agents.ModelOption = None,
    action: agents.ActionOption = "code",
    games: Annotated[str | None, common.games_option("the suite's own")] = None,
    api: common.Api = None,
    engine: EngineName = None,
    feedback: common.Feedback = None,
    option: common.Option = None,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be repeated.")] = None,
    per_type: Annotated[int | None, typer.Option(min=1, help="Only the first so many tasks of each type.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many tasks.")] = None,
    seed: Annotated[int | None, typer.Option(help="First seed.", show_default="the task's own")] = None,
    seeds: Seeds = None,
    max_turns: agents.MaxTurns = None,
    max_calls: agents.MaxCalls = None,
    user: agents.UserOption = None,
    approve: agents.Approve = None,
    max_tokens: agents.MaxTokens = None,
    max_seconds: agents.MaxSeconds = None,
    reply_tokens: agents.ReplyTokens = None,
    context_tokens: agents.ContextTokens = None,
    script_timeout: common.ScriptTimeout = 60.0,
    workers: Workers = None,
    parallel: Annotated[int, typer.Option(min=1, help="Episodes at a time in each process, with one model.")] = 1,
    ray_address: RayAddress = None,
    ray_gpus: RayGpus = None,
    patience: Patience = 3600.0,
    sandbox: common.Sandbox = "strict",
    connect: common.Connect = None,
    key: common.Key = None,
    server_key: common.ServerKey = None,
    out: Out = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in --out: only what is missing.")
    ] = False,
    video: Annotated[bool, typer.Option("--video", help="Film the episodes whose worlds can be filmed.")] = False,
    record_to: RecordTo = None,
    watch: Watch = False,
    as_json: common.Json = False,
) -> None:
    """Attempt a suite's tasks, keep every episode, and sum up.

    With --out DIR a run that was cut short goes on with --resume: nothing is lost, nothing is done twice. Exit code 3:
    an episode was failed by the system, so it is not scored.
    """
    console = console_for(as_json)
    run_engine, game_engine = engine_names(engine)
    wishes = Wishes(
        suite=suite,
        options=common.environment_options(option, games=games, api=api, engine=game_engine, feedback=feedback),
        selection=Selection(tasks=task or [], per_type=per_type, limit=limit, seed=seed, seeds=seeds),
        model=model,
        model_options=agents.key_values(model_option),
        action=action,
        user=agents.simulated_user_model(user),
        approve=approve,
        limits={"turns": max_turns, "calls": max_calls, "tokens": max_tokens, "seconds": max_seconds}
        | {"reply_tokens": reply_tokens, "context_tokens": context_tokens, "script_timeout_s": script_timeout},
        sandbox=sandbox,
        lanes=parallel,
        workers=workers,
        engine=run_engine,
        ray_address=ray_address,
        ray_gpus=ray_gpus,
        patience_s=patience,
        out=out,
        resume=resume,
        video=video,
        connect=connect,
        security=common.keys_for(connect, key, server_key),
        record_to=record_to,
        watch=watch,
    )
    check_together(wishes)
    with evaluation(wishes, console, view_on(console, watch)) as run:
        try:
            run.runner.run()
        except BaseException:
            _print_partial(console, run)
            raise
        report = _report(run)
    if as_json:
        common.print_json(report)
    else:
        _print_report(console, report)
        if out is not None:
            console.print(f"{'trajectories' if wishes.file else 'run'}: {out}", markup=False, soft_wrap=True)
    if report.not_scored:
        common.print_error(_not_scored(report))
        raise typer.Exit(OperatorError.exit_code)


def _report(run: EvaluationRun) -> EvaluationReport:
    """The figures of all episodes that were kept, also before the run was resumed."""
    report = score(run.store.run.episodes())
    faults = run.runner.given_up
    return replace(report, not_scored=len(faults), errors=_messages(faults))


def _messages(faults: Sequence[Fault]) -> dict[str, int]:
    in_order = sorted(faults, key=lambda fault: fault.trial.index)
    return dict(Counter(fault.message for fault in in_order))


def _print_partial(console: Console, run: EvaluationRun) -> None:
    """Where an evaluation is cut short, sum up the episodes that came to their end."""
    run.progress.stop()
    report = _report(run)
    if report.episodes:
        console.print(f"stopped after {report.episodes} of {len(run.plan.trials)} episodes:", style="yellow")
        _print_report(console, report)
    if report.not_scored:
        console.print(printable(_not_scored(report)), style="yellow", markup=False, soft_wrap=True)
    if run.folder is not None:
        console.print(f"the same command with --resume goes on: {run.folder}", markup=False, soft_wrap=True)


def _not_scored(report: EvaluationReport) -> str:
    total = report.episodes + report.not_scored
    first = next(iter(report.errors))
    return f"{report.not_scored} of {total} episodes ended with an error and are not scored; the first: {first}"


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
    if report.unjudged:
        console.print(f"{report.unjudged} more episodes are not judged: a person ended them, or they have no goal")
