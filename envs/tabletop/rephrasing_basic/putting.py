"""Putting a thing into or onto another one, named or to be chosen."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

INTO = Ways(
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
        "{thing} // @[put|place|drop] {into} {box}",
        "{thing} // @[move|bring|carry|take] [to|into] {box}",
        "{thing} // @[pick up|grasp|take] and [then |]@[put|place] {into} {box}",
    ),
    wishes=("{thing} [in|inside] {box}", "{box} with {thing} in it"),
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

ONTO_ZONE = Ways(
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
    wishes=("{block} on {zone}", "{zone} with {block} on it"),
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

NEAREST = Ways(
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
    wishes=("{that} [in|inside] {there}",),
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

NEAREST_WORDS = {
    "that": "the {B} {which} {bowl}|the {B} {which} {bowl}|the {B} that is {which} {bowl}|"
    "whichever {B} is {which} {bowl}",
    "there": "it|{same}",
    "same": "that {bowl_noun}|that {bowl_noun}|that same {bowl_noun}|this very {bowl_noun}",
}

LARGEST = Ways(
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
    wishes=("{that} on {zone}",),
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

LARGEST_WORDS = {"that": "the {which} {B}|the {which} {B}|the {which} of the {B}s|the {which} one of the {B}s"}
