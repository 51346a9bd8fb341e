"""Which tokens an episode has said so far.

The conversation comes back as text each turn. What was generated must then stand for the very tokens that were
generated: the tokenizer might split the same text differently, and all keys and values behind the difference would be
lost. So the tokens are kept beside the text they stand for, and only what is new is tokenized.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embodied_codeact.models.hf.codec import NO_BOUNDARY, Codec


@dataclass(frozen=True)
class Segment:
    """Tokens and the text they stand for. ``ends`` as in :class:`~embodied_codeact.models.hf.codec.Encoded`."""

    text: str
    ids: list[int]
    ends: list[int]
    generated: bool = False


@dataclass(frozen=True)
class Transcript:
    """The tokens of a conversation, in the order in which they were said."""

    segments: tuple[Segment, ...] = ()

    @property
    def ids(self) -> list[int]:
        return [token for segment in self.segments for token in segment.ids]

    def prompt(self, text: str, codec: Codec) -> Transcript:
        """Return the transcript of the prompt ``text``. As far as it says what this one says, the tokens are the same.

        Where a chat template strips the blanks around a reply, the reply that was generated stays as it was.
        """
        if not codec.finds_places:
            encoded = codec.encode(text)
            return Transcript((Segment(text, encoded.ids, encoded.ends),))
        kept: list[Segment] = []
        position = 0
        for segment in self.segments:
            match = _match(segment, text, position)
            if match.segment is not None:
                kept.append(match.segment)
                position = match.position
            if not match.whole:
                break
        if position < len(text):
            encoded = codec.encode(text[position:], inside=position > 0)
            kept.append(Segment(text[position:], encoded.ids, encoded.ends))
        return Transcript(tuple(kept))

    def answered(self, text: str, ids: Sequence[int], ends: Sequence[int]) -> Transcript:
        """Return the transcript with the reply that was generated to it."""
        return Transcript((*self.segments, Segment(text, list(ids), list(ends), generated=True))) if ids else self


@dataclass(frozen=True)
class _Match:
    """What of a segment a text repeats: all of it, its beginning, or (``segment`` is None) nothing. ``position`` is
    where the text goes on."""

    segment: Segment | None
    position: int
    whole: bool


def _match(segment: Segment, text: str, position: int) -> _Match:
    if text.startswith(segment.text, position):
        return _Match(segment, position + len(segment.text), whole=True)
    if not segment.generated:
        same = _common(segment.text, text[position : position + len(segment.text)])
        return _cut(segment, _clean_end(segment, same), position)
    body = segment.text.strip()
    start = _past_blanks(text, position)
    if text.startswith(body, start):
        return _Match(segment, start + len(body), whole=True)
    stripped = len(segment.text) - len(segment.text.lstrip())
    same = _common(segment.text, text[position : position + len(segment.text)])
    other = _common(body, text[start : start + len(body)])
    if other and stripped + other > same:
        return _cut(segment, _last_end(segment, stripped + other), start - stripped)
    return _cut(segment, _last_end(segment, same), position)


def _cut(segment: Segment, count: int, position: int) -> _Match:
    """The first ``count`` tokens of a segment whose text begins at ``position``."""
    if not count:
        return _Match(None, position, whole=False)
    end = segment.ends[count - 1]
    beginning = Segment(segment.text[:end], segment.ids[:count], segment.ends[:count], segment.generated)
    return _Match(beginning, position + end, whole=False)


def _last_end(segment: Segment, characters: int) -> int:
    """How many tokens stand for at most so many characters, and end where the text can be cut."""
    fitting = (count for count, end in enumerate(segment.ends, start=1) if NO_BOUNDARY < end <= characters)
    return max(fitting, default=0)


def _clean_end(segment: Segment, characters: int) -> int:
    """As ``_last_end``, at the beginning of a line where there is one: what follows is then tokenized as it would be
    in one piece, since vocabularies do not join lines."""
    text = segment.text
    at_line_start = [
        count
        for count, end in enumerate(segment.ends, start=1)
        if 0 < end < min(characters, len(text)) and text[end - 1] == "\n" and not text[end].isspace()
    ]
    return at_line_start[-1] if at_line_start else _last_end(segment, characters)


def _common(one: str, other: str) -> int:
    """Length of the common beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def _past_blanks(text: str, position: int) -> int:
    return len(text) - len(text[position:].lstrip())
