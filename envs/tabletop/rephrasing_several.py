"""The grammars of the tasks with several things to move, for :mod:`~embodied_codeact.envs.wording`."""

from __future__ import annotations

from collections.abc import Mapping

from embodied_codeact.envs.wording import Ways

_TOWER = Ways(
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
_TOWER_WORDS = {
    "build": "@[build|make|build|construct|erect]",
    "build0": "build|make",
    "of": "of|of|from|out of",
    "tower": "tower|stack|tower|pile",
    "upwards": "from bottom to top|from the bottom up|bottom to top|from the bottom to the top|from bottom to top",
    "downwards": "from top to bottom|from the top down|top to bottom|from the top to the bottom",
    "Bs": "{colors_N}s",
    "Bone": "{colors_N}",
}

_RESTACK = Ways(
    acts=(
        "@take {tower} apart and @[build|stack|set up] it [again|anew|once more] in [reverse|reversed|the "
        "opposite] order",
        "@[reverse|invert|flip] the order of the {Bs} in {tower}",
        "@[turn|flip] {tower} upside down, {B} by {B}",
        "@[restack|rebuild] {tower} [upside down|the other way round|the other way around|in reverse order|in reverse]",
        "@[restack|rebuild] {tower} so that {updown}",
        "@[build|stack] {tower} again [upside down|in reverse|in reverse order|the other way round]",
        "@[put|stack] the {Bs} of {tower} in reverse order",
        "@change {tower} so that {updown}",
        "@make the top of {tower} its bottom and reverse all that is between",
    ),
    states=(
        "{tower} ~stands in reverse order",
        "{tower} ~is the other way round",
        "the order of the {Bs} in {tower} ~is [reversed|the reverse of what it is now]",
        "{tower} ~is upside down",
    ),
    passives=(
        "{tower} // @[rebuild|restack] in [reverse|reversed|the opposite] order",
        "{tower} // @[turn|flip] upside down",
        "the order of the {Bs} in {tower} // @[reverse|invert]",
    ),
    wishes=("{tower} in reverse order", "{tower} the other way round", "{tower} upside down"),
    says=(
        "{tower} is upside down. [turn it around|rebuild it|restack it in reverse order|reverse the order of its "
        "{Bs}].",
        "the order of {tower} is wrong: [reverse it|turn it around|it should be the other way round].",
        "{updown2}: [rebuild|restack] {tower} [like that|accordingly|that way].",
        "[take|pull] {tower} apart. [then|next,|after that,] [build|stack] it [again|anew] in reverse order.",
        "what is [on top|at the top] of {tower} [should|must] be at the bottom, and so on: reverse it.",
    ),
    terse=(
        "reverse tower",
        "tower upside down",
        "restack tower in reverse",
        "flip order of tower",
        "tower: reverse order",
    ),
)
_RESTACK_WORDS = {
    "tower": "the tower|the tower|the stack|the pile",
    "updown": "[the top {B} is at the bottom and the bottom one on top|what is on top now is at the bottom|its "
    "top comes "
    "to be its bottom|what is at the bottom comes to be on top]",
    "updown2": "[the top {B} should be at the bottom and the bottom one on top|what is at the bottom belongs on "
    "top, what "
    "is on top at the bottom|bottom up, top down]",
}

_UNSTACK = Ways(
    acts=(
        "@[take|pull] {tower} apart{apart}",
        "@[take|pull] {tower} apart and @[put|place|set] [each|every] {B} on {table} by itself",
        "@[unstack|unpile|separate] the {Bs}{apart}",
        "@[disassemble|dismantle|undo|unstack|take down] {tower}{apart}",
        "@[put|place|set] [every|each] {B} of {tower} on {table} [by itself|on its own|separately]",
        "@[put|place|set] all the {Bs} of {tower} on {table}, apart from each other",
        "@[remove|take] the {Bs} from {tower} one by one and @[put|place|set] them on {table}, apart",
        "@[break|take] {tower} down into single {Bs}, none touching another",
        "@spread the {Bs} of {tower} out on {table}, so that none touches another",
    ),
    states=(
        "[every|each] {B} ~stands on {table} [by itself|on its own]",
        "no {B} of {tower} ~stands on another",
        "[every|each] {B} of {tower} ~is on {table}, touching no other",
        "all {Bs} ~stand on {table}, apart from each other",
    ),
    passives=(
        "{tower} // @[take apart|unstack|dismantle|disassemble]{apart}",
        "[every|each] {B} of {tower} // @[put|place|set] on {table} [by itself|on its own]",
    ),
    wishes=("[every|each] {B} of {tower} on {table} by itself", "no tower any more, just single {Bs} on {table}"),
    says=(
        "no {B} [should|may|must] stand on another. [put|set|place] them all on {table}, apart from each other.",
        "I don't want a tower. [put|set|place] [each|every] {B} on {table} by itself.",
        "{tower} has to go: [put|set] its {Bs} on {table}, one by one, apart from each other.",
        "{B} by {B}, [take|pull] {tower} apart and set each on {table} by itself.",
        "nothing [should|may] be stacked: [put|set|place] the {Bs} of {tower} side by side on {table}, without "
        "contact.",
    ),
    terse=(
        "unstack tower",
        "take tower apart",
        "unstack all, {Bs} apart",
        "tower down, single {Bs} on table",
        "no stacking: {Bs} separately on table",
    ),
)
_UNSTACK_WORDS = {
    "tower": "the tower|the tower|the stack|the pile",
    "apart": "[, {B} by {B}|, putting its {Bs} on {table} one by one|, so that each {B} stands on {table} by "
    "itself|, so "
    "that no {B} touches another|]",
}

_PYRAMID = Ways(
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
_PYRAMID_WORDS = {
    "build": "@[build|make|build|construct]",
    "base": "{first} and {second}|{first} and {second}|the {first_color} and the {second_color} {B}|"
    "the {first_color} and {second_color} {B}s",
    "beside": "side by side|side by side|next to each other|beside each other",
}

_PAIRS = Ways(
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
_PAIRS_WORDS = {
    "color": "{colorword}",
    "same": "of [the same|one|equal] {color}|of the same {color}|of matching {color}",
    "little": "[little towers|small towers|stacks]",
}

_LINE_UP = Ways(
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
_LINE_UP_WORDS = {
    "row": "in a straight row|in a straight line|in one straight row|in one straight line|in a row, straight",
    "allp": "all the {B}s|all {B}s|all of the {B}s|the {B}s, all of them",
    "spaced": "{spacing} from [center to center|centre to centre]|with {spacing} between [the centers|the "
    "centres|their "
    "centers|neighboring centers]|their [centers|centres] {spacing} apart|with [centers|centres] {spacing} apart|"
    "with a "
    "distance of {spacing} between [neighboring centers|the centres of neighbours]|{spacing} between neighboring "
    "[centers|centres]",
}

_ORDERED = Ways(
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
_ORDERED_WORDS = {
    "Bs": "{colors_N}s",
    "spaced": "{spacing} from [center to center|centre to centre]|with {spacing} between their [centers|centres]|their "
    "[centers|centres] {spacing} apart|with [centers|centres] {spacing} apart|{spacing} between neighboring "
    "[centers|centres]",
}

_CIRCLE = Ways(
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
_CIRCLE_WORDS = {
    "allp": "all the {B}s|all {B}s|all of the {B}s|the {B}s, all of them",
    "evenly": "evenly spread|evenly spread out|evenly spaced|with equal gaps|with equal spacing",
    "off": "{radius} from its [center|centre|middle]|{radius} from the {bowl_noun}'s [center|centre]|at a radius of "
    "{radius}|at a distance of {radius} from its [center|centre]",
}

_SWAP = Ways(
    acts=(
        "@[swap|exchange|switch] {both}",
        "@[swap|exchange|switch] the [places|positions] of {pair}",
        "@[let|make|have] {pair} [trade|swap|change|switch] [places|positions]",
        "@[put|place|move] {first} where {second} [is|stands] and {second} where {first} [is|stands]",
        "@[put|place|move] {first} to the [place|position|spot] of {second}, and {second} to that of {first}",
        "@[put|place] {first} in the place of {second} and vice versa",
        "@[bring|move] {first} to where {second} stands now, and the other way round",
        "@interchange {both}",
    ),
    states=(
        "{pair} ~trade places",
        "{first} ~stands where {second} is now, and {second} where {first} is now",
        "{pair} ~change places",
        "{pair} ~swap [places|positions]",
        "{first} ~is where {second} was, and the other way round",
    ),
    passives=(
        "{pair} // @[swap|exchange|interchange|switch]",
        "the [places|positions] of {pair} // @[swap|exchange]",
        "{first} // @[put|move] where {second} is, and the other way round",
    ),
    wishes=("{first} where {second} is, and {second} where {first} is", "{pair} in each other's place"),
    says=(
        "{first} and {second} are in each other's place. [swap|exchange] them.",
        "{first} goes where {second} is, and {second} goes where {first} is.",
        "{first} belongs where {second} [is|stands], and the other way round.",
        "[take|use] a free spot to park one of them, and [swap|exchange] {both}.",
        "two {B}s have to change places: {first} and {second}.",
        "where {first} is, I want {second}, and the other way round.",
    ),
    terse=(
        "[swap|exchange|switch] {first_bare} and {second_bare}",
        "{first_bare} <-> {second_bare}",
        "[swap|switch] {first_bare}, {second_bare}",
        "{first_bare} and {second_bare}: trade places",
    ),
)
_SWAP_WORDS = {
    "pair": "{first} and {second}|{first} and {second}|the {first_color} and the {second_color} {B}|"
    "the {first_color} and {second_color} {B}s",
    "both": "{pair}|{pair}|{pair}|{first} with {second}",
}

_IF_MORE = Ways(
    acts=(
        "@count the {color} {B}s and {drop} {block} {into} {bowl} if there are {more}, [otherwise|or else|else] "
        "{into} {other}",
        "@count the {color} {B}s: if there are {more}, {drop} {block} {into} {bowl}, [otherwise|else|if not,] "
        "{into} {other}",
        "{drop} {block} {into} {bowl} if {seen}, [otherwise|else|or else|and if not] {into} {other}",
        "{drop} {block} {into} {bowl} if {seen}, and {into} {other} [if not|if there are not|otherwise]",
        "@check whether {seen} and {drop} {block} {into} {bowl} if so, [otherwise|else|and if not] {into} {other}",
        "{drop} {block} {into} {other} unless {seen}, in which case it goes {into} {bowl}",
        "@choose a {bowl_noun} for {block}: {bowl} if {seen}, [else|otherwise|if not,] {other}",
    ),
    states=(
        "{block} ~is in {bowl} if {seen}, [otherwise|else] in {other}",
        "{block} ~ends up in {bowl} if {seen}, and in {other} [if not|otherwise]",
    ),
    passives=(
        "{block} // @[put|place|drop] {into} {bowl} if {seen}, [otherwise|else] {into} {other}",
        "{block} // @[put|place] {into} {other} unless {seen}, and then {into} {bowl}",
    ),
    says=(
        "if {seen}, {drop} {block} {into} {bowl}[. otherwise|. if not|, otherwise], {drop0} it {into} {other}.",
        "if {seen}, {block} goes {into} {bowl}. if not, it goes {into} {other}.",
        "how many {color} {B}s are there? with more than {limit}, {block} goes {into} {bowl}, [otherwise|else] {into} "
        "{other}.",
        "are there more than {limit} {color} {B}s? [then|if so,] {drop} {block} {into} {bowl}. [otherwise|if "
        "not], {drop0} it {into} {other}.",
        "count the {color} {B}s. more than {limit}: {block} goes {into} {bowl}. {limit} or fewer: it goes {into} "
        "{other}.",
        "with {limit} {color} {B}s or fewer, {block} goes {into} {other}. with more, it goes {into} {bowl}.",
        "when {seen}, {bowl} is the place for {block}. otherwise {other} is.",
    ),
    terse=(
        "> {limit} {color} {B}s: {block_bare} -> {bowl_bare}, else -> {other_bare}",
        "if more than {limit} {color} {B}s: {block_bare} in {bowl_bare}, else in {other_bare}",
        "{block_bare}: {bowl_bare} if more than {limit} {color} {B}s, else {other_bare}",
        "count {color} {B}s, more than {limit} -> {block_bare} in {bowl_bare}, otherwise in {other_bare}",
    ),
)
_IF_MORE_WORDS = {
    "more": "more than {limit} of them|more than {limit}",
    "seen": "there are more than {limit} {color} {B}s|there are more than {limit} {color} {B}s|you [see|count|"
    "find] more than "
    "{limit} {color} {B}s|the {color} {B}s are more than {limit}|the number of {color} {B}s is [above|greater "
    "than|larger "
    "than] {limit}",
    "drop0": "put|place|drop",
}

_SORT = Ways(
    acts=(
        "{drop} [each|every] {B} {into} {own}",
        "{drop} [each|every] {B} {into} {own}",
        "@sort the {B}s by {colorword} into [the matching {bowls}|the {bowls}|the {bowls} of their {colorword}]",
        "@sort [all |]the {B}s into {bowls} [by {colorword}|of the same {colorword}|that match them]",
        "{get} [each|every] {B} {then} {drop} it {into} {own}",
        "{drop} all {B}s {into} the {bowls} of their [own |]{colorword}",
        "@distribute the {B}s over the {bowls} so that the {colorword}s match",
        "@match [each|every] {B} with the {bowl1} of its {colorword} and {drop} it [in there|inside]",
        "{move} [each|every] {B} [to|into] {own}",
        "@find the {bowl1} for each {B} by {colorword} and {drop} it in",
    ),
    states=(
        "[each|every] {B} ~is in {own}",
        "[each|every] {B} ~lies in {own}",
        "all {B}s ~are in the {bowls} of their {colorword}",
        "the {B}s ~are sorted by {colorword} into the {bowls}",
    ),
    passives=(
        "[each|every] {B} // @[put|place|drop] {into} {own}",
        "the {B}s // @sort by {colorword} into the [matching |]{bowls}",
        "all {B}s // @[put|place] {into} the {bowls} of their {colorword}",
    ),
    wishes=("[each|every] {B} in {own}", "the {B}s sorted into the {bowls} by {colorword}"),
    says=(
        "[each|every] {B} [belongs|goes] in {own}.",
        "[each|every] {B} [belongs|goes] in {own}: [put them all there|sort them|put them in].",
        "the {colorword} of a {B} tells the {bowl1}: sort them all in.",
        "the {B}s are all mixed up. sort them by {colorword} into the {bowls}.",
        "red {B}s go in the red {bowl1}, blue ones in the blue {bowl1}, and so on for every {colorword}.",
        "for each {B}, find the {bowl1} of its {colorword} and put it in.",
    ),
    terse=(
        "sort {B}s by {colorword} into {bowls}",
        "each {B} -> {bowl1} of same {colorword}",
        "{B}s into matching {bowls}",
        "sort by {colorword}, {B}s in {bowls}",
    ),
)
_SORT_WORDS = {
    "bowl1": "{bowlN}",
    "bowls": "{bowlN}s",
    "own": "the {bowl1} of the same {colorword}|the {bowl1} of the same {colorword}|the {bowl1} of its [own |"
    "]{colorword}|"
    "the {bowl1} that has its {colorword}|the {bowl1} with the same {colorword}|its matching {bowl1}, {colorword} by "
    "{colorword}",
}

_COLLECT = Ways(
    acts=(
        "{drop} {things} {into} the tray",
        "{drop} {things} {into} the tray",
        "{drop} {things} {into} the tray{rest}",
        "@[collect|gather] {things} {into} the tray{rest}",
        "@[collect|gather] {things} {into} the tray",
        "{get} {things} {then} {drop} them {into} the tray{rest}",
        "{drop} [each|every] {things_one} {into} the tray{rest}",
        "{move} {things} [to|into] the tray{rest}",
        "@find {things} {then} {drop} them {into} the tray",
        "@[pick up|take|grab] [each|every] {things_one} and {drop} it {into} the tray",
        "@fill the tray with {things}{rest}",
    ),
    states=(
        "{things} ~are [in|inside] the tray",
        "{things} ~lie [in|inside] the tray",
        "[each|every] {things_one} ~is [in|inside] the tray",
        "no {things_one} ~is left outside the tray",
        "{things} ~end up in the tray",
    ),
    passives=(
        "{things} // @[put|place|collect|gather] {into} the tray",
        "{things} // @[move|bring] into the tray",
        "[each|every] {things_one} // @[put|place] {into} the tray",
    ),
    wishes=("{things} in the tray", "[each|every] {things_one} in the tray", "the tray with {things} in it"),
    says=(
        "{things} [belong|go] in the tray{rest}.",
        "[each|every] {things_one} [belongs|goes] in the tray.",
        "in the tray is where [I want|I need|I'd like] {things}.",
        "[find|look for] {things}. [then|next,] {drop} them {into} the tray.",
        "the tray is for the {things_bare}: {drop} all of them [in there|in|inside]{rest}.",
        "do you see the {things_bare}? {drop} all of them {into} the tray.",
        "leave everything else where it is, but {drop} {things} {into} the tray.",
    ),
    terse=(
        "all {things_bare} [->|=>|to|in|into] tray",
        "[put|collect|move] all {things_bare} [in|into] tray",
        "{things_bare}, all of them, into tray",
        "[each|every] {things_one} -> tray",
        "tray: all {things_bare}",
    ),
)
_COLLECT_WORDS = {
    "rest": "|||, and leave [the rest|everything else|all other things] where [it is|they are]|, nothing else|, "
    "but no other "
    "things"
}

_CLEAR = Ways(
    acts=(
        "@[clear|clean up|tidy up|clear off] {table}{howto}",
        "@[clear|tidy up|empty] {table} by $[put|place] everything {into} the tray",
        "{drop} {everything} {into} the tray",
        "{drop} {everything} {into} the tray",
        "{get} {everything} {then} {drop} it {into} the tray",
        "{move} {everything} [to|into] the tray",
        "@[collect|gather] {everything} in the tray",
        "@[clear|tidy up] {table} so that everything lies in the tray",
        "@leave nothing on {table}, {drop} it all {into} the tray",
        "@tidy {table} up: all things go {into} the tray",
    ),
    states=(
        "everything ~lies [in|inside] the tray",
        "everything ~is [in|inside] the tray",
        "{everything} ~ends up in the tray",
        "nothing ~is left on {table} outside the tray",
        "{table} ~is clear and everything is in the tray",
    ),
    passives=(
        "{everything} // @[put|place] {into} the tray",
        "{everything} // @[collect|gather] in the tray",
        "{table} // @clear, with everything put {into} the tray",
    ),
    wishes=("everything in the tray", "{table} clear and everything in the tray", "{everything} in the tray"),
    says=(
        "what a mess: {drop} {everything} {into} the tray.",
        "{everything} [belongs|goes] in the tray.",
        "I need {table}. [clear|tidy] it up, and {drop} everything {into} the tray.",
        "{table} [is a mess|is untidy|has to be cleared]. {drop} everything {into} the tray.",
        "one by one, {drop} all things from {table} {into} the tray.",
        "I want {table} [clear|empty]: everything goes {into} the tray.",
        "in the tray is where I want {everything}.",
    ),
    terse=(
        "everything [->|=>|to|in|into] tray",
        "clear table, all into tray",
        "[put|move] everything [in|into] tray",
        "tidy up: all to tray",
        "all things -> tray",
    ),
)
_CLEAR_WORDS = {
    "everything": "everything|everything|everything that [lies|is] on {table}|all things on {table}|all that is "
    "on {table}"
    "|everything on {table}|each and every thing on {table}",
    "howto": ": {drop0} everything {into} the tray|, $put everything {into} the tray| into the tray|: everything "
    "goes {into} "
    "the tray",
    "drop0": "put|place|drop",
}

SEVERAL: Mapping[str, tuple[Ways, Mapping[str, str]]] = {
    "stack-tower": (_TOWER, _TOWER_WORDS),
    "restack-reversed": (_RESTACK, _RESTACK_WORDS),
    "unstack": (_UNSTACK, _UNSTACK_WORDS),
    "pyramid": (_PYRAMID, _PYRAMID_WORDS),
    "matching-pairs": (_PAIRS, _PAIRS_WORDS),
    "line-up": (_LINE_UP, _LINE_UP_WORDS),
    "line-up-in-order": (_ORDERED, _ORDERED_WORDS),
    "circle": (_CIRCLE, _CIRCLE_WORDS),
    "swap": (_SWAP, _SWAP_WORDS),
    "if-more-than": (_IF_MORE, _IF_MORE_WORDS),
    "sort-by-color": (_SORT, _SORT_WORDS),
    "collect-in-tray": (_COLLECT, _COLLECT_WORDS),
    "clear-table": (_CLEAR, _CLEAR_WORDS),
}
"""Grammar and further words of each task."""
