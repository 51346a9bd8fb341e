"""The grammars of the tasks with one thing to move, for :mod:`~embodied_codeact.envs.wording`."""

from __future__ import annotations

from collections.abc import Mapping

from embodied_codeact.envs.wording import Ways

_REACH = Ways(
    acts=(
        "@[move|bring|take|raise] {hand} to [a point|a spot|a position] {height} above [the top of |]{thing}",
        "@[move|bring|get] {hand} {height} above the top of {thing}",
        "@[move|bring|get] {hand} {height} [above|over] {thing}[, without touching anything|, but do not touch it|]",
        "@hover {height} [above|over] [the top of |]{thing}",
        "@hover over {thing}, {height} above its top",
        "@[hold|keep|position|place] {hand} {height} [above|over] [the top of |]{thing}",
        "@go [to|up to] {height} above [the top of |]{thing} and @[stay|wait|stop|remain] there",
        "@let {hand} hover {height} [above|over] {thing}",
        "@find {thing} and @hover {height} above [it|its top]",
        "@stop with {hand} {height} above the top of {thing}",
    ),
    states=(
        "{hand0} ~is {height} above [the top of |]{thing}",
        "{hand0} ~hovers {height} [above|over] {thing}",
        "there ~is a gap of {height} between the top of {thing} and {hand}",
        "{hand0} ~stops {height} above the top of {thing}",
    ),
    passives=(
        "{hand0} // @[move|bring] to [a point|a spot] {height} above [the top of |]{thing}",
        "{hand0} // @[place|hold|position|keep] {height} [above|over] {thing}",
    ),
    wishes=("{hand0} {height} above [the top of |]{thing}", "{hand0} right over {thing}, {height} above its top"),
    says=(
        "{height} above [the top of |]{thing}: that is where {hand0} should be.",
        "do not touch {thing}, just hover {height} above it.",
        "do you see {thing}? [hover|move {hand}|go] {height} above [it|its top].",
        "over {thing} there should be {hand}, {height} above its top.",
        "[find|look for] {thing}. [then|next], [move|bring] {hand} {height} above its top.",
        "{height} over {thing}, [hold|keep] {hand} still.",
    ),
    terse=(
        "hover {height} [over|above] {thing_bare}",
        "[gripper|tool|hand] {height} above {thing_bare}",
        "[gripper|tool] -> {height} above {thing_bare}",
        "{thing_bare}: hover, {height} above",
        "above {thing_bare}, {height}, no contact",
        "go {height} above {thing_bare}",
    ),
)

_LIFT = Ways(
    acts=(
        "@[lift|raise|hoist|pick up] {block} {atleast}[ off the table| above the table| up|] and @{hold}",
        "@[lift|raise|hoist] {block} {atleast} {off} and @{hold}",
        "@[pick up|grab|grasp|take] {block} and @hold it {atleast} above the table",
        "@[pick up|grab|grasp|take] {block}, @[lift|raise] it {atleast} and @{hold}",
        "@[hold|keep] {block} {atleast} above the table",
        "@[lift|raise] {block} by {atleast} without $[let go of|drop] it",
        "@[get|bring] {block} {atleast} off the table and @keep [hold of it|it there|it up]",
        "@hold {block} up in the air, {atleast} above the table",
    ),
    states=(
        "{block} ~is {atleast} above the table, held by {hand}",
        "{block} ~hangs {atleast} above the table in {hand}",
        "{hand0} ~holds {block} {atleast} above the table",
        "{block} ~is up in the air, {atleast} above the table, and still in {hand}",
    ),
    passives=(
        "{block} // @[lift|raise|hoist] {atleast} {off} and @[hold there|keep there]",
        "{block} // @hold {atleast} above the table",
        "{block} // @[pick up|grasp|lift] and @hold {atleast} above the table",
    ),
    wishes=("{block} {atleast} above the table, in your hand", "{block} held {atleast} above the table"),
    says=(
        "[grab|grasp|take|pick up] {block}. [then|next,] [lift|raise] it {atleast} and [hold it there|don't let go].",
        "up with {block}: {atleast}, and [hold it there|keep hold of it].",
        "[lift|raise|pick up] {block}. it should be {atleast} above the table, and you [should|must] keep hold of it.",
        "[lift|raise] {block} {atleast}. [do not|don't] let go of it.",
        "I want to look under {block}: [lift|raise] it {atleast} and hold it there.",
        "how high can you hold {block}? {atleast}, [please|if you can]. keep it up there.",
    ),
    terse=(
        "[lift|raise|pick up] {block_bare} {atleast}, hold",
        "{block_bare} up {atleast}, [hold|hold it|keep hold]",
        "{block_bare}: [lift|raise] {atleast} and hold",
        "hold {block_bare} {atleast} above table",
    ),
)
_LIFT_WORDS = {
    "atleast": "at least {height}|at least {height}|at least {height}|{height} or more|no less than {height}|"
    "a minimum of {height}|{height} or higher",
    "off": "off the table|off the table|above the table|into the air|from the table|above the tabletop",
    "hold": "hold it there|hold it there|keep it there|keep holding it|hold it up|keep hold of it|hold it in the air|"
    "stay like that",
}

