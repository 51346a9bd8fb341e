"""Tasks that put several things away: sorted by colour, all of a kind, everything."""

from __future__ import annotations

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout
from embodied_codeact.envs.tabletop.scene import ObjectSpec
from embodied_codeact.envs.tabletop.tasks.goals import put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import PLURAL, Phrasing
from embodied_codeact.envs.tabletop.tasks.placing import BOWL_X, BOWL_Y, TRAY_X, TRAY_Y
from embodied_codeact.envs.tabletop.tasks.relations import Inside
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import WIDE_BOWL, block, bowl, cylinder, household, pick_colors, tray

_SMALL = (0.03, 0.03, 0.03)
_COMPACT = ("lego brick", "duck", "soccer ball")
"""Household objects of which several find room in the tray."""

_SORT = """\
def left_over():
    return [thing for thing in scene.objects(kind="block") if not scene.is_inside(thing.name, f"{thing.color} bowl")]


for thing in left_over():
    bowl = scene.find(f"{thing.color} bowl")
    inside = [other for other in scene.objects(kind="block") if scene.is_inside(other.name, bowl.name)]
    arm.pick(thing.name)
    # Two blocks have room side by side: this one goes off the middle, away from the other where there is one. The
    # fingers stand across that way, so that they touch neither the other block nor the wall.
    way, turn = np.array([math.cos(state.tool_yaw), math.sin(state.tool_yaw)]), 0.0
    if inside:
        way = bowl.position[:2] - inside[0].position[:2]
        way = way / np.linalg.norm(way)
        turn = (math.atan2(way[1], way[0]) - state.tool_yaw + math.pi / 2) % math.pi - math.pi / 2
    arm.place(bowl.position[:2] + 0.028 * way, yaw=scene.find(thing.name).yaw + turn)
print("done:", not left_over())
"""

_FILL_TRAY = '''\
def wanted():
    return [thing for thing in scene.objects({which}) if thing.name != "tray"]


def left_over():
    return [thing for thing in wanted() if not scene.is_inside(thing.name, "tray")]


def free_slot():
    """Of six places in the tray, three by two, the one with the most room."""
    tray = scene.find("tray")
    along = np.array([math.cos(tray.yaw), math.sin(tray.yaw)])
    across = np.array([-along[1], along[0]])
    slots = [tray.position[:2] + a * along + b * across for a in (-0.08, 0.0, 0.08) for b in (-0.04, 0.04)]
    others = [thing.position[:2] for thing in scene.objects() if thing.name not in ("tray", state.holding)]
    return max(slots, key=lambda slot: min(math.dist(slot, other) for other in others))


for thing in left_over():
    arm.pick(thing.name)
    arm.place(free_slot())
print("done:", not left_over())
'''


