"""Watches the contacts of a motion: what was met unexpectedly ends it, and so does losing what was held."""

from __future__ import annotations

from collections.abc import Collection

import pybullet

from embodied_codeact.envs.tabletop.naming import Naming
from embodied_codeact.envs.tabletop.panda import FINGER_JOINTS
from embodied_codeact.envs.tabletop.simulation import Simulation
from embodied_codeact.primitives.arm_errors import Collision, ObjectSlipped

WATCH_STEPS = 4
"""Contacts are looked at every so many steps (60 times a second)."""
BUMP_FORCE = 5.0
"""N that the arm may press on something that it was not told to touch; twice in a row counts."""
PRESS_FORCE = 40.0
"""N that the arm may press down on what it was told to touch."""
HELD_FORCE = 40.0
"""N that a held object may be pressed with on what it is put on."""

_LOST_LOOKS = 4


class Watch:
    """What is looked after during one motion, in which the arm may touch ``touching``, as scripts call them."""

    def __init__(self, simulation: Simulation, naming: Naming, touching: Collection[str]) -> None:
        self._simulation, self._naming = simulation, naming
        held = simulation.held()
        known = naming.bodies(touching) if touching else []
        self._free = frozenset(simulation.bodies[name] for name in known if name in simulation.bodies)
        self._held = -1
        if held is not None and simulation.bodies[held] not in self._free:
            self._held = simulation.bodies[held]
        self._bumps = self._lost = 0
        self._met = -1
        self._slipped = False

    def look(self) -> bool:
        """Look at the contacts once; return whether the motion has to end."""
        simulation = self._simulation
        left = right = False
        met, force, pressed = -1, 0.0, 0.0
        for point in pybullet.getContactPoints(bodyA=simulation.arm, physicsClientId=simulation.client):
            body = point[2]
            if body == self._held:
                left = left or point[3] == FINGER_JOINTS[0]
                right = right or point[3] == FINGER_JOINTS[1]
            elif body in self._free:
                pressed += point[9] * max(0.0, point[7][2])
                met = body if pressed > PRESS_FORCE else met
            elif body != simulation.arm and point[9] > force:
                met, force = body, point[9]
        if self._held >= 0:
            self._lost = 0 if left and right else self._lost + 1
            for point in pybullet.getContactPoints(bodyA=self._held, physicsClientId=simulation.client):
                if point[2] not in (simulation.arm, self._held) and point[9] > max(force, HELD_FORCE):
                    met, force = point[2], point[9]
        self._bumps = self._bumps + 1 if force > BUMP_FORCE else 0
        self._met = met if met >= 0 else self._met
        self._slipped = self._lost >= _LOST_LOOKS
        return self._slipped or self._bumps >= 2 or pressed > PRESS_FORCE

    def problem(self) -> Collision | ObjectSlipped:
        """What has ended the motion, once :meth:`look` said so."""
        names = self._simulation.names
        held = self._naming.called(names[self._held]) if self._held >= 0 else ""
        if self._slipped:
            return ObjectSlipped(
                f"the {held} slipped out of the gripper on the way; the arm stopped. Look where it lies, grasp it "
                "again nearer to its middle or with more force, and move more slowly; it may also be too heavy"
            )
        met = self._naming.called(names[self._met]) if self._met in names else "something"
        if self._met in self._free:
            return Collision(
                f"the arm pressed down on {met!r} with more than {PRESS_FORCE:.0f} N and came to rest. Move up, look "
                "where it lies, and come down beside it, with the fingers further open or another yaw"
            )
        return Collision(
            f"{f'the {held} that is held' if held else 'the arm'} met {met!r} on the way and came to rest. Move up and "
            "away first; name it in touching if it is to be touched"
        )
