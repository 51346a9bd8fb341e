"""Two blocks: one on the other, and each in the place of the other."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

STACK_TWO = Ways(
    acts=(
        "{lodge} {upper} {atop} {lower}",
        "{lodge} {upper} {atop} {lower}",
        "@[mount|perch|balance|rest|pile|heap|superimpose|seat|position] {upper} {atop} {lower}",
        "@[top|cap|crown|surmount|load|burden|saddle|adorn|cover|roof|decorate|encumber] {lower} with {upper}",
        "{deliver} {upper} [to the top of|up onto|onto the top of|onto] {lower}",
        "{fetch} {upper} {then} {lodge} it {atop} {lower}",
        "{fetch} {upper} {then} {deliver} it [to the top of|up onto|onto] {lower}",
        "@[use|treat] {lower} as {pedestal} [for|under|beneath] {upper}",
        "@[make|let|have] {lower} [carry|support|shoulder|hold up|be the base of|serve as a pedestal for|act as a "
        "foundation for|be the porter of|give a piggyback ride to|prop up] {upper}",
        "@[make|let|have] {upper} [ride on|ride piggyback on|climb onto|stand upon|land on|be the roof of|be the hat "
        "of|rest upon|sit upon|mount|come to rest on] {lower}",
        "@give {lower} a [hat|roof|lid|cap|crown|passenger|rider|load|top floor|second storey|second story|penthouse], "
        "namely {upper}",
        "@give {upper} [a base|a pedestal|a plinth|a foundation|a footing|a stand|a podium|a seat|a mount], namely "
        "{lower}",
        "@[erect|construct|assemble|create|form|put together] a [column|pile|stack|tower|two-storey "
        "building|double-decker] with {lower} as {pedestal} and {upper} as the [top|upper floor|roof|upper "
        "storey|peak|crown]",
        "@[add|attach|append] {upper} as [a second layer|an upper floor|the top layer|a second storey|a roof] to "
        "{lower}",
        "@[raise|elevate|promote|hoist|lift] {upper} to the [roof|top|upper face|summit|upper side] of {lower} and "
        "@leave it there",
        "@[unite|combine|join] the two {B}s, {lower} below and {upper} above, in one [pile|column|stack]",
        "@leave {upper} nowhere [but|else but|other than] {atop} {lower}",
    ),
    states=(
        "{upper} ~[rides|reposes|balances|settles|lands|stays|resides|lives|towers] {atop} {lower}",
        "{upper} ~is [perched|mounted|seated|balanced|situated|located|piled|installed|enthroned|nowhere but|to be "
        "found] {atop} {lower}",
        "{lower} ~[supports|bears|shoulders|holds up|underpins|props up] {upper}",
        "{upper} ~[tops|caps|crowns|surmounts|covers|adorns] {lower}",
        "{lower} ~[serves as|acts as|becomes|is|makes] {pedestal} for {upper}",
        "{upper} ~[forms|is|becomes|makes] the [upper|top] [layer|floor|storey|part] and {lower} the [lower|bottom] "
        "one of a [stack|pile|column|tower]",
        "the [bottom|underside|lower face|base] of {upper} ~[rests|sits|lies|is] on the [top|upper face|upper side|top "
        "face] of {lower}",
        "nothing but {lower} ~is between {upper} and the table",
    ),
    passives=(
        "{upper} // @[mount|perch|balance|pile|heap|superimpose|seat|lodge|plant|install|deposit] {atop} {lower}",
        "{lower} // @[top|cap|crown|surmount|load|burden|cover|adorn] with {upper}",
        "{upper} // {fetch1} and {lodge1} {atop} {lower}",
        "{upper} // {deliver1} onto {lower}",
        "{lower} // @use as {pedestal} for {upper}",
    ),
    wishes=(
        "{upper} [perched|mounted|balanced|seated|enthroned|resting|piled] {atop} {lower}",
        "{lower} [topped|capped|crowned|surmounted|loaded] with {upper}",
        "{lower} as {pedestal} for {upper}",
        "a [column|pile|double-decker|two-storey tower]: {lower} [below|beneath|downstairs|underneath] and {upper} "
        "[above|upstairs|on the upper floor]",
        "{lower} beneath {upper}, in contact with it",
    ),
    says=(
        "{upper} lives [upstairs|on the upper floor], {lower} lives downstairs: stack them like that.",
        "{lower} is [the horse|the camel|the donkey|the elephant], {upper} is [the rider|the jockey]: saddle up.",
        "{lower} is the [foundation|ground floor|basement|base|trunk|plate|pedestal], {upper} is the [roof|upper "
        "floor|attic|top|crown|cake|statue]: build it.",
        "{look} {lower}. it [needs|lacks|wants|deserves|is missing] a [hat|roof|lid|crown|rider|top floor|load]: "
        "{upper} will do, so {lodge} it {atop} {lower}.",
        "{fetch} {upper}. {next}, [set it down|put it down|release it|lower it|land it] {atop} {lower}.",
        "let {upper} [climb|jump|hop|clamber|step] [onto the back|onto the shoulders|onto the top] of {lower}.",
        "who [carries|bears|supports|is under] whom? {lower} [carries|bears|supports|is under] {upper}.",
        "which {B} is the base? {lower}. and what [goes above|is stacked on it|crowns it|tops it]? {upper}.",
        "{upper} isn't {atop} {lower} yet. [change that|fix that|correct that|remedy this|put that right].",
        "the {home} of {upper} is the [top|upper face|roof|upper side] of {lower}.",
        "{upper} wants a [better view|throne|seat|pedestal]: {lodge} it {atop} {lower}.",
        "first comes {lower}, which stays [put|on the table|in place|below]. second, {upper} is stacked {atop} it.",
        "not beside it, not under it: {upper} [belongs|goes|should be] {atop} {lower}.",
        "if {upper} is not {atop} {lower}, [move|shift|transfer|hoist|lift] it there.",
        "one {B} high is not [enough|tall enough|high enough]: on {lower}, add {upper}.",
    ),
    terse=(
        "[mount|perch|balance|pile|superimpose|plonk|plant|lodge] {upper_bare} [on|upon|atop] {lower_bare}",
        "[top|cap|crown|surmount] {lower_bare} with {upper_bare}",
        "[base|foundation|bottom|ground floor|support]: {lower_bare}; [top|roof|upper floor|load]: {upper_bare}",
        "{lower_bare} [supports|carries|beneath|underneath] {upper_bare}",
        "{upper_bare} [atop|upon] {lower_bare}, [stat|asap|now|thx]",
    ),
)

STACK_WORDS = {
    "atop": "on top of|atop|upon|upon the top of|on the upper face of|on the top face of|on the top side of|right on "
    "top of|directly on|squarely on|on the roof of|on the head of|straight on top of|up on",
    "pedestal": "the base|the pedestal|the foundation|the support|the footing|the plinth|the ground floor|the "
    "stand|the platform|the podium|the bottom layer|the carrier",
}

SWAP = Ways(
    acts=(
        "@[transpose|switch round|switch over|change over|swap round|swap over|swap about|permute] {duo}",
        "@[let|have|make] {first} [take over|occupy|assume|inherit|move into|claim] the {spot} of {second}, "
        "and {second} that of {first}",
        "@[relocate|shift|transfer|transplant|send|move over] {first} to the {spot} [held|occupied|taken] by "
        "{second}, and {second} to the one [held|occupied|taken] by {first}",
        "@replace {first} [with|by] {second} and {second} [with|by] {first}",
        "@substitute {first} for {second} and {second} for {first}",
        "@[trade|barter|exchange|swap] the {spot} of {first} for that of {second}",
        "@[perform|make|do|carry out|arrange] [an exchange|a trade|a swap|a switch|a changeover] between "
        "{duo}: each [ends up|comes to stand|lands] where the other [was|used to be|had been|stood before]",
        "@[reverse|transpose|permute] the [arrangement|placement|locations|whereabouts] of {duo}",
        "@play musical chairs with {duo}: each takes the other's {spot}",
        "@set {duo} down again, each [in|at] the other's [old|former|previous|original] {spot}",
        "@move {duo} so that each [takes the other's {spot}|stands where the other stood|steps into the "
        "other's shoes|fills the other's gap|relieves the other]",
        "@[get|tell] {first} to [stand in for|take the {spot} of|relieve] {second}, and {second} to do the "
        "same for {first}",
        "@[make|have] {first} and {second} [move house|change seats|switch seats|trade seats], each to the "
        "other's {spot}",
        "@give {first} the {spot} of {second}, and {second} the {spot} of {first}",
        "@[take away|pick up|lift off] {first}, @put {second} into its {spot}, and @set {first} down where "
        "{second} [was|stood|used to be]",
    ),
    states=(
        "{first} ~takes the {spot} of {second}, and {second} ~takes that of {first}",
        "each of {duo} ~stands where the other [stood|used to stand|was before|had been]",
        "{duo} ~have [traded|exchanged|switched|interchanged] [spots|locations|sites|seats|whereabouts]",
        "the {spot} of {first} ~becomes that of {second} and vice versa",
        "{second} ~is found at the present {spot} of {first}, and {first} at that of {second}",
        "{first} ~replaces {second} and {second} ~replaces {first}",
        "{duo} ~end up [in|at] each other's [former|old|previous|original] {spot}",
    ),
    passives=(
        "{duo} // @[transpose|switch round|swap over|swap round|change over|interchange|permute]",
        "{first} // @replace [by|with] {second}, and {second} [by|with] {first}",
        "the [locations|spots|sites|seats|whereabouts|placements] of {duo} // @[interchange|transpose|switch|"
        "trade|reverse]",
        "{first} // @[shift|relocate|transfer|send|transplant] to the {spot} of {second}, and {second} to the "
        "{spot} of {first}",
        "{duo} // @[set down|place|put] each [in|at] the other's [former|old|present] {spot}",
    ),
    wishes=(
        "[a swap|a switch|a trade|an exchange|a changeover] [of places |of positions |of spots |]between {duo}",
        "{first} [in|at] the [old|former|present] {spot} of {second}, and {second} in that of {first}",
        "{second} in place of {first} and {first} in place of {second}",
        "{duo} [transposed|interchanged|switched round|the other way round|the other way about]",
    ),
    says=(
        "{first} and {second} got mixed up: each stands where the other should. [put that right|fix it|correct "
        "this|sort that out].",
        "what if {first} were where {second} is, and {second} where {first} is? [make it so|make it happen|show me].",
        "{first} [wants|would like|wishes] to stand where {second} stands, and {second} where {first} stands. "
        "do them both the favor.",
        "{first} is jealous of {second}, and {second} of {first}: each wants the other's {spot}. let them have it.",
        "there are two [spots|places|seats]: that of {first} and that of {second}. let their owners [trade|"
        "swap|exchange] them.",
        "nothing else moves, but {first} and {second} [change seats|swap spots|trade spots|switch seats|"
        "exchange locations].",
        "{first} here and {second} there? I want it the other way about: each [in|at] the other's {spot}.",
        "where do {first} and {second} go? each to the {spot} of the other.",
        "neither {first} nor {second} should stay put: each goes to the other's {spot}.",
        "if {first} is at point x and {second} at point y, I want {first} at y and {second} at x.",
        "{first} for {second} and {second} for {first}: a fair [trade|exchange|swap|deal] of [spots|places|seats].",
        "changing of the guard: {first} relieves {second}, and {second} goes to the old {spot} of {first}.",
        "what {first} has, {second} shall have, and the reverse: I mean their [places|spots|locations] on {table}.",
        "the {spot} of {first} [is meant|was meant|is intended] for {second}, and that of {second} for "
        "{first}. [correct|rectify|remedy] this.",
    ),
    terse=(
        "{first_bare} <=> {second_bare}",
        "[transpose|interchange|permute|trade] {first_bare} and {second_bare}",
        "{first_bare} for {second_bare} and vice versa",
        "exchange [spots|places|seats|locations]: {first_bare}, {second_bare}",
        "{first_bare} to {second_bare}'s {spot} and vice versa",
        "{first_bare}, {second_bare}: [switch|changeover|swap seats|switch spots]",
        "{first_bare} / {second_bare} swapped, please",
    ),
)

SWAP_WORDS = {
    "duo": "{first} and {second}|{first} and the {second_color} one|the {first_color} and {second_color} "
    "[bricks|cubes|pieces|blocks|boxes]|the {first_color} [brick|piece|cube|box] and the {second_color} one",
    "spot": "spot|location|site|seat|place|position|spot|station|standing place",
}
