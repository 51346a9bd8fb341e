"""What makes tasks for an environment: an object that a package names by entry point.

[project.entry-points."embodied_codeact.generators"]
kitchen = "my_package.generator:generator"
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec


class Generator(Protocol):
    """Makes tasks and writes them to a folder.

    ``options_type`` is a struct whose fields become options of ``embodied-codeact generate NAME``: text, whole and real
    numbers, switches, choices (``Literal``), and lists of text, each also as ``X | None``. A field's
    ``msgspec.Meta(description=...)`` is its help, with ``ge`` and ``le`` as its limits.
    """

    options_type: type[msgspec.Struct]

    def generate(
        self, options: Any, out: Path, *, count: int, seed: int, on_made: Callable[[], None]
    ) -> msgspec.Struct:
        """Write ``count`` tasks below ``out`` and return what was made, for people and programs to read.

        The same arguments give the same files. A run that was cut short is taken up again by the same arguments.
        ``on_made`` is called once for each task that is there.

        Raises:
            ConfigurationError: the options contradict each other, or the folder holds something else.
            EnvironmentFailure: a file cannot be written, or a task turned out to be unsolvable.
        """
        ...
