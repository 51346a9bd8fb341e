"""Goals: what is wanted, what must have been left alone, and the verdict on settled physics.

A goal is a list of conditions, each a small value that says what is still missing in a view of the world.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from embodied_codeact.envs.tabletop.catalog import yaw_quaternion
from embodied_codeact.envs.tabletop.scene import ObjectSpec, SceneSpec
from embodied_codeact.envs.tabletop.tasks.start import AT_HOME, Start
from embodied_codeact.envs.tabletop.view import WorldView
from embodied_codeact.primitives.arm import HOME

TABLE = "the table"
ARM = "the arm"

UNDISTURBED = 0.03
"""So far may a thing have moved that the task is not about, m."""
TOPPLED = math.radians(45)
"""Leaning further than this counts as knocked over."""
_RESTING_GAP = 0.004


class Verdict(NamedTuple):
    """``score``: 1 for success, else the share of what is wanted that holds, halved where something was spoilt.
    ``reason``: what is missing, or that all is done."""

    success: bool
    score: float
    reason: str


class Condition(Protocol):
    """Something that may hold in the world."""

    def missing(self, view: WorldView) -> str:
        """Say what is missing; empty where the condition holds."""
        ...


@dataclass(frozen=True)
class Goal:
    """``wanted``: what the instruction asks for; none of it holds at the start. ``kept``: what must hold besides."""

    wanted: tuple[Condition, ...]
    kept: tuple[Condition, ...] = ()

    def judge(self, view: WorldView) -> Verdict:
        """Judge settled physics."""
        missing = [reason for condition in self.wanted if (reason := condition.missing(view))]
        spoilt = [reason for condition in self.kept if (reason := condition.missing(view))]
        if not missing and not spoilt:
            return Verdict(True, 1.0, "all that was asked for is done")
        share = 1 - len(missing) / len(self.wanted)
        return Verdict(False, share / 2 if spoilt else share, "; ".join(missing + spoilt))


def put_down(scene: SceneSpec, wanted: Iterable[Condition], *, moved: Collection[str]) -> Goal:
    """The usual goal: ``wanted`` holds, the gripper has let go, and all but ``moved`` is where it was."""
    others = tuple(spec.name for spec in scene.objects if spec.name not in moved and spec.mass > 0)
    return Goal(tuple(wanted), (Released(), Undisturbed(others)))


@dataclass(frozen=True)
class Released:
    """The gripper holds nothing."""

    def missing(self, view: WorldView) -> str:
        return f"the gripper still holds the {view.held}" if view.held else ""


@dataclass(frozen=True)
class Undisturbed:
    """Things stand where they stood at the start, upright."""

    names: tuple[str, ...]
    tolerance: float = UNDISTURBED

    def missing(self, view: WorldView) -> str:
        for name in self.names:
            if math.dist(view.positions[name], view.scene.named(name).position) > self.tolerance:
                return f"the {name} was moved"
            if view.tilt(name) > TOPPLED:
                return f"the {name} was knocked over"
        return ""


@dataclass(frozen=True)
class NeverGrasped:
    """A thing was not held at any time."""

    name: str

    def missing(self, view: WorldView) -> str:
        return f"the {self.name} was grasped" if self.name in view.grasped else ""


def bottom(view: WorldView, name: str) -> float:
    """The height of a thing's lowest point, m, taking it for a box."""
    return view.positions[name][2] - _half_height(view, name)


def top(view: WorldView, name: str) -> float:
    """The height of a thing's highest point, m, taking it for a box."""
    return view.positions[name][2] + _half_height(view, name)


def _half_height(view: WorldView, name: str) -> float:
    x, y, z, w = view.orientations[name]
    size = view.scene.named(name).size
    upward = (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y))
    return sum(abs(share) * extent for share, extent in zip(upward, size, strict=True)) / 2


def supporters(view: WorldView, name: str) -> list[str]:
    """What a thing rests on: all that touches it and has its centre below the thing's own; the table included."""
    below = [TABLE] if view.touching(name, TABLE) else []
    height = view.positions[name][2]
    for other, position in view.positions.items():
        if other != name and position[2] < height - _RESTING_GAP and view.touching(name, other):
            below.append(other)
    return below


def rests(view: WorldView, name: str) -> bool:
    """Whether a thing is out of the arm's hands and lies on something."""
    return not view.touching(name, ARM) and bool(supporters(view, name))


def start_view(scene: SceneSpec, start: Start = AT_HOME) -> WorldView:
    """The world before any physics: everything as it was placed, touching what it was placed on, and the hand as the
    task finds it. What the arm holds is still where it was picked up."""
    contacts = {tuple(sorted((lower, spec.name))) for spec in scene.objects for lower in _placed_on(scene, spec)}
    return WorldView(
        scene=scene,
        positions={spec.name: spec.position for spec in scene.objects},
        orientations={spec.name: yaw_quaternion(spec.yaw) for spec in scene.objects},
        contacts=frozenset((first, second) for first, second in contacts),
        held=start.holding,
        tool=start.tool_at,
        width=start.width,
        joints=HOME if start == AT_HOME else (),
    )


def _placed_on(scene: SceneSpec, spec: ObjectSpec) -> list[str]:
    low = spec.position[2] - spec.size[2] / 2
    if spec.mass == 0:
        return []
    if low < _RESTING_GAP:
        return [TABLE]
    return [
        other.name
        for other in scene.objects
        if abs(other.position[2] + other.size[2] / 2 - low) < _RESTING_GAP
        and math.dist(other.position[:2], spec.position[:2]) < (max(other.size[:2]) + max(spec.size[:2])) / 2
    ]
