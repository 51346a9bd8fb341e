"""Plans are free of collisions, and refusals say what is in the way and what to do."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from embodied_codeact.envs.tabletop.panda import LIMITS
from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from embodied_codeact.envs.tabletop.planning.planner import Held, Planner
from embodied_codeact.envs.tabletop.planning.trajectories import Trajectory, at_velocity, verify
from embodied_codeact.errors import Stopped
from embodied_codeact.primitives.arm_errors import Collision, LimitExceeded, OutOfReach
from tests.envs.tabletop.planning.support import START, downwards, joints_at, thing

KINEMATICS = PandaKinematics()
OPEN = 0.08
WALL = thing("grey wall", (0.3, 0.03, 0.2), at=(0.5, 0.0))
ROOFED = [
    thing("wall", (0.2, 0.03, 0.5), at=(0.65, 0.0)),
    thing("roof", (0.3, 0.6, 0.02), at=(0.5, 0.0), bottom=0.67),
]
RIGHT, LEFT = downwards(0.5, -0.25, 0.1), downwards(0.5, 0.25, 0.1)


@pytest.fixture
def planner() -> Iterator[Planner]:
    planner = Planner(LIMITS, KINEMATICS)
    yield planner
    planner.close()


def tool_path(plan: Trajectory) -> np.ndarray:
    return KINEMATICS.forward_many(plan.positions)[0]


def hits(planner: Planner, plan: Trajectory, width: float = OPEN) -> set[str | None]:
    return {planner.blocked_by(row, width) for row in plan.positions[::2]}


def test_home_is_free_and_what_is_in_the_way_has_a_name(planner: Planner) -> None:
    block = thing("red block", at=(0.5, 0.1))
    planner.update([block, thing("blue zone", (0.1, 0.1, 0.002), at=(0.6, 0.0), kind="zone")], None)
    assert planner.blocked_by(START, OPEN) is None
    around = joints_at(KINEMATICS, downwards(0.5, 0.1, 0.02))
    assert planner.blocked_by(around, OPEN) is None
    assert planner.blocked_by(around, 0.0) == "red block"
    assert planner.blocked_by(around, 0.0, touching=["red block"]) is None
    assert planner.blocked_by(joints_at(KINEMATICS, downwards(0.6, 0.0, 0.01)), OPEN) is None
    assert planner.blocked_by(joints_at(KINEMATICS, downwards(0.6, 0.0, 0.002)), OPEN) == "the table"
    folded = np.array([0.0, -1.2, 0.0, -3.05, 0.0, 0.3, 0.0])
    assert planner.blocked_by(folded, OPEN) == "itself"


def test_a_bowl_is_hollow_and_a_mesh_is_no_box(planner: Planner) -> None:
    bowl = thing("green bowl", (0.16, 0.16, 0.06), at=(0.5, 0.0), kind="bowl")
    planner.update([bowl], None)
    assert planner.blocked_by(joints_at(KINEMATICS, downwards(0.5, 0.0, 0.03)), 0.04) is None
    assert planner.blocked_by(joints_at(KINEMATICS, downwards(0.5, 0.065, 0.03)), 0.0) == "green bowl"
    strange = thing("gadget", (0.16, 0.16, 0.06), at=(0.5, 0.0), kind="gadget")
    planner.update([strange], None)
    assert planner.blocked_by(joints_at(KINEMATICS, downwards(0.5, 0.0, 0.03)), 0.04) == "gadget"


def test_free_way_goes_over_a_wall(planner: Planner) -> None:
    planner.update([WALL], None)
    start = joints_at(KINEMATICS, RIGHT)
    plan = planner.plan_tool(start, LEFT, False, OPEN)
    assert verify(start, plan, LIMITS) == []
    assert hits(planner, plan) == {None}
    path = tool_path(plan)
    assert path[np.argmin(np.abs(path[:, 1])), 2] > 0.2
    np.testing.assert_allclose(path[-1], LEFT.position, atol=1e-9)
    planner.update([], None)
    assert planner.plan_tool(start, LEFT, False, OPEN).duration < plan.duration


def test_search_finds_a_way_where_there_is_none_above(planner: Planner) -> None:
    planner.update(ROOFED, None)
    start = joints_at(KINEMATICS, downwards(0.5, -0.25, 0.12))
    plan = planner.plan_tool(start, downwards(0.5, 0.25, 0.12), False, OPEN)
    assert verify(start, plan, LIMITS) == []
    assert hits(planner, plan) == {None}


class StopAfter:
    """A stop that is requested when it has been asked for so many times."""

    def __init__(self, times: float) -> None:
        self.times = times
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked > self.times


def test_a_stop_ends_planning_before_it_begins() -> None:
    planner = Planner(LIMITS, KINEMATICS, StopAfter(0))
    plan = at_velocity(START, np.array([0.5, 0, 0, 0, 0, 0, 0]), 1.0, LIMITS)
    for planning in (
        lambda: planner.plan_tool(START, LEFT, False, OPEN),
        lambda: planner.plan_joints(START, START, OPEN),
        lambda: planner.check(plan, OPEN),
    ):
        with pytest.raises(Stopped, match="a stop was requested: nothing has moved"):
            planning()
    planner.close()


def test_a_stop_ends_a_search_in_its_midst() -> None:
    never = StopAfter(math.inf)
    planner = Planner(LIMITS, KINEMATICS, never)
    planner.update(ROOFED, None)
    start, goal = joints_at(KINEMATICS, downwards(0.5, -0.25, 0.12)), downwards(0.5, 0.25, 0.12)
    planner.plan_tool(start, goal, False, OPEN)
    planner.close()
    # Most of what is asked, is asked by the search.
    stop = StopAfter(never.asked // 2)
    planner = Planner(LIMITS, KINEMATICS, stop)
    planner.update(ROOFED, None)
    with pytest.raises(Stopped):
        planner.plan_tool(start, goal, False, OPEN)
    planner.close()
    assert stop.asked == never.asked // 2 + 1


def test_straight_line_is_refused_by_what_it_meets(planner: Planner) -> None:
    planner.update([WALL], None)
    start = joints_at(KINEMATICS, RIGHT)
    with pytest.raises(Collision, match=r"straight line to \[0.500, 0.250, 0.100\] the arm would hit the grey wall"):
        planner.plan_tool(start, LEFT, True, OPEN)
    with pytest.raises(Collision, match=r"touching=\['grey wall'\]"):
        planner.plan_joints(start, joints_at(KINEMATICS, LEFT), OPEN)
    plan = planner.plan_tool(start, LEFT, True, OPEN, touching=["grey wall"])
    np.testing.assert_allclose(tool_path(plan)[:, 2], 0.1, atol=2e-4)
    with pytest.raises(Collision, match="the table"):
        planner.plan_tool(start, downwards(0.5, -0.25, 0.005), True, 0.0)


def test_what_is_held_moves_along_and_can_hit_things(planner: Planner) -> None:
    grasp = downwards(0.5, -0.25, 0.02)
    held = Held(thing("red block", at=(0.5, -0.25)), grasp)
    wide = Held(thing("long block", (0.2, 0.04, 0.04), at=(0.5, -0.25)), grasp)
    post = thing("post", (0.03, 0.03, 0.1), at=(0.6, 0.2))
    there = joints_at(KINEMATICS, downwards(0.5, 0.2, 0.03))
    planner.update([post], held)
    assert planner.blocked_by(there, 0.04) is None
    planner.update([post], wide)
    assert planner.blocked_by(there, 0.04) == "post"
    with pytest.raises(Collision, match="the long block that is held would hit the post"):
        planner.plan_tool(joints_at(KINEMATICS, grasp), downwards(0.5, 0.2, 0.03), False, 0.04)


def test_held_block_is_lifted_and_not_dragged_over_the_table(planner: Planner) -> None:
    grasp = downwards(0.5, -0.25, 0.02)
    planner.update([], Held(thing("red block", at=(0.5, -0.25)), grasp))
    plan = planner.plan_tool(joints_at(KINEMATICS, grasp), downwards(0.5, 0.25, 0.02), False, 0.04)
    path = tool_path(plan)
    assert path[np.abs(path[:, 1]) < 0.15, 2].min() > 0.03


def test_slight_contact_at_the_start_does_not_forbid_leaving(planner: Planner) -> None:
    start = joints_at(KINEMATICS, downwards(0.5, 0.0, 0.02))
    # The block's edge is 3 mm inside of a finger.
    planner.update([thing("red block", at=(0.5, 0.023))], None)
    assert planner.blocked_by(start, 0.08) == "red block"
    away = planner.plan_tool(start, downwards(0.5, 0.0, 0.15), True, 0.08)
    assert tool_path(away)[-1, 2] == pytest.approx(0.15)
    with pytest.raises(Collision, match="red block"):
        planner.plan_tool(start, downwards(0.5, -0.03, 0.02), True, 0.08)


def test_out_of_reach_names_the_nearest_point(planner: Planner) -> None:
    with pytest.raises(OutOfReach, match=r"nearest point that it can reach is \[0.800, 0.000, 0.100\]"):
        planner.plan_tool(START, downwards(1.5, 0.0, 0.1), False, OPEN)
    start = joints_at(KINEMATICS, downwards(0.15, -0.4, 0.2))
    with pytest.raises(OutOfReach, match=r"not in a straight line .* only to about \["):
        planner.plan_tool(start, downwards(0.15, 0.4, 0.2), True, OPEN)


def test_a_turn_beyond_the_wrists_end_is_told_to_go_the_other_way_round(planner: Planner) -> None:
    x, y, z = KINEMATICS.forward(START)[0]
    with pytest.raises(OutOfReach, match="cannot turn so far that way: .* turn the other way round"):
        planner.plan_tool(START, downwards(x, y, z, yaw=-2.8), True, OPEN)


def test_beyond_the_limits_is_refused(planner: Planner) -> None:
    with pytest.raises(LimitExceeded, match=r"nearest point in it is \[0.300, 0.600, 0.100\]"):
        planner.plan_tool(START, downwards(0.3, 0.63, 0.1), False, OPEN)
    beyond = START.copy()
    beyond[3] = 0.1
    with pytest.raises(LimitExceeded, match=r"joints\[3\] can be from -3.072 to -0.070 rad, not 0.100"):
        planner.plan_joints(START, beyond, OPEN)
    for speed in (0.0, 1e-300, 0.019, 1.5):
        with pytest.raises(LimitExceeded, match="from 0.02 up to 1"):
            planner.plan_tool(START, LEFT, False, OPEN, speed=speed)
        with pytest.raises(LimitExceeded, match="from 0.02 up to 1"):
            planner.plan_joints(START, START, OPEN, speed=speed)


def test_any_trajectory_can_be_checked(planner: Planner) -> None:
    planner.update([thing("post", (0.03, 0.03, 0.4), at=(0.43, 0.15))], None)
    plan = at_velocity(START, np.array([0.5, 0, 0, 0, 0, 0, 0]), 1.0, LIMITS)
    with pytest.raises(Collision, match="on this way the arm would hit the post"):
        planner.check(plan, OPEN)
    planner.check(plan, OPEN, touching=["post"])


def test_plans_do_not_depend_on_what_was_planned_before(planner: Planner) -> None:
    start = joints_at(KINEMATICS, RIGHT)
    planner.update([WALL], None)
    first = planner.plan_tool(start, LEFT, False, OPEN)
    planner.update([thing("duck", (0.0662, 0.0464, 0.0619), at=(0.4, 0.1), kind="duck"), WALL], None)
    planner.plan_tool(START, downwards(0.4, 0.1, 0.2), False, 0.02)
    planner.update([WALL], None)
    again = planner.plan_tool(start, LEFT, False, OPEN)
    fresh = Planner(LIMITS, PandaKinematics())
    fresh.update([WALL], None)
    other = fresh.plan_tool(start, LEFT, False, OPEN)
    fresh.close()
    fresh.close()
    for plan in (again, other):
        np.testing.assert_array_equal(plan.positions, first.positions)
        np.testing.assert_array_equal(plan.velocities, first.velocities)
