"""Builds the world in which a goal is fulfilled, without physics: everything put exactly where it belongs."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import singledispatch

import numpy as np

from embodied_codeact.envs.tabletop.catalog import yaw_quaternion
from embodied_codeact.envs.tabletop.scene import TABLE_X, TABLE_Y
from embodied_codeact.envs.tabletop.tasks.amounts import NearAhead, SomeInside
from embodied_codeact.envs.tabletop.tasks.formations import Bridge, Foot, Pair, Ring, Row, Square
from embodied_codeact.envs.tabletop.tasks.goals import TABLE, Released, start_view, top
from embodied_codeact.envs.tabletop.tasks.hand import ArmAtHome, FingersApart, ToolAt, ToolTurned
from embodied_codeact.envs.tabletop.tasks.relations import (
    AlongEdge,
    At,
    Beside,
    Between,
    Inside,
    LiesTurned,
    Lifted,
    On,
    OnTable,
    OnZone,
    ToolAbove,
    TurnedBy,
)
from embodied_codeact.envs.tabletop.tasks.task import Setup
from embodied_codeact.envs.tabletop.view import Quaternion, WorldView
from embodied_codeact.primitives.arm import HOME
from embodied_codeact.primitives.rotations import pointing_down


def fulfilled(setup: Setup) -> WorldView:
    """The world after a perfect attempt."""
    view = start_view(setup.scene, setup.start)
    if any(isinstance(condition, Released) for condition in setup.goal.kept):
        view = replace(view, held=None)
    feet = [condition for condition in setup.goal.kept if isinstance(condition, Foot)]
    for condition in (*feet, *setup.goal.wanted):
        view = fulfil(condition, view)
    return view


def put(
    view: WorldView,
    name: str,
    x: float,
    y: float,
    *,
    bottom: float = 0.0,
    on: tuple[str, ...] = (TABLE,),
    yaw: float = 0.0,
) -> WorldView:
    """Stand a thing somewhere, touching only what it stands on."""
    height = bottom + view.scene.named(name).size[2] / 2
    kept = {pair for pair in view.contacts if name not in pair}
    touching = {(min(name, lower), max(name, lower)) for lower in on}
    return replace(
        view,
        positions={**view.positions, name: (x, y, height)},
        orientations={**view.orientations, name: yaw_quaternion(yaw)},
        contacts=frozenset(kept | touching),
    )


@singledispatch
def fulfil(condition: object, view: WorldView) -> WorldView:
    """Make a condition hold."""
    del view
    raise TypeError(f"no ideal world for {condition}")


@fulfil.register
def _(condition: ToolAbove, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.name]
    return replace(view, tool=(x, y, top(view, condition.name) + condition.height))


@fulfil.register
def _(condition: Lifted, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.name]
    view = put(view, condition.name, x, y, bottom=condition.height, on=("the arm",))
    return replace(view, held=condition.name, grasped=frozenset({condition.name}))


@fulfil.register
def _(condition: Inside, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.container]
    inside = sum(math.dist((x, y), position[:2]) < 0.03 for position in view.positions.values()) - 1
    return put(view, condition.name, x + 0.01 * inside, y, bottom=0.005, on=(condition.container,))


@fulfil.register
def _(condition: OnZone, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.zone]
    return put(view, condition.name, x, y)


@fulfil.register
def _(condition: At, view: WorldView) -> WorldView:
    return put(view, condition.name, *condition.spot)


@fulfil.register
def _(condition: Beside, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.reference]
    return put(view, condition.name, x + condition.offset[0], y + condition.offset[1])


@fulfil.register
def _(condition: Between, view: WorldView) -> WorldView:
    a, b = view.positions[condition.first], view.positions[condition.second]
    return put(view, condition.name, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2)


@fulfil.register
def _(condition: AlongEdge, view: WorldView) -> WorldView:
    # The long side of a bar is its own y axis.
    if condition.axis == 0:
        return put(view, condition.name, condition.value, 0.0, yaw=0.0)
    return put(view, condition.name, 0.5, condition.value, yaw=math.pi / 2)


@fulfil.register
def _(condition: TurnedBy, view: WorldView) -> WorldView:
    start = view.scene.named(condition.name)
    return put(view, condition.name, start.position[0], start.position[1], yaw=start.yaw + condition.angle)


@fulfil.register
def _(condition: On, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.lower]
    return put(view, condition.upper, x, y, bottom=top(view, condition.lower), on=(condition.lower,))


@fulfil.register
def _(condition: OnTable, view: WorldView) -> WorldView:
    return put(view, condition.name, *_free_spot(view, condition.name))


@fulfil.register
def _(condition: Foot, view: WorldView) -> WorldView:
    return put(view, condition.name, *_free_spot(view, condition.name))


@fulfil.register
def _(condition: Row, view: WorldView) -> WorldView:
    along = condition.along or (math.cos(0.5), math.sin(0.5))
    for index, name in enumerate(condition.names):
        step = (index - 1) * condition.spacing
        view = put(view, name, 0.5 + step * along[0], step * along[1])
    return view


@fulfil.register
def _(condition: Ring, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.centre]
    for index, name in enumerate(condition.names):
        turn = 0.3 + 2 * math.pi * index / len(condition.names)
        view = put(view, name, x + condition.radius * math.cos(turn), y + condition.radius * math.sin(turn))
    return view


@fulfil.register
def _(condition: Bridge, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.first]
    view = put(view, condition.second, x, y + 0.045)
    height = top(view, condition.first)
    return put(view, condition.upper, x, y + 0.0225, bottom=height, on=(condition.first, condition.second))


@fulfil.register
def _(condition: Pair, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.first]
    return put(view, condition.second, x, y, bottom=top(view, condition.first), on=(condition.first,))


@fulfil.register
def _(condition: ToolAt, view: WorldView) -> WorldView:
    return replace(view, tool=condition.point)


@fulfil.register
def _(condition: ToolTurned, view: WorldView) -> WorldView:
    return replace(view, tool_orientation=turned_down(condition.yaw))


def turned_down(yaw: float) -> Quaternion:
    """The orientation of a tool that points down."""
    x, y, z, w = map(float, pointing_down(yaw))
    return (x, y, z, w)


@fulfil.register
def _(condition: FingersApart, view: WorldView) -> WorldView:
    return replace(view, width=condition.width)


@fulfil.register
def _(condition: ArmAtHome, view: WorldView) -> WorldView:
    del condition
    return replace(view, joints=HOME)


@fulfil.register
def _(condition: LiesTurned, view: WorldView) -> WorldView:
    x, y, _ = view.positions[condition.name]
    return put(view, condition.name, x, y, yaw=condition.yaw)


@fulfil.register
def _(condition: SomeInside, view: WorldView) -> WorldView:
    for name in condition.names[: condition.count]:
        view = fulfil(Inside(name, condition.container), view)
    return view


@fulfil.register
def _(condition: NearAhead, view: WorldView) -> WorldView:
    """As far along the way as it takes, in millimetres."""
    x, y, _ = view.positions[condition.name]
    for step in range(500):
        there = put(view, condition.name, x + 0.001 * step * condition.way[0], y + 0.001 * step * condition.way[1])
        if there.distance(condition.name, condition.reference) < condition.farthest - 0.01:
            return there
    raise AssertionError(condition)


@fulfil.register
def _(condition: Square, view: WorldView) -> WorldView:
    half = condition.side / 2
    for name, (a, b) in zip(condition.names, ((1, 1), (1, -1), (-1, 1), (-1, -1)), strict=True):
        view = put(view, name, 0.5 + half * a, half * b)
    return view


def _free_spot(view: WorldView, name: str) -> tuple[float, float]:
    others = [position[:2] for other, position in view.positions.items() if other != name]
    grid = [(float(x), float(y)) for x in np.arange(*TABLE_X, 0.05) for y in np.arange(*TABLE_Y, 0.05)]
    return max(grid, key=lambda spot: min(math.dist(spot, other) for other in others))
