"""Conditions on where single things are: in, on, at, beside, between; held and turned."""

from __future__ import annotations

import math
from dataclasses import dataclass

from embodied_codeact.envs.tabletop.placement import footprint
from embodied_codeact.envs.tabletop.scene import ObjectSpec
from embodied_codeact.envs.tabletop.tasks.goals import ARM, TABLE, bottom, rests, supporters, top
from embodied_codeact.envs.tabletop.view import WorldView

Spot = tuple[float, float]

PLACE_TOLERANCE = 0.02
"""How far from its place a thing may stand, m."""
STACK_TOLERANCE = 0.015
"""How far the centre of a block may be from that of the block under it, m."""
ZONE_TOLERANCE = 0.005
"""How far a corner of a thing may stick out of a zone, m."""
CONTAINER_TILT = math.radians(20)
"""How far a bowl or tray may lean that something lies in."""
HOVER_TOLERANCE = 0.02
LIFT_TOLERANCE = 0.01
TURN_TOLERANCE = math.radians(10)


@dataclass(frozen=True)
class ToolAbove:
    """The tool is ``height`` m above the middle of a thing's top."""

    name: str
    height: float

    def missing(self, view: WorldView) -> str:
        x, y, _ = view.positions[self.name]
        off = math.dist(view.tool, (x, y, top(view, self.name) + self.height))
        return f"the tool is {off:.3f} m from its place" if off > HOVER_TOLERANCE else ""


@dataclass(frozen=True)
class Lifted:
    """A thing is held at least ``height`` m above the table."""

    name: str
    height: float

    def missing(self, view: WorldView) -> str:
        if view.held != self.name:
            return f"the gripper does not hold the {self.name}"
        low = bottom(view, self.name)
        return f"the {self.name} is only {low:.3f} m high" if low < self.height - LIFT_TOLERANCE else ""


@dataclass(frozen=True)
class Inside:
    """A thing lies in a bowl or tray: within its rim, on its floor or on something that does."""

    name: str
    container: str

    def missing(self, view: WorldView) -> str:
        if not self._within_rim(view) or view.tilt(self.container) > CONTAINER_TILT or not self._carried(view):
            return f"the {self.name} does not lie in the {self.container}"
        return ""

    def _within_rim(self, view: WorldView) -> bool:
        spec = view.scene.named(self.container)
        x, y, z = view.positions[self.container]
        a, b, _ = view.positions[self.name]
        if bottom(view, self.name) > z + spec.size[2] / 2:
            return False
        if spec.kind == "bowl":
            return math.hypot(a - x, b - y) <= spec.size[0] / 2
        turn = view.yaw(self.container)
        along = (a - x) * math.cos(turn) + (b - y) * math.sin(turn)
        across = (b - y) * math.cos(turn) - (a - x) * math.sin(turn)
        return abs(along) <= spec.size[0] / 2 and abs(across) <= spec.size[1] / 2

    def _carried(self, view: WorldView) -> bool:
        """Follow what carries the thing downwards; it must end in the container alone."""
        seen, front = set[str](), [self.name]
        while front:
            name = front.pop()
            # A thing may lie deeper than the container's own middle, so contact with it is enough.
            below = [other for other in supporters(view, name) if other != self.container]
            if TABLE in below or view.touching(name, ARM) or not (below or view.touching(name, self.container)):
                return False
            seen.add(name)
            front += [other for other in below if other not in seen]
        return True


@dataclass(frozen=True)
class OnZone:
    """A thing stands on the table with its whole footprint on a zone."""

    name: str
    zone: str

    def missing(self, view: WorldView) -> str:
        if not stands_on_table(view, self.name):
            return f"the {self.name} does not stand on the table"
        out = max(_outside(corner, view.scene.named(self.zone)) for corner in _outline(view, self.name))
        return f"the {self.name} is not wholly on the {self.zone}" if out > ZONE_TOLERANCE else ""


@dataclass(frozen=True)
class At:
    """A thing stands on the table at a point."""

    name: str
    spot: Spot
    tolerance: float = PLACE_TOLERANCE

    def missing(self, view: WorldView) -> str:
        return _off_spot(view, self.name, self.spot, self.tolerance)


@dataclass(frozen=True)
class Beside:
    """A thing stands on the table at an offset (m, world frame) from another, centre to centre."""

    name: str
    reference: str
    offset: Spot

    def missing(self, view: WorldView) -> str:
        x, y, _ = view.positions[self.reference]
        return _off_spot(view, self.name, (x + self.offset[0], y + self.offset[1]), PLACE_TOLERANCE)