_PUSH = Ways(
    acts=(
        "@[push|slide|shove|nudge] {block} onto {zone}{nograsp}",
        "@[push|slide|shove|nudge] {block} onto {zone}{nograsp}",
        "@[push|slide|shove] {block} [along|across|over] the table [onto|until it is on] {zone}{nograsp}",
        "@move {block} onto {zone} by $[push|slide|shove] it[ only|, not by lifting it|]",
        "@get {block} onto {zone} by $push[ alone|]{nograsp}",
        "@[push|slide] {block} until [all of it|the whole of it] is on {zone}{nograsp}",
        "@use {hand} to [push|slide|shove] {block} onto {zone}{nograsp}",
        "@[push|slide|shove] {block} over to {zone}{nograsp}",
    ),
    states=(
        "{block} ~is [pushed|slid] onto {zone}{nograsp}",
        "{block} ~gets onto {zone} by being [pushed|shoved], not [lifted|grasped]",
        "all of {block} ~is on {zone}, but only by pushing",
    ),
    passives=(
        "{block} // @[push|shove|slide] onto {zone}{nograsp}",
        "{block} // @[push|slide] [along|across] the table until it is [wholly|completely|fully] on {zone}{nograsp}",
    ),
    wishes=("{block} on {zone}, pushed, not lifted", "{block} pushed onto {zone}"),
    says=(
        "[do not|don't] [grasp|lift|pick up|grip] {block}: [push|slide|shove] it onto {zone}.",
        "without $[grasp|lift|pick up|grip] {block}, [push|slide|shove|move] it onto {zone}.",
        "{block} [belongs|goes] on {zone}, but [do not|don't] [grasp|lift] it: [push|slide] it there.",
        "[push|slide|shove] {block} onto {zone}. [do not|don't|never] [grasp it|lift it|pick it up|grip it].",
        "you may not [grasp|lift|pick up] {block}. [push|slide] it onto {zone}[ instead|].",
        "{block} is too [heavy|fragile] to lift, so [push|slide|shove] it onto {zone}.",
    ),
    terse=(
        "[push|slide|shove] {block_bare} [onto|to|->] {zone_bare}",
        "[push|slide] {block_bare} -> {zone_bare}, no [grasping|lifting|gripping]",
        "{block_bare} onto {zone_bare}, [by pushing|push only|pushing only]",
        "{block_bare}: push to {zone_bare}, don't [grasp|lift]",
    ),
)
_PUSH_WORDS = {
    "nograsp": " without {gripping}| without {gripping}| without {gripping}|, but {never}||, never $grasp it|, "
    "with the gripper closed|, no grasping",
    "gripping": "grasping it|gripping it|lifting it|picking it up",
    "never": "[do not|don't] [grasp it|grip it|lift it|pick it up]",
}

