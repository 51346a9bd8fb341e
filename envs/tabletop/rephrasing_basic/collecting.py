"""Counting, sorting and clearing."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

IF_MORE = Ways(
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

IF_MORE_WORDS = {
    "more": "more than {limit} of them|more than {limit}",
    "seen": "there are more than {limit} {color} {B}s|there are more than {limit} {color} {B}s|you [see|count|"
    "find] more than "
    "{limit} {color} {B}s|the {color} {B}s are more than {limit}|the number of {color} {B}s is [above|greater "
    "than|larger "
    "than] {limit}",
    "drop0": "put|place|drop",
}

SORT = Ways(
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

SORT_WORDS = {
    "bowl1": "{bowlN}",
    "bowls": "{bowlN}s",
    "own": "the {bowl1} of the same {colorword}|the {bowl1} of the same {colorword}|the {bowl1} of its [own |"
    "]{colorword}|"
    "the {bowl1} that has its {colorword}|the {bowl1} with the same {colorword}|its matching {bowl1}, {colorword} by "
    "{colorword}",
}

COLLECT = Ways(
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

COLLECT_WORDS = {
    "rest": "|||, and leave [the rest|everything else|all other things] where [it is|they are]|, nothing else|, "
    "but no other "
    "things"
}

CLEAR = Ways(
    acts=(
        "@[clear|clean up|tidy up|clear off] {table}{howto}",
        "@[clear|tidy up|empty] {table} by $[put|place] everything {into} the tray",
        "{drop} {everything} {into} the tray",
        "{drop} {everything} {into} the tray",
        "{get} {everything} {then} {drop} it {into} the tray",
        "{move} {everything} [to|into] the tray",
        "{drop} [all things|each thing|all the things|every single thing] on {table} {into} the tray",
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

CLEAR_WORDS = {
    "everything": "everything|everything|everything that [lies|is] on {table}|all that is on {table}|everything "
    "on {table}",
    "howto": ": {drop0} everything {into} the tray|, $put everything {into} the tray| into the tray|: everything "
    "goes {into} "
    "the tray",
    "drop0": "put|place|drop",
}
