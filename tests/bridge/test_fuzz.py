"""Fuzzed messages on both sockets of a real server: it stays up, serves others, and keeps its size."""

from __future__ import annotations

import pytest

from tests.bridge.fuzz import MOST_GROWTH_MIB, Mutator, Report, fuzz


def check(report: Report) -> None:
    # Neither all noise, nor all sense.
    assert report.frames * 0.2 < report.dropped < report.frames * 0.9, report
    assert report.served >= 2, report
    assert report.memory_after - report.memory_before < MOST_GROWTH_MIB, report


def test_messages_are_the_same_for_the_same_seed() -> None:
    one, other = Mutator(3), Mutator(3)
    for name in ("command", "control") * 50:
        frames = one.message(name)
        assert len(frames) == len(other.message(name))
        assert all(isinstance(frame, bytes) for frame in frames)


def test_twenty_thousand_fuzzed_messages() -> None:
    check(fuzz(20_000, seed=1))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_million_fuzzed_messages() -> None:
    check(fuzz(1_000_000, seed=2))