_TURN = Ways(
    acts=(
        "@[turn|rotate|spin|twist] {block} [by |]{angle} {direction}{above}",
        "@[turn|rotate|spin] {block} [by |]{angle} {direction}{above}, and @leave it where it is",
        "@[turn|rotate|spin] {block} {direction} by {angle}{above}",
        "@[turn|rotate|spin] {block} in place by {angle}, {direction}{above}",
        "@[turn|rotate] {block} {angle} {direction} [on the spot|without moving it elsewhere|where it lies]{above}",
        "@give {block} a turn of {angle} {direction}{above}",
        "@[grasp|grab|take] {block} and @[turn|rotate] it {angle} {direction}{above}",
        "@change the direction of {block} by {angle}, {direction}{above}",
    ),
    states=(
        "{block} ~is [turned|rotated] [by |]{angle} {direction}{above}",
        "{block} ~lies in the same place, but [turned|rotated] {angle} {direction}{above}",
        "{block} ~points {angle} further {direction} than now{above}",
    ),
    passives=(
        "{block} // @[turn|rotate|spin] [by |]{angle} {direction}{above}",
        "{block} // @[turn|rotate] {direction} [by|through] {angle}[ in place| on the spot|]{above}",
    ),
    wishes=("{block} turned {angle} {direction}{above}", "a {angle} turn of {block}, {direction}{above}"),
    says=(
        "[seen|looking|viewed] from above, [turn|rotate|spin] {block} {angle} {direction}.",
        "{block} [lies the wrong way|has the wrong direction|is not well aligned]: [turn|rotate] it {angle} "
        "{direction}.",
        "[do not|don't] move {block} elsewhere, just [turn|rotate] it {angle} {direction}{above}.",
        "[grasp|take] {block}. [then|now] [turn|rotate] it [by |]{angle} {direction}{above}.",
        "{angle} {direction}: that is how far {block} should be [turned|rotated]{above}.",
    ),
    terse=(
        "[turn|rotate|spin] {block_bare} {angle} {direction}",
        "{block_bare}: [turn|rotate] {angle} {direction}",
        "{block_bare}, {angle} {direction}",
        "rotate {block_bare} {direction}, {angle}",
    ),
)
_TURN_WORDS = {
    "above": "|||, as seen from above|, seen from above| (seen from above)|, viewed from the top|, looking from above"
}

_ALIGN = Ways(
    acts=(
        "@[lay|put|place|set] {block} along {edge}",
        "@[lay|put|place|set] {block} along {edge}, parallel to it",
        "@[put|place|lay] {block} [at|by] {edge}, [its long side|with its long side] [parallel to|along] [it|"
        "that edge]",
        "@[align|line up] {block} with {edge}[, at that edge|, right at the edge|]",
        "@[move|bring|take] {block} to {edge} and @[lay|align|turn] it [parallel to it|along it|along the edge]",
        "@align the long side of {block} with {edge}, at that edge",
        "@get {block} to lie along {edge}",
        "{get} {block} and @[lay|put|place] it along {edge}",
    ),
    states=(
        "{block} ~lies along {edge}",
        "{block} ~lies [at|by] {edge}, parallel to it",
        "the long side of {block} ~runs along {edge}",
        "{block} ~is aligned with {edge}, at that edge",
    ),
    passives=(
        "{block} // @[lay|put|place] along {edge}",
        "{block} // @[align with|line up with] {edge}",
        "{block} // @[move|bring] to {edge} and @align with it",
    ),
    wishes=("{block} along {edge}", "{block} [at|by] {edge}, parallel to it"),
    says=(
        "{block} [belongs|goes] along {edge}.",
        "along {edge} [is where|there] {block} should lie.",
        "[take|grab|pick up] {block}. [then|now] [lay|put|place] it along {edge}.",
        "do you see {edge}? {block} should lie along it.",
        "[make|keep] the middle free: [lay|put] {block} along {edge}.",
    ),
    terse=(
        "{block_bare} along {side} edge",
        "[lay|align|put] {block_bare} along {side} edge",
        "{block_bare} -> {side} edge, parallel",
        "{block_bare}: [align with|along] {side} table edge",
    ),
)
_ALIGN_WORDS = {
    "edge": "the {side} edge of {table}|the {side} edge of {table}|the {side} edge|the table's {side} edge|"
    "the table's {side} border|the {side} border of {table}"
}

