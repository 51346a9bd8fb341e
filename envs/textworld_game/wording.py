"""A game's own words: what the interpreter prints around them is taken away."""

from __future__ import annotations

import re

_STATUS_LINE = re.compile(r"\n?>[ \t]*(?:-=.*=-[^\n]*)?\s*\Z")
"""The prompt, and the status line that the interpreter draws behind it: the place and score/turns."""
_BANNER_LINE = re.compile(r"[\s_|\\/$><]*[_$|][\s_|\\/$><]*")
_END = re.compile(r"\s*Would you like to RESTART, RESTORE a saved game, QUIT or UNDO the last command\?\s*\Z")
_GAP = re.compile(r"\n\s*\n\s*")


def game_words(feedback: str) -> str:
    r"""Return the answer of a game without prompt, status line, TextWorld's banner, and the question at the end.

    >>> game_words("\nYou take the coin.\n\n\n\n>            -= Bedroom =-0/1")
    'You take the coin.'
    >>> game_words("  ____  \n | $$\\ \n\nWelcome!\n\n-= Attic =-\nIt is dark.\n")
    'Welcome!\n\n-= Attic =-\nIt is dark.'
    """
    text = _END.sub("", _STATUS_LINE.sub("", feedback))
    lines = [line.rstrip() for line in text.split("\n") if not _BANNER_LINE.fullmatch(line)]
    return _GAP.sub("\n\n", "\n".join(lines)).strip()
