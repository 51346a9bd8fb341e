"""``train``: a model from conversations."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from embodied_codeact.cli import common
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.training.recipe import Recipe, read_recipe

if TYPE_CHECKING:
    from embodied_codeact.training.checkpoints import Training


@common.operator_errors
def train(
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATA...", help="Collections, or files of chat messages (JSON Lines, Parquet).", show_default=False
        ),
    ],
    preset: Annotated[str, typer.Option(help="embedded, mistral-7b or llama-2-7b.")] = "embedded",
    model: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Checkpoint to begin from.", show_default="the preset's own"),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run.", show_default=False)] = ...,  # type: ignore[assignment]
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in DIR.")] = False,
    option: Annotated[
        list[str] | None, typer.Option("--option", "-o", metavar="KEY=VALUE", help="Change the preset.")
    ] = None,
    as_json: common.Json = False,
) -> None:
    """Train a model on conversations: supervised, on the assistant's words only."""
    recipe = read_recipe(preset, common.environment_options(option), model)
    missing = [str(path) for path in data if not path.exists()]
    if missing:
        raise ConfigurationError(f"no such data: {', '.join(missing)}")
    finished = train_model(data, recipe, out, preset=preset, resume=resume)
    if os.environ.get("RANK", "0") != "0":
        return
    if as_json:
        common.print_json(finished)
    else:
        _say(finished.result, out)


def train_model(data: Sequence[Path], recipe: Recipe, out: Path, *, preset: str, resume: bool) -> Training:
    """Train a model, as :func:`embodied_codeact.training.run.run` does, with what that needs.

    Raises:
        ConfigurationError: a package is not installed, or as ``run``.
    """
    # Threads that wait spin first. To do so for long, as is usual, makes a busy machine five times slower; not to do so
    # at all makes an idle one slower by a quarter.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    try:
        from embodied_codeact.training.run import run
    except ImportError as error:
        raise ConfigurationError(
            f"training needs {error.name}, which is not installed: pip install 'embodied-codeact[train]'"
        ) from error
    return run(data, recipe, out, preset=preset, resume=resume)


def _say(result: dict[str, Any], out: Path) -> None:
    Console(highlight=False).print(
        f"{result['steps']} steps, {result['tokens']:,} tokens in {result['seconds']:,.0f} s "
        f"({result['tokens_per_second']:,.0f} tokens/s): loss {result['first_loss']:.3f} -> {result['last_loss']:.3f}\n"
        f"the model: hf:{out}",
        markup=False,
        soft_wrap=True,
    )
