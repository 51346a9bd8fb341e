"""Rows and circles."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

_APART = {
    "c2c": "center to center|centre to centre|middle to middle|midpoint to midpoint|measured between the "
    "[middles|midpoints|centers]",
    "gap": "at intervals of {spacing}, {c2c}|with [centre-to-centre|center-to-center] [spacings|intervals|"
    "distances|separations] of {spacing}|at a pitch of {spacing}|{spacing} from the middle of one to the "
    "middle of the next|with [neighbouring|neighboring] [midpoints|middles] {spacing} from each other|spaced "
    "{spacing}, {c2c}|with {spacing} from each midpoint to the next|keeping {spacing} between the [midpoints|"
    "middles] of [adjacent|successive|consecutive] ones|uniformly spaced {spacing}, {c2c}|the middle of each "
    "{spacing} [away from|off] the middle of its neighbor|in steps of {spacing}, {c2c}|with a spacing of "
    "{spacing}, {c2c}",
}
"""The distance from one to the next."""

LINE_UP = Ways(
    acts=(
        "@[align|range|string out|file|queue up|marshal|array|space out|form up|draw up|lay out|set out|"
        "deploy] {everyone} {straight}, {gap}",
        "@[form|create|produce|establish|set up|compose|lay] {a_line} [of|from|out of|with] {everyone}, {gap}",
        "@get {everyone} [into line|lined up|in line|to line up|to fall in], [dead straight|along a ruler|"
        "straight as a die|straight as an arrow], {gap}",
        "@make {everyone} [queue up|stand in line|stand to attention|fall into line|form a queue|stand in "
        "single file|form ranks], {straight}, {gap}",
        "@[space|distribute|spread|dot] {everyone} [equally|evenly|regularly|uniformly] along [a|one|an "
        "imaginary] straight line, {gap}",
        "@bring {everyone} into [alignment|a dead straight line|rank and file, straight as a ruler|straight "
        "formation], {gap}",
        "@turn the [jumble|mess|chaos|crowd|scatter|muddle] of {B}s into {a_line} of them all, {gap}",
        "@[lay out|set out|arrange|array] {everyone} like [pearls on a taut string|fence posts|railway "
        "sleepers|soldiers on parade|a picket fence|street lamps|telegraph poles|marks on a ruler], in a "
        "straight line, {gap}",
        "@[set|place|drop] one {B} after another on [an imaginary|a] straight line, {gap}, until all [are on "
        "it|have joined it|are used up]",
        "@keep {spacing} from [midpoint to midpoint|middle to middle] when $[align|queue up|range] {everyone} "
        "{straight}",
        "@[rearrange|reorganize|regroup|shift] {everyone} so that [a straight line runs|one could draw a "
        "straight line|a ruler could be laid] through all their [centers|midpoints|middles], {gap}",
        "@[put|get] {everyone} in order: {a_line}, {gap}",
        "@[leave|keep] [exactly |]{spacing} between the [middles|midpoints] of [adjacent|consecutive|"
        "successive] {B}s and @have all of them in [one|a single] straight line",
        "@sort out the {B}s: all of them {straight}, {gap}",
    ),
    states=(
        "{everyone} ~are [aligned|strung out|ranged|in alignment|drawn up|queued up|arrayed] {straight}, {gap}",
        "the [midpoints|middles|centers] of {everyone} ~are on [a|one|a single] straight line, {spacing} from "
        "one to the next",
        "{a_line} ~runs through the [centers|midpoints|middles] of {everyone}, {gap}",
        "[neighboring|adjacent|consecutive|successive] {B}s ~are {spacing} [apart|from each other], {c2c}, and "
        "all ~stand in a straight line",
        "{everyone} ~make up {a_line}, {gap}",
        "no {B} ~is out of line: all of them ~stand {straight}, {gap}",
        "{everyone} ~queue up {straight}, {gap}",
    ),
    passives=(
        "{everyone} // @[align|range|array|string out|space out|queue up|draw up|marshal|lay out] {straight}, {gap}",
        "{a_line} // @[form|create|draw up|produce|lay] from {everyone}, {gap}",
        "{everyone} // @[bring|get|put] into [line|alignment|straight formation], {gap}",
        "{everyone} // @[distribute|space|spread] [evenly|regularly|uniformly] along one straight line, {gap}",
        "the [mess|jumble|chaos] of {B}s // @[turn|convert|transform] into {a_line} of them all, {gap}",
    ),
    wishes=(
        "{everyone} in [perfect |]alignment, {gap}",
        "{a_line} of {everyone}, {gap}",
        "[perfect|exact] alignment of {everyone}, {gap}",
        "{everyone} {straight}, {gap}",
        "a [neat|tidy|regular] line, dead straight, of {everyone}, {gap}",
    ),
    says=(
        "attention, {B}s! all of you fall in, {straight}, {gap}.",
        "the {B}s are [all over the place|scattered about|in disarray|higgledy-piggledy|in a jumble|strewn "
        "about]. [get them into line|align them all|bring them into line|form them up], dead straight, {gap}.",
        "think of a [ruler|taut string|straight road|chalk line]: along it, [set|place|space out] {everyone}, {gap}.",
        "how far is it from one {B} to the next? {spacing}, {c2c}. what shape? {a_line}. which {B}s? all of them.",
        "if I stretched a string, it should pass over the middle of every {B}, with {spacing} from one to the "
        "next. [align|arrange] them all [that way|like that].",
        "no {B} may [step|stick|stand|be] out of line: align them all, {gap}.",
        "let's play [trains|soldiers|fences|parade]: all {B}s {straight}, {gap}.",
        "from [each|every] {B} to its neighbor it is {spacing}, {c2c}, and all of them are on one straight "
        "line: arrange that.",
        "the direction [does not matter|is up to you|is all the same to me], but {everyone} must be {straight}, {gap}.",
        "I [hate|dislike|can't stand] disorder. {everyone} should be {straight}, {gap}.",
        "can you [form|make|draw up] {a_line}? it takes {everyone}, {gap}.",
        "two rules for the {B}s: all of them [keep to|are on] one straight line, and neighbors [keep|have] "
        "{spacing} between their [midpoints|middles].",
        "when you sight along the {B}s, they should all hide behind one another in {a_line}, {gap}.",
        "every {spacing} a {B}, {c2c}, along one straight line, until all are used.",
    ),
    terse=(
        "align all {B}s, [pitch|interval] {spacing}, {c2c}",
        "{B}s in single file, straight, {spacing} {c2c}",
        "all {B}s [collinear|aligned|in alignment], {spacing} between midpoints",
        "queue of all {B}s, straight, every {spacing}",
        "equal spacing {spacing}, all {B}s, one straight line",
        "all {B}s: straight [file|rank|chain|queue], {spacing} {c2c}",
    ),
)

LINE_UP_WORDS = {
    "everyone": "all the {B}s|all {B}s|all of the {B}s|all the {B}s you [see|find]|all the [bricks|pieces|"
    "cubes|boxes|toy blocks]|all available {B}s|all the {B}s there are|all {B}s on {table}",
    "straight": "in single file, dead straight|in a dead straight [line|file|queue|rank]|in a perfectly "
    "straight [line|file|rank|chain]|in a ruler-straight [line|row]|in line, straight as an arrow|in one "
    "straight [file|chain|queue|rank|string|procession]|along one straight line|along a straight edge|like "
    "soldiers, in a straight line|like beads on a straight string",
    "a_line": "a [dead straight|perfectly straight|ruler-straight|single straight|straight] [line|chain|file|"
    "queue|series|string|rank|procession]",
    **_APART,
}

ORDERED = Ways(
    acts=(
        "@[align|range|string out|sequence|queue up|array|set out|lay out|draw up|order] the {colors} {bricks} "
        "{straight}, {going} from {direction}, {gap}",
        "@[align|range|string out|sequence|queue up|array|set out|lay out|draw up|order] the {colors_back} "
        "{bricks} {straight}, {going} from {direction_back}, {gap}",
        "@[form|create|produce|compose|assemble] {a_line} of {bricks} that [runs|goes|reads] {colors} from "
        "{direction}, {gap}",
        "@[begin|start|open] {a_line} with the {colors_first} {Bone}{colors_between}, and @[end|close|finish|"
        "conclude] it with the {colors_last} one, {going} from {direction}, {gap}",
        "@[space|distribute|spread] the {colors} {bricks} along a straight line from {direction} in "
        "{succession}, {gap}",
        "@order {colors_count} {bricks} from {direction} as follows: {colors_steps}, {straight}, {gap}",
        "@put down one {Bone} after another {straight}, [working|moving|proceeding] from {direction}: "
        "{colors_steps}, {gap}",
        "@let {a_line} of {bricks} read {colors} from {direction}, {gap}",
        "@let {a_line} of {bricks} read {colors_back} from {direction_back}, {gap}",
        "@[make|have|let] the {colors} {bricks} [queue up|stand in line|fall into line|form a file|form a "
        "queue] from {direction} in {succession}, straight, {gap}",
        "@[follow|observe|keep to|respect] the [sequence|succession|order] {colors} from {direction} when "
        "$[align|array|set out|space out] the {bricks}, {gap}",
        "@bring the {colors} {bricks} into [line|alignment|file], {going} from {direction}, {gap}",
        "@[turn|make|combine|join] the {colors} {bricks} into {a_line} [going|running] from {direction}, {gap}",
        "@[place|set|lay] the {colors} {bricks} one after the other, {going} from {direction}, {straight}, {gap}",
    ),
    states=(
        "the {colors} {bricks} ~are [aligned|ranged|arrayed|queued up|drawn up|strung out] from {direction} in "
        "{succession}, {gap}",
        "{a_line} of {bricks} ~reads {colors} from {direction}, {gap}",
        "{a_line} of {bricks} ~reads {colors_back} from {direction_back}, {gap}",
        "the {colors_first} {Bone} ~begins {a_line}{colors_between}, and the {colors_last} one ~ends it, "
        "{going} from {direction}, {gap}",
        "[somebody|anyone] who looks from {direction} ~sees the {colors} {bricks} in [a straight line|"
        "alignment], {gap}",
        "the {colors} {bricks} ~follow one another from {direction}, {straight}, {gap}",
        "the [sequence|succession] of the {bricks} from {direction} ~is {colors}, {straight}, {gap}",
    ),
    passives=(
        "the {colors} {bricks} // @[align|array|range|queue up|string out|draw up|set out|order] from "
        "{direction} in {succession}, {straight}, {gap}",
        "the {colors_back} {bricks} // @[align|array|range|string out|set out] {straight}, {going} from "
        "{direction_back}, {gap}",
        "{a_line} of the {colors} {bricks} // @[create|lay out|draw up|produce|set up], {going} from "
        "{direction}, {gap}",
        "the {colors} {bricks} // @[bring|get|put] into line in {succession}, {going} from {direction}, {gap}",
        "{colors_count} {bricks} // @[order|sequence|align] from {direction}, {straight}, {gap}: {colors_steps}",
    ),
    wishes=(
        "{a_line} of the {colors} {bricks}, {going} from {direction}, {gap}",
        "the {colors} {bricks} in [alignment|single file|line], {going} from {direction}, {gap}",
        "the [sequence|succession] {colors} from {direction}, laid out in {bricks} {straight}, {gap}",
        "the {colors_back} {bricks} {straight}, {going} from {direction_back}, {gap}",
    ),
    says=(
        "which {Bone} comes first from {direction}? the {colors_first} one. the whole [sequence|succession|"
        "series] is {colors}: {bricks} {straight}, {gap}.",
        "if you [look|go|read|count] from {direction}, you should [see|meet|find] {colors_steps}: {bricks} "
        "{straight}, {gap}.",
        "if you [look|go|read|count] from {direction_back}, you should [see|meet|find] {colors_backsteps}: "
        "{bricks} {straight}, {gap}.",
        "the [sequence|order|succession] matters: {colors} from {direction}. [align|space out|string out] the "
        "{bricks} [accordingly|that way], {gap}.",
        "don't mix up the [order|sequence|succession]: the {colors} {bricks} from {direction}, {straight}, {gap}.",
        "the {colors_first} {Bone} is where the line begins{colors_between}, and the {colors_last} one is "
        "where it ends, {going} from {direction}: {bricks} {straight}, {gap}.",
        "a [train|parade|caterpillar|procession|chain] of {bricks}: from {direction}, {colors_steps}, all in a "
        "straight line, {gap}.",
        "how far apart? {spacing}, {c2c}. in what order? {colors}, from {direction}. [align|set out|queue up] "
        "these {bricks}.",
        "the {colors} {bricks} want to [queue up|fall in|stand in line]: from {direction}, in {succession}, {gap}.",
        "I [see|imagine|picture] {a_line} of {bricks}, {colors}, {going} from {direction}, {gap}. [make it "
        "real|create it|set it up].",
        "[starting|beginning] with the {colors_first} one{colors_between}, and ending with the {colors_last} "
        "one: [align|lay out] these {bricks} from {direction}, {gap}.",
        "each {Bone} has its [rank|number] from {direction}: {colors}. [draw them up|align them|set them out], "
        "{straight}, {gap}.",
    ),
    terse=(
        "align from {direction}: {colors}, [pitch|interval] {spacing}, {c2c}",
        "sequence from {direction}: {colors}, {spacing} {c2c}",
        "sequence from {direction_back}: {colors_back}, {spacing} {c2c}",
        "{colors_first} first, {colors_last} last: {colors} from {direction}, straight, {spacing} {c2c}",
        "straight [file|queue|chain] from {direction}, {colors}, every {spacing}",
        "order from {direction}: {colors_steps}; {spacing} between midpoints",
    ),
)

ORDERED_WORDS = {
    "Bone": "{colors_N}",
    "bricks": "{Bs}|{Bs}|bricks|pieces|cubes|boxes|toy blocks",
    "straight": "in single file|in a straight [line|file|queue|chain]|in a dead straight line|in line|along "
    "one straight line|in alignment|as a straight [series|string|chain]|all in line",
    "a_line": "a [straight |dead straight |perfectly straight |][line|chain|file|queue|series|string|procession]",
    "going": "[going|running|reading|counting|counted|proceeding|listed|named|in sequence|in this succession]",
    "succession": "[this|that|the given|the stated|just this|exactly this] [sequence|succession|order|arrangement]",
    **_APART,
}
"""Lines have one direction, in which nothing leads: who leads a line from left to right may be its right end."""

CIRCLE = Ways(
    acts=(
        "@[ring|encompass|enclose|circle|girdle|wreathe|fence in|hem in|frame|gird|besiege|envelop] {bowl} "
        "with {everyone}, {even}, {far}",
        "@[form|create|lay|draw|set up|produce|build] a {ring} [of|from|out of] {everyone} {about} {bowl}, "
        "{even}, {far}",
        "@[distribute|array|range|group|station|deploy|position|lay out|set out|dot|space out] {everyone} in a "
        "{ring} {about} {bowl}, {even}, {far}",
        "@make {bowl} the [hub|heart|bull's eye|core|focus|navel] of a {ring} of {everyone}, {even}, {far}",
        "@[let|have|make] {everyone} [gather|stand|assemble|dance|sit|camp|form up] {about} {bowl} {like}, "
        "{even}, {far}",
        "@[draw|trace|imagine|picture|describe] a circle of radius {radius} about the [centre|center|middle] "
        "of {bowl} and @[distribute|space|set out|string out] {everyone} [along it|along its circumference|"
        "along its perimeter|on its rim], {even}",
        "@[build|lay|erect] a [round fence|stone circle|garland|circular wall|ring fence] of {everyone} "
        "{about} {bowl}, {even}, {far}",
        "@divide a circle of radius {radius} about the [centre|center|middle] of {bowl} evenly among {everyone}",
        "@send {everyone} into orbit {about} {bowl}, {even}, {far}",
        "@[keep|leave] {bowl} in the middle and @[set|arrange|station|distribute|line up] {everyone} {about} "
        "it in a {ring}, {even}, {far}",
        "@[center|centre] a {ring} of {everyone} on {bowl}, {even}, {far}",
        "@[decorate|adorn|edge|border] {bowl} all around with {everyone}, {even}, {far}",
        "@[position|station|park] [each|every] {B} {radius} [away |]from the [middle|midpoint|centre] of "
        "{bowl}, all of them in a {ring} {about} it, {even}",
        "@[bend|close] a [row|line|chain] of {everyone} into a {ring} {about} {bowl}, {even}, {far}",
    ),
    states=(
        "{everyone} ~are [ranged|arrayed|grouped|distributed|stationed|spaced] in a {ring} {about} {bowl}, "
        "{even}, {far}",
        "{bowl} ~is [ringed|encircled|enclosed|girdled|fenced in|framed|circled] by {everyone}, {even}, {far}",
        "{bowl} ~is [at the hub|in the middle|at the heart|at the core] of a {ring} of {everyone}, {even}, {far}",
        "{everyone} ~gather {about} {bowl} {like}, {even}, {far}",
        "[every|each] {B} ~is {radius} [away |]from the [middle|midpoint|centre] of {bowl} and as far from one "
        "neighbor as from the other",
        "a {ring} of {everyone} ~runs {about} {bowl}, {even}, {far}",
    ),
    passives=(
        "{bowl} // @[ring|enclose|girdle|frame|fence in|circle|encircle|wreathe|hem in] with {everyone}, {even}, {far}",
        "{everyone} // @[distribute|array|range|station|group|space out|set out] in a {ring} {about} {bowl}, "
        "{even}, {far}",
        "a {ring} of {everyone} // @[form|lay|create|draw|set up|build] {about} {bowl}, {even}, {far}",
        "{everyone} // @[gather|assemble|station|position] {about} {bowl} {like}, {even}, {far}",
        "a circle of radius {radius} about the [centre|center] of {bowl} // @[stud|dot|line|occupy|divide up] "
        "[evenly|uniformly] by {everyone}",
    ),
    wishes=(
        "a {ring} of {everyone} {about} {bowl}, {even}, {far}",
        "{bowl} in the [middle|heart|center|centre] of a {ring} of {everyone}, {even}, {far}",
        "{everyone} {about} {bowl} {like}, {even}, {far}",
        "a [round fence|stone circle|garland] of {everyone} {about} {bowl}, {even}, {far}",
    ),
    says=(
        "{bowl} is the sun, the {B}s are its planets: all of them [on one orbit|circle it], {even}, {far}.",
        "{bowl} is [a campfire|a fountain|a maypole|a pond|the fire], and all the {B}s [want to sit|should "
        "gather|come together] around it in a {ring}, {even}, {far}.",
        "think of a [clock face|wheel|merry-go-round|roulette wheel] with {bowl} at its hub: {everyone} go on "
        "its rim, {even}, {far}.",
        "how far from the [centre|middle] of {bowl}? {radius}, [each|every] {B}. how spread? {even}, all the "
        "way round.",
        "no {B} should be nearer to the [centre|middle] of {bowl} than another: {radius} each, in a {ring}, {even}.",
        "[every|each] {B} is {radius} from the [centre|middle] of {bowl} and equally far from its two "
        "neighbors. [make that happen|arrange it so|see to it].",
        "don't [move|touch|shift] {bowl}. [ring|enclose|encircle] it with {everyone}, {even}, {far}.",
        "I [dream of|picture|imagine] a {ring} {about} {bowl}: {everyone}, {even}, {far}. [make it real|lay it "
        "out|build it].",
        "{bowl} is the king, and all the {B}s are the court: they stand {about} it in a {ring}, {even}, {far}.",
        "if you walked {radius} from the middle of {bowl} and then once around it, you should meet all the "
        "{B}s, {even}.",
        "with {bowl} as the hub and {radius} as the radius, [lay out|form|draw] a {ring} of {everyone}, {even}.",
        "take a pair of compasses, so to speak: point in the middle of {bowl}, opening {radius}. {everyone} go "
        "on that circle, {even}.",
        "[which shape|what figure]? a {ring} {about} {bowl}. [what of|made of what]? {everyone}. how? {even}, {far}.",
    ),
    terse=(
        "ring {bowl_bare} with all {B}s, radius {radius}, {even}",
        "{bowl_bare} = hub, all {B}s on rim, {radius}, {even}",
        "all {B}s encircle {bowl_bare}, {radius} from centre, {even}",
        "orbit {radius} around {bowl_bare}: all {B}s, {even}",
        "{ring} of all {B}s, centre {bowl_bare}, r = {radius}, {even}",
        "{B}s round {bowl_bare} like a clock, {radius}, {even}",
    ),
)

CIRCLE_WORDS = {
    "everyone": "all the {B}s|all {B}s|all of the {B}s|all the [bricks|pieces|cubes|boxes|toy blocks]|all "
    "available {B}s|all the {B}s there are",
    "ring": "ring|circle|ring|closed circle|wreath|round|circlet|perfect circle|hoop|halo|crown",
    "about": "around|round|about|all around|right around|all the way round",
    "like": "like [numbers on a clock face|planets around the sun|chairs around a round table|knights of the "
    "round table|petals around a flower|campers around a fire|children playing ring-a-ring o' roses|horses on "
    "a merry-go-round|guests around a round table]",
    "even": "at equal intervals|at regular intervals|uniformly distributed|symmetrically|at equal angles|with "
    "the same gap everywhere|with identical gaps|regularly spaced|in equal steps|at even intervals|evenly "
    "distributed|equally far from their neighbors|no gap wider than another|at the same distance from one "
    "another",
    "far": "{radius} from its [midpoint|middle|core|heart|axis]|[each|every one] {radius} [away |]from its "
    "[centre|center|midpoint]|each at a distance of {radius} from the middle of it|{radius} away from the "
    "[centre|middle] of the {bowl_noun}|on a radius of {radius}|with {radius} from its [centre|center] to each "
    "of theirs|the radius being {radius}|at {radius} from the {bowl_noun}'s [midpoint|middle|centre]|{radius} "
    "out from its [centre|center]|on a circle with a radius of {radius}",
}
