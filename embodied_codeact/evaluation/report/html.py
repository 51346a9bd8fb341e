"""A report as one page of HTML that needs nothing else: no network, no other file.

Summary, plots and tables are plain HTML. The episodes lie compressed in the page (:mod:`.blocks`); its script decodes
what is opened. All that models, scripts and environments said is data there, and text where it is shown; besides, the
page's Content-Security-Policy lets nothing run but its own script, and nothing be loaded.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from embodied_codeact.contracts import Episode
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.facts import EpisodeFacts, facts_of
from embodied_codeact.evaluation.report import plots, wording
from embodied_codeact.evaluation.report.blocks import Blocks, file_block
from embodied_codeact.evaluation.report.payload import view_of
from embodied_codeact.evaluation.report.report import Report
from embodied_codeact.evaluation.report.svg import printable
from embodied_codeact.evaluation.report.videos import Video, find_video
from embodied_codeact.evaluation.scored_run import Group, ScoredRun

OnEpisode = Callable[[int, int], None]
"""Hears how many episodes are written, and of how many."""


def write_report(report: Report, file: Path | str, *, videos: bool = False, on_episode: OnEpisode | None = None) -> None:
    """Write the page. The episodes are read once more, one after another; none of them is held. The file appears when it
    is complete.

    ``videos``: embed the videos of episodes, instead of linking those that lie near.

    Raises:
        ConfigurationError: a package of the extra ``report`` is missing, the file cannot be written, or an episode
            cannot be read.
        OperatorError: the disk is full.
    """
    page = Path(file)
    template = _templates().get_template("page.html.j2")
    groups = [group for run in report.runs for group in run.groups]
    data = _Data(report.runs, groups, page, embed=videos, on_episode=on_episode)
    names = {group.name: place for place, group in enumerate(groups)}
    chosen = plots.references(report.published, [group.model for group in groups])
    pieces = template.generate(
        title=_title(report.runs),
        report=report,
        groups=groups,
        places=names,
        references=chosen,
        episodes=sum(len(run.facts) for run in report.runs),
        style=_own("page.css"),
        script=_own("page.js"),
        plots=plots,
        wording=wording,
        blocks=data.blocks(),
    )
    _write(page, pieces)


def _write(page: Path, pieces: Iterator[str]) -> None:
    half = page.with_name(f".{page.name}.{os.getpid()}")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        out = half.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise ConfigurationError(f"cannot write the report to {page}: {error.strerror}") from error
    try:
        with out:
            out.writelines(pieces)
        half.replace(page)
    except OSError as error:
        raise OperatorError(f"cannot write the report to {page}: {error.strerror}") from error
    finally:
        half.unlink(missing_ok=True)


class _Data:
    """The blocks of a page: every episode that counts once, what they share, and the rows of the table."""

    def __init__(
        self,
        runs: Sequence[ScoredRun],
        groups: Sequence[Group],
        page: Path,
        *,
        embed: bool,
        on_episode: OnEpisode | None,
    ) -> None:
        self._runs = runs
        self._groups = groups
        self._page = page
        self._embed = embed
        self._on_episode = on_episode or (lambda done, of: None)
        self._rows: list[dict[str, Any]] = []
        self._videos = 0

    def blocks(self) -> Iterator[Markup]:
        """Yield the page's blocks; the last is the table's."""
        blocks, total = Blocks(), sum(len(run.facts) for run in self._runs)
        for run in self._runs:
            for episode, facts in _counted_once(run):
                at = blocks.add("episodes", view_of(episode, facts.key, blocks.share))
                video = self._video(run, facts)
                yield from blocks.ready()
                if video is not None and video.file is not None and not video.href:
                    yield from file_block(f"video-{self._videos}", video.file)
                self._rows.append(self._row(run, facts, at, video))
                self._on_episode(len(self._rows), total)
        yield from blocks.ready(all=True)
        yield _index({"groups": [group.name for group in self._groups], "columns": _columns(self._rows)})

    def _video(self, run: ScoredRun, facts: EpisodeFacts) -> Video | None:
        folder = run.run.path if run.run.path.is_dir() else run.run.path.parent
        video = find_video(facts.video, folder, self._page, embed=self._embed)
        if video is not None and video.file is not None and not video.href:
            self._videos += 1
        return video

    def _row(self, run: ScoredRun, facts: EpisodeFacts, at: list[int], video: Video | None) -> dict[str, Any]:
        return {
            "key": facts.key,
            "group": self._group(run, facts),
            "task": facts.task,
            "type": facts.type,
            "seed": facts.seed,
            "instruction": facts.instruction,
            "verdict": ("solved" if facts.success else "failed") if facts.scored else "not scored",
            "turns": facts.turns,
            "calls": facts.calls,
            "tokens": facts.tokens,
            "estimated": facts.estimated,
            "seconds": round(facts.seconds, 4),
            "model_s": round(facts.model_s, 4),
            "execution_s": round(facts.execution_s, 4),
            "errors": facts.script_errors,
            "kinds": sorted(facts.error_kinds),
            "end": facts.end,
            "at": at,
            "video": self._video_entry(video),
        }

    def _video_entry(self, video: Video | None) -> dict[str, str] | None:
        if video is None:
            return None
        if video.file is not None and not video.href:
            return {"block": f"video-{self._videos}", "type": video.type}
        return {"href": video.href, "type": video.type, "note": video.note}

    def _group(self, run: ScoredRun, facts: EpisodeFacts) -> int:
        return next(
            place
            for place, group in enumerate(self._groups)
            if (group.run, group.model, group.action) == (run.name, facts.model, facts.action)
        )


def _counted_once(run: ScoredRun) -> Iterator[tuple[Episode, EpisodeFacts]]:
    """Yield the episodes that the run's figures are of."""
    left = {(facts.key, facts.model, facts.action): facts for facts in run.facts}
    for episode in run.run.episodes():
        facts = facts_of(episode)
        place = (facts.key, facts.model, facts.action)
        if left.get(place) == facts:
            yield episode, left.pop(place)


