"""Moving the hand, lifting, and pushing."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

REACH = Ways(
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

HAND = {"hand0": "the gripper|the gripper|the hand|the tool|your hand|your gripper"}

LIFT = Ways(
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

LIFT_WORDS = {
    "atleast": "at least {height}|at least {height}|at least {height}|{height} or more|no less than {height}|"
    "a minimum of {height}|{height} or higher",
    "off": "off the table|off the table|above the table|into the air|from the table|above the tabletop",
    "hold": "hold it there|hold it there|keep it there|keep holding it|hold it up|keep hold of it|hold it in the air|"
    "stay like that",
}

PUSH = Ways(
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

PUSH_WORDS = {
    "nograsp": " without {gripping}| without {gripping}| without {gripping}|, but {never}||, never $grasp it|, "
    "with the gripper closed|, no grasping",
    "gripping": "grasping it|gripping it|lifting it|picking it up",
    "never": "[do not|don't] [grasp it|grip it|lift it|pick it up]",
}
