"""Which commands a game is given: one line each, and none to the interpreter that plays the game.

A Z-machine game carries out several commands in one line, parted by full stops, commas and ``then``, of which TextWorld
takes notice of the first only, and looks at the first nine letters of a word (The Z-Machine Standards Document 1.1,
section 13). ``save`` and ``script`` write files to the folder where the world runs, ``restore``, ``restart`` and
``undo`` put the game into a state that its score does not know of, and TextWorld's own ``tw-...`` commands change what
it reads of the game.
"""

from __future__ import annotations

import re

from embodied_codeact.errors import InvalidArgument

MAX_LENGTH = 190
"""Jericho cuts commands at 198 bytes."""
_SIGNIFICANT = 9
_SEVERAL = re.compile(r"[.;]|\bthen\b")
_PARTS = re.compile(r"[.,;]|\bthen\b")
_FOR_THE_INTERPRETER = frozenset(
    word[:_SIGNIFICANT]
    for word in (
        "save",
        "restore",
        "restart",
        "quit",
        "q",
        "undo",
        "oops",  # puts a word into the last command, whichever word it is
        "o",
        "script",
        "noscript",
        "unscript",
        "transcript",
        "recording",
        "replay",
        "commands",
        "random",
        "trace",
        "purloin",
        "gonear",
        "abstract",
        "showme",
    )
)


_MARKS = ("tw-", "#", "$")
"""With which commands to TextWorld's own extension, and to Infocom's interpreters, begin."""


def checked_command(command: str) -> str:
    """Return the command without blanks around it, and without a full stop.

    Raises:
        InvalidArgument: it is no text, more than one command, too long, or meant for the interpreter.
    """
    if not isinstance(command, str):
        raise InvalidArgument(
            f"command must be a text such as 'open chest', not {type(command).__name__} {command!r:.60}"
        )
    text = command.strip().rstrip(".").rstrip()
    if not text:
        raise InvalidArgument("command is empty: pass a text such as 'open chest'")
    if len(text) > MAX_LENGTH:
        raise InvalidArgument(f"command has {len(text)} characters: pass one command of at most {MAX_LENGTH}")
    if not (text.isascii() and text.isprintable()):
        raise InvalidArgument("command must be one line of plain ASCII letters: call game.act once for each command")
    for part in _PARTS.split(text.casefold()):
        first = next(iter(part.split()), "")
        if first[:_SIGNIFICANT] in _FOR_THE_INTERPRETER or first.startswith(_MARKS):
            raise InvalidArgument(f"{first!r} is for the program that plays the game: only play the game itself")
    if _SEVERAL.search(text.casefold()):
        raise InvalidArgument(f"{text!r} is more than one command: call game.act once for each")
    return text
