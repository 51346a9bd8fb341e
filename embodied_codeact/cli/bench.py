"""``bench``: our figures and their references, side by side from one run."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from embodied_codeact.bench import bench_bridge, bench_interpreter
from embodied_codeact.bench.evaluation import bench_evaluation
from embodied_codeact.bench.stopping import StopFigure, bench_stop
from embodied_codeact.bridge.local import local_session
from embodied_codeact.cli import common
from embodied_codeact.contracts import ChecksItself, Measure
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.registry import benchmark_names, convert_options, environment_names, load_benchmark

SUBJECTS = ("interpreter", "bridge", "stop", "hf", "evaluation")
ARM = "tabletop"
"""Whose joint states are measured while its camera streams, where it is installed."""


@common.operator_errors
def bench(
    subject: Annotated[
        str | None,
        typer.Argument(
            help="interpreter, bridge, stop (how soon an arm stands still), hf (models by transformers), "
            "evaluation, or an environment with a benchmark such as tabletop; the first two without it."
        ),
    ] = None,
    environment: Annotated[str, typer.Option(help="Environment behind the bridge.")] = "household",
    sandbox: common.Sandbox = "strict",
    controller: Annotated[
        list[str] | None,
        typer.Option(help="For stop: a controller of ours by name, or the path of a program. Again for more."),
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(help="For stop: only faults whose names hold this. Again for more.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="For stop: how often each fault happens.")] = 20,
    check: Annotated[
        bool, typer.Option("--check", help="For an environment: compare it with its reference instead of timing it.")
    ] = False,
    games: Annotated[str | None, typer.Option(help="For household: game file, or folder of games.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            "-o",
            metavar="KEY=VALUE",
            help="For an environment: an option of it, or with --check, of the check.",
        ),
    ] = None,
    as_json: common.Json = False,
) -> None:
    """Measure, and print each figure beside its reference. Timings depend on the machine; compare the ratios."""
    if subject is not None and subject not in (subjects := [*SUBJECTS, *benchmark_names()]):
        raise ConfigurationError(unknown_name("subject", subject, subjects))
    given = common.environment_options(games=games, options=option)
    if (check or given) and (subject is None or subject in SUBJECTS):
        raise ConfigurationError("--check, --games and -o are for an environment: name one, as in 'bench household'")
    if check and subject is not None:
        _check(subject, given, as_json=as_json)
        return
    mode = common.check_sandbox(sandbox)
    if subject == "stop":
        _bench_stop(controller or ["tabletop"], fault or [], rounds, as_json=as_json)
        return
    measures: list[Measure] = []
    if subject in (None, "interpreter"):
        figures = bench_interpreter(mode)
        if subject is not None and as_json:
            common.print_json(figures)
            return
        for missing in figures.left_out:
            typer.echo(f"left out: {missing}", err=True)
        measures += figures.measures
    if subject in (None, "bridge"):
        arm = ARM if ARM in environment_names() else None
        measures += bench_bridge(environment, mode, arm=arm)
    if subject == "evaluation":
        measures += bench_evaluation(mode)
    if subject == "hf":
        measures += _bench_hf()
    if subject is not None and subject not in SUBJECTS:
        benchmark = load_benchmark(subject)
        with local_session(subject, {**benchmark.options, **given}, sandbox=mode) as client:
            measures += benchmark.measure(client)
    if as_json:
        common.print_json(measures)
        return
    table = Table("ours", "value", "reference", "value", "ratio")
    for column in (1, 3, 4):
        table.columns[column].justify = "right"
    for measure in measures:
        table.add_row(
            measure.name,
            _amount(measure.value, measure.unit),
            measure.reference,
            "" if measure.reference_value is None else _amount(measure.reference_value, measure.unit),
            "" if measure.ratio is None else f"{measure.ratio:.2f}",
        )
    Console(highlight=False).print(table)


def _check(environment: str, given: dict[str, Any], *, as_json: bool) -> None:
    benchmark = load_benchmark(environment)
    if not isinstance(benchmark, ChecksItself):
        raise ConfigurationError(f"{environment} has no check: leave --check out")
    options = convert_options(benchmark.check_options, given, f"the check of {environment}")
    # It takes many minutes: whoever waits is told how far it is.
    report = benchmark.check(options, lambda line: typer.echo(line, err=True))
    if as_json:
        common.print_json(report)
    else:
        for line in report.lines():
            typer.echo(line)
    if not report.passed:
        raise typer.Exit(1)


def _bench_stop(controllers: list[str], faults: list[str], rounds: int, *, as_json: bool) -> None:
    def tell(figure: StopFigure) -> None:
        # Also beside JSON: it takes many minutes, and what is known by then is not to be lost if it fails.
        typer.echo(f"{figure.controller}: {figure.fault}: {_outcome(figure)}", err=as_json)

    figures = bench_stop(controllers, rounds=rounds, faults=faults, on_figure=tell)
    if as_json:
        common.print_json([{"met": figure.met, **msgspec.structs.asdict(figure)} for figure in figures])
    if not all(figure.met or figure.left_out for figure in figures):
        raise typer.Exit(1)


def _outcome(figure: StopFigure) -> str:
    if figure.left_out:
        return f"left out, {figure.left_out}"
    counts = f"latched {figure.latched}, next refused {figure.refused}, still when cleared {figure.still}"
    return (
        f"{'met' if figure.met else 'NOT MET'}: at rest after {figure.worst_ms:.0f} ms at worst of {figure.rounds} "
        f"(median {figure.median_ms:.0f}, allowed {figure.within_ms:.0f}); {counts}"
        f"{f'; {figure.beyond}' if figure.beyond else ''}"
    )


def _bench_hf() -> list[Measure]:
    try:
        from embodied_codeact.models.hf.bench import bench_hf
    except ImportError as error:
        raise ConfigurationError(
            f"hf: models need a package that is not installed ({error}): pip install 'embodied-codeact[models]'"
        ) from error
    return bench_hf()


def _amount(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:,.3g} {unit}"
