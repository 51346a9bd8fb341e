"""What an environment's own benchmark is: a function that a package names by entry point.

[project.entry-points."embodied_codeact.benchmarks"]
kitchen = "my_package.bench:benchmark"
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from embodied_codeact.contracts.session import SavingSession


class Measure(msgspec.Struct, frozen=True):
    """One figure, in ``unit``. Where there is a reference, it was measured in the same run, and ``ratio`` is our figure
    by the reference's."""

    name: str
    value: float
    unit: str
    reference: str = ""
    reference_value: float | None = None
    ratio: float | None = None

    @classmethod
    def beside(cls, name: str, value: float, unit: str, reference: str, reference_value: float) -> Measure:
        """Make a figure with its reference."""
        return cls(name, value, unit, reference, reference_value, value / reference_value)


class Benchmark(Protocol):
    """Measures one environment."""

    options: dict[str, str]
    """Options of the environment that the session is opened with."""

    def measure(self, session: SavingSession) -> Sequence[Measure]:
        """Run, and return the figures."""
        ...
