"""Rows and circles."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

LINE_UP = Ways(
    acts=(
        "@line up {all} {row}, {spaced}",
        "@line {all} up {row}, {spaced}",
        "@[arrange|put|set|place] {all} {row}, {spaced}",
        "@[arrange|put|set|place] {all} {row}, {spaced}",
        "@[make|form|build] a straight [row|line] of {all}, {spaced}",
        "@[arrange|put|place] {all} {row} [with equal gaps|with equal spacing|evenly spaced]: {spaced}",
        "@[arrange|put|set] {all} on a straight line, {spaced}",
        "@[move|bring] {all} into [a straight row|one straight line], {spaced}",
    ),
    states=(
        "{allp} ~stand {row}, {spaced}",
        "{allp} ~form a straight [row|line], {spaced}",
        "there ~is one straight row of {allp}, {spaced}",
    ),
    passives=(
        "{allp} // @[line up|arrange|place|put|set] {row}, {spaced}",
        "{allp} // @line up with {spacing} between [the centers|the centres] of neighbors",
    ),
    wishes=("{allp} {row}, {spaced}", "a straight [row|line] of {allp}, {spaced}"),
    says=(
        "[line up|line them up:] {all} {row}. [their centers|their centres] should be {spacing} apart."
        "|line up {all} {row}. the distance between neighboring [centers|centres] is {spacing}.",
        "{spacing} from [center to center|centre to centre]: [line up|arrange in a straight row] {all} [like "
        "that|that way].",
        "one straight row, please: {allp}, {spaced}.",
        "{allp} [belong|should stand] {row}, {spaced}.",
        "tidy up the {B}s: put them all {row}, {spaced}.",
    ),
    terse=(
        "line up {B}s, {spacing} [apart|center to center|between centers]",
        "all {B}s in a row, {spacing} [apart|spacing|between centers]",
        "straight row of all {B}s, {spacing}",
        "{B}s: straight line, {spacing} apart",
    ),
)

LINE_UP_WORDS = {
    "row": "in a straight row|in a straight line|in one straight row|in one straight line|in a row, straight",
    "allp": "all the {B}s|all {B}s|all of the {B}s|the {B}s, all of them",
    "spaced": "{spacing} from [center to center|centre to centre]|with {spacing} between [the centers|the "
    "centres|their "
    "centers|neighboring centers]|their [centers|centres] {spacing} apart|with [centers|centres] {spacing} apart|"
    "with a "
    "distance of {spacing} between [neighboring centers|the centres of neighbours]|{spacing} between neighboring "
    "[centers|centres]",
}

ORDERED = Ways(
    acts=(
        "@[line up|arrange in a row|put in a row] the {colors} {Bs} [in this order |in that order |]from "
        "{direction}, {spaced}",
        "@[line up|arrange in a row] the {colors} {Bs} from {direction} in this order, {spaced}",
        "@[make|form|build] a [straight |]row of the {colors} {Bs}, from {direction} [in this order|in that "
        "order], {spaced}",
        "@[put|set|place|arrange] the {colors} {Bs} in a [straight |]row from {direction}, {spaced}",
        "@[make|form] a row, from {direction}: {colors_steps}, {spaced}",
        "@[make|form] a row, from {direction_back}: {colors_backsteps}, {spaced}",
        "@[line up|arrange in a row|put in a row] the {colors_back} {Bs} from {direction_back}, {spaced}",
        "@line up {colors_count} {Bs} from {direction}, {spaced}: {colors_steps}",
    ),
    states=(
        "the {colors} {Bs} ~stand in a [straight |]row from {direction}, {spaced}",
        "the {colors_back} {Bs} ~stand in a row from {direction_back}, {spaced}",
        "there ~is a row of the {colors} {Bs} from {direction}, {spaced}",
    ),
    passives=(
        "the {colors} {Bs} // @[line up|arrange] [in this order |]from {direction}, {spaced}",
        "a row of the {colors} {Bs} // @[make|form] from {direction}, {spaced}",
    ),
    wishes=("the {colors} {Bs} in a row from {direction}, {spaced}", "a row from {direction}: {colors}, {spaced}"),
    says=(
        "from {direction}, [line up|arrange in a row] the {colors} {Bs}, {spaced}.",
        "from {direction_back}, [line up|put in a row] the {colors_back} {Bs}, {spaced}.",
        "line up the {colors} {Bs}. the order is from {direction}, the [centers|centres] are {spacing} apart.",
        "a row is wanted: from {direction}, {colors}, {spaced}.",
        "from {direction} I want {colors_steps}: {Bs} in a straight row, {spaced}.",
    ),
    terse=(
        "row from {direction}: {colors}, {spacing} apart",
        "row from {direction_back}: {colors_back}, {spacing} apart",
        "line up {colors} from {direction}, {spacing} [apart|center to center|spacing]",
        "{colors}, from {direction}, {spacing} between centers",
    ),
)

ORDERED_WORDS = {
    "Bs": "{colors_N}s",
    "spaced": "{spacing} from [center to center|centre to centre]|with {spacing} between their [centers|centres]|their "
    "[centers|centres] {spacing} apart|with [centers|centres] {spacing} apart|{spacing} between neighboring "
    "[centers|centres]",
}

CIRCLE = Ways(
    acts=(
        "@[place|put|arrange|set] {all} [in|on] a circle around {bowl}, {evenly}, {off}",
        "@[place|put|arrange|set] {all} [in|on] a circle around {bowl}, {evenly}, {off}",
        "@[arrange|place|put] {all} {evenly} on a circle [of radius {radius}|with a radius of {radius}] around {bowl}",
        "@surround {bowl} with {all}, {evenly}, {off}",
        "@[make|form] a [circle|ring] of {all} around {bowl}, {evenly}, {off}",
        "@[arrange|place|put] {all} around {bowl} in a [circle|ring] with a radius of {radius}, {evenly}",
        "@spread {all} {evenly} around {bowl} on a circle, {off}",
        "@encircle {bowl} with {all}, {evenly}, {off}",
        "@[put|place|set] {all} in a ring around {bowl}, each {radius} from its [center|centre], with equal gaps",
    ),
    states=(
        "{allp} ~stand in a circle around {bowl}, {evenly}, {off}",
        "{bowl} ~is surrounded by {allp}, {evenly}, {off}",
        "{allp} ~form a [circle|ring] around {bowl}, {evenly}, {off}",
    ),
    passives=(
        "{allp} // @[place|put|arrange] in a circle around {bowl}, {evenly}, {off}",
        "{bowl} // @surround with {allp}, {evenly}, {off}",
    ),
    wishes=(
        "{allp} in a circle around {bowl}, {evenly}, {off}",
        "a [circle|ring] of {allp} around {bowl}, {evenly}, {off}",
    ),
    says=(
        "{bowl} is the [center|centre] of a circle [of radius {radius}|with a radius of {radius}]: [put|place] "
        "{all} on it, "
        "{evenly}.",
        "around {bowl}, [place|put|arrange] {all} in a circle, {evenly}, {off}.",
        "[make|form] a circle around {bowl} [with|of] {all}. its radius is {radius}, and the gaps are equal.",
        "{bowl} stays where it is. {allp} go around it in a circle, {evenly}, {off}.",
        "imagine a circle of {radius} around {bowl}, and spread {all} evenly on it."
        "|imagine a circle with radius {radius} around {bowl}, and spread {all} evenly on it.",
    ),
    terse=(
        "circle of all {B}s around {bowl_bare}, radius {radius}, even",
        "all {B}s around {bowl_bare}, radius {radius}, evenly spread",
        "ring around {bowl_bare}, {radius}, all {B}s, equal gaps",
        "{bowl_bare}: circle of {B}s around it, radius {radius}",
    ),
)

CIRCLE_WORDS = {
    "allp": "all the {B}s|all {B}s|all of the {B}s|the {B}s, all of them",
    "evenly": "evenly spread|evenly spread out|evenly spaced|with equal gaps|with equal spacing",
    "off": "{radius} from its [center|centre|middle]|{radius} from the {bowl_noun}'s [center|centre]|at a radius of "
    "{radius}|at a distance of {radius} from its [center|centre]",
}