_INTO = Ways(
    acts=(
        "{drop} {thing} {into} {box}",
        "{drop} {thing} {into} {box}",
        "{drop} {thing} {into} {box}",
        "{move} {thing} [to|over to|into] {box}",
        "{get} {thing} {then} {drop} it {into} {box}",
        "{get} {thing} {then} {drop} it {into} {box}",
        "{get} {thing} {then} {move} it to {box} and @[drop it|let go of it|let it go|release it] [in there|inside]",
        "@[drop|release] {thing} [inside|into|over] {box}",
        "@make {box} hold {thing}",
        "@get {thing} into {box}",
        "@see that {thing} gets into {box}",
        "@let {thing} end up in {box}",
        "@use {box} [to hold|to store|as the place for] {thing}",
    ),
    states=(
        "{thing} ~is [in|inside] {box}",
        "{thing} ~lies [in|inside] {box}",
        "{thing} ~ends up in {box}",
        "{box} ~holds {thing}",
        "{thing} ~gets into {box}",
        "{box} ~contains {thing}",
    ),
    passives=(
        "{thing} // @[put|place|drop|lay] {into} {box}",
        "{thing} // @[move|bring|carry|take] [to|into] {box}",
        "{thing} // @[pick up|grasp|take] and [then |]@[put|place] {into} {box}",
    ),
    wishes=("{thing} [in|inside] {box}", "{thing} to be in {box}", "{box} with {thing} in it"),
    says=(
        "{thing} [belongs|goes|should go|has to go] in {box}.",
        "in {box} is where [I want|I need|I'd like] {thing}.",
        "[take|grab|pick up|grasp] {thing}. [then|next,|after that,|now] [put|place|drop] it {into} {box}.",
        "{box} is [empty|waiting|there] for {thing}: [put|place|drop] it [in there|inside|in].",
        "do you see {thing}? [put|place|drop] it {into} {box}.",
        "something is missing in {box}: {thing}.",
        "into {box} with {thing}.",
        "where does {thing} go? [in|into|inside] {box}.",
        "{thing} [should not lie around|is in the way|is in the wrong place]: [put|move] it [into|inside] {box}.",
        "as for {thing}: [put|drop|place] it {into} {box}.",
    ),
    terse=(
        "{thing_bare} [->|=>|to|in|into|inside] {box_bare}",
        "[put|place|move|drop|get] {thing_bare} [in|into] {box_bare}",
        "{thing_bare}: into {box_bare}",
        "{thing_bare}, {box_bare}[, please| pls|]",
        "grab {thing_bare}, drop in {box_bare}",
    ),
)

_ONTO_ZONE = Ways(
    acts=(
        "{put} {block} [on|onto] {zone}",
        "{put} {block} [on|onto] {zone}",
        "{put} {block} on {zone}[, wholly on it|, completely inside it|, all of it|]",
        "{move} {block} [onto|to|over to] {zone}",
        "{get} {block} {then} {put} it [on|onto] {zone}",
        "{get} {block} {then} {put} it [on|onto] {zone}",
        "@set {block} down on {zone}",
        "@put {block} down [on|inside] {zone}",
        "@let {block} stand on {zone}",
        "@[cover|mark] {zone} with {block}",
        "@use {zone} as the [place|spot] for {block}",
        "@get {block} onto {zone}",
    ),
    states=(
        "{block} ~is on {zone}",
        "{block} ~stands [wholly |completely |]on {zone}",
        "{block} ~rests on {zone}",
        "{block} ~ends up on {zone}",
        "{zone} ~has {block} on it",
    ),
    passives=(
        "{block} // @[put|place|set] [on|onto] {zone}",
        "{block} // @[move|bring|carry|take] [to|onto] {zone}",
        "{block} // @[pick up|grasp|take] and @[put|place|set down] on {zone}",
    ),
    wishes=("{block} on {zone}", "{block} to be on {zone}", "{zone} with {block} on it"),
    says=(
        "{block} [belongs|goes|should go|should stand] on {zone}.",
        "on {zone} is where [I want|I need|I'd like] {block}.",
        "[take|grab|pick up|grasp] {block}. [then|next,|now] [put|place|set] it [on|onto] {zone}.",
        "{zone} is [free|empty|the place] for {block}: [put|place|set] it there.",
        "do you see {block}? [put|place|move] it [on|onto] {zone}.",
        "where does {block} go? [on|onto] {zone}.",
        "{block} is in the wrong place. it [belongs|should stand] on {zone}.",
        "onto {zone} with {block}.",
    ),
    terse=(
        "{block_bare} [->|=>|to|on|onto] {zone_bare}",
        "[put|place|move|set] {block_bare} [on|onto] {zone_bare}",
        "{block_bare}: onto {zone_bare}",
        "{block_bare}, {zone_bare}[, please| pls|]",
    ),
)

