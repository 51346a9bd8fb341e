"""Two blocks: one on the other, and each in the place of the other."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

STACK_TWO = Ways(
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

STACK_WORDS = {"ontop": "on|on|on top of|on top of|onto"}

SWAP = Ways(
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

SWAP_WORDS = {
    "pair": "{first} and {second}|{first} and {second}|the {first_color} and the {second_color} {B}|"
    "the {first_color} and {second_color} {B}s",
    "both": "{pair}|{pair}|{pair}|{first} with {second}",
}
