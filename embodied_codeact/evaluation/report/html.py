"""A report as one page of HTML that needs nothing else: no network, no other file.

Summary, plots and tables are plain HTML. The episodes lie compressed in the page (:mod:`.blocks`); its script decodes
what is opened. All that models, scripts and environments said is data there, and text where it is shown; besides, the
page's Content-Security-Policy lets nothing run but its own script, and nothing be loaded but pictures and videos.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.report.report import Report


def write_report(
    report: Report,
    file: Path | str,
    *,
    videos: bool = False,
    on_episode: Callable[[int, int], None] | None = None,
) -> None:
    """Write the page. The episodes are read once more, one after another; none of them is held. The file appears when
    it is complete; what was there before stays until then.

    ``videos``: embed the videos of episodes, instead of linking those that lie near. ``on_episode`` hears how many
    episodes are written, and of how many.

    Raises:
        ConfigurationError: a package of the extra ``report`` is missing, the file cannot be written, or an episode
            cannot be read.
        OperatorError: the disk is full, or a video cannot be read.
    """
    try:
        from embodied_codeact.evaluation.report.page_template import page_pieces
    except ImportError as error:
        raise ConfigurationError(
            f"a report as HTML needs {error.name}, which is not installed: pip install 'embodied-codeact[report]'"
        ) from error
    page = Path(file)
    _write(page, page_pieces(report, page, embed_videos=videos, on_episode=on_episode))


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
        raise OperatorError(f"cannot write the report to {page}: {error}") from error
    finally:
        half.unlink(missing_ok=True)