_BESIDE = Ways(
    acts=(
        "{put} {block} {distance} {side} {reference}",
        "{put} {block} {distance} {side} {reference}{centres}",
        "{move} {block} to [a point|a spot|a place|the point] {distance} {side} {reference}{centres}",
        "{get} {block} {then} {put} it {distance} {side} {reference}{centres}",
        "{put} {block} at a distance of {distance} {side} {reference}",
        "@let {block} stand {distance} {side} {reference}{centres}",
        "@set {block} down {distance} {side} {reference}{centres}",
        "{put} {block} {side} {reference}, {distance} [away|apart|from it]{centres}",
        "{put} {block} so that its {mid} is {distance} {side} that of {reference}",
    ),
    states=(
        "{block} ~is {distance} {side} {reference}{centres}",
        "{block} ~stands {distance} {side} {reference}{centres}",
        "the {mid} of {block} ~is {distance} {side} that of {reference}",
        "{block} ~ends up {distance} {side} {reference}",
    ),
    passives=(
        "{block} // @[put|place|set] {distance} {side} {reference}{centres}",
        "{block} // @[move|bring|take] to a [point|spot|place] {distance} {side} {reference}",
    ),
    wishes=("{block} {distance} {side} {reference}{centres}", "{block} {side} {reference}, {distance} away"),
    says=(
        "{block} [belongs|goes|should stand] {distance} {side} {reference}{centres}.",
        "{distance} {side} {reference} is where [I want|I need|I'd like] {block}.",
        "[take|grab|pick up] {block}. [then|next,|now] [put|place|set] it {distance} {side} {reference}.",
        "do you see {reference}? {distance} {side} it is the place for {block}."
        "|do you see {reference}? [put|place|set] {block} {distance} {side} it.",
        "leave {reference} where it is. {put0} {block} {distance} {side} it.",
    ),
    terse=(
        "{block_bare} {distance} {side} {reference_bare}",
        "[put|place|move] {block_bare} {distance} {side} {reference_bare}",
        "{block_bare} -> {distance} {side} {reference_bare}",
        "{block_bare} {side} {reference_bare}, {distance}",
    ),
)
_BESIDE_WORDS = {
    "centres": "||||, from centre to centre|, center to center|, measured between centres|, centre to centre",
    "mid": "centre|center|middle",
    "put0": "put|place|set",
}

_BETWEEN = Ways(
    acts=(
        "{put} {block} {midway} {ends}",
        "{put} {block} {midway} {ends}",
        "{move} {block} to the {middle} between {first} and {second}",
        "{get} {block} {then} {put} it {midway} {ends}",
        "@let {block} stand {midway} {ends}",
        "@set {block} down {midway} {ends}",
        "{put} {block} halfway from {first} to {second}",
        "{put} {block} between {first} and {second}, [at equal distance from|equally far from|in the middle of] both",
        "{put} {block} [at|on] the {middle} of the line [between|from] {first} [and|and] {second}",
        "@find the {middle} between {first} and {second} and {put} {block} there",
    ),
    states=(
        "{block} ~is {midway} {ends}",
        "{block} ~stands {midway} {ends}",
        "{block} ~stands halfway from {first} to {second}",
        "{block} ~is equally far from {first} and {second}, right between them",
    ),
    passives=(
        "{block} // @[put|place|set] {midway} {ends}",
        "{block} // @[move|bring|take] to the {middle} between {first} and {second}",
    ),
    wishes=("{block} {midway} {ends}", "{block} right in the middle between {first} and {second}"),
    says=(
        "{block} [belongs|goes|should stand] {midway} {ends}.",
        "[take|grab|pick up] {block}. [then|next,|now] [put|place|set] it {midway} {ends}.",
        "{midway} {ends} is where [I want|I need|I'd like] {block}.",
        "between {first} and {second} there is room: [put|place] {block} [exactly|right] in the middle.",
        "do you see {first} and {second}? [put|place|set] {block} {midway} [them|the two].",
        "leave {first} and {second} where they are, and {put0} {block} {midway} them.",
    ),
    terse=(
        "{block_bare} {midway} {first_bare} and {second_bare}",
        "[put|place|move] {block_bare} {midway} {first_bare} and {second_bare}",
        "{block_bare} -> middle of {first_bare} and {second_bare}",
        "{first_bare} - {block_bare} - {second_bare}, equal distances, move only {block_bare}",
    ),
)
_BETWEEN_WORDS = {
    "midway": "midway between|midway between|halfway between|exactly in the middle between|right in the middle between|"
    "in the middle between|in the centre between|at the midpoint between|exactly halfway between",
    "ends": "{first} and {second}|{first} and {second}|the {first_color} and the {second_color} {B}|"
    "the {first_color} and {second_color} {B}s|the {B}s that are {first_color} and {second_color}",
    "put0": "put|place|set",
}

