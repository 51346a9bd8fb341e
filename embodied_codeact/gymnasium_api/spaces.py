"""A space of texts without rules: Gymnasium's own Text takes only the characters of a set, no newline and no quote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gymnasium import spaces

_WORDS = ("red", "größe", "手", "it's", '"quoted"', "back\\slash", "tab\t", "a b")


class ScriptSpace(spaces.Space[str]):
    """All texts of at most ``max_length`` characters, whatever characters.

    A sample is a short Python script that does nothing but print; it has newlines, quotes and letters of several
    alphabets in it where the length allows.

    >>> space = ScriptSpace(1000, seed=1)
    >>> "print('''two\\nlines''')" in space, "x" * 1001 in space, 3 in space
    (True, False, False)
    >>> compile(space.sample(), "<sample>", "exec") is not None
    True
    """

    def __init__(self, max_length: int, *, seed: int | None = None) -> None:
        if max_length < 0:
            raise ValueError(f"max_length must not be negative, but is {max_length}")
        self.max_length = int(max_length)
        super().__init__(dtype=str, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """A text is no array of numbers."""
        return False

    def sample(self, mask: Any | None = None, probability: Any | None = None) -> str:
        """Return a random script.

        Raises:
            ValueError: a mask or probabilities are given; this space knows none.
        """
        if mask is not None or probability is not None:
            raise ValueError("a ScriptSpace is sampled without mask and probability")
        lines: list[str] = []
        room = self.max_length
        for _ in range(int(self.np_random.integers(1, 6))):
            word = _WORDS[int(self.np_random.integers(len(_WORDS)))]
            line = f"print({word!r} * {int(self.np_random.integers(1, 9))})\n"
            if len(line) <= room:
                lines.append(line)
                room -= len(line)
        return "".join(lines)

    def contains(self, x: Any) -> bool:
        """Return whether it is a text that is not too long."""
        return isinstance(x, str) and len(x) <= self.max_length

    def to_jsonable(self, sample_n: Iterable[str]) -> list[str]:
        """Return the texts as they are."""
        return list(sample_n)

    def from_jsonable(self, sample_n: Iterable[Any]) -> list[str]:
        """Return the texts as they are."""
        return [str(text) for text in sample_n]

    def __repr__(self) -> str:
        return f"ScriptSpace({self.max_length})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScriptSpace) and self.max_length == other.max_length

    __hash__ = None  # type: ignore[assignment]
