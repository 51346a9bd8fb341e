"""Planned deceleration: from any state to rest, within the limits, as soon as they allow."""

from __future__ import annotations

import numpy as np
import pytest

from embodied_codeact.controller.curves import Sample
from embodied_codeact.controller.stopping import Deceleration

MOST, JERK = np.array([5.0, 2.0, 8.0]), np.array([100.0, 50.0, 300.0])
STEP_S = 1e-4


def states(seed: int) -> Sample:
    random = np.random.default_rng(seed)
    return Sample(*(random.uniform(-1, 1, 3) * scale for scale in (1.0, 2.0, 1.2 * MOST)))


@pytest.mark.parametrize("seed", range(60))
def test_the_arm_comes_to_rest_within_the_limits(seed: int) -> None:
    start = states(seed)
    ending = Deceleration(start, MOST, JERK)
    times = np.arange(0.0, ending.duration_s + 2 * STEP_S, STEP_S)
    rows = [ending.at(time) for time in times]
    positions, velocities, accelerations = (np.array([row[n] for row in rows]) for n in range(3))
    np.testing.assert_allclose(positions[0], start.positions)
    np.testing.assert_allclose(velocities[0], start.velocities, atol=1e-9)
    np.testing.assert_allclose(accelerations[0], start.accelerations, atol=1e-9)
    assert not velocities[-1].any()
    assert not accelerations[-1].any()
    assert np.all(np.abs(accelerations) <= np.maximum(MOST, np.abs(start.accelerations)) + 1e-9)
    assert np.all(np.abs(np.diff(accelerations, axis=0)) <= JERK * STEP_S * 1.001 + 1e-9)
    # What is told fits together: each is the derivative of the one before.
    np.testing.assert_allclose(np.diff(positions, axis=0) / STEP_S, velocities[1:], atol=2 * STEP_S * MOST.max())
    np.testing.assert_allclose(np.diff(velocities, axis=0) / STEP_S, accelerations[1:], atol=2 * STEP_S * JERK.max())


def test_it_takes_no_longer_than_it_must() -> None:
    """From an even velocity: the time of a trapezoid of acceleration, v / A + A / J."""
    still = np.zeros(3)
    start = Sample(still, np.array([1.0, 0.0, 0.0]), still)
    assert Deceleration(start, MOST, JERK).duration_s == pytest.approx(1.0 / 5.0 + 5.0 / 100.0)
    slow = Sample(still, np.array([0.01, 0.0, 0.0]), still)
    assert Deceleration(slow, MOST, JERK).duration_s == pytest.approx(2 * np.sqrt(0.01 / 100.0))


def test_what_rests_stays() -> None:
    at = np.array([0.1, 0.2, 0.3])
    ending = Deceleration(Sample(at, np.zeros(3), np.zeros(3)), MOST, JERK)
    assert ending.duration_s == 0.0
    np.testing.assert_array_equal(ending.at(0.0).positions, at)