def _columns(rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """Rows by column, which compress better."""
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _index(value: Any) -> Markup:
    from embodied_codeact.evaluation.report.blocks import block
    from embodied_codeact.trajectories.codec import encode_plain

    return block("index", encode_plain(value))


def _title(runs: Sequence[ScoredRun]) -> str:
    """What was attempted, by the suites' titles."""
    titles = [run.run.manifest.suite.title if run.run.manifest is not None else "" for run in runs]
    return ", ".join(dict.fromkeys(title or run.suite for title, run in zip(titles, runs, strict=True)))


def _templates() -> Any:
    try:
        import jinja2
    except ImportError as error:
        raise ConfigurationError(
            "a report as HTML needs jinja2, which is not installed: pip install 'embodied-codeact[report]'"
        ) from error
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: _read(name)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(percent=wording.percent, interval=wording.interval, number=wording.number)
    environment.filters.update(seconds=wording.seconds, points=wording.points, p_value=wording.p_value)
    environment.filters.update(sha256=_sha256, breakable=_breakable)
    return environment


def _clean(value: Any) -> Any:
    return printable(value) if type(value) is str else value


def _breakable(name: str) -> Markup:
    """A long name, which may be broken after a sign between its words."""
    return Markup("<wbr>").join(piece for piece in re.split(r"(?<=[_/\-.:])", printable(name)) if piece)


def _read(name: str) -> str:
    return files("embodied_codeact.evaluation.report").joinpath("page", name).read_text(encoding="utf-8")


def _own(name: str) -> Markup:
    """The page's own style or script, as it stands between its tags."""
    return Markup(_read(name))


def _sha256(text: str) -> str:
    """How a Content-Security-Policy names what may run."""
    return base64.b64encode(hashlib.sha256(str(text).encode()).digest()).decode("ascii")
