"""What is seen in real pictures of seeded scenes, and what is remembered of it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from embodied_codeact.contracts import Task, WorldContext
from embodied_codeact.envs.tabletop.adapter import TabletopAdapter
from embodied_codeact.envs.tabletop.cameras import OVERHEAD
from embodied_codeact.envs.tabletop.catalog import yaw_quaternion
from embodied_codeact.envs.tabletop.environment import TabletopOptions
from embodied_codeact.envs.tabletop.panda import HOME
from embodied_codeact.envs.tabletop.placement import Layout, Rejected
from embodied_codeact.envs.tabletop.scene import ObjectSpec, SceneSpec
from embodied_codeact.envs.tabletop.stage import Stage
from embodied_codeact.envs.tabletop.tasks.things import BAR, block, bowl, cylinder, pick_colors, zone
from embodied_codeact.envs.tabletop.vision.detection import detect
from embodied_codeact.envs.tabletop.vision.records import Detection
from embodied_codeact.envs.tabletop.vision.selfview import SelfView
from embodied_codeact.envs.tabletop.vision.tracking import Tracker
from embodied_codeact.primitives.arm_types import Pose
from embodied_codeact.primitives.rotations import pointing_down

AWAY = (*HOME, 0.04, 0.04)
TOOL = Pose(np.array([0.4, 0.0, 0.3]), pointing_down(0.0))


class Eyes:
    """A stage and what is seen of it."""

    def __init__(self) -> None:
        self._stage = Stage()
        self._self_view = SelfView()

    def look(self, scene: SceneSpec) -> list[Detection]:
        """Say what a picture of the scene shows."""
        self._stage.set_scene(scene)
        self._stage.pose([(*spec.position, *yaw_quaternion(spec.yaw)) for spec in scene.objects], AWAY)
        image = self._stage.picture(OVERHEAD)
        return detect(image, self._self_view.mask(OVERHEAD, AWAY, image.depth))

    def close(self) -> None:
        """End the physics clients."""
        self._stage.close()
        self._self_view.close()


@pytest.fixture(scope="module")
def eyes() -> Iterator[Eyes]:
    """One pair of eyes for all tests of this module."""
    eyes = Eyes()
    yield eyes
    eyes.close()


def random_scene(seed: int) -> SceneSpec:
    """Bowls, zones, a cylinder, blocks of several shapes, and a tower."""
    rng = np.random.default_rng(seed)
    colors = pick_colors(rng, 8)
    while True:
        layout = Layout(rng)
        try:
            for spec in (bowl(colors[0]), zone(colors[1]), bowl(colors[2]), cylinder(colors[3])):
                # Beyond what the hand hides at home.
                layout.place(spec, x=(0.38, 0.68))
            layout.place(block(colors[4], size=BAR), x=(0.35, 0.68))
            base = layout.place(block(colors[5]), x=(0.35, 0.68))
            for level, color in enumerate(colors[6:], start=1):
                off = rng.normal(0.0, 0.003, 2)
                layout.stand(
                    block(color),
                    (base.position[0] + off[0], base.position[1] + off[1]),
                    base.yaw + rng.normal(0.0, 0.05),
                    bottom=0.04 * level,
                )
            layout.place(block(colors[0], size=(0.03, 0.03, 0.03)), x=(0.35, 0.68))
        except Rejected:
            continue
        return layout.scene()


def turn_error(spec: ObjectSpec, seen: Detection) -> float:
    """The smallest turn between a thing and a detection of it that its shape can show, rad."""
    if spec.kind in ("bowl", "cylinder"):
        return 0.0
    square = abs(spec.size[0] - spec.size[1]) < 1e-6
    period = math.pi / 2 if square else math.pi
    return abs((seen.yaw - spec.yaw + period / 2) % period - period / 2)


@pytest.mark.parametrize("seed", range(8))
def test_everything_is_seen_where_it_is(eyes: Eyes, seed: int) -> None:
    scene = random_scene(seed)
    found = eyes.look(scene)
    assert len(found) == len(scene.objects)
    for spec in scene.objects:
        seen = min(
            (each for each in found if (each.kind, each.color) == (spec.kind, spec.color)),
            key=lambda each: math.dist(each.position, spec.position),
        )
        covered = not seen.complete
        assert math.dist(seen.position, spec.position) < (0.008 if covered else 0.004), (spec, seen)
        assert max(abs(a - b) for a, b in zip(seen.size, spec.size, strict=True)) < (0.008 if covered else 0.003)
        assert turn_error(spec, seen) < math.radians(5 if covered else 3), (spec, seen)


def test_a_block_in_a_bowl_and_on_a_zone_of_its_own_colour(eyes: Eyes) -> None:
    def at(spec: ObjectSpec, x: float, y: float, z: float) -> ObjectSpec:
        return ObjectSpec(name=spec.name, kind=spec.kind, color=spec.color, size=spec.size, position=(x, y, z))

    scene = SceneSpec(
        (
            at(bowl("red"), 0.5, 0.15, 0.025),
            at(block("red"), 0.5, 0.15, 0.026),
            at(zone("blue"), 0.55, -0.15, 0.0005),
            at(block("blue"), 0.55, -0.15, 0.021),
        )
    )
    found = {(seen.kind, seen.color): seen for seen in eyes.look(scene)}
    assert set(found) == {("bowl", "red"), ("block", "red"), ("zone", "blue"), ("block", "blue")}
    assert math.dist(found["block", "red"].position, (0.5, 0.15, 0.026)) < 0.005
    assert math.dist(found["zone", "blue"].position[:2], (0.55, -0.15)) < 0.005


def seen_block(color: str, x: float, y: float, *, z: float = 0.02, complete: bool = True) -> Detection:
    return Detection(kind="block", color=color, size=(0.04, 0.04, 0.04), position=(x, y, z), complete=complete)


def test_twins_keep_their_names_when_they_are_moved() -> None:
    tracker = Tracker()
    tracker.update([seen_block("red", 0.5, -0.1), seen_block("red", 0.5, 0.2)], {}, TOOL)
    assert [(track.name, track.position[1]) for track in tracker.tracks] == [("red block", 0.2), ("red block 2", -0.1)]
    tracker.update([seen_block("red", 0.6, -0.05), seen_block("red", 0.5, 0.2)], {}, TOOL)
    assert [(track.name, track.position[0]) for track in tracker.tracks] == [("red block", 0.5), ("red block 2", 0.6)]


def test_what_is_hidden_or_half_hidden_stays_as_it_was() -> None:
    tracker = Tracker()
    tracker.update([seen_block("red", 0.5, 0.1), seen_block("blue", 0.6, 0.1)], {}, TOOL)
    half = Detection(kind="block", color="red", size=(0.02, 0.04, 0.04), position=(0.508, 0.1, 0.02), complete=False)
    tracker.update([half], {"red block": ["met", "hidden"]}, TOOL)
    by_name = {track.name: track for track in tracker.tracks}
    assert by_name["red block"].position.tolist() == [0.5, 0.1, 0.02]
    assert by_name["red block"].size.tolist() == [0.04, 0.04, 0.04]
    assert by_name["blue block"].position.tolist() == [0.6, 0.1, 0.02]


def test_what_is_held_moves_with_the_tool_and_stays_where_it_is_let_go_of() -> None:
    tracker = Tracker()
    tracker.update([seen_block("red", 0.5, 0.1), seen_block("blue", 0.6, 0.1)], {}, TOOL)
    tracker.grasp(Pose(np.array([0.5, 0.1, 0.02]), pointing_down(0.0)))
    assert tracker.held is not None
    assert tracker.held.name == "red block"
    lifted = Pose(np.array([0.3, -0.2, 0.25]), pointing_down(math.pi / 2))
    # A glimpse of it beside the fingers is no new thing.
    tracker.update([seen_block("blue", 0.6, 0.1), seen_block("red", 0.31, -0.2, z=0.24, complete=False)], {}, lifted)
    red = tracker.tracks[1] if tracker.tracks[1].color == "red" else tracker.tracks[0]
    assert np.abs(red.position - lifted.position).max() < 1e-9
    assert len(tracker.tracks) == 2
    tracker.release(lifted)
    tracker.update([seen_block("blue", 0.6, 0.1)], {"red block": ["hidden"] * 5}, TOOL)
    assert np.abs(red.position - lifted.position).max() < 1e-9


def test_pick_and_place_by_sight_alone() -> None:
    adapter = TabletopAdapter(TabletopOptions(perception="vision"), WorldContext())
    try:
        instruction = adapter.reset(Task("place-in-bowl", "tabletop", "", seed=1)).instruction
        arm, scene, gripper = (adapter.primitives()[name] for name in ("arm", "scene", "gripper"))
        item = next(name for name in scene.names() if name in instruction and name.endswith("block"))
        target = next(name for name in scene.names() if name in instruction and name.endswith("bowl"))
        arm.pick(item)
        assert gripper.state().holding == item
        assert math.dist(scene.find(item).position, adapter.simulation.pose(item)[0]) < 0.012
        arm.place(target)
        assert scene.is_inside(item, target)
        assert math.dist(scene.find(item).position, adapter.simulation.pose(item)[0]) < 0.015
        assert adapter.judge().success
    finally:
        adapter.close()


def test_nothing_is_known_by_name_before_the_first_look_of_an_episode() -> None:
    adapter = TabletopAdapter(TabletopOptions(perception="vision"), WorldContext())
    try:
        task = Task("stack-two", "tabletop", "", seed=1)
        first = adapter.reset(task)
        adapter.primitives()["arm"].pick(adapter.primitives()["scene"].names()[0])
        second = adapter.reset(task)
        for seen in (first, second):
            assert seen.state["objects"] == {}
            told = str((seen.text, seen.state, seen.sensors))
            assert not [spec.name for spec in adapter.simulation.scene.objects if spec.name in told]
        assert first.state == second.state
        assert set(first.sensors) == set(second.sensors)
        assert all(np.array_equal(first.sensors[name], second.sensors[name]) for name in first.sensors)
        adapter.primitives()["scene"].names()
        names = {spec.name for spec in adapter.simulation.scene.objects}
        assert any(name in adapter.observe().sensors["contacts"] for name in names), "and by name after it"
    finally:
        adapter.close()
