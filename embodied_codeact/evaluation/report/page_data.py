"""What a page of HTML holds of its episodes: each as a block of data, and the table of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from embodied_codeact.contracts import Episode
from embodied_codeact.evaluation.facts import EpisodeFacts, facts_of
from embodied_codeact.evaluation.report.blocks import Blocks, block, file_block
from embodied_codeact.evaluation.report.payload import view_of
from embodied_codeact.evaluation.report.video_links import Video, find_video
from embodied_codeact.evaluation.scored_run import ScoredRun
from embodied_codeact.trajectories.codec import encode_plain

INDEX = "index"
"""The name of the block that holds the table of episodes, by column, and the names of the groups."""

Row = dict[str, Any]


class PageData:
    """The blocks of a page: every episode that counts once, the texts that they share, embedded videos, and the table.

    The episodes are read one after another, and only what a block still lacks is held.
    """

    def __init__(
        self,
        runs: Sequence[ScoredRun],
        page: Path,
        *,
        embed_videos: bool,
        on_episode: Callable[[int, int], None] | None = None,
    ) -> None:
        self._runs = runs
        self._groups = [group for run in runs for group in run.groups]
        self._page = page
        self._embed = embed_videos
        self._on_episode = on_episode
        self._rows: list[Row] = []
        self._embedded = 0

    def blocks(self) -> Iterator[Markup]:
        """Yield the page's blocks; the last is the table's.

        Raises:
            ConfigurationError: an episode cannot be read.
            OSError: a video that is to be embedded cannot be read.
        """
        blocks, total = Blocks(), sum(len(run.facts) for run in self._runs)
        for run in self._runs:
            for episode, facts in counted_once(run):
                at = blocks.add("episodes", view_of(episode, facts.key, blocks.share))
                yield from blocks.ready()
                entry: Row | None = None
                if video := find_video(facts.video, _folder(run), self._page, embed=self._embed):
                    entry = self._video_entry(video)
                    if video.embed:
                        yield from file_block(entry["block"], video.embed)
                self._rows.append({**row_of(facts), "group": self._group(run, facts), "at": at, "video": entry})
                if self._on_episode is not None:
                    self._on_episode(len(self._rows), total)
        yield from blocks.ready(rest=True)
        columns = {name: [row[name] for row in self._rows] for name in (self._rows or [{}])[0]}
        yield block(INDEX, encode_plain({"groups": [group.name for group in self._groups], "columns": columns}))

    def _video_entry(self, video: Video) -> Row:
        if video.embed:
            self._embedded += 1
            return {"block": f"video-{self._embedded}", "type": video.type}
        return {"href": video.href, "note": video.note}

    def _group(self, run: ScoredRun, facts: EpisodeFacts) -> int:
        return next(
            place
            for place, group in enumerate(self._groups)
            if (group.run, group.model, group.action) == (run.name, facts.model, facts.action)
        )


def counted_once(run: ScoredRun) -> Iterator[tuple[Episode, EpisodeFacts]]:
    """Yield the episodes that the figures of a run are of."""
    left = {(facts.key, facts.model, facts.action): facts for facts in run.facts}
    for episode in run.run.episodes():
        facts = facts_of(episode)
        place = (facts.key, facts.model, facts.action)
        if left.get(place) == facts:
            yield episode, left.pop(place)


def row_of(facts: EpisodeFacts) -> Row:
    """What the table tells of an episode."""
    return {
        "key": facts.key,
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
    }


def _folder(run: ScoredRun) -> Path:
    return run.run.path if run.run.path.is_dir() else run.run.path.parent
