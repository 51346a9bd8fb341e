"""A growing reply as text: whole characters only, and nothing of a stop string."""

from __future__ import annotations

from collections.abc import Sequence

from embodied_codeact.models.hf.codec import NO_BOUNDARY, Codec

_INCOMPLETE = "\ufffd"
_CHARACTER_TOKENS = 4
"""A character has at most four bytes, and a token at least one."""
_CONTEXT_TOKENS = 8


class Detokenizer:
    """Turns tokens into text one at a time. Tokens that end within a character wait for the rest of it.

    ``before``: the tokens that stand before the reply; whether its first word has a blank before it shows only there.
    """

    def __init__(self, codec: Codec, before: Sequence[int]) -> None:
        self._codec = codec
        self._ids = list(before[-_CONTEXT_TOKENS:])
        self._context = 0
        self._read = len(self._ids)

    def push(self, token: int) -> tuple[str, int]:
        """Take one token; return what can be read now and how many of the newest tokens still wait."""
        self._ids.append(token)
        text = self._text(len(self._ids))
        waiting = 0
        if text.endswith(_INCOMPLETE):
            waiting = min(len(self._ids) - self._read, _CHARACTER_TOKENS - 1)
            text = self._text(len(self._ids) - waiting)
        self._advance(waiting)
        return text, waiting

    def flush(self) -> str:
        """Return what still waits: an incomplete character reads as U+FFFD."""
        text = self._text(len(self._ids))
        self._advance(0)
        return text

    def _text(self, end: int) -> str:
        """What the unread tokens up to ``end`` add to the text before them."""
        if end <= self._read:
            return ""
        known = self._codec.decode(self._ids[self._context : self._read])
        whole = self._codec.decode(self._ids[self._context : end])
        return whole[len(known) :] if whole.startswith(known) else self._codec.decode(self._ids[self._read : end])

    def _advance(self, waiting: int) -> None:
        end = len(self._ids) - waiting
        if end > self._read:
            self._context, self._read = self._read, end


class StopScanner:
    """Collects text until one of ``stops`` appears in it."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._longest = max(map(len, self._stops), default=0)
        self.text = ""
        self.stop: tuple[int, int] | None = None
        """Where the first stop string begins and ends."""
        self._shown = 0

    def push(self, piece: str) -> str:
        """Take more text; return what of it surely belongs to the reply."""
        searched = max(len(self.text) - self._longest + 1, 0)
        self.text += piece
        found = [(start, start + len(stop)) for stop in self._stops if (start := self.text.find(stop, searched)) >= 0]
        if found:
            self.stop = min(found)
            return self._show(self.stop[0])
        return self._show(len(self.text) - self._held())

    def flush(self) -> str:
        """Return what was held back and turned out to be text."""
        return "" if self.stop is not None else self._show(len(self.text))

    @property
    def reply(self) -> str:
        """The text up to the stop string."""
        return self.text if self.stop is None else self.text[: self.stop[0]]

    def _held(self) -> int:
        """Length of the longest end of the text with which a stop string may begin."""
        for length in range(min(self._longest - 1, len(self.text)), 0, -1):
            if any(stop.startswith(self.text[-length:]) for stop in self._stops if len(stop) > length):
                return length
        return 0

    def _show(self, end: int) -> str:
        piece = self.text[self._shown : end]
        self._shown = max(end, self._shown)
        return piece


class Spelling:
    """One reply: its tokens, and the text that they spell."""

    def __init__(self, codec: Codec, before: Sequence[int], stops: Sequence[str]) -> None:
        self._detokenizer = Detokenizer(codec, before)
        self._scanner = StopScanner(stops)
        self._ids: list[int] = []
        self._ends: list[int] = []

    def push(self, token: int) -> str:
        """Take one token; return the text that can be shown now."""
        piece, waiting = self._detokenizer.push(token)
        self._ids.append(token)
        self._ends.append(NO_BOUNDARY)
        shown = self._scanner.push(piece)
        if piece or not waiting:
            self._ends[len(self._ids) - waiting - 1] = len(self._scanner.text)
        return shown

    def finish(self) -> str:
        """End the reply; return the text that was held back."""
        if self.stopped:
            return ""
        rest = self._scanner.push(self._detokenizer.flush()) + self._scanner.flush()
        if self._ends:
            self._ends[-1] = len(self._scanner.text)
        return rest

    @property
    def stopped(self) -> bool:
        """Whether a stop string has appeared."""
        return self._scanner.stop is not None

    @property
    def reply(self) -> str:
        """The text, without the stop string and what follows it."""
        return self._scanner.reply

    def said(self) -> tuple[str, list[int], list[int]]:
        """Text, tokens and their ends, up to the end of the stop string: all of it will stand in the conversation. A
        token that goes on past the stop string is left out."""
        end = len(self._scanner.text) if self._scanner.stop is None else self._scanner.stop[1]
        count = max((index for index, at in enumerate(self._ends, start=1) if NO_BOUNDARY < at <= end), default=0)
        return self._scanner.text[: self._ends[count - 1]] if count else "", self._ids[:count], self._ends[:count]