_CORNER = Ways(
    acts=(
        "{put} {block} in {where}",
        "{put} {block} in {where}",
        "{move} {block} [to|into|over to] {where}",
        "{get} {block} {then} {put} it in {where}",
        "@set {block} down in {where}",
        "@let {block} stand in {where}",
        "@get {block} into {where}",
        "@clear the middle and {put} {block} in {where}",
        "@use {where} as the [place|spot] for {block}",
    ),
    states=(
        "{block} ~is in {where}",
        "{block} ~stands in {where}",
        "{block} ~ends up in {where}",
        "{where} ~has {block} in it",
    ),
    passives=(
        "{block} // @[put|place|set] in {where}",
        "{block} // @[move|bring|carry|take] [to|into] {where}",
    ),
    wishes=("{block} in {where}", "{block} to be in {where}"),
    says=(
        "{block} [belongs|goes|should go|should stand] in {where}.",
        "[take|grab|pick up] {block}. [then|next,|now] [put|place|set] it in {where}.",
        "in {where} is where [I want|I need|I'd like] {block}.",
        "{where} is [free|empty|the place] for {block}.",
        "{block} is in the way: [put|move|bring] it [into|to] {where}.",
        "do you see {block}? [move|bring|take] it to {where}.",
        "into {where} with {block}.",
        "where does {block} go? [in|into] {where}.",
    ),
    terse=(
        "{block_bare} [->|=>|to|in|into] {corner} corner",
        "[put|place|move] {block_bare} [in|to|into] {corner} corner",
        "{corner} corner: {block_bare}",
        "{block_bare}, {corner} corner[, please| pls|]",
    ),
)
_CORNER_WORDS = {
    "where": "the {corner} corner of {table}|the {corner} corner of {table}|the {corner} corner|the table's "
    "{corner} corner"
}

_AT_SIDE = Ways(
    acts=(
        "{put} {block} at {where}",
        "{put} {block} at {where}",
        "{move} {block} to {where}",
        "{get} {block} {then} {put} it at {where}",
        "{move} {block} to {theside}, in [its|the] {middle}",
        "@set {block} down at {where}",
        "@let {block} stand at {where}",
        "{put} {block} [at|by] {theside}, in the middle of it",
        "{put} {block} [at|by] {theside}, halfway along it",
    ),
    states=(
        "{block} ~is at {where}",
        "{block} ~stands at {where}",
        "{block} ~ends up at {where}",
        "{block} ~stands [at|by] {theside}, in its middle",
    ),
    passives=(
        "{block} // @[put|place|set] at {where}",
        "{block} // @[move|bring|carry|take] to {where}",
    ),
    wishes=("{block} at {where}", "{block} to be at {where}"),
    says=(
        "{block} [belongs|goes|should go|should stand] at {where}.",
        "[take|grab|pick up] {block}. [then|next,|now] [put|place|set] it at {where}.",
        "{where} is where [I want|I need|I'd like] {block}.",
        "{block} is in the way: [move|bring] it to {where}.",
        "do you see {block}? [move|bring|take] it to {where}.",
        "where does {block} go? to {where}.",
    ),
    terse=(
        "{block_bare} [->|=>|to|at] middle of {side} side",
        "[put|place|move] {block_bare} [at|to] middle of {side} side",
        "{side} side, middle: {block_bare}",
        "{block_bare}, {side} side, in the middle",
    ),
)
_AT_SIDE_WORDS = {
    "where": "the {middle} of {theside}",
    "theside": "the {side} side of {table}|the {side} side of {table}|the table's {side} side|the {side} side",
}

