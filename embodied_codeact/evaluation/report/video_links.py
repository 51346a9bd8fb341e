"""Where the videos of episodes are for a page: linked where they lie near it, or embedded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

TYPES = {".mp4": "video/mp4", ".webm": "video/webm"}
_MOST_UP = 2
"""Folders that a link may go up from the page: further away they are not moved together."""


@dataclass(frozen=True)
class Video:
    """A video of a page: a file to be embedded, or a link, or a note that says why it is not shown. ``type`` is its
    media type."""

    embed: Path | None = None
    type: str = ""
    href: str = ""
    note: str = ""


def find_video(name: str, folder: Path, page: Path, *, embed: bool) -> Video | None:
    """Find the video that an episode names, by its path from the run's folder; None where it names none.

    What an episode says is not trusted: a file that does not lie in the run's folder, or is no video by its name, is
    not shown.
    """
    if not name:
        return None
    root = folder.resolve()
    file = (root / name).resolve()
    kind = TYPES.get(file.suffix.lower())
    if kind is None or not file.is_relative_to(root):
        return Video(note=f"{name} is no video in the run's folder")
    if not file.is_file():
        return Video(note=f"{name} is not there any more")
    if embed:
        return Video(file, kind)
    way = Path(os.path.relpath(file, page.resolve().parent))
    if way.parts[: _MOST_UP + 1] == ("..",) * (_MOST_UP + 1):
        return Video(note=f"{name} lies too far from this page: write the page into the run's folder, or use --videos")
    return Video(type=kind, href="./" + quote(way.as_posix()))
