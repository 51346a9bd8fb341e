"""Gives the variables and functions of a program other names."""

from __future__ import annotations

import io
import itertools
import re
import tokenize

_FIELD = re.compile(r"\{[^}]*\}")


class Renaming:
    """A program in which names are changed, in f-strings too; comments, other texts and attributes stay.

    It is taken apart once for all changes.

    >>> program = Renaming('print(f"in place {place}", x.place)  # place')
    >>> program.rename("place", "spot")
    >>> program.text
    'print(f"in place {spot}", x.place)  # place'
    """

    def __init__(self, code: str) -> None:
        self._pieces: list[str] = []
        """The program in pieces: what stays, then a name or an f-string, and so on in turn."""
        self._names: list[int] = []
        self._formatted: list[int] = []
        starts = [0, *itertools.accumulate(len(line) + 1 for line in code.split("\n"))]
        done, before = 0, ""
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            kinds = self._kinds(token, before)
            before = token.string
            if kinds is not None:
                (row, start), (last_row, end) = token.start, token.end
                first, last = starts[row - 1] + start, starts[last_row - 1] + end
                self._pieces += [code[done:first], code[first:last]]
                kinds.append(len(self._pieces) - 1)
                done = last
        self._pieces.append(code[done:])

    @property
    def text(self) -> str:
        """The program as it stands."""
        return "".join(self._pieces)

    def rename(self, old: str, new: str) -> None:
        """Give one variable or function another name."""
        for place in self._names:
            if self._pieces[place] == old:
                self._pieces[place] = new
        name = re.compile(rf"(?<![.\w]){old}\b")
        for place in self._formatted:
            if old in self._pieces[place]:
                self._pieces[place] = _FIELD.sub(lambda field: name.sub(new, field[0]), self._pieces[place])

    def _kinds(self, token: tokenize.TokenInfo, before: str) -> list[int] | None:
        """Where the places of tokens like this one are kept; None for one that never changes."""
        if token.type == tokenize.NAME and before != ".":
            return self._names
        # Python 3.12 has tokens for what is in an f-string; before, it is one text.
        return self._formatted if token.type == tokenize.STRING and token.string.startswith("f") else None
