"""Samples of several things, taken in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

Sample = Callable[[], float]
"""Does something once and returns how long it took, in microseconds."""


def timed(action: Callable[[], object]) -> Sample:
    """Make a sample of what calling ``action`` takes."""

    def sample() -> float:
        began = time.perf_counter()
        action()
        return (time.perf_counter() - began) * 1e6

    return sample


def in_turn(*samples: Sample, repeats: int) -> list[float]:
    """Return the median of each. They take turns, so that a busy machine slows all; the first round does not count."""
    rounds = [[sample() for sample in samples] for _ in range(repeats + 1)][1:]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]