def _sort(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    colors = pick_colors(rng, int(rng.integers(2, 4)))
    bowls = {color: layout.place(bowl(color, size=WIDE_BOWL), x=BOWL_X, y=BOWL_Y).name for color in colors}
    blocks: list[ObjectSpec] = [layout.place(block(color, size=_SMALL)) for color in colors]
    doubled = colors[: 4 - len(colors)]
    blocks += [layout.place(block(color, size=_SMALL, number=2)) for color in doubled]
    wanted = [Inside(spec.name, bowls[spec.color]) for spec in blocks]
    goal = put_down(layout.scene(), wanted, moved={spec.name for spec in blocks})
    return Arrangement(layout.scene(), {}, goal)


def _collect(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    layout.place(tray(), x=TRAY_X, y=TRAY_Y)
    first, second, third = pick_colors(rng, 3)
    count = int(rng.integers(2, 4))
    kind = str(rng.choice(("block", "cylinder", "lego brick", "duck")))
    numbers = range(1, count + 1)
    color: str | None = None
    if kind == "block":
        color = first
        wanted = [layout.place(block(first, number=number)).name for number in numbers]
        layout.place(cylinder(first))
        layout.place(block(second))
    elif kind == "cylinder":
        wanted = [layout.place(cylinder(name)).name for name in (first, second, third)[:count]]
        layout.place(block(first))
    else:
        wanted = [layout.place(household(kind, number=number)).name for number in numbers]
        layout.place(block(first))
        layout.place(household("teddy bear"))
    goal = put_down(layout.scene(), [Inside(name, "tray") for name in wanted], moved=set(wanted))
    return Arrangement(layout.scene(), {"things": (kind, color)}, goal)


def _clear(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    layout.place(tray(), x=TRAY_X, y=TRAY_Y)
    first, second, third = pick_colors(rng, 3)
    pool = [block(first), block(second), cylinder(third), *map(household, _COMPACT)]
    chosen = [pool[index] for index in rng.permutation(len(pool))[: int(rng.integers(3, 6))]]
    names = [layout.place(spec).name for spec in chosen]
    goal = put_down(layout.scene(), [Inside(name, "tray") for name in names], moved=set(names))
    return Arrangement(layout.scene(), {}, goal)


TASKS = (
    TabletopTask(
        name="sort-by-color",
        summary="Put each block into the bowl of its colour.",
        plan="I go through the blocks that are not in their bowl yet, and put each into the bowl of its color.",
        placement="2 or 3 bowls of 17 cm (x 0.36 to 0.64, y -0.24 to 0.24 m), 4 blocks of 3 cm, at most 2 alike",
        success="each block lies within the rim of the bowl of its colour, carried by it alone",
        phrasing=Phrasing(
            (
                "Put each block in the bowl of the same color.",
                "Sort the blocks by color into the matching bowls.",
                "Every block belongs in the bowl of its own color: put them all there.",
            ),
            {},
            kept=(
                "Like goes to like: bowls take the blocks of their own color.",
                "Let every bowl end up with exactly the blocks that match it in color.",
            ),
        ),
        arrange=_sort,
        oracles=everywhere(_SORT, "skills", "motion"),
        expected={"skills": 0.96, "motion": 0.93},
    ),
    TabletopTask(
        name="collect-in-tray",
        summary="Put all things of a kind into the tray.",
        plan="I go through the {things} that are not in the tray yet, and give each a free place in it.",
        placement="a tray (x 0.42 to 0.58, y -0.18 to 0.18 m), 2 or 3 things of the kind and 1 or 2 others anywhere",
        success="each thing of the kind lies within the tray's walls, carried by it alone; all else is where it was",
        phrasing=Phrasing(
            (
                "Put all the {things} in the tray.",
                "Collect the {things} in the tray, and leave the rest where it is.",
                "Gather all {things} into the tray.",
            ),
            {"things": PLURAL},
            kept=(
                "Round up the {things}: the tray is where they go, and nothing else does.",
                "Pack the {things} into the tray, every last one, and touch nothing else.",
            ),
        ),
        arrange=_collect,
        oracles=everywhere("kind, color = things\n\n\n" + _FILL_TRAY.format(which="kind=kind, color=color")),
        expected={"skills": 0.95},
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="clear-table",
        summary="Clear the table into the tray.",
        plan="I go through everything that is not in the tray yet, and give each thing a free place in it.",
        placement="a tray (x 0.42 to 0.58, y -0.18 to 0.18 m), 3 to 5 blocks, cylinders and small household objects",
        success="everything lies within the tray's walls, carried by it alone",
        phrasing=Phrasing(
            (
                "Clear the table: put everything in the tray.",
                "Tidy up the table, so that everything lies in the tray.",
                "Put everything that lies on the table into the tray.",
            ),
            {},
            kept=(
                "Leave nothing lying about: the tray takes it all.",
                "Pack up the whole table into the tray.",
            ),
        ),
        arrange=_clear,
        oracles=everywhere(_FILL_TRAY.format(which="")),
        expected={"skills": 0.95},
        only_blocks_bowls_zones=False,
    ),
)
