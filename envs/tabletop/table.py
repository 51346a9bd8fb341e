"""What is known of a table while it is played on, wherever its physics runs: the interface that the simulation of this
process and the one of a controller have in common."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from embodied_codeact.envs.tabletop.planning.trajectories import Trajectory
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.view import Point, Quaternion
from embodied_codeact.primitives.arm_types import Array


class Table(Protocol):
    """One table with its arm and objects. Names are those of the scene."""

    @property
    def scene(self) -> SceneSpec:
        """What was put on the table."""
        ...

    @property
    def steps(self) -> int:
        """Steps of the physics since the scene was built."""
        ...

    @property
    def time(self) -> float:
        """Simulated seconds since the scene was built."""
        ...

    @property
    def bodies(self) -> Collection[str]:
        """Names of all objects that have a body."""
        ...

    def build(self, scene: SceneSpec) -> None:
        """Put everything where the scene says, the arm at home, and let it come to rest."""
        ...

    def joints(self) -> tuple[Array, Array, Array]:
        """Return positions, velocities and motor torques of arm (7) and fingers (2): three arrays of (9,)."""
        ...

    def pose(self, name: str) -> tuple[Point, Quaternion]:
        """Return where an object is: its centre and its turn."""
        ...

    def poses(self) -> dict[str, tuple[Point, Quaternion]]:
        """Return the pose of each object, in the scene's order."""
        ...

    def contacts(self) -> frozenset[tuple[str, str]]:
        """Return the pairs of names that touch, each in alphabetic order."""
        ...

    def finger_forces(self) -> dict[str, tuple[float, float]]:
        """Return what the insides of the fingers press on: by name the normal forces of left and right finger, N."""
        ...

    def held(self) -> str | None:
        """Return the name of what both fingers press on."""
        ...

    def comes_to_rest(self, at_most_s: float) -> bool:
        """Let time pass until nothing gets anywhere any more, or the time is over; return whether it is so."""
        ...

    def restart_clock(self) -> None:
        """Time that nobody simulated is not caught up."""
        ...

    def close(self) -> None:
        """Release it. May be called twice."""
        ...


class Mover(Protocol):
    """Carries out motions of the arm of a table.

    ``commanded``: (7,) rad, where the arm is commanded to be. ``grasped``: the names of everything that was ever held.
    ``moved_steps``, ``moved_s``, ``stepped_s``: physics steps of all motions, seconds on the clock that they took, and
    those of them that the physics itself took, where that is known.
    """

    commanded: Array
    grasped: set[str]
    moved_steps: int
    moved_s: float
    stepped_s: float

    def begin(self, joints: Array) -> None:
        """A new scene was built, with the arm at ``joints`` (7,) and the fingers open."""
        ...

    def follow(self, trajectory: Trajectory, *, touching: Collection[str] = ()) -> None:
        """Carry out a trajectory to its end.

        Raises:
            Stopped: a stop was requested; the arm has come to rest by planned deceleration.
            Collision: something was met on the way; the arm rests there.
            ObjectSlipped: what was held was lost; the arm rests there.
        """
        ...

    def move_fingers(self, width: float, *, force: float, speed: float) -> None:
        """Open or close the fingers towards ``width`` m until they are there or press on something.

        Raises:
            Stopped: a stop was requested; the fingers hold where they are.
        """
        ...

    def wait(self, duration: float) -> None:
        """Hold still for a while.

        Raises:
            Stopped: a stop was requested.
        """
        ...
