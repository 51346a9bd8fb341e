"""``experiment training``: one small model for each form of action, trained alike, and one for all of them.

The controlled experiment behind CodeAct's claim: the same tasks, the same teachers, the same model and the same budget
of tokens, so that only the form of action differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from embodied_codeact.agent import ACTION_DIALECTS
from embodied_codeact.cli import common
from embodied_codeact.cli.collect import CollectWishes, collect_episodes, end_with, print_collection
from embodied_codeact.cli.episodes import console_for
from embodied_codeact.cli.evaluation import TwoWorkers
from embodied_codeact.cli.evaluation_run import Wishes, evaluation
from embodied_codeact.cli.report import print_report, write_page
from embodied_codeact.cli.train import train_model
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.plan import Selection
from embodied_codeact.evaluation.report import make_report
from embodied_codeact.evaluation.report.files import as_plain, write_markdown
from embodied_codeact.evaluation.run_folder import write_whole
from embodied_codeact.evaluation.scored_run import read_scored_runs
from embodied_codeact.evaluation.suite_files import find_suite
from embodied_codeact.instruct.conversations import COLLECTION, CONVERSATIONS, read_conversations
from embodied_codeact.instruct.recipes import find_recipe
from embodied_codeact.training.checkpoints import MANIFEST, Training, read_training
from embodied_codeact.training.recipe import Recipe, read_recipe

FORMATS = tuple(ACTION_DIALECTS)
ALL = "all"
"""The model that is trained on every form, with the budget of one."""
DATA, MODELS, RUNS = "data", "models", "runs"
_USUAL = "formats"
_STEPS = {"sequence_length": "4096", "batch_size": "1", "micro_batch_size": "1", "learning_rate": "2e-3"}
"""An episode by JSON or text does not fit into less; with so few tokens, many small steps teach more than few large
ones."""


@common.operator_errors
def training(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for all that is made.", file_okay=False)],
    recipe: Annotated[str, typer.Option(help="Recipe of the data, with sources of every form of action.")] = _USUAL,
    suite: Annotated[str, typer.Option(help="Suite that the models are measured on.")] = _USUAL,
    preset: Annotated[str, typer.Option(help="How each model is trained.")] = "embedded",
    option: Annotated[
        list[str] | None, typer.Option("--option", "-o", metavar="KEY=VALUE", help="Change the preset, for all alike.")
    ] = None,
    tokens: Annotated[int, typer.Option(min=1, help="Tokens that each model is trained on.")] = 3_000_000,
    share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Only this share of the recipe's episodes.")
    ] = None,
    per_type: Annotated[int | None, typer.Option(min=1, help="Only the first so many tasks of each type.")] = None,
    workers: TwoWorkers = 2,
    sandbox: common.Sandbox = "strict",
    as_json: common.Json = False,
) -> None:
    """Train one model on each form of action, and one on all, with the same budget; measure all on the same tasks.

    The same command goes on where it was cut short. It writes report.html, report.md and training.json.
    """
    console = console_for(as_json)
    changes = {**_STEPS, **common.environment_options(option), "tokens": str(tokens)}
    settings = read_recipe(preset, changes)
    _check(recipe, suite)
    data = out / DATA
    going_on = (data / COLLECTION).exists()
    asked = CollectWishes(recipe, data, workers=workers, share=share, sandbox=sandbox, resume=going_on)
    collected = collect_episodes(asked, console)
    print_collection(console, collected)
    end_with(collected)
    runs: list[Path] = []
    trained: dict[str, Training] = {}
    not_scored = 0
    for name in (*FORMATS, ALL):
        model = out / MODELS / name
        console.print(f"training on {name}", style="bold", markup=False)
        trained[name] = _train(_part(data, name), settings, preset, model)
        for action in FORMATS if name == ALL else (name,):
            wishes = Wishes(
                suite=suite,
                selection=Selection(per_type=per_type),
                model=f"hf:{model}",
                action=action,
                workers=workers,
                sandbox=sandbox,
                out=out / RUNS / f"{name}-{action}",
                resume=True,
            )
            console.print(f"measuring {name}, {action}", style="bold", markup=False)
            with evaluation(wishes, console, None) as run:
                run.runner.run()
                not_scored += len(run.runner.given_up)
            runs.append(out / RUNS / f"{name}-{action}")
    made = make_report(read_scored_runs(runs), compare=True)
    write_markdown(made, out / "report.md")
    write_page(console, made, out / "report.html")
    write_whole(out / MANIFEST, msgspec.json.format(msgspec.json.encode(trained), indent=1) + b"\n")
    if as_json:
        common.print_json({"training": trained, "report": as_plain(made)})
    else:
        _say(console, trained)
        print_report(console, made)
        console.print(f"written: {out / 'report.html'}, {out / 'report.md'}", markup=False, soft_wrap=True)
    if not_scored:
        common.print_error(f"{not_scored} episodes were failed by the system and are not scored; run it again for them")
        raise typer.Exit(OperatorError.exit_code)


def _check(recipe: str, suite: str) -> None:
    """See that both are there, and that there is something to learn each form from."""
    there = {source.action for source in find_recipe(recipe).sources}
    if missing := [action for action in FORMATS if action not in there]:
        raise ConfigurationError(f"the recipe {recipe!r} has no source with action: {missing[0]}")
    if find_suite(suite) is None:
        raise ConfigurationError(f"{suite!r} is an environment: name a suite of it")


def _part(data: Path, name: str) -> Path:
    """The conversations of one form of action, in a file of their own."""
    if name == ALL:
        return data
    file = data.parent / f"{DATA}-{name}.jsonl"
    write_whole(file, b"".join(_lines(data, name)))
    return file


def _lines(data: Path, name: str) -> Iterator[bytes]:
    for conversation in read_conversations(data / CONVERSATIONS):
        if conversation.action_format == name:
            yield msgspec.json.encode(conversation) + b"\n"


def _train(data: Path, settings: Recipe, preset: str, out: Path) -> Training:
    """Train a model, go on with it, or return what came of it before."""
    return train_model([data], settings, out, preset=preset, resume=read_training(out) is not None)


def _say(console: Console, trained: dict[str, Training]) -> None:
    """What each model was trained on."""
    table = Table("trained on", "conversations", "tokens of them", "tokens read", "passes", "loss", "seconds")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, training in trained.items():
        counts, result = training.counts, training.result
        numbers = (counts["trained_on"], counts["tokens"], result["tokens"])
        passes = result["tokens"] / counts["tokens"]
        measured = (f"{passes:.2f}", f"{result['last_loss']:.4f}", f"{result['seconds']:,.0f}")
        table.add_row(name, *(f"{number:,}" for number in numbers), *measured)
    console.print(table)
