"""Where a person's lines come from: a terminal with history and completion, or a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

NAME_CHARS = 40
"""Longer texts in a state are no names."""
_WORDS_OF_A_NAME = 4


class LineInput(Protocol):
    """Reads lines. Both methods raise ``EOFError`` at the end of input, ``KeyboardInterrupt`` at Ctrl-C."""

    def instruction(self, prompt: str, *, warning: str = "", draft: str = "") -> str:
        """Read an instruction, with history and completion. ``draft`` stands there already."""
        ...

    def answer(self, prompt: str) -> str:
        """Read a short answer, which no history keeps. What was typed before it was asked for does not count."""
        ...


def completions(line: str, choices: Callable[[str], Sequence[str]], names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield what the end of ``line`` may become, each with the number of characters that it replaces.

    ``choices`` gives what may follow a command, for ``""`` the commands themselves; ``names`` may have several words.

    >>> commands = {"": ["/halt", "/model"], "/model": ["expert", "hf:"]}
    >>> list(completions("/mo", lambda command: commands.get(command, []), []))
    [('/model', 3)]
    >>> list(completions("/model ex", lambda command: commands.get(command, []), []))
    [('expert', 2)]
    >>> list(completions("put the red b", lambda command: [], ["red block", "red bowl", "blue block"]))
    [('red block', 5), ('red bowl', 5), ('blue block', 1)]
    """
    if line.startswith("/"):
        command, space, rest = line.partition(" ")
        begun = rest if space else command
        offered = choices(command if space else "")
        yield from ((choice, len(begun)) for choice in offered if choice.startswith(begun) and choice != begun)
        return
    words = line.split(" ")
    offered_names: set[str] = set()
    for count in range(min(_WORDS_OF_A_NAME, len(words)), 0, -1):
        begun = " ".join(words[-count:])
        for name in names:
            if begun and name not in offered_names and name.lower().startswith(begun.lower()) and name != begun:
                offered_names.add(name)
                yield name, len(begun)


def names_in(state: Any) -> list[str]:
    """Return the texts in a state that may be names of things, each once.

    >>> names_in({"objects": {"red block": [0.5, 0.1]}, "holding": None, "places": ["bed 1"]})
    ['red block', 'bed 1']
    """
    # Not the fields' own names.
    values = state.values() if isinstance(state, Mapping) else [state]
    return list(dict.fromkeys(name for value in values for name in _texts(value)))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        if 0 < len(value) <= NAME_CHARS and "\n" not in value:
            yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def history_file() -> Path:
    """Where the lines of earlier chats are kept, in the user's folder for state (XDG base directories)."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "embodied-codeact" / "history"


class PlainInput:
    """Lines from a pipe or a file, shown as if they had been typed."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def instruction(self, prompt: str, *, warning: str = "", draft: str = "") -> str:
        """Read the next line."""
        del draft
        return self.answer(f"{warning} {prompt}" if warning else prompt)

    def answer(self, prompt: str) -> str:
        """Read the next line."""
        self._console.print(prompt, end="", markup=False)
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            # There is no line to be cleared, and no key to leave by.
            raise EOFError from None
        self._console.print(line.rstrip("\n"), markup=False, soft_wrap=True)
        if not line:
            raise EOFError
        return line.rstrip("\n")


def open_input(
    console: Console, choices: Callable[[str], Sequence[str]], names: Callable[[], Sequence[str]]
) -> LineInput:
    """Return the terminal's input where a person sits at one, else the lines of standard input."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return PlainInput(console)
    from embodied_codeact.cli.chat_terminal import TerminalInput

    return TerminalInput(choices, names, history_file())
