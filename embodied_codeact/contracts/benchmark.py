"""What an environment's own benchmark is: a function that a package names by entry point.

[project.entry-points."embodied_codeact.benchmarks"]
kitchen = "my_package.bench:benchmark"
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

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


class CheckReport(Protocol):
    """What a check showed: a struct, whose fields are what a program is told."""

    @property
    def passed(self) -> bool:
        """Whether nothing differs."""
        ...

    def lines(self) -> Sequence[str]:
        """Tell it in words, a line each."""
        ...


@runtime_checkable
class ChecksItself(Protocol):
    """A benchmark that can also say whether what it measures is right, against a reference in the same run."""

    check_options: type[msgspec.Struct]
    """Typed options of the check, with defaults; what the command line's ``-o key=value`` fills in."""

    def check(self, options: Any, tell: Callable[[str], None]) -> CheckReport:
        """Compare. ``tell`` hears of the progress.

        Raises:
            ConfigurationError: there is nothing to compare, or it cannot be used.
        """
        ...
