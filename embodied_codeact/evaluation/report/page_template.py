"""Fills the template of the page, ``page/page.html.j2``, with ``page.css`` and the scripts in it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from embodied_codeact.evaluation.report import plot_budget, plot_costs, plot_layout, plot_success, words
from embodied_codeact.evaluation.report.page_data import PageData
from embodied_codeact.evaluation.report.report import Report
from embodied_codeact.evaluation.report.svg import printable
from embodied_codeact.evaluation.scored_run import ScoredRun

_SCRIPTS = ("elements", "data", "wording", "table", "python", "episode", "addresses")
"""In this order they become one script, whose names nobody else sees."""


def page_pieces(
    report: Report, page: Path, *, embed_videos: bool, on_episode: Callable[[int, int], None] | None
) -> Iterator[str]:
    """Yield the page piece by piece. ``page`` is where it will lie: links to videos are from there.

    Raises:
        ConfigurationError: an episode cannot be read.
        OSError: a video that is to be embedded cannot be read.
    """
    groups = [group for run in report.runs for group in run.groups]
    return (
        _templates()
        .get_template("page.html.j2")
        .generate(
            title=_title(report.runs),
            report=report,
            groups=groups,
            places={group.name: place for place, group in enumerate(groups)},
            references=plot_budget.references(report.published, [group.model for group in groups]),
            episodes=sum(len(run.facts) for run in report.runs),
            style=Markup(_read("page.css")),
            script=_script(),
            key=plot_layout.key,
            success_by=plot_success.success_by,
            budget_curve=plot_budget.budget_curve,
            costs=plot_costs.costs,
            pair=plot_success.pair,
            words=words,
            blocks=PageData(report.runs, page, embed_videos=embed_videos, on_episode=on_episode).blocks(),
        )
    )


def _script() -> Markup:
    parts = "\n".join(_read(f"{name}.js") for name in _SCRIPTS)
    return Markup(f'\n"use strict";\n(() => {{\n{parts}}})();\n')


def _title(runs: Sequence[ScoredRun]) -> str:
    """What was attempted, by the suites' titles."""
    titles = [run.run.manifest.suite.title if run.run.manifest is not None else "" for run in runs]
    return ", ".join(dict.fromkeys(title or run.suite for title, run in zip(titles, runs, strict=True)))


def _templates() -> jinja2.Environment:
    """Templates in which every value is text, unless it was made as markup, and a missing one is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        percent=words.percent,
        interval=words.interval,
        number=words.number,
        seconds=words.seconds,
        points=words.points,
        p_value=words.p_value,
        begun=_begun,
        breakable=_breakable,
        moment=_moment,
        sha256=_sha256,
    )
    return environment


def _shown(value: Any) -> Any:
    return printable(value) if type(value) is str else value


def _moment(stamp: str) -> str:
    """A time stamp as far as the second.

    >>> _moment("2026-01-02T03:04:05.678+00:00"), _moment("2026-01-02T03:04:05+09:00"), _moment("soon")
    ('2026-01-02 03:04:05 UTC', '2026-01-02 03:04:05 +09:00', 'soon')
    """
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)[.\d]*(Z|[+-]\d\d:\d\d)?", stamp)
    if found is None:
        return stamp
    zone = "UTC" if found[3] in ("Z", "+00:00") else found[3] or ""
    return f"{found[1]} {found[2]} {zone}".rstrip()


def _begun(run: ScoredRun) -> str:
    """When a run began: as its manifest says, or else its first episode."""
    stamp = run.run.manifest.started_at if run.run.manifest is not None else ""
    return stamp or min((facts.started_at for facts in run.facts if facts.started_at), default="")


def _breakable(name: str) -> Markup:
    """A long name, which may be broken after a sign between its words."""
    return Markup("<wbr>").join(piece for piece in re.split(r"(?<=[_/\-.:])", printable(name)) if piece)


def _sha256(text: str) -> str:
    """How a Content-Security-Policy names what may run."""
    return base64.b64encode(hashlib.sha256(str(text).encode()).digest()).decode("ascii")


def _read(name: str) -> str:
    return files("embodied_codeact.evaluation.report").joinpath("page", name).read_text(encoding="utf-8")
