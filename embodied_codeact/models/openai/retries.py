"""Tries again, within one deadline."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from embodied_codeact.errors import ModelUnavailable
from embodied_codeact.models.openai.faults import Fault

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0

_T = TypeVar("_T")


@dataclass(frozen=True)
class Clock:
    """Time and chance. ``now`` in seconds; ``chance`` is uniform in [0, 1)."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


def with_retries(
    attempt: Callable[[float], _T], *, retries: int, timeout_s: float, clock: Clock, who: str
) -> tuple[_T, float]:
    """Return what ``attempt`` returns, and the seconds that it took with all that failed before it.

    ``attempt`` is given the seconds that are left to it. Between attempts the wait doubles, with "equal jitter"
    (half of it is random), so that many episodes do not return in step; a server's own ``Retry-After`` comes on top.

    Raises:
        ModelUnavailable: every attempt ended in a fault, or the deadline leaves no time for another. ``who`` did not
            answer.
    """
    started = clock.now()
    deadline = started + timeout_s
    attempts = 0
    while True:
        try:
            return attempt(deadline - clock.now()), clock.now() - started
        except Fault as failed:
            fault = failed
        attempts += 1
        tried = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        if attempts > retries:
            raise ModelUnavailable(f"{who} did not answer in {tried}: {fault}")
        wait = _backoff(attempts, clock) + fault.retry_after_s
        if clock.now() + wait >= deadline:
            asked = f" (the server asks to wait {fault.retry_after_s:.0f} s)" if fault.retry_after_s else ""
            raise ModelUnavailable(
                f"{who} did not answer within {timeout_s:g} s, in {tried}: {fault}{asked}. "
                "-m timeout_s=SECONDS gives it longer."
            )
        clock.sleep(wait)


def _backoff(attempts: int, clock: Clock) -> float:
    longest = min(FIRST_WAIT_S * 2.0 ** (attempts - 1), LONGEST_WAIT_S)
    return longest * (0.5 + 0.5 * clock.chance())
