"""``Scene``: finding, relations between things, and free places."""

from __future__ import annotations

import math
from typing import Any

import pytest

from embodied_codeact.errors import InvalidArgument, PrimitiveError
from embodied_codeact.primitives.arm_errors import Collision, UnknownObject
from embodied_codeact.primitives.arm_fakes_table import FakeTable, FakeThing, block, bowl, usual_things, zone
from embodied_codeact.primitives.scene import Scene


def scene_of(*things: FakeThing) -> Scene:
    return Scene(FakeTable(list(things)))


@pytest.fixture
def scene() -> Scene:
    return Scene(FakeTable())


def test_objects_are_chosen_by_kind_and_color(scene: Scene) -> None:
    assert [thing.name for thing in scene.objects(color="red")] == ["red block"]
    assert [thing.name for thing in scene.objects(kind="bowl")] == ["white bowl"]
    assert scene.objects(kind="bowl", color="red") == []
    assert len(scene.objects()) == len(usual_things())
    with pytest.raises(InvalidArgument, match="color must be a word"):
        scene.objects(color=3)  # type: ignore[arg-type]


def test_an_unknown_name_is_answered_with_the_nearest(scene: Scene) -> None:
    with pytest.raises(UnknownObject, match="unknown object 'red blok'. Did you mean 'red block'"):
        scene.find("red blok")
    with pytest.raises(UnknownObject, match="Known: .*white bowl"):
        scene.find("x")
    with pytest.raises(InvalidArgument, match="such as 'red block'"):
        scene.find(3)  # type: ignore[arg-type]


def test_an_object_stands_for_its_name(scene: Scene) -> None:
    red = scene.find("red block")
    assert scene.find(red).name == "red block"  # type: ignore[arg-type]
    assert scene.distance(red, "red block") == 0.0  # type: ignore[arg-type]


def test_a_stack_is_told_block_by_block() -> None:
    scene = scene_of(
        block("red block", 0.4, 0.1), block("green block", 0.41, 0.1, 0.04), block("blue block", 0.41, 0.11, 0.08)
    )
    assert scene.is_on("green block", "red block")
    assert scene.is_on("blue block", "green block")
    assert not scene.is_on("blue block", "red block")
    assert not scene.is_on("red block", "green block")
    assert [scene.below(name) for name in ("blue block", "green block", "red block")] == [
        "green block",
        "red block",
        None,
    ]


def test_beside_or_hanging_over_is_not_on() -> None:
    scene = scene_of(
        block("red block", 0.4, 0.1), block("green block", 0.45, 0.1, 0.04), block("blue block", 0.4, 0.1, 0.15)
    )
    assert not scene.is_on("green block", "red block")
    assert not scene.is_on("blue block", "red block")


def test_inside_a_bowl_is_within_its_rim_and_below_it() -> None:
    scene = scene_of(
        bowl("white bowl", 0.5, 0.0),
        block("red block", 0.52, 0.02, 0.006),
        block("green block", 0.5, 0.0, 0.2),
        block("blue block", 0.6, 0.0),
    )
    assert [scene.is_inside(name, "white bowl") for name in ("red block", "green block", "blue block")] == [
        True,
        False,
        False,
    ]
    assert scene.is_on("red block", "white bowl")
    assert scene.below("red block") == "white bowl"


def test_within_a_zone_is_with_all_of_the_footprint() -> None:
    scene = scene_of(
        zone("yellow zone", 0.5, 0.0), block("red block", 0.53, 0.0, yaw=0.5), block("green block", 0.555, 0.0)
    )
    assert scene.is_on("green block", "yellow zone")
    assert scene.is_inside("red block", "yellow zone")
    assert not scene.is_inside("green block", "yellow zone")
    assert not scene.is_inside("red block", "green block")


def test_distance_is_over_the_ground() -> None:
    scene = scene_of(block("red block", 0.4, 0.1), block("green block", 0.4, 0.2, 0.3))
    assert scene.distance("red block", "green block") == pytest.approx(0.1)
    assert scene.distance([0.4, 0.1, 9.0], "green block") == pytest.approx(0.1)
    with pytest.raises(InvalidArgument, match="b must be the name of an object or 2 numbers"):
        scene.distance("red block", [0.4])


def test_a_free_spot_is_free_near_and_on_the_table(scene: Scene) -> None:
    spot = scene.free_spot([0.1, 0.05], near="red block", clearance=0.02)
    assert scene.distance(spot, "red block") < 0.13
    for thing in scene.objects():
        gap_x = abs(thing.position[0] - spot[0]) - thing.size[0] / 2 - 0.05
        gap_y = abs(thing.position[1] - spot[1]) - thing.size[1] / 2 - 0.025
        assert max(gap_x, gap_y) >= 0.02 - 1e-6, thing.name
    assert scene.free_spot(0.04, near=[5.0, 5.0]) == [0.68, 0.28]
    assert math.dist(scene.free_spot([0.04, 0.04]), [0.5, 0.0]) < 0.05


@pytest.mark.parametrize(
    ("arguments", "options", "error", "says"),
    [
        (([0.3, 0.5],), {}, Collision, "no free place of 0.300 x 0.500 m with 0.03 m around it"),
        (([0.9, 0.9],), {}, Collision, "no free place"),
        (([0.04, 0.0],), {}, InvalidArgument, "size must be 2 numbers .* above 0"),
        (([[1, 2], [3]],), {}, InvalidArgument, "size must be 2 numbers"),
        (("big",), {}, InvalidArgument, "size must be 2 numbers"),
        (([0.04, 0.04],), {"clearance": -1}, InvalidArgument, "clearance must be a distance in metres"),
        (([0.04, 0.04],), {"near": "red"}, UnknownObject, "unknown object 'red'"),
    ],
)
def test_a_spot_that_cannot_be_is_refused(
    scene: Scene, arguments: Any, options: Any, error: type[PrimitiveError], says: str
) -> None:
    with pytest.raises(error, match=says):
        scene.free_spot(*arguments, **options)
