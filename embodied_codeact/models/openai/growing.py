"""A reply while it grows."""

from __future__ import annotations

from collections.abc import Sequence


class GrowingReply:
    """Text that comes in pieces, ends at the first of ``stop`` (not included), and holds at most ``most`` characters.

    The server is told both; not every server obeys. What ends first counts, however the text was cut into pieces.

    >>> reply = GrowingReply(["</execute>"], most=100)
    >>> reply.add("<execute>go()</exe"), reply.add("cute> and"), reply.ended, reply.text
    ('<execute>go()', '', True, '<execute>go()')
    """

    def __init__(self, stop: Sequence[str], most: int) -> None:
        self.text = ""
        self.ended = False
        """Nothing that follows belongs to the reply."""
        self.too_long = False
        """It ended because it held as much as it may."""
        self._stop = [word for word in stop if word]
        self._longest = max(map(len, self._stop), default=0)
        self._most = most
        self._shown = 0

    def add(self, piece: str) -> str:
        """Take the next piece; return what can be shown now, which leaves out what may become a stop."""
        if self.ended:
            return ""
        searched = max(len(self.text) - self._longest + 1, 0)
        self.text += piece
        if len(self.text) > self._most:
            self.text, self.ended, self.too_long = self.text[: self._most], True, True
        # The stop that is complete first, not the one that begins first: pieces must make no difference.
        found = [(at + len(word), at) for word in self._stop if (at := self.text.find(word, searched)) >= 0]
        if found:
            self.text, self.ended, self.too_long = self.text[: min(found)[1]], True, False
        return self._show(0 if self.ended else self._withheld())

    def finish(self) -> str:
        """No more comes. Return what was not shown yet."""
        self.ended = True
        return self._show(0)

    def _show(self, withheld: int) -> str:
        start, self._shown = self._shown, max(self._shown, len(self.text) - withheld)
        return self.text[start : self._shown]

    def _withheld(self) -> int:
        """How many characters at the end may be the beginning of a stop."""
        for length in range(min(self._longest - 1, len(self.text)), 0, -1):
            end = self.text[-length:]
            if any(word.startswith(end) for word in self._stop):
                return length
        return 0
