"""``SkillArm``: where objects end up, and which error says what hinders."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import pytest

from embodied_codeact.errors import InvalidArgument, PrimitiveError
from embodied_codeact.primitives.arm_backend import Until
from embodied_codeact.primitives.arm_errors import (
    Collision,
    LimitExceeded,
    NothingGrasped,
    ObjectSlipped,
    OutOfReach,
    UnknownObject,
)
from embodied_codeact.primitives.arm_fakes import FakeArm
from embodied_codeact.primitives.arm_fakes_table import FakeTable, FakeThing, block, bowl, usual_things
from embodied_codeact.primitives.arm_types import GripperState, MotionResult, Pose, SceneObject
from embodied_codeact.primitives.gripper import Gripper
from embodied_codeact.primitives.handling import raised
from embodied_codeact.primitives.scene import Scene
from embodied_codeact.primitives.skill_arm import SkillArm


class World:
    """One table with an arm, and all that a script would have."""

    def __init__(self, *things: FakeThing, names_held: bool = True) -> None:
        self.table = FakeTable(list(things) or usual_things())
        self.backend = FakeArm(self.table, names_held=names_held)
        self.arm = SkillArm(self.backend, self.table)
        self.gripper = Gripper(self.backend)
        self.scene = Scene(self.table)

    def at(self, name: str) -> list[float]:
        return [round(float(value), 4) for value in self.table.named(name).position]


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("names_held", [True, False])
def test_a_picked_block_is_lifted_and_named(names_held: bool) -> None:
    world = World(names_held=names_held)
    result = world.arm.pick("red block", force=15)
    assert world.at("red block")[2] == pytest.approx(0.17, abs=1e-3)
    assert world.gripper.state().force == 15
    assert result.duration > 1.0


def test_the_centre_of_the_object_lands_on_the_target_not_the_tool(world: World) -> None:
    long = block("red bar", 0.4, 0.1, size=(0.12, 0.03, 0.03), yaw=0.7)
    world = World(long)
    world.arm.move_to([0.42, 0.117, 0.013], yaw=0.7)
    world.gripper.close()
    world.arm.move_by([0.0, 0.0, 0.1])
    result = world.arm.place([0.55, -0.1])
    assert world.at("red bar") == pytest.approx([0.55, -0.1, 0.015], abs=1e-3)
    assert result.position_error < 1e-3


@pytest.mark.parametrize("yaw", [-3.0, -1.2, 0.0, 0.4, math.pi / 2, 2.5])
def test_a_block_is_put_down_turned_as_asked(world: World, yaw: float) -> None:
    world.arm.pick("red block")
    world.arm.place([0.45, 0.0], yaw=yaw)
    turned = world.table.named("red block").yaw
    assert (turned - yaw + math.pi / 4) % (math.pi / 2) == pytest.approx(math.pi / 4, abs=1e-2)
    assert world.at("red block") == pytest.approx([0.45, 0.0, 0.02], abs=2e-3)


@pytest.mark.parametrize("names_held", [True, False])
def test_what_the_camera_loses_in_the_hand_is_placed_as_it_was_seen_before(names_held: bool) -> None:
    world = World(names_held=names_held)
    world.arm.pick("red block")
    world.table.hidden.add("red block")
    result = world.arm.place([0.5, 0.1])
    assert world.at("red block") == pytest.approx([0.5, 0.1, 0.02], abs=2e-3)
    assert math.isnan(result.position_error)


def bar() -> FakeThing:
    return block("red bar", 0.45, 0.1, size=(0.16, 0.03, 0.03))


def test_what_was_opened_and_grasped_elsewhere_is_not_placed_as_it_was_before() -> None:
    world = World(bar())
    world.arm.pick("red bar")
    world.arm.move_linear([0.45, 0.1, 0.014])
    world.gripper.open()
    world.arm.move_to([0.39, 0.1, 0.014], yaw=0.0, touching=["red bar"])
    world.gripper.close()
    world.arm.move_by([0.0, 0.0, 0.1])
    world.arm.place([0.5, -0.1])
    assert world.at("red bar") == pytest.approx([0.5, -0.1, 0.015], abs=2e-3)


def test_of_two_things_without_names_the_one_in_the_hand_is_placed() -> None:
    world = World(names_held=False)
    world.arm.pick("red block")
    world.arm.move_to([0.45, 0.1, 0.02])
    world.gripper.open()
    world.arm.move_to([0.5, -0.1, 0.02], yaw=0.0, touching=["green block"])
    world.gripper.close()
    world.arm.move_by([0.0, 0.0, 0.1])
    with pytest.raises(InvalidArgument, match="'green block' is what is held"):
        world.arm.place("green block")
    world.arm.place([0.35, -0.25])
    assert world.at("green block") == pytest.approx([0.35, -0.25, 0.02], abs=2e-3)


def test_what_was_dropped_is_forgotten_before_the_next_pick() -> None:
    world = World(names_held=False)
    world.arm.pick("red block")
    world.gripper.open()
    world.table.named("green block").position[:2] = [0.6, -0.25]
    with pytest.raises(PrimitiveError):
        world.arm.pick("nothing")
    # The camera loses the first block, so that only memory could speak for it.
    world.table.hidden.add("red block")
    world.arm.move_to([0.6, -0.25, 0.02], yaw=0.0, touching=["green block"])
    world.gripper.close()
    world.arm.move_by([0.0, 0.0, 0.1])
    with pytest.raises(InvalidArgument, match="'green block' is what is held"):
        world.arm.place("green block")


def test_a_lift_that_is_blocked_before_it_begins_names_what_blocks_it() -> None:
    world = World(bar(), block("green block", 0.52, 0.1, 0.05))
    with pytest.raises(Collision, match="blocked by 'green block'.*nothing has moved"):
        world.arm.pick("red bar")
    assert world.gripper.state().holding == "red bar"


class Burdened(FakeArm):
    """Its motions with something in the hand end after a centimetre, as if they had met something."""

    def move_tool(
        self,
        pose: Pose,
        *,
        straight: bool = False,
        speed: float = 1.0,
        touching: Collection[str] = (),
        until: Until | None = None,
    ) -> MotionResult:
        if self.gripper().holding is None:
            return super().move_tool(pose, straight=straight, speed=speed, touching=touching, until=until)
        super().move_tool(raised(self.tool(), 0.008), straight=True, touching=touching)
        raise Collision("something was met")


def test_a_lift_that_ends_on_its_way_says_to_grip_harder() -> None:
    backend = Burdened()
    with pytest.raises(ObjectSlipped, match="grip harder") as slipped:
        SkillArm(backend, backend.table).pick("red block")
    assert isinstance(slipped.value.__cause__, Collision)


def test_into_a_bowl_things_go_side_by_side_or_on_top(world: World) -> None:
    for name in ("red block", "green block", "blue block"):
        world.arm.pick(name)
        world.arm.place("white bowl")
        assert world.scene.is_on(name, "white bowl") or world.scene.below(name) is not None


def test_onto_a_zone_things_go_to_its_middle_then_beside_each_other(world: World) -> None:
    world.arm.stack("red block", "yellow zone")
    assert world.at("red block") == pytest.approx([0.40, -0.15, 0.02], abs=2e-3)
    world.arm.stack("green block", "yellow zone")
    assert world.scene.is_on("green block", "yellow zone")
    assert world.at("green block")[2] == pytest.approx(0.02)


def test_a_tower_stands_where_its_foot_stands(world: World) -> None:
    world.arm.stack("red block", "green block")
    world.arm.stack("blue block", "red block")
    assert world.at("blue block") == pytest.approx([0.5, -0.1, 0.10], abs=2e-3)


@pytest.mark.parametrize(
    ("target", "height"), [([0.5, -0.1], 0.06), ([0.5, -0.1, 0.04], 0.06), ([0.3, 0.0, 0.0], 0.02)]
)
def test_a_point_is_on_whatever_is_there(world: World, target: list[float], height: float) -> None:
    world.arm.pick("red block")
    world.arm.place(np.array(target))
    assert world.at("red block") == pytest.approx([*target[:2], height], abs=2e-3)


def test_over_the_gap_of_two_blocks_the_height_says_that_they_bear() -> None:
    world = World(block("red block", 0.45, 0.2), block("green block", 0.5, -0.023), block("blue block", 0.5, 0.023))
    world.arm.pick("red block")
    with pytest.raises(Collision, match="'green block' and 'blue block' takes that place.*z = 0.040"):
        world.arm.place([0.5, 0.0])
    assert world.gripper.state().holding == "red block"


@pytest.mark.parametrize("target", [[0.55, 0.1], [0.35, 0.1], [0.40, -0.05], [0.45, 0.0]])
def test_a_push_brings_the_centre_to_the_target(world: World, target: list[float]) -> None:
    result = world.arm.push("red block", target)
    assert math.dist(world.at("red block")[:2], target) <= 0.01
    assert result.position_error <= 0.01
    assert world.gripper.state().holding is None


class ShadedTable(FakeTable):
    """A table that is seen from above: what is below the hand is taken to be where it was seen last."""

    arm: FakeArm

    def objects(self) -> list[SceneObject]:
        tool = self.arm.tool().position
        shaded = {thing.name for thing in self.things if math.dist(thing.position[:2], tool[:2]) < 0.12}
        before = getattr(self, "before", {thing.name: thing.seen() for thing in self.things})
        self.before = {
            thing.name: before[thing.name] if thing.name in shaded else thing.seen() for thing in self.things
        }
        return list(self.before.values())


def test_what_the_hand_hides_after_a_push_is_looked_at_from_aside() -> None:
    table = ShadedTable([block("red block", 0.6, 0.0)])
    table.arm = FakeArm(table)
    SkillArm(table.arm, table).push("red block", [0.5, 0.05])
    assert math.dist(table.named("red block").position[:2], [0.5, 0.05]) <= 0.01


def test_a_push_onto_a_zone_ends_in_its_middle(world: World) -> None:
    world.arm.push("red block", "yellow zone")
    assert world.scene.is_on("red block", "yellow zone")


@pytest.mark.parametrize("angle", [math.pi / 2, -math.pi / 2, 0.3, math.pi])
def test_a_turn_leaves_the_object_in_its_place(world: World, angle: float) -> None:
    world.arm.turn("red block", angle)
    turned = world.table.named("red block").yaw
    assert math.cos(turned - angle) == pytest.approx(1.0, abs=1e-4)
    assert world.at("red block") == pytest.approx([0.4, 0.1, 0.02], abs=2e-3)


def test_between_neighbours_the_fingers_open_no_wider_than_there_is_room() -> None:
    world = World(block("red block", 0.45, 0.0), block("green block", 0.45, 0.075), block("blue block", 0.525, 0.0))
    world.arm.pick("red block")
    assert world.at("green block") == [0.45, 0.075, 0.02]
    assert world.at("blue block") == [0.525, 0.0, 0.02]


def test_a_bowl_is_taken_by_its_rim() -> None:
    world = World(bowl("white bowl", 0.5, 0.0))
    world.arm.pick("white bowl")
    world.arm.place([0.45, 0.15])
    assert world.at("white bowl") == pytest.approx([0.45, 0.15, 0.025], abs=2e-3)


Act = Callable[[World], Any]


@pytest.mark.parametrize(
    ("act", "error", "says"),
    [
        (lambda w: w.arm.pick("red blok"), UnknownObject, "Did you mean 'red block'"),
        (lambda w: w.arm.pick(7), InvalidArgument, "object must be the name of an object"),
        (lambda w: w.arm.pick("red block", force=100), LimitExceeded, "at most 70 N"),
        (lambda w: w.arm.pick("yellow zone"), LimitExceeded, "'yellow zone' is painted on the table"),
        (lambda w: w.arm.place([0.5, 0.0]), NothingGrasped, "nothing is held: pick something first"),
        (lambda w: w.arm.place("red block", yaw="0"), InvalidArgument, "yaw must be an angle in radians"),
        (lambda w: w.arm.stack("red block", "red block"), InvalidArgument, "cannot stand on itself"),
        (lambda w: w.arm.stack("red block", "greenblock"), UnknownObject, "Did you mean 'green block'"),
        (lambda w: w.arm.push("red block", [0.5]), InvalidArgument, r"target must be 2 numbers \[x, y\]"),
        (
            lambda w: w.arm.push("red block", [1e308, 0]),
            OutOfReach,
            r"\[1e\+308, 0.0, 0.005\] is outside of the workspace",
        ),
        (lambda w: w.arm.push("red block", [2000, 0]), OutOfReach, r"the nearest point in it is \[0.8, 0.0, 0.005\]"),
        (lambda w: w.arm.push("red block", "green block"), InvalidArgument, "onto a zone, not to 'green block'"),
        (lambda w: w.arm.push("yellow zone", [0.5, 0.1]), LimitExceeded, "painted on the table"),
        (lambda w: w.arm.push("red block", [0.5, 0.1], speed=2), LimitExceeded, "speed is 2"),
        (lambda w: w.arm.push("red block", [0.55, -0.25]), Collision, "'green block' is in the way of 'red block'"),
        (lambda w: w.arm.turn("red block", "left"), InvalidArgument, "angle must be an angle in radians"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_moves(
    world: World, act: Act, error: type[PrimitiveError], says: str
) -> None:
    before = world.backend.joints().positions.tolist(), [world.at(name) for name in world.scene.names()]
    with pytest.raises(error, match=says):
        act(world)
    assert (world.backend.joints().positions.tolist(), [world.at(name) for name in world.scene.names()]) == before


@pytest.mark.parametrize(
    ("things", "act", "error", "says"),
    [
        (
            [block("red block", 0.5, 0.0, size=(0.1, 0.1, 0.04))],
            lambda w: w.arm.pick("red block"),
            LimitExceeded,
            "'red block' is 0.100 m wide, and the gripper opens 0.080 m",
        ),
        (
            [block("red block", 0.4, 0.1), block("green block", 0.4, 0.1, 0.04)],
            lambda w: w.arm.pick("red block"),
            Collision,
            "'green block' stands on 'red block'",
        ),
        (
            [
                block("red block", 0.45, 0.0),
                *(block(f"green block {i}", 0.45, y) for i, y in enumerate((-0.045, 0.045))),
                *(block(f"blue block {i}", x, 0.0) for i, x in enumerate((0.405, 0.495))),
            ],
            lambda w: w.arm.pick("red block"),
            Collision,
            "'red block' cannot be grasped from above: .* would hit '(green|blue) block",
        ),
        (
            [block("red block", 0.95, 0.0)],
            lambda w: w.arm.pick("red block"),
            OutOfReach,
            r"'red block' at \[0.95, 0.0, 0.02\] cannot be grasped: .*nearest point",
        ),
        (
            [block("red block", 0.4, 0.1, mass=4.0)],
            lambda w: w.arm.pick("red block"),
            ObjectSlipped,
            r"'red block' did not come along .* with 20 N: grip harder \(force up to 70\)",
        ),
        (
            [block("red block", 0.79, 0.0)],
            lambda w: w.arm.push("red block", [0.7, 0.0]),
            OutOfReach,
            "cannot get behind 'red block'",
        ),
        (
            [block("red block", 0.4, 0.1), block("green block", 0.4, 0.15)],
            lambda w: w.arm.push("red block", [0.4, 0.0]),
            Collision,
            "no room behind 'red block' for the fingers: 'green block'",
        ),
    ],
)
def test_the_situation_says_why_it_cannot_be(
    things: list[FakeThing], act: Act, error: type[PrimitiveError], says: str
) -> None:
    world = World(*things)
    with pytest.raises(error, match=says):
        act(world)
    assert world.at("red block")[2] == pytest.approx(0.02)


def test_a_heavy_block_is_lifted_by_a_harder_grip() -> None:
    world = World(block("red block", 0.4, 0.1, mass=4.0))
    world.arm.pick("red block", force=60)
    assert world.gripper.state().holding == "red block"


def test_a_full_hand_picks_and_pushes_nothing(world: World) -> None:
    world.arm.pick("red block")
    holds = "already holds 'red block': arm.place it, or gripper.open"
    with pytest.raises(InvalidArgument, match=holds):
        world.arm.pick("green block")
    with pytest.raises(InvalidArgument, match=holds):
        world.arm.push("green block", [0.6, -0.1])


def test_an_object_that_has_gone_leaves_nothing_grasped_and_the_hand_out_of_the_way() -> None:
    world = World()
    perceived = world.table.objects()
    world.table.named("red block").position[:2] = [0.6, -0.25]
    world.table.objects = lambda: perceived  # type: ignore[method-assign]
    with pytest.raises(NothingGrasped, match="met nothing instead of 'red block': look where it is now"):
        world.arm.pick("red block")
    assert world.gripper.state().width > 0.04
    assert world.backend.tool().position[2] > 0.1


class StickyArm(FakeArm):
    """Its fingers do not come off the first time that they are opened."""

    stuck = True

    def move_gripper(self, width: float, *, force: float, speed: float = 1.0) -> GripperState:
        if self.stuck and self.gripper().holding is not None and width > self.gripper().width:
            self.stuck = False
            return self.gripper()
        return super().move_gripper(width, force=force, speed=speed)


def test_what_sticks_to_the_fingers_is_pressed_once_more_and_comes_off() -> None:
    backend = StickyArm()
    arm = SkillArm(backend, backend.table)
    arm.pick("red block")
    arm.place([0.45, 0.0])
    assert not backend.stuck
    np.testing.assert_allclose(backend.table.named("red block").position, [0.45, 0.0, 0.02], atol=2e-3)


def test_a_taken_place_is_told_and_the_object_stays_in_the_hand(world: World) -> None:
    world.arm.pick("red block")
    with pytest.raises(Collision, match="'green block' takes that place; place it elsewhere .*z = 0.040"):
        world.arm.place([0.53, -0.1])
    assert world.gripper.state().holding == "red block"
    with pytest.raises(OutOfReach, match="'red block' cannot be put at"):
        world.arm.place([0.8, 0.6])
    with pytest.raises(InvalidArgument, match="'red block' is what is held: name another object"):
        world.arm.place("red block")
    for target in ([0.85, 0.5], [1e200, 0.0, 0.0], [0.5, 0.0, 1e200], [0.5, 0.0, -1e200]):
        with pytest.raises(OutOfReach, match="is outside of the workspace") as refused:
            world.arm.place(target)
        assert len(str(refused.value)) < 150
    assert world.gripper.state().holding == "red block"
