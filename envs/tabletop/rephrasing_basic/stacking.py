"""Building: a tower, a pyramid, pairs."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

TOWER = Ways(
    acts=(
        "{build} a tower {of} the {colors} {Bs}, [named |]{upwards}",
        "{build} a tower {of} the {colors} {Bs}, [named |]{upwards}",
        "@[stack|pile up] the {colors} {Bs} [in this order|in that order], {upwards}",
        "@[stack|pile up] the {colors} {Bs} [in this order|in that order], [the first at the bottom|the "
        "{colors_first} one "
        "at the bottom|starting with the {colors_first} one]",
        "{build} a tower {of} {colors_count} {Bs}, {upwards}: {colors_steps}",
        "{build} a tower {of} {colors_count} {Bs}, {downwards}: {colors_backsteps}",
        "{build} a tower {of} the {colors_back} {Bs}, [named |]{downwards}",
        "@[stack|pile up] the {colors_back} {Bs}, {downwards}",
        "{build} a tower with the {colors_first} {Bone} at the bottom{colors_between}, and the {colors_last} one "
        "on top",
        "@start with the {colors_first} {Bone}{colors_between}, and @[top it with|finish with] the {colors_last} "
        "one to "
        "{build0} a tower",
        "@[put|stack] the {colors} {Bs} on top of each other, {upwards}",
    ),
    states=(
        "the {colors} {Bs} ~form a tower, {upwards}",
        "the {colors_back} {Bs} ~form a tower, {downwards}",
        "there ~is a tower {of} the {colors} {Bs}, {upwards}",
    ),
    passives=(
        "the {colors} {Bs} // @[stack|pile up] in this order, {upwards}",
        "a tower {of} the {colors} {Bs} // @build, {upwards}",
        "the {colors_back} {Bs} // @stack, {downwards}",
    ),
    wishes=("a tower {of} the {colors} {Bs}, {upwards}", "a {tower} of the {colors_back} {Bs}, {downwards}"),
    says=(
        "{upwards}, [stack|pile up] the {colors} {Bs}.",
        "{downwards}, the tower should [be|read|go] {colors_back}.",
        "{upwards}, the tower should [be|read|go] {colors}.",
        "build a tower. {upwards}, its {Bs} are {colors}.",
        "the {colors_first} {Bone} is the base of a tower{colors_between}, and the {colors_last} one is its top. "
        "build it.",
        "let's build a tower: the {colors_first} {Bone} goes at the bottom{colors_between}, and the "
        "{colors_last} one on "
        "top.",
        "I want a tower. the order, {upwards}: {colors_steps}.",
        "I want a tower. the order, {downwards}: {colors_backsteps}.",
    ),
    terse=(
        "tower, {upwards}: {colors}",
        "tower, {downwards}: {colors_back}",
        "stack {colors}, {upwards}",
        "{colors} tower, {upwards}",
    ),
)

TOWER_WORDS = {
    "build": "@[build|make|build|construct|erect]",
    "build0": "build|make",
    "of": "of|of|from|out of",
    "tower": "tower|stack|tower|pile",
    "upwards": "from bottom to top|from the bottom up|bottom to top|from the bottom to the top|from bottom to top",
    "downwards": "from top to bottom|from the top down|top to bottom|from the top to the bottom",
    "Bs": "{colors_N}s",
    "Bone": "{colors_N}",
}

PYRAMID = Ways(
    acts=(
        "{build} a [small |little |]pyramid [with|from|out of] {base} as its base and {top} as its top",
        "{build} a pyramid: {base} {beside} and {top} on top of both",
        "{build} a pyramid with {top} on top of {base}",
        "@[put|place|set] {base} {beside} and @[lay|put|place|set] {top} [across the two|on top of both|across them]",
        "@[put|place|set] {base} {beside}, then @[lay|put|place|set] {top} [across the two|on top of both|on top "
        "of them]",
        "@[put|place|set] {first} next to {second} and {top} on top of [both|the two|the pair]",
        "@[lay|put|place|set] {top} on top of [both |]{base}, which stand {beside}",
        "@use {base} as the base of a pyramid and {top} as its top",
        "{build} a pyramid of three {B}s: {base} below and {top} above",
        "@bring {base} together {beside}, and @[put|lay] {top} across the two",
    ),
    states=(
        "{base} ~stand {beside} and {top} rests on both",
        "{top} ~rests on {base} at once, like the top of a pyramid",
        "there ~is a pyramid with {base} as its base and {top} on top",
        "{base} and {top} ~form a pyramid, the {top_color} one on top",
    ),
    passives=(
        "a pyramid // @build [from|out of] {base}, with {top} on top",
        "{base} // @[put|place|set] {beside}, with {top} on top of both",
    ),
    wishes=(
        "a [small |]pyramid with {base} at the bottom and {top} on top",
        "a pyramid [of|from] {base}, with {top} on top",
    ),
    says=(
        "[put|place|set] {base} {beside}. [then|next,|after that,] [lay|put|place] {top} [across the two|on top "
        "of both].",
        "{base} are the base of a pyramid, and {top} is its top. build it.",
        "let's have a pyramid: {base} below, {top} on top.",
        "{top} should rest on both {base}, so that the three make a pyramid.",
        "two {B}s {beside}, {first} and {second}, and {top} on top of both: that is the pyramid I want.",
    ),
    terse=(
        "pyramid: {first_bare} + {second_bare}, {top_bare} on top",
        "pyramid, base {first_bare} and {second_bare}, top {top_bare}",
        "{first_bare} and {second_bare} side by side, {top_bare} on both",
        "{top_bare} across {first_bare} and {second_bare}, pyramid",
    ),
)

PYRAMID_WORDS = {
    "build": "@[build|make|build|construct]",
    "base": "{first} and {second}|{first} and {second}|the {first_color} and the {second_color} {B}|"
    "the {first_color} and {second_color} {B}s",
    "beside": "side by side|side by side|next to each other|beside each other",
}

PAIRS = Ways(
    acts=(
        "@[stack|pile up] the {Bs} in pairs {same}",
        "@[stack|put|set] [each|every] {B} [on top of|on] [its twin|the other one] {same}, so that all stand in pairs",
        "@[make|build|form] {little} [of|from] the two {Bs} of each {color}",
        "@[build|make] pairs: one {B} on top of the other {B} {same}",
        "@[build|make|form] matching pairs by $[stack|put] one {B} of each {color} on the other",
        "@[match|pair] the {Bs} by {color} and @stack [each pair|the two of each pair]",
        "@[stack|put] the two {Bs} of each {color} [on top of each other|one on the other]",
        "@[find|look for] the two {Bs} of each {color} and @stack them",
        "@sort the {Bs} into pairs by {color} and @[stack|pile up] every pair",
    ),
    states=(
        "the {Bs} ~are stacked in pairs {same}",
        "of each {color}, one {B} ~stands on the other",
        "[each|every] {B} ~is in a stack with the other one of its {color}",
    ),
    passives=(
        "the {Bs} // @stack in pairs {same}",
        "the two {Bs} of each {color} // @stack [on top of each other|one on the other]",
    ),
    wishes=("the {Bs} in stacked pairs {same}", "one {B} on the other for each {color}"),
    says=(
        "for each {color}, [stack|put together in a stack] the two {Bs} [that have it|of that {color}].",
        "of each {color} there are two {Bs}: [stack them|put one on the other|make a stack of the two].",
        "same {color}, same stack: [put|stack] one {B} of each {color} on the other one.",
        "red on red, blue on blue and so on: [stack|put] each {B} on the one of its {color}.",
        "every {B} has a twin of its {color}. [stack the twins|put one on the other].",
    ),
    terse=(
        "stack {Bs} in pairs by {color}",
        "pairs by {color}, stacked",
        "same {color}: stack, two by two",
        "matching pairs, one {B} on the other",
    ),
)

PAIRS_WORDS = {
    "color": "{colorword}",
    "same": "of [the same|one|equal] {color}|of the same {color}|of matching {color}",
    "little": "[little towers|small towers|stacks]",
}
