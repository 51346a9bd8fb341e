"""A space of a household's words: commands, and the answers to them.

Gymnasium's own ``Text`` takes only the characters of a set, and its vectorised environments lose such texts where they
share memory; of this space they say at once that it cannot be shared.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gymnasium import spaces

_TEMPLATES = (
    "go to {place}",
    "open {place}",
    "close {place}",
    "take {thing} from {place}",
    "move {thing} to {place}",
    "put {thing} in/on {place}",
    "use desklamp 1",
    "clean {thing} with sinkbasin 1",
    "heat {thing} with microwave 1",
    "cool {thing} with fridge 1",
    "examine {thing}",
    "look",
    "inventory",
)
_PLACES = ("cabinet", "countertop", "drawer", "fridge", "microwave", "shelf", "sinkbasin", "desk", "bed", "garbagecan")
_THINGS = ("apple", "mug", "pan", "book", "pencil", "cellphone", "cloth", "soapbar", "pillow", "keychain")
_MOST = 3


class CommandSpace(spaces.Space[str]):
    """All texts of at most ``max_length`` characters, whatever characters. A sample is a command in ALFWorld's words,
    for things that may or may not be there; ``info["admissible_commands"]`` tells which can be carried out.

    >>> space = CommandSpace(100, seed=1)
    >>> "On the shelf 1, you see nothing.\\n" in space, "x" * 101 in space, 3 in space
    (True, False, False)
    """

    def __init__(self, max_length: int, *, seed: int | None = None) -> None:
        self.max_length = int(max_length)
        super().__init__(dtype=str, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """A text is no array of numbers."""
        return False

    def sample(self, mask: Any | None = None, probability: Any | None = None) -> str:
        """Return a random command.

        Raises:
            ValueError: a mask or probabilities are given; this space knows none.
        """
        if mask is not None or probability is not None:
            raise ValueError("a CommandSpace is sampled without mask and probability")
        command = self._one_of(_TEMPLATES).format(place=self._numbered(_PLACES), thing=self._numbered(_THINGS))
        return command[: self.max_length]

    def _one_of(self, texts: tuple[str, ...]) -> str:
        return texts[int(self.np_random.integers(len(texts)))]

    def _numbered(self, kinds: tuple[str, ...]) -> str:
        return f"{self._one_of(kinds)} {int(self.np_random.integers(1, _MOST + 1))}"

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
        return f"CommandSpace({self.max_length})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CommandSpace) and self.max_length == other.max_length

    __hash__ = None  # type: ignore[assignment]
