"""Proportions and their uncertainty: one sample, and two that are paired."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median

import msgspec

Z_95 = 1.959963984540054
"""Quantile of the normal distribution for intervals of 95 %."""


class Rate(msgspec.Struct, frozen=True):
    """How many of some episodes were solved. ``low`` and ``high`` bound the 95 % Wilson interval of the rate.

    Without an episode the rate is 0 and the interval says nothing: 0 to 1.
    """

    episodes: int
    solved: int
    rate: float
    low: float
    high: float


class Spread(msgspec.Struct, frozen=True):
    """Mean and median of one number over some episodes; None of no episode."""

    mean: float | None = None
    median: float | None = None


def rate_of(solved: int, episodes: int) -> Rate:
    """Return the rate with its interval."""
    low, high = wilson_interval(solved, episodes, Z_95)
    return Rate(episodes, solved, solved / episodes if episodes else 0.0, low, high)


def spread_of(values: Sequence[float]) -> Spread:
    """Return mean and median.

    >>> spread_of([1, 2, 6])
    Spread(mean=3.0, median=2.0)
    """
    return Spread(fmean(values), float(median(values))) if values else Spread()


def wilson_interval(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The score interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212); ``z`` = 1.96 for 95 %.

    Unlike the normal approximation it stays within 0 and 1 and is usable for few trials. No trials: (0, 1).

    >>> [round(bound, 3) for bound in wilson_interval(36, 44)]
    [0.68, 0.905]
    """
    if trials == 0:
        return (0.0, 1.0)
    rate = successes / trials
    scale = 1 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / scale
    half = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)) / scale
    # Exact at the ends, where rounding would leave the bound a hair inside.
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == trials else centre + half
    return (low, high)


def mcnemar_p(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value of McNemar's test (McNemar 1947, Psychometrika 12, 153-157) in its conditional form:
    of the pairs in which one of two succeeded, each is as likely to be the one as the other.

    >>> round(mcnemar_p(1, 7), 4), mcnemar_p(0, 0)
    (0.0703, 1.0)
    """
    trials, fewer = only_first + only_second, min(only_first, only_second)
    tail = term = 1
    for count in range(1, fewer + 1):
        term = term * (trials - count + 1) // count
        tail += term
    # Of whole numbers, which Python divides to the nearest float however many digits they have.
    return min(1.0, 2 * tail / (1 << trials))


def paired_interval(both: int, only_first: int, only_second: int, neither: int) -> tuple[float, float]:
    """The 95 % interval of a difference of two proportions of the same pairs, second minus first: the square-and-add
    interval of Newcombe 1998 (Stat. Med. 17, 2635-2650), his method 10, from the Wilson intervals of both and their
    correlation. No pairs: (-1, 1).

    >>> [round(bound, 3) for bound in paired_interval(1, 7, 1, 12)]
    [-0.507, -0.026]
    """
    pairs = both + only_first + only_second + neither
    if pairs == 0:
        return (-1.0, 1.0)
    first, second = both + only_first, both + only_second
    rate_1, rate_2 = first / pairs, second / pairs
    (low_1, high_1), (low_2, high_2) = wilson_interval(first, pairs, Z_95), wilson_interval(second, pairs, Z_95)
    phi = _correlation(both, only_first, only_second, neither)
    below = _joined(rate_2 - low_2, high_1 - rate_1, phi)
    above = _joined(high_2 - rate_2, rate_1 - low_1, phi)
    return (rate_2 - rate_1 - below, rate_2 - rate_1 + above)


def _joined(a: float, b: float, phi: float) -> float:
    return math.sqrt(max(a * a - 2 * phi * a * b + b * b, 0.0))


def _correlation(both: int, only_first: int, only_second: int, neither: int) -> float:
    """Newcombe's estimate of phi, with his continuity correction; 0 where one of the margins is empty."""
    margins = (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither)
    if margins == 0:
        return 0.0
    excess: float = both * neither - only_first * only_second
    if excess > 0:
        excess = max(excess - (both + only_first + only_second + neither) / 2, 0.0)
    return excess / math.sqrt(margins)