_NEAREST = Ways(
    acts=(
        "{drop} {that} {into} {there}",
        "{drop} {that} {into} {there}",
        "{get} {that} {then} {drop} it {into} {same}",
        "@find {that} {then} {drop} it {into} {same}",
        "{move} {that} into {there}",
        "@[see|check|work out|find out] which {B} is {which} {bowl} and {drop} [it|that one] [in there|into that "
        "{bowl_noun}]",
        "@measure how far each {B} is from {bowl} and {drop} the [one|{B}] {which} it [in there|into it]",
        "@[look for|pick out|choose|select] {that} and {drop} it {into} {same}",
    ),
    states=(
        "{that} ~is [in|inside] {there}",
        "{that} ~lies [in|inside] {there}",
        "{that} ~ends up in {there}",
    ),
    passives=(
        "{that} // @[put|place|drop] {into} {there}",
        "{that} // @[move|bring|take] into {there}",
        "{that} // @find and @[put|place] {into} {there}",
    ),
    wishes=("{that} [in|inside] {there}", "{that} to be in {there}"),
    says=(
        "which {B} is {which} {bowl}? [put|place|drop] [it|that one] [in there|into that {bowl_noun}|inside].",
        "[find|look for] {that}. [then|next,|now] [put|place|drop] it [in there|into that {bowl_noun}].",
        "{that} [belongs|goes|should go] in {there}.",
        "[compare|look at] the distances of the {B}s from {bowl}: the one {which} it [goes|belongs] in there.",
        "of all the {B}s, the one {which} {bowl} goes into it.",
        "into {bowl} goes the {B} {which} it.",
    ),
    terse=(
        "{B} {which} {bowl_bare} -> [into it|{bowl_bare}|in there]",
        "[put|place|drop] {B} {which} {bowl_bare} [in it|into it]",
        "{that} into {bowl_bare}",
    ),
)
_NEAREST_WORDS = {
    "that": "the {B} {which} {bowl}|the {B} {which} {bowl}|the {B} that is {which} {bowl}|"
    "whichever {B} is {which} {bowl}",
    "there": "it|{same}",
    "same": "that {bowl_noun}|that {bowl_noun}|that same {bowl_noun}|this very {bowl_noun}",
}

_LARGEST = Ways(
    acts=(
        "{put} {that} [on|onto] {zone}",
        "{put} {that} [on|onto] {zone}",
        "{get} {that} {then} {put} it [on|onto] {zone}",
        "@find {that} {then} {put} it [on|onto] {zone}",
        "{move} {that} [onto|to|over to] {zone}",
        "@[compare the sizes of|measure|compare] the {B}s and {put} the {which} [one |]on {zone}",
        "@[see|check|find out] which {B} is {which} and {put} [it|that one] on {zone}",
        "@[look for|pick out|choose|select] {that} and {put} it [on|onto] {zone}",
    ),
    states=(
        "{that} ~is on {zone}",
        "{that} ~stands [wholly |completely |]on {zone}",
        "{that} ~ends up on {zone}",
        "{zone} ~has {that} on it",
    ),
    passives=(
        "{that} // @[put|place|set] [on|onto] {zone}",
        "{that} // @[move|bring|carry|take] [to|onto] {zone}",
        "{that} // @find and @[put|place|set] on {zone}",
    ),
    wishes=("{that} on {zone}", "{that} to be on {zone}"),
    says=(
        "which {B} is the {which}? [put|place|set] [it|that one] [on|onto] {zone}.",
        "[find|look for] {that}. [then|next,|now] [put|place|set] it [on|onto] {zone}.",
        "{that} [belongs|goes|should go] on {zone}.",
        "[compare|look at] the {B}s: the {which} one [goes|belongs] on {zone}.",
        "on {zone} is where [I want|I need] {that}.",
        "not all {B}s are of one size: the {which} of them goes on {zone}.",
    ),
    terse=(
        "{which} {B} [->|=>|to|on|onto] {zone_bare}",
        "[put|place|move] {which} {B} [on|onto] {zone_bare}",
        "{zone_bare}: {which} {B}",
    ),
)
_LARGEST_WORDS = {"that": "the {which} {B}|the {which} {B}|the {which} of the {B}s|the {B} that is {which}"}

