"""Intervals and tests, against values of the literature, other implementations and their own promise."""

from __future__ import annotations

import itertools
import math

import pytest

from embodied_codeact.evaluation.statistics import (
    Spread,
    mcnemar_p,
    paired_interval,
    rate_of,
    spread_of,
)


def test_mcnemar_agrees_with_published_values() -> None:
    """Fagerland, Lydersen and Laake 2013 (BMC Med. Res. Methodol. 13:91), exact conditional test: the data of Bentur
    and others 2009 (1 and 7 discordant pairs) and of Cavo and others 2012 (6 and 16)."""
    assert mcnemar_p(1, 7) == pytest.approx(0.0703, abs=5e-5)
    assert mcnemar_p(16, 6) == pytest.approx(0.0525, abs=5e-5)


def test_mcnemar_agrees_with_the_binomial_test_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    for first, second in itertools.product((0, 1, 2, 5, 17, 120), repeat=2):
        if first + second:
            expected = stats.binomtest(first, first + second).pvalue
            assert mcnemar_p(first, second) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_of_nothing_and_of_very_many() -> None:
    assert mcnemar_p(0, 0) == mcnemar_p(5_000, 5_000) == 1.0
    assert 0 < mcnemar_p(4_700, 5_300) < 1e-8


def test_paired_interval_agrees_with_a_published_value() -> None:
    """Fagerland, Lydersen and Laake 2014 (Stat. Med. 33, 2850-2875): Newcombe's interval of the data of Bentur and
    others."""
    assert paired_interval(1, 7, 1, 12) == pytest.approx((-0.507, -0.026), abs=5e-4)


@pytest.mark.parametrize("cells", [(36, 12, 2, 0), (5, 0, 0, 5), (0, 3, 9, 0), (7, 0, 4, 0), (20, 5, 5, 20)])
def test_paired_interval_is_about_its_difference_and_the_same_the_other_way(cells: tuple[int, int, int, int]) -> None:
    both, first, second, neither = cells
    low, high = paired_interval(*cells)
    assert -1 <= low <= (second - first) / sum(cells) <= high <= 1
    assert paired_interval(both, second, first, neither) == pytest.approx((-high, -low))


@pytest.mark.parametrize("chances", [(0.5, 0.1, 0.2, 0.2), (0.3, 0.3, 0.1, 0.3), (0.55, 0.15, 0.1, 0.2)])
def test_paired_interval_holds_the_truth_about_as_often_as_it_promises(chances: tuple[float, ...]) -> None:
    """Over every outcome that 25 pairs can have, by its chance."""
    pairs, truth, held = 25, chances[2] - chances[1], 0.0
    for both, first, second in itertools.product(range(pairs + 1), repeat=3):
        neither = pairs - both - first - second
        if neither < 0:
            continue
        cells = (both, first, second, neither)
        ways = math.factorial(pairs) // math.prod(map(math.factorial, cells))
        low, high = paired_interval(*cells)
        if low <= truth <= high:
            held += ways * math.prod(chance**cell for chance, cell in zip(chances, cells, strict=True))
    assert 0.935 < held < 0.99


def test_a_rate_and_its_interval() -> None:
    """The bounds solve the equation that defines them."""
    rate = rate_of(36, 44)
    assert (rate.episodes, rate.solved, rate.rate) == (44, 36, 36 / 44)
    for bound in (rate.low, rate.high):
        assert (rate.rate - bound) ** 2 == pytest.approx(1.959964**2 * bound * (1 - bound) / 44, rel=1e-5)
    assert (rate_of(0, 0).low, rate_of(0, 0).high) == (0.0, 1.0)


def test_mean_and_median() -> None:
    assert spread_of([4, 1, 1, 2]) == Spread(2.0, 1.5)
    assert spread_of([]) == Spread(None, None)
