"""``bench``: our figures and their references, side by side from one run."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from embodied_codeact.bench import Measure, bench_bridge, bench_interpreter
from embodied_codeact.bridge.local import local_session
from embodied_codeact.cli import common
from embodied_codeact.errors import ConfigurationError, unknown_name

SUBJECTS = ("interpreter", "bridge")


@common.operator_errors
def bench(
    subject: Annotated[str | None, typer.Argument(help="interpreter or bridge; both without it.")] = None,
    environment: Annotated[str, typer.Option(help="Environment behind the bridge.")] = "household",
    sandbox: common.Sandbox = "strict",
    as_json: common.Json = False,
) -> None:
    """Measure, and print each figure beside its reference. Timings depend on the machine; compare the ratios."""
    if subject is not None and subject not in SUBJECTS:
        raise ConfigurationError(unknown_name("subject", subject, SUBJECTS))
    mode = common.check_sandbox(sandbox)
    measures: list[Measure] = []
    if subject in (None, "interpreter"):
        measures += bench_interpreter(mode)
    if subject in (None, "bridge"):
        with local_session(environment, sandbox=mode) as client:
            measures += bench_bridge(client)
    if as_json:
        common.print_json(measures)
        return
    table = Table("ours", "median", "reference", "median", "ratio")
    for column in (1, 3, 4):
        table.columns[column].justify = "right"
    for measure in measures:
        table.add_row(
            measure.name,
            f"{measure.ours_us:,.0f} us",
            measure.reference,
            f"{measure.reference_us:,.0f} us",
            f"{measure.ratio:.2f}",
        )
    Console(highlight=False).print(table)
