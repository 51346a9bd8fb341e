"""Putting a block to a place beside or between others, or of the table."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

BESIDE = Ways(
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

BESIDE_WORDS = {
    "centres": "||||, from centre to centre|, center to center|, measured between centres|, centre to centre",
    "mid": "centre|center|middle",
    "put0": "put|place|set",
}

BETWEEN = Ways(
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

BETWEEN_WORDS = {
    "midway": "midway between|midway between|halfway between|exactly in the middle between|right in the middle between|"
    "in the middle between|in the centre between|at the midpoint between|exactly halfway between",
    "ends": "{first} and {second}|{first} and {second}|the {first_color} and the {second_color} {B}|"
    "the {first_color} and {second_color} {B}s|the {B}s that are {first_color} and {second_color}",
    "put0": "put|place|set",
}

CORNER = Ways(
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
    wishes=("{block} in {where}",),
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

CORNER_WORDS = {
    "where": "the {corner} corner of {table}|the {corner} corner of {table}|the {corner} corner|the table's "
    "{corner} corner"
}

AT_SIDE = Ways(
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
    wishes=("{block} at {where}",),
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

AT_SIDE_WORDS = {
    "where": "the {middle} of {theside}",
    "theside": "the {side} side of {table}|the {side} side of {table}|the table's {side} side|the {side} side",
}
