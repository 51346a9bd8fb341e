"""The robot in the controller's hands: begins motions, brings them to rest, and says how things stand."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from embodied_codeact.controller.authority import Authority
from embodied_codeact.controller.curves import Curve
from embodied_codeact.controller.driver import Reading, RobotDriver, StopsGently, TellsMore, WatchesMotions
from embodied_codeact.controller.limits import check_form, check_gripper, check_motion
from embodied_codeact.controller.motions import Ending, GripperMotion, JointMotion, Motion
from embodied_codeact.controller.protocol import (
    NORMAL,
    PROTECTIVE_STOP,
    Level,
    MoveBody,
    Moving,
    State,
    Status,
)
from embodied_codeact.errors import CommandRefused, InvalidArgument

STOP_SHARE = 0.9
"""Share of the limits of acceleration and jerk with which a stop decelerates, where a driver has none of its own."""


class Robot:
    """One driver, what moves it now, and who may command it. Everything happens in the thread that calls."""

    def __init__(self, driver: RobotDriver) -> None:
        self.driver = driver
        self.description = driver.description
        self.authority = Authority(self.description.lease_s, self.description.max_ttl_s)
        self.dropped = 0
        shares = (STOP_SHARE, STOP_SHARE)
        if isinstance(driver, StopsGently):
            shares = driver.stop_acceleration_share, driver.stop_jerk_share
        self._stop_limits = shares[0] * self.description.acceleration, shares[1] * self.description.jerk
        self._motion: Motion | None = None
        self._number = 0
        self._ending = Ending("")
        self._commanded = np.array(driver.held(), dtype=float)
        self._still = np.zeros_like(self._commanded)
        self.reading: Reading = driver.read()
        self.read_ns = time.monotonic_ns()

    @property
    def moving(self) -> bool:
        """Whether a motion is under way."""
        return self._motion is not None

    # Beginning and ending motions

    def move(self, body: MoveBody, extra: Mapping[str, Any]) -> Moving:
        """Begin a motion, having checked it as a whole.

        Raises:
            InvalidArgument: the body is of the wrong form.
            CommandRefused: another motion is under way.
            LimitExceeded: it is beyond a limit.
        """
        if (body.gripper is None) == (body.positions is None):
            raise InvalidArgument("a motion has either positions, velocities and period_s, or a gripper")
        begin = self._joint_motion if body.gripper is None else self._gripper_motion
        motion, duration_s = begin(body)
        if isinstance(self.driver, WatchesMotions):
            self.driver.begin_motion(body.gripper is not None, extra)
        if body.gripper is not None:
            self.driver.command_gripper(body.gripper.width, body.gripper.force, body.gripper.speed)
        self._motion = motion
        self._number += 1
        self._ending = Ending("running")
        return Moving(self._number, duration_s)

    def _joint_motion(self, body: MoveBody) -> tuple[Motion, float]:
        check_form(body.positions, body.velocities, body.period_s, len(self.description.joints))
        assert body.positions is not None
        assert body.velocities is not None
        assert body.period_s is not None
        self._refuse_while_moving()
        check_motion(body.positions, body.velocities, body.period_s, self._commanded, self.description)
        offset = self._commanded - body.positions[0]
        curve = Curve(body.positions, body.velocities, body.period_s, offset)
        return JointMotion(curve, self.driver.period_s, *self._stop_limits), curve.duration_s

    def _gripper_motion(self, body: MoveBody) -> tuple[Motion, float]:
        assert body.gripper is not None
        check_gripper(body.gripper, self.description)
        self._refuse_while_moving()
        assert self.reading.gripper is not None
        width = self.reading.gripper.width
        way_s = abs(width - body.gripper.width) / body.gripper.speed
        return GripperMotion(body.gripper, width, self.driver.period_s), way_s

    def _refuse_while_moving(self) -> None:
        if self.moving:
            raise CommandRefused(f"motion {self._number} is under way; wait for its end, or stop it")

    def stop(self, level: Level, reason: str) -> None:
        """Latch a stop and bring whatever moves to rest."""
        self.authority.latch(level, reason)
        self._bring_to_rest(Ending("stopped"))

    def release(self) -> None:
        """End the lease and bring whatever moves to rest. Nothing is latched."""
        self.authority.end_lease()
        self._bring_to_rest(Ending("stopped"))

    def _bring_to_rest(self, ending: Ending) -> None:
        if self._motion is not None:
            self._motion.stop(ending)
            if isinstance(self._motion, GripperMotion):
                self.driver.hold_gripper()

    def clear(self) -> Level:
        """Return to normal; nothing begins to move.

        Raises:
            CommandRefused: the arm is not at rest yet.
        """
        if self.moving and self.authority.stop != NORMAL:
            raise CommandRefused("the arm is coming to rest; clear the stop once it stands still")
        return self.authority.clear()

    def held_anew(self) -> None:
        """A further verb may have moved the robot: the next motion begins where it is held now."""
        self._commanded = np.array(self.driver.held(), dtype=float)
        self._sense()

    # The rhythm

    def watch_commander(self) -> None:
        """Obey silence: it stops a motion, and ends a lease."""
        now = time.monotonic()
        authority = self.authority
        if not self.moving:
            authority.expire(now)
        elif (silence := authority.silence_s(now)) > authority.ttl_s:
            who = authority.commander
            self.stop(PROTECTIVE_STOP, f"{who!r} was not heard for {silence:.3f} s while the robot moved")

    def tick(self) -> None:
        """Command what is to be commanded, let one period pass, and look at what has become of it."""
        sample = self._motion.next() if self._motion is not None else None
        if sample is not None:
            self._commanded = sample.positions
            self.driver.command(sample.positions, sample.velocities)
        self.driver.tick()
        self._sense()
        if self._motion is not None:
            self._look(self._motion)

    def _sense(self) -> None:
        self.reading = self.driver.read()
        self.read_ns = time.monotonic_ns()

    def _look(self, motion: Motion) -> None:
        if isinstance(self.driver, WatchesMotions) and (trouble := self.driver.trouble()) is not None:
            self._bring_to_rest(Ending("failed", *trouble))
        ending = motion.look(self.reading)
        if ending is not None:
            self._motion, self._ending = None, ending

    # Telling

    def status(self) -> Status:
        """Return how things stand now."""
        authority = self.authority
        return Status(
            stop=authority.stop,
            reason=authority.reason,
            lease=authority.lease,
            commander=authority.commander,
            motion=self._number,
            outcome=self._ending.outcome,
            kind=self._ending.kind,
            message=self._ending.message,
            time_ns=time.monotonic_ns(),
            dropped=self.dropped,
        )

    def more(self) -> Mapping[str, Any]:
        """Return what the driver tells beyond the protocol."""
        return self.driver.more() if isinstance(self.driver, TellsMore) else {}

    def state(self) -> State:
        """Return what was sensed last, and what was commanded then."""
        reading = self.reading
        return State(
            positions=reading.positions,
            velocities=reading.velocities,
            efforts=reading.efforts,
            commanded=self._commanded,
            gripper=reading.gripper,
            status=self.status(),
        )