@dataclass(frozen=True)
class Between:
    """A thing stands on the table midway between two others."""

    name: str
    first: str
    second: str

    def missing(self, view: WorldView) -> str:
        a, b = view.positions[self.first], view.positions[self.second]
        return _off_spot(view, self.name, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), PLACE_TOLERANCE)


@dataclass(frozen=True)
class AlongEdge:
    """A long thing lies on the table by an edge: its middle on the line ``x`` or ``y`` = ``value``, its long side
    along that line."""

    name: str
    axis: int
    value: float
    tolerance: float = 0.03

    def missing(self, view: WorldView) -> str:
        if not stands_on_table(view, self.name):
            return f"the {self.name} does not lie on the table"
        if abs(view.positions[self.name][self.axis] - self.value) > self.tolerance:
            return f"the {self.name} is not by the edge"
        wanted = math.pi / 2 if self.axis == 0 else 0.0
        off = abs(half_turn(long_side(view, self.name) - wanted))
        return f"the {self.name} is {math.degrees(off):.0f} degrees off the edge" if off > TURN_TOLERANCE else ""


@dataclass(frozen=True)
class TurnedBy:
    """A long thing lies where it lay, turned by ``angle`` rad (counterclockwise seen from above) from its start."""

    name: str
    angle: float
    tolerance: float = 0.03

    def missing(self, view: WorldView) -> str:
        start = view.scene.named(self.name)
        if missing := _off_spot(view, self.name, start.position[:2], self.tolerance):
            return missing
        off = abs(half_turn(view.yaw(self.name) - start.yaw - self.angle))
        return f"the {self.name} is {math.degrees(off):.0f} degrees off" if off > TURN_TOLERANCE else ""


@dataclass(frozen=True)
class LiesTurned:
    """A long thing lies on the table turned by ``yaw`` rad; half a turn makes no difference."""

    name: str
    yaw: float

    def missing(self, view: WorldView) -> str:
        if not stands_on_table(view, self.name):
            return f"the {self.name} does not lie on the table"
        off = abs(half_turn(view.yaw(self.name) - self.yaw))
        return f"the {self.name} is {math.degrees(off):.0f} degrees off" if off > TURN_TOLERANCE else ""


@dataclass(frozen=True)
class On:
    """A block rests on the middle of another."""

    upper: str
    lower: str

    def missing(self, view: WorldView) -> str:
        if not rests(view, self.upper) or supporters(view, self.upper) != [self.lower]:
            return f"the {self.upper} does not rest on the {self.lower}"
        if abs(bottom(view, self.upper) - top(view, self.lower)) > LIFT_TOLERANCE:
            return f"the {self.upper} does not stand on top of the {self.lower}"
        off = view.distance(self.upper, self.lower)
        return f"the {self.upper} is {off:.3f} m off the middle of the {self.lower}" if off > STACK_TOLERANCE else ""


@dataclass(frozen=True)
class OnTable:
    """A thing stands on the table, on or under nothing else and touching nothing."""

    name: str

    def missing(self, view: WorldView) -> str:
        alone = not any(view.touching(self.name, other) for other in view.positions)
        return "" if alone and stands_on_table(view, self.name) else f"the {self.name} does not stand alone"


def stands_on_table(view: WorldView, name: str) -> bool:
    """Whether a thing is out of the arm's hands and rests on the table alone."""
    return rests(view, name) and supporters(view, name) == [TABLE]


def long_side(view: WorldView, name: str) -> float:
    """The direction of a thing's longer horizontal side, rad."""
    size = view.scene.named(name).size
    return view.yaw(name) + (math.pi / 2 if size[1] > size[0] else 0.0)


def half_turn(angle: float) -> float:
    """Bring an angle between lines, which look the same after half a turn, to -pi/2..pi/2 rad."""
    return (angle + math.pi / 2) % math.pi - math.pi / 2


def _off_spot(view: WorldView, name: str, spot: Spot, tolerance: float) -> str:
    if not stands_on_table(view, name):
        return f"the {name} does not stand on the table"
    off = math.dist(view.positions[name][:2], spot)
    return f"the {name} is {off:.3f} m from its place" if off > tolerance else ""


def _outline(view: WorldView, name: str) -> list[Spot]:
    x, y, _ = view.positions[name]
    return [(float(a), float(b)) for a, b in footprint(view.scene.named(name), (x, y), view.yaw(name))]


def _outside(point: Spot, zone: ObjectSpec) -> float:
    """How far a point lies outside of a zone, m; negative inside."""
    a, b = point[0] - zone.position[0], point[1] - zone.position[1]
    along = a * math.cos(zone.yaw) + b * math.sin(zone.yaw)
    across = b * math.cos(zone.yaw) - a * math.sin(zone.yaw)
    return max(abs(along) - zone.size[0] / 2, abs(across) - zone.size[1] / 2)
