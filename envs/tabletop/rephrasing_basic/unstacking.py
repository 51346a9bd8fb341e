"""Turning a tower round, and taking it apart."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

RESTACK = Ways(
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

RESTACK_WORDS = {
    "tower": "the tower|the tower|the stack|the pile",
    "updown": "[the top {B} is at the bottom and the bottom one on top|what is on top now is at the bottom|its "
    "top comes "
    "to be its bottom|what is at the bottom comes to be on top]",
    "updown2": "[the top {B} should be at the bottom and the bottom one on top|what is at the bottom belongs on "
    "top, what "
    "is on top at the bottom|bottom up, top down]",
}

UNSTACK = Ways(
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

UNSTACK_WORDS = {
    "tower": "the tower|the tower|the stack|the pile",
    "apart": "[, {B} by {B}|, $put the {Bs} on {table} one by one|, so that each {B} stands on {table} by "
    "itself|, so "
    "that no {B} touches another|]",
}
