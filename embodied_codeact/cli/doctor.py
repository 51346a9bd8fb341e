"""``doctor``: what this machine gives, and what to do about what it does not."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied_codeact.cli import common
from embodied_codeact.doctor import Report, examine
from embodied_codeact.registry import environment_names

INCOMPLETE = 1


@common.operator_errors
def doctor(as_json: common.Json = False) -> None:
    """Look at this machine: each layer of confinement, tried for real, and the packages. Exit code 1: the core lacks
    something."""
    report = examine()
    if as_json:
        value = {"ok": report.ok, "strict": report.strict, "checks": report.checks, "environments": environment_names()}
        common.print_json(value)
    else:
        _show(Console(highlight=False), report)
    if not report.ok:
        raise typer.Exit(INCOMPLETE)


def _show(console: Console, report: Report) -> None:
    table = Table("", "what", "", "found", box=None, pad_edge=False)
    group = ""
    for check in report.checks:
        needed = check.group != "extra"
        mark = Text("ok", "green") if check.ok else Text("missing", "red" if needed else "yellow")
        detail = check.detail if check.ok or not check.remedy else f"{check.detail}; {check.remedy}"
        table.add_row(check.group if check.group != group else "", check.name, mark, Text(detail))
        group = check.group
    console.print(table)
    console.print(f"environments: {', '.join(environment_names())}")
    if report.strict:
        console.print("scripts are confined by all layers (--sandbox strict)", style="green")
    else:
        console.print(
            "scripts cannot be confined by all layers here: strict refuses to run, --sandbox best uses what there is",
            style="yellow",
        )
