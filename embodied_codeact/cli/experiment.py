"""``experiment formats``: code, JSON and text actions on the same tasks with the same budget, in one report.

This is the experiment of the CodeAct paper (arXiv 2402.01030, tables 2 and 3), on bodies: tasks of one primitive call,
tasks that take several, and the household.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from embodied_codeact.agent.limits import CALL_TURNS
from embodied_codeact.cli import agents, common
from embodied_codeact.cli.episodes import console_for
from embodied_codeact.cli.evaluation import Workers
from embodied_codeact.cli.evaluation_engines import check_together
from embodied_codeact.cli.evaluation_run import Wishes, evaluation
from embodied_codeact.cli.experiment_training import training
from embodied_codeact.cli.report import print_report, write_page
from embodied_codeact.errors import OperatorError
from embodied_codeact.evaluation.plan import Selection
from embodied_codeact.evaluation.report import make_report
from embodied_codeact.evaluation.report.files import as_plain, write_markdown
from embodied_codeact.evaluation.scored_run import read_scored_runs
from embodied_codeact.evaluation.suite_files import find_suite

FORMATS = ("code", "json", "text")
SUITES = ("atomic", "compositional", "household")

app = typer.Typer(help="Experiments of several runs, in one report.", add_completion=False)
app.command("training")(training)

Suites = Annotated[
    list[str] | None, typer.Option("--suite", help="Suite; may be repeated.", show_default=", ".join(SUITES))
]
Engine = Annotated[str, typer.Option(help="What attempts the episodes: local or ray.")]
Turns = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Turns of an episode, for all forms of action alike.",
        show_default=f"the suite's, where they are the same for all forms; else {CALL_TURNS}",
    ),
]
Video = Annotated[bool, typer.Option("--video", help="Film the episodes whose worlds can be filmed.")]
PerType = Annotated[int | None, typer.Option(min=1, help="Only the first so many tasks of each type.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the first so many tasks of a suite.")]


@app.callback()
def experiment() -> None:
    """Experiments of several runs, in one report."""


@app.command("formats")
@common.operator_errors
def formats(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the runs and the report.", file_okay=False)],
    model: common.Model = "expert",
    model_option: agents.ModelOption = None,
    suite: Suites = None,
    per_type: PerType = None,
    limit: Limit = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Seeds of each task.", show_default="the suite's")] = None,
    max_turns: Turns = None,
    max_tokens: agents.MaxTokens = None,
    max_seconds: agents.MaxSeconds = None,
    reply_tokens: agents.ReplyTokens = None,
    context_tokens: agents.ContextTokens = None,
    script_timeout: common.ScriptTimeout = 60.0,
    workers: Workers = None,
    parallel: Annotated[int, typer.Option(min=1, help="Episodes at a time in each process, with one model.")] = 1,
    engine: Engine = "local",
    patience: Annotated[float, typer.Option(min=0, help="Seconds that an endpoint may be silent.")] = 3600.0,
    sandbox: common.Sandbox = "strict",
    video: Video = False,
    as_json: common.Json = False,
) -> None:
    """Have one model act by code, by JSON and by text, with the same tasks and budgets, and compare.

    Each suite and form is a run below --out. The same command goes on where it was cut short, and writes report.html
    and report.md. With the expert, the report is the floor of turns and tokens that each form needs.
    """
    console = console_for(as_json)
    runs: list[Path] = []
    not_scored = 0
    for name in suite or SUITES:
        for action in FORMATS:
            wishes = Wishes(
                suite=name,
                selection=Selection(per_type=per_type, limit=limit, seeds=seeds),
                model=model,
                model_options=agents.key_values(model_option),
                action=action,
                limits={"turns": max_turns or _turns(name), "tokens": max_tokens, "seconds": max_seconds}
                | {"reply_tokens": reply_tokens, "context_tokens": context_tokens, "script_timeout_s": script_timeout},
                sandbox=sandbox,
                lanes=parallel,
                workers=workers,
                engine=engine,
                patience_s=patience,
                out=out / f"{Path(name).stem}-{action}",
                resume=True,
                video=video,
            )
            check_together(wishes)
            console.print(f"{name}, {action}", style="bold", markup=False)
            not_scored += _run(wishes, console)
            runs.append(out / f"{Path(name).stem}-{action}")
    made = make_report(read_scored_runs(runs), compare=True)
    write_markdown(made, out / "report.md")
    write_page(console, made, out / "report.html")
    if as_json:
        common.print_json(as_plain(made))
    else:
        print_report(console, made)
        console.print(f"written: {out / 'report.html'}, {out / 'report.md'}", markup=False, soft_wrap=True)
    if not_scored:
        common.print_error(f"{not_scored} episodes were failed by the system and are not scored; run it again for them")
        raise typer.Exit(OperatorError.exit_code)


def _turns(suite: str) -> int:
    """How many turns a suite gives to all forms of action alike."""
    found = find_suite(suite)
    turns = {} if found is None else found.turns
    return turns["code"] if len(turns) == len(FORMATS) and len(set(turns.values())) == 1 else CALL_TURNS


def _run(wishes: Wishes, console: Console) -> int:
    """Attempt what is missing of one run; return how many episodes were given up."""
    with evaluation(wishes, console, None) as run:
        run.runner.run()
        return len(run.runner.given_up)
