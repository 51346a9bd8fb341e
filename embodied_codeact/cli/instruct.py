"""``instruct``: what collections hold, mixtures of them, and files that other programs read."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich import box
from rich.measure import Measurement
from rich.table import Table

from embodied_codeact.cli import common
from embodied_codeact.cli.console import printable
from embodied_codeact.cli.episodes import console_for
from embodied_codeact.instruct.conversations import CONVERSATIONS
from embodied_codeact.instruct.exporting import ExportFormat, Untrained, export, format_of, written_files
from embodied_codeact.instruct.files import refuse_collection, refuse_input
from embodied_codeact.instruct.general import read_any
from embodied_codeact.instruct.mixing import Ingredient, mix
from embodied_codeact.instruct.statistics import CHARS_PER_TOKEN, Row, describe, load_counter

app = typer.Typer(help="Describe, mix and export conversations to train on.")

_ANY_WIDTH = 10_000
_HEADER = ("", "conversations", "turns", "tokens", "tokens\neach", "learnt\ntokens", "recovered\nerrors")


@app.command("stats")
@common.operator_errors
def stats(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Folders of collections, or files of conversations.")
    ],
    tokenizer: Annotated[
        str | None,
        typer.Option(
            metavar="PATH_OR_ID",
            help="Tokenizer that counts: a tokenizer.json, a folder with one, or the id of a model.",
            show_default="(tokens are estimated from characters)",
        ),
    ] = None,
    as_json: common.Json = False,
) -> None:
    """Count conversations, turns and tokens by source and by form of action, and the errors recovered from."""
    count = load_counter(tokenizer) if tokenizer is not None else None
    found = describe(itertools.chain.from_iterable(map(read_any, paths)), count, tokenizer or "")
    if as_json:
        common.print_json(
            {
                "tokenizer": found.tokenizer or None,
                "total": _plain(found.total),
                "by_source": [_plain(row) for row in found.by_source],
                "by_format": [_plain(row) for row in found.by_format],
            }
        )
        return
    console = console_for(as_json)
    for title, rows in (("By source", [*found.by_source, found.total]), ("By form of action", found.by_format)):
        table = Table(title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
        for place, name in enumerate(_HEADER):
            table.add_column(name, justify="right" if place else "left", no_wrap=True, vertical="bottom")
        for row in rows:
            table.add_row(*_cells(row))
        # Nothing is cut off: what is wider than the terminal is wrapped by that.
        table.width = Measurement.get(console, console.options.update(max_width=_ANY_WIDTH), table).maximum
        console.print(table, crop=False, soft_wrap=True)
    counted = f"counted by {found.tokenizer}" if found.tokenizer else f"estimated, {CHARS_PER_TOKEN} characters each"
    console.print(printable(f"Tokens are {counted}."), markup=False, soft_wrap=True)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        printable(row.name),
        f"{row.conversations:,}",
        f"{row.mean_turns:.2f}",
        f"{row.tokens:,}",
        f"{row.mean_tokens:,.0f}",
        f"{row.learnt_tokens:,}",
        f"{100 * row.recovered_share:.1f} %",
    )


def _plain(row: Row) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(row),
        "mean_turns": row.mean_turns,
        "mean_tokens": row.mean_tokens,
        "recovered_share": row.recovered_share,
    }


@app.command("mix")
@common.operator_errors
def mix_command(
    add: Annotated[
        list[str],
        typer.Option(
            metavar="PATH[=AMOUNT]",
            help="A collection, or chat JSON Lines or Parquet of your own; 500 takes so many conversations of it, "
            "0.5 half of them, 2.0 each twice. Again for more.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the mixture.", show_default=False)],
    seed: Annotated[int, typer.Option(help="Chooses the conversations and their order.")] = 0,
    as_json: common.Json = False,
) -> None:
    """Mix collections with one another and with general conversations of your own."""
    mixed = mix([Ingredient.parse(text) for text in add], out, seed)
    total = sum(part.taken for part in mixed)
    if as_json:
        common.print_json({"out": str(out), "conversations": total, "parts": mixed})
        return
    console = console_for(as_json)
    for part in mixed:
        share = 100 * part.taken / total if total else 0.0
        told = f"{part.path}: {part.taken:,} of {part.available:,} conversations, {share:.1f} % of the mixture"
        console.print(printable(told), markup=False, soft_wrap=True)
    console.print(printable(f"written: {out} ({total:,} conversations)"), markup=False, soft_wrap=True)


@app.command("export")
@common.operator_errors
def export_command(
    path: Annotated[Path, typer.Argument(help="Folder of a collection, or file of conversations.", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write.", dir_okay=False, show_default=False)],
    form: Annotated[
        ExportFormat | None,
        typer.Option(
            "--format",
            help="Chat JSON Lines, Parquet, or ChatML as text.",
            show_default="parquet for a name that ends so, else jsonl",
        ),
    ] = None,
    split: Annotated[
        float,
        typer.Option(min=0.0, max=0.9, help="Share of the conversations that goes to a file of its own, FILE-test."),
    ] = 0.0,
    untrained: Annotated[
        Untrained,
        typer.Option(
            help="Conversations with replies that are not to be learnt: keep them whole, drop them, or split all "
            "conversations into prompts and the replies to be learnt.",
        ),
    ] = "keep",
    as_json: common.Json = False,
) -> None:
    """Write conversations as datasets, TRL and others read them."""
    for target in written_files(out, split):
        refuse_input(target, path)
        if target.name == CONVERSATIONS:
            refuse_collection(target.parent)
    written = export(read_any(path), out, form or format_of(out), split=split, untrained=untrained)
    if as_json:
        common.print_json({"files": written})
        return
    console = console_for(as_json)
    for file in written:
        left_out = f", {file.left_out:,} conversations left out" if file.left_out else ""
        console.print(printable(f"written: {file.path} ({file.rows:,} rows{left_out})"), markup=False, soft_wrap=True)
