"""Motions under way, tick by tick: what to command next, and when they have ended."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple, Protocol

import numpy as np

from embodied_codeact.controller.curves import Curve, Sample
from embodied_codeact.controller.driver import Reading
from embodied_codeact.controller.protocol import Array, GripperBody, Outcome
from embodied_codeact.controller.stopping import Deceleration

REST_SPEED = 0.005
"""An arm whose joints all turn more slowly than this stands still, rad/s."""
REST_S = 0.5
"""So long an arm that is commanded to be at rest may take to stand still."""
FOLLOWING_ERROR = 0.25
"""An arm that is farther than this from where it is commanded to be does not follow, rad."""

_REACHED_M = 0.001
_WINDOW_S = 0.15
_STALLED_M = 0.0005
_STALLED_SHARE = 0.2
"""Fingers that get on by less than this share of their speed are held up, or are there."""
_FINGERS_S = 1.0


class Ending(NamedTuple):
    """How a motion ends: its outcome, and for one that failed why."""

    outcome: Outcome
    kind: str = ""
    message: str = ""


class Motion(Protocol):
    """One motion under way."""

    def stop(self, ending: Ending) -> None:
        """Come to rest now, and end so. The first call decides how."""
        ...

    def next(self) -> Sample | None:
        """Return what to command for the coming tick; None where nothing is commanded to the arm."""
        ...

    def look(self, reading: Reading) -> Ending | None:
        """After a tick: return how the motion has ended, None while it has not."""
        ...


class JointMotion:
    """Follows a curve to its end, or comes to rest from it by planned deceleration."""

    def __init__(self, curve: Curve, period_s: float, acceleration: Array, jerk: Array) -> None:
        self._way: Curve | Deceleration = curve
        self._period_s = period_s
        self._limits = acceleration, jerk
        self._time_s = 0.0
        self._still_s = 0.0
        self._sample = curve.at(0.0)
        self._ending = Ending("done")

    def stop(self, ending: Ending) -> None:
        """Decelerate from the commanded state of this moment."""
        if self._ending.outcome != "done":
            return
        self._ending = ending
        self._way, self._time_s = Deceleration(self._sample, *self._limits), 0.0

    def next(self) -> Sample:
        """Return the state one period further on."""
        self._time_s += self._period_s
        self._sample = self._way.at(self._time_s)
        return self._sample

    def look(self, reading: Reading) -> Ending | None:
        """The motion has ended when what is commanded is at rest and the arm stands still."""
        beside = np.abs(reading.positions - self._sample.positions)
        if float(beside.max()) > FOLLOWING_ERROR:
            joint = int(beside.argmax())
            self.stop(Ending("failed", "Collision", f"joint {joint} does not follow: something may be in its way"))
        if self._time_s < self._way.duration_s:
            return None
        self._still_s += self._period_s
        still = float(np.abs(reading.velocities).max()) < REST_SPEED
        return self._ending if still or self._still_s > REST_S else None


class GripperMotion:
    """Waits until the fingers are where they were sent, or are held up. ``hold`` lets them stay where they are."""

    def __init__(self, body: GripperBody, width: float, period_s: float) -> None:
        self._target, self._speed, self._period_s = body.width, body.speed, period_s
        self._most_s = abs(body.width - width) / body.speed + _FINGERS_S
        self._time_s = 0.0
        self._widths: deque[float] = deque([width], maxlen=max(2, round(_WINDOW_S / period_s)))
        self.stopped: Ending | None = None

    def stop(self, ending: Ending) -> None:
        """The fingers are to stay where they are."""
        self.stopped = self.stopped or ending

    def next(self) -> None:
        """The arm is not moved."""
        self._time_s += self._period_s

    def look(self, reading: Reading) -> Ending | None:
        """The motion has ended when the fingers do not get on any more."""
        if self.stopped is not None:
            return self.stopped
        assert reading.gripper is not None
        width = reading.gripper.width
        self._widths.append(width)
        moved = max(self._widths) - min(self._widths)
        full = len(self._widths) == self._widths.maxlen
        there = abs(width - self._target) < _REACHED_M and moved < _STALLED_M
        held_up = moved < min(_STALLED_M, _STALLED_SHARE * self._speed * _WINDOW_S)
        ended = full and self._time_s > 1.5 * _WINDOW_S and (there or held_up)
        return Ending("done") if ended or self._time_s > self._most_s else None
