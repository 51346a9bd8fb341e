"""What says the same in other words: an object that a package names by entry point, under its environment's name.

[project.entry-points."embodied_codeact.rephrasers"]
kitchen = "my_package.rephrasing:rephraser"
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Protocol


class Rephraser(Protocol):
    """Puts the instructions of an environment into other words."""

    def rephrase(self, instruction: str, rng: random.Random) -> str | None:
        """Return an instruction that asks for exactly the same, None where this one is not understood.

        The same state of ``rng`` gives the same words.
        """
        ...

    def rename(self, rng: random.Random) -> Mapping[str, str]:
        """Return words that can be exchanged in all that is said of an episode, by what takes their place: names on
        which nothing depends, such as the colours of blocks. Empty where there are none. No word is given twice.
        """
        ...