_STACK_TWO = Ways(
    acts=(
        "@[stack|put|place|set] {upper} {ontop} {lower}",
        "@[stack|put|place|set] {upper} {ontop} {lower}",
        "@[pile|stack|balance] {upper} on {lower}",
        "{get} {upper} {then} @[put|place|stack|set] it {ontop} {lower}",
        "@set {upper} down on {lower}",
        "@let {upper} [stand|rest|sit] {ontop} {lower}",
        "@build a [tower|stack] of two with {lower} [below|at the bottom|underneath] and {upper} on top",
        "@make a [tower|stack] [from|of] {lower} and {upper}, the {upper_color} one on top",
        "@use {lower} as the base and @[put|place|stack] {upper} on it",
        "{move} {upper} onto {lower}",
        "@crown {lower} with {upper}",
    ),
    states=(
        "{upper} ~is {ontop} {lower}",
        "{upper} ~stands {ontop} {lower}",
        "{upper} ~rests {ontop} {lower}",
        "{upper} ~sits {ontop} {lower}",
        "{lower} ~is [under|below|beneath] {upper}, carrying it",
    ),
    passives=(
        "{upper} // @[stack|put|place|set] {ontop} {lower}",
        "{upper} // @[move|bring] onto {lower}",
        "{upper} // @[pick up|grasp|take] and @[put|place|stack] {ontop} {lower}",
    ),
    wishes=("{upper} {ontop} {lower}", "{lower} with {upper} on top", "a [tower|stack] of {lower} and, on it, {upper}"),
    says=(
        "{upper} [belongs|goes|should go] {ontop} {lower}.",
        "[take|grab|pick up|grasp] {upper}. [then|next,|now] [put|place|stack|set] it {ontop} {lower}.",
        "{lower} stays where it is. [put|stack|place] {upper} {ontop} it.",
        "do you see {lower}? [put|stack|place] {upper} on it.",
        "{ontop} {lower} is where [I want|I need|I'd like] {upper}.",
        "where does {upper} go? {ontop} {lower}.",
        "two {B}s, one on the other: {lower} below, {upper} on top.",
    ),
    terse=(
        "{upper_bare} [on|onto|on top of] {lower_bare}",
        "[stack|put|place] {upper_bare} [on|onto|->] {lower_bare}",
        "stack: {lower_bare} below, {upper_bare} on top",
        "{upper_bare} -> top of {lower_bare}",
    ),
)
_STACK_WORDS = {"ontop": "on|on|on top of|on top of|onto"}

_HAND = {"hand0": "the gripper|the gripper|the hand|the tool|your hand|your gripper"}

SINGLE: Mapping[str, tuple[Ways, Mapping[str, str]]] = {
    "reach": (_REACH, _HAND),
    "lift": (_LIFT, {**_HAND, **_LIFT_WORDS}),
    "push-to-zone": (_PUSH, _PUSH_WORDS),
    "turn": (_TURN, _TURN_WORDS),
    "align-with-edge": (_ALIGN, _ALIGN_WORDS),
    "place-in-bowl": (
        _INTO,
        {"thing": "{block}", "thing_bare": "{block_bare}", "box": "{bowl}", "box_bare": "{bowl_bare}"},
    ),
    "household-in-tray": (_INTO, {"box": "the tray", "box_bare": "tray"}),
    "place-on-zone": (_ONTO_ZONE, {}),
    "place-beside": (_BESIDE, _BESIDE_WORDS),
    "place-between": (_BETWEEN, _BETWEEN_WORDS),
    "place-in-corner": (_CORNER, _CORNER_WORDS),
    "place-at-side": (_AT_SIDE, _AT_SIDE_WORDS),
    "stack-two": (_STACK_TWO, _STACK_WORDS),
    "nearest-block": (_NEAREST, _NEAREST_WORDS),
    "largest-block": (_LARGEST, _LARGEST_WORDS),
}
"""Grammar and further words of each task."""
