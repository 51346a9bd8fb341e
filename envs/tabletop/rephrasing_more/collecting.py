"""Counting, sorting and clearing."""

from __future__ import annotations

from embodied_codeact.envs.tabletop.rephrasing_more.words import SURFACE
from embodied_codeact.envs.wording import Ways

IF_MORE = Ways(
    acts=(
        "@[tally|total up|number|add up|tot up|count up|count over] the {color} {B}s and, [should there be|in "
        "case of|if you get|if you reach] more than {limit}, {stow} {block} in {bowl}, {elsewise} in {other}",
        "{stow} {block} in {bowl} [provided that|on condition that|assuming that|in the event that|in case|as "
        "long as|supposing|only if|so long as] {exceeds}, {elsewise} in {other}",
        "{send} {block} to {bowl} or to {other}, depending on whether {exceeds} or not",
        "{send} {block} to {other} if {atmost}, {elsewise} to {bowl}",
        "{stow} {block} in {other} [as long as|if|so long as|in case|provided that] {atmost}, but in {bowl} "
        "[once|when|if] {exceeds}",
        "@let the [number|count|tally|quantity] of {color} {B}s decide [where {block} goes|the fate of {block}|"
        "on a home for {block}|about {block}]: above {limit} means {bowl}, {limit} or below means {other}",
        "@[select|pick|decide on|settle on|determine] the {bowl_noun} that {block} goes into: {bowl} if "
        "{exceeds}, and {other} [if they do not|if that is false|in all other cases]",
        "@[find out|determine|establish|work out|ascertain|see] how many {color} {B}s there are and {stow} "
        "{block} in {bowl} for any number above {limit}, in {other} for any [other|smaller one]",
        "@use {bowl} for {block} when {exceeds}, and {other} when {atmost}",
        "@[test|verify|examine|look|find out] whether {exceeds}: if [true|yes], {stow0} {block} in {bowl}; if "
        "[false|no], in {other}",
        "{stow} {block} in [the right|the correct|the proper] {bowl_noun}: in {bowl} if {exceeds}, in {other} "
        "if {atmost}",
        "@treat {bowl} as the home of {block} if {exceeds}, {elsewise} @treat {other} as its home and @bring it home",
        "@[compare|check] the [number|count] of {color} {B}s with {limit}: if it is [larger|higher|greater], "
        "{stow0} {block} in {bowl}, {elsewise} in {other}",
        "@make {block} [go|move] into {bowl} if {exceeds}, {elsewise} into {other}",
    ),
    states=(
        "{block} ~rests in {bowl} [when|if|provided that] {exceeds}, but in {other} [when|if] {atmost}",
        "{bowl} ~contains {block} if {exceeds}, and {other} ~contains it if {atmost}",
        "the [home|place|destination] of {block} ~is {bowl} if {exceeds}, {elsewise} {other}",
        "{bowl} ~receives {block} if {exceeds}, and {other} ~receives it {elsewise2}",
        "{block} ~has its place in {other} if {atmost}, {elsewise} in {bowl}",
    ),
    passives=(
        "{block} // @[stow|house|lodge|stash|park|settle|install] in {bowl} [provided that|on condition that|"
        "in case|if|assuming that] {exceeds}, {elsewise} in {other}",
        "{block} // @[assign|consign|send|deliver|dispatch|route|bring] to {bowl} if {exceeds}, {elsewise} to {other}",
        "{bowl} // @[use|choose|select|pick] for {block} if {exceeds}, and {other} {elsewise2}",
        "{block} // @[send|deliver|bring|assign] to {other} if {atmost}, and to {bowl} if {exceeds}",
    ),
    wishes=(
        "{block} in {bowl} [provided that|in case|if] {exceeds}, {elsewise} in {other}",
        "{block} in {other} if {atmost}, but in {bowl} if {exceeds}",
        "{bowl} as the home of {block} if {exceeds}, {elsewise} {other}",
    ),
    says=(
        "let n be the number of {color} {B}s. if n > {limit}, {block} [goes|belongs] in {bowl}. if n <= "
        "{limit}, it [goes|belongs] in {other}.",
        "suppose {exceeds}: then {bowl} [receives|gets|takes] {block}. suppose not: then {other} [receives|"
        "gets|takes] it.",
        "{block} has two possible homes. {bowl} is right [when|if] {exceeds}, {other} is right in every other case.",
        "[does the number of {color} {B}s exceed|is the number of {color} {B}s beyond|do the {color} {B}s "
        "number more than] {limit}? yes: {stow0} {block} in {bowl}. no: {stow0} it in {other}.",
        "unless {exceeds}, in which case {bowl} gets {block}, {other} gets it.",
        "it all [depends on|hangs on|hinges on] the {color} {B}s: with over {limit} of them, {bowl} welcomes "
        "{block}; with {limit} or fewer, {other} does.",
        "[one glance at|a look at|a count of] the {color} {B}s [will tell|tells you|reveals] where {block} "
        "belongs: more than {limit} means {bowl}, fewer or just {limit} means {other}.",
        "should it turn out that {exceeds}, {bowl} is where {block} goes. should it turn out that {atmost}, "
        "{other} is.",
        "{block} goes to {other} by default. only if {exceeds} does it go to {bowl} instead.",
        "do you [spot|make out|notice|see|count] over {limit} {color} {B}s? in that case {block} is for "
        "{bowl}. if you don't, it is for {other}.",
        "my rule for {block} is this: {exceeds} - {bowl}; {atmost} - {other}. [apply it|follow it|act on it].",
        "are the {color} {B}s too many, that is, more than {limit}? then {bowl} is the [place|home] for "
        "{block}, {elsewise} {other}.",
        "I can't see how many {color} {B}s there are. if they exceed {limit} in number, {stow0} {block} in "
        "{bowl}; if they don't, {stow0} it in {other}.",
        "first the counting, then the [moving|placing]: when {exceeds}, {stow0} {block} in {bowl}, and when "
        "{atmost}, {stow0} it in {other}.",
    ),
    terse=(
        "if number of {color} {B}s > {limit}: {block_bare} -> {bowl_bare}; if <= {limit}: {block_bare} -> {other_bare}",
        "over {limit} {color} {B}s: {block_bare} to {bowl_bare}; {limit} or less: to {other_bare}",
        "{color} {B}s exceed {limit}? {bowl_bare} gets {block_bare}; else {other_bare} does",
        "{block_bare} to {other_bare} if at most {limit} {color} {B}s, else to {bowl_bare}",
        "tally {color} {B}s; above {limit} {block_bare} in {bowl_bare}, not above: in {other_bare}",
        "if count({color} {B}s) > {limit} then {block_bare} into {bowl_bare} else into {other_bare}",
    ),
)

IF_MORE_WORDS = {
    "stow": "@[stow|stash|park|house|lodge|settle|install|tuck|pop|stick|put|set|drop]",
    "stow0": "[stow|stash|park|pop|stick|lodge|settle|tuck|put|place]",
    "send": "@[send|deliver|consign|dispatch|assign|route|bring|take|allot|hand over|transfer]",
    "exceeds": "the {color} {B}s number more than {limit}|the [count|tally|total|quantity|number|sum] of "
    "{color} {B}s [exceeds|surpasses|goes beyond|passes|is over|is in excess of|is higher than|comes to more "
    "than|amounts to more than] {limit}|there are over {limit} {color} {B}s|the {color} {B}s exceed {limit} in "
    "number|you [spot|discover|notice|make out|come across] more than {limit} {color} {B}s|{table} holds more "
    "than {limit} {color} {B}s|more than {limit} {color} {B}s are [present|around|on {table}|in view|lying "
    "about|visible|in sight]|more than {limit} of the {B}s are {color}|there exist more than {limit} {color} "
    "{B}s",
    "atmost": "there are {limit} {color} {B}s at most|there are [no|not] more than {limit} {color} {B}s|the "
    "number of {color} {B}s does not [exceed|surpass|go beyond|pass] {limit}|the {color} {B}s number {limit} "
    "or fewer|there are at most {limit} {color} {B}s|the {color} {B}s are {limit} or less|{table} holds "
    "{limit} {color} {B}s or fewer|the [count|tally] of {color} {B}s is {limit} or [less|lower|below]",
    "elsewise": "otherwise|else|or else|failing that,|if that is not the case,|in any other case|in the "
    "opposite case|if not,|in the contrary case|should that not be so,",
    "elsewise2": "otherwise|if that is not the case|in any other case|in the opposite case|if not|in the "
    "contrary case|should that not be so",
}

SORT = Ways(
    acts=(
        "@[separate|segregate|divide|split|group|categorize|categorise|classify|organize|organise|triage|file] "
        "[all |]the {bricks} by {tone} [among|between|into] the {vessels} of [like|equal|the same|"
        "corresponding] {color}",
        "@[allocate|assign|allot|deliver|send|dispatch|consign|direct|route|escort|return|guide|usher|carry] "
        "[each|every] {B} to {kin}",
        "@[stow|house|lodge|store|stash|file|tuck|plop|toss|chuck|pop|park] [each|every] {B} in {kin}",
        "@[feed|fill|load|supply|stock|furnish] [each|every] {vessel} with the {bricks} [of|in] its [own |]{tone}",
        "@[unite|reunite|match up|bring together|pair up|marry|combine] [each|every] {B} with the {vessel} of "
        "its {tone} by $[drop|put|pop|stow] it [in|inside]",
        "@[take|bring|see|send] [each|every] {B} home: to {kin}",
        "@let [each|every] {vessel} [receive|collect|swallow|take in|get] [all and only|all] the {bricks} of "
        "its {tone}",
        "@look at the {tone} of each {B} and @[choose|pick|select] the {vessel} [accordingly|that matches it|"
        "to go with it] for it to [go into|lie in|be put in]",
        "@[deal|dole|share|portion|hand] out the {bricks} to the {vessels}, [{color} to {color}|by {tone}|like "
        "to like by {tone}]",
        "@keep the {tone}s apart: {stow0} [each|every] {B} in {kin}",
        "@[distribute|spread|divide] the {bricks} [among|between] the {vessels} according to {tone}, [each|"
        "every one] into the {vessel} that is like it",
        "@[clear up|sort out|untangle|disentangle] this [jumble|mess|mixture|muddle] of {bricks}: {stow0} each "
        "in {kin}",
        "@[ensure|see] that no {B} is outside {kin}",
        "@[go|work] through the {bricks} one by one and {stow} each in {kin}",
    ),
    states=(
        "[each|every] {vessel} ~contains [all and only|just] the {bricks} of its {tone}, and none is left out",
        "the {tone} of [each|every] {B} ~equals that of the {vessel} [it is in|around it|that holds it|that "
        "contains it]",
        "no {B} ~is left outside {kin}",
        "[each|every] {B} ~has found its way into {kin}",
        "[each|every] {B} ~rests [in|inside] {kin}",
        "the {bricks} ~are [distributed|divided|split up] among the {vessels} by {tone}, like with like",
        "[each|every] {B} ~comes to lie in {kin}",
    ),
    passives=(
        "the {bricks} // @[separate|segregate|divide|group|categorize|classify|distribute] by {tone} into the "
        "{vessels} of [like|equal|the same|corresponding] {color}",
        "[each|every] {B} // @[assign|deliver|send|allocate|consign|escort|return|take] to {kin}",
        "[each|every] {B} // @[stow|house|lodge|store|stash|tuck] in {kin}",
        "[each|every] {vessel} // @[fill|load|feed|stock|supply] with the {bricks} of its {tone}",
        "the {bricks} // @[deal out|hand out|dole out|share out] to the {vessels}, like to like by {tone}",
    ),
    wishes=(
        "[each|every] {B} [stowed|housed|lodged|at home] in {kin}",
        "all {bricks} [separated|divided|grouped|classified] by {tone}, each in the {vessel} that is like it",
        "[each|every] {vessel} filled with the {bricks} of its {tone}",
        "{tone} [order|harmony]: [each|every] {B} in {kin}",
    ),
    says=(
        "which {vessel} for which {B}? the {tone} decides. [stow|put|house] them all [that way|accordingly|like that].",
        "green to green, yellow to yellow, and so forth: every {B} into {kin}.",
        "no {B} may [lie|end up|land|be] in a {vessel} of another {tone}, and none may stay [on {table}|"
        "outside]: sort them in.",
        "like laundry, the {bricks} need sorting by {tone}: one {vessel} for each.",
        "whatever {tone} a {B} has, there is a {vessel} to match. that is where it [goes|belongs|should go].",
        "[each|every] {B} has a home: {kin}. [take|bring|carry|see] them all home.",
        "if a {B} and a {vessel} share a {tone}, the one goes inside the other.",
        "the {vessels} are hungry: each [eats|swallows] only {bricks} of its own {tone}. feed them everything.",
        "birds of a feather flock together, and so do {bricks}: {stow0} each in {kin}.",
        "tell the {bricks} apart by {tone}, and let each [join|move into|settle in] {kin}.",
        "I want no mixing of {tone}s: every {B} [goes into|moves into|belongs in] {kin}.",
        "a {B} in the wrong {vessel} is no good, nor is one outside. the right one is {kin}, for each of them.",
        "can you tell {color}s apart? then {stow0} [each|every] {B} in {kin}.",
        "for [each|every] {color}: take the {bricks} that have it, and {stow0} them in the {vessel} that has it too.",
    ),
    terse=(
        "[separate|group|classify|segregate] {bricks} by {tone} into {vessels}, like to like",
        "{B} {color} = {vessel} {color}, all in",
        "[every|each] {B} -> like-{color}ed {vessel}",
        "{bricks} home by {tone}: matching {vessels}",
        "like to like: {bricks} into {vessels} by {tone}",
        "{tone} by {tone}, {bricks} in their {vessels}",
    ),
)

SORT_WORDS = {
    "color": "{colorword}",
    "tone": "{colorword}|{colorword}|{colorword}|hue|shade",
    "bricks": "{B}s|{B}s|{B}s|bricks|pieces|toy blocks",
    "vessel": "{bowlN}|{bowlN}|{bowlN}|container|vessel|basin|pot",
    "vessels": "bowls|bowls|bowls|dishes|containers|vessels|basins|pots",
    "stow0": "[stow|pop|stash|house|tuck|park|store|put|drop]",
    "stow": "@[stow|pop|stash|house|tuck|park|store|put|drop]",
    "kin": "the {vessel} that shares its {tone}|the like-{color}ed {vessel}|the {vessel} whose {tone} equals "
    "its own|the equally {color}ed {vessel}|the same-{color}ed {vessel}|the {vessel} that matches it in {tone}|"
    "the {vessel} that goes with its {tone}|the identically {color}ed {vessel}|its [partner|counterpart] among "
    "the {vessels}, the one of its {tone}|the {vessel} of [identical|equal|like|its very] {tone}|the {vessel} "
    "that corresponds to it in {tone}",
}

COLLECT = Ways(
    acts=(
        "@[round up|muster|assemble|pool|corral|herd|rally|group|concentrate|heap|pile|unite|reunite|bring "
        "together] {things} [in|inside] the tray{rest2}",
        "@[load|stock|pack|furnish|supply|charge] the tray with {things}{rest2}",
        "@[stow|stash|pack|store|tuck|lodge|park|house|file|pop] {things} [away |]in the tray{rest2}",
        "@[deliver|convey|ferry|haul|cart|relocate|shift|usher|dispatch|send|sweep|shepherd|fetch|transport] "
        "{things} [to|into|onto] the tray{rest2}",
        "@[let|have|make] the tray [hold|contain|receive|house|carry|accommodate|take in] {things}{rest2}",
        "@[hunt down|track down|seek out|search for|locate|spot|identify|detect] [each|every] {things_one} and "
        "@[stow|pop|slip|place|toss] it [in|into] the tray{rest2}",
        "@[sort|single|pick|separate|filter|weed] out {things} and @[stow|stash|store|place|put] them in the tray",
        "@[clear|rid|free|strip] {table} of {things}, $[stow|put|stash|drop] them in the tray{rest2}",
        "@leave no {things_one} [outside|out of] the tray, but @leave [all other things|everything else] "
        "[alone|in place|untouched|in peace]",
        "@[harvest|gather in|bring in|scoop up|collect up|reap] {things}, with the tray as [the basket|your "
        "basket|their home]",
        "@make the tray the home of {things}{rest2}",
        "@go over {table} and @[drop|pop|toss|place|stow] every {things_one} you [come across|encounter|meet|"
        "notice|spot] [into|in] the tray",
        "@[select|choose|extract|take] [only|just] the {things_bare} from what is on {table}, all of them, and "
        "@[stow|place|set|put] them in the tray",
        "@keep $[search|look|hunt] for {things_bare} and $[stow|place|put|drop] them in the tray until {all_in}{rest2}",
    ),
    states=(
        "the tray ~contains {things}{rest2}",
        "{things} ~are [gathered|assembled|united|reunited|together|stowed|housed|packed] in the tray{rest2}",
        "not [a single|one] {things_one} ~is [outside|out of] the tray",
        "[each|every] {things_one} ~has found its way into the tray",
        "{things} ~share the tray",
        "the tray ~holds every {things_one} [there is|in sight|on {table}]",
        "{things} ~come to rest in the tray{rest2}",
    ),
    passives=(
        "{things} // @[round up|muster|assemble|pool|herd|pile|bring together] in the tray",
        "{things} // @[stow|stash|pack|store|lodge|house] [away |]in the tray{rest2}",
        "{things} // @[deliver|convey|ferry|haul|cart|relocate|shift|send|transport] [to|into] the tray{rest2}",
        "the tray // @[load|stock|pack|fill|supply] with {things}{rest2}",
        "[each|every] {things_one} // @[seek out|track down|pick out|locate] and ^[stow|place|put] in the tray",
        "{things} // @[sort out|single out|separate out|pick out] and ^[put|stow|place] in the tray",
    ),
    wishes=(
        "a tray [full of|loaded with|holding] {things}{rest2}",
        "{things} [gathered|assembled|together|united|stowed away] in the tray{rest2}",
        "[each|every] {things_one} safe [in|inside] the tray{rest2}",
        "no {things_one} outside the tray",
    ),
    says=(
        "into the tray with {things}{rest2}!",
        "if it's a {things_one}, it goes in the tray. if it isn't, it stays where it is.",
        "what do I want in the tray? {things}. what of the rest? it stays [put|where it is|untouched].",
        "are there any {things_bare} [outside the tray|about|around|on {table}]? in the tray with them all{rest2}.",
        "the {things_bare} are [all over the place|strewn about|scattered|spread about]. [bring|gather|round] "
        "them all [in|up] into the tray.",
        "imagine the tray is a [nest|garage|basket|shelter|bus|boat] for {things_bare}: all of them [go|move|"
        "get] in{rest2}.",
        "[wherever|whenever] you [see|spot|find|notice] a {things_one}, [pop|drop|stow|set] it in the tray.",
        "only {things_bare} are wanted in the tray, but every one of them.",
        "the tray [wants|needs|is waiting for|is reserved for|is meant for] {things}{rest2}. [serve it|bring "
        "them there|take them there].",
        "[each|every] {things_one} has a home, and that is the tray. [take|bring|carry] all of them home{rest2}.",
        "I'm [collecting|after|interested in] {things_bare}. every one of them [goes|belongs|should be] in the "
        "tray{rest2}.",
        "one {things_one} after another [goes|moves|wanders] into the tray, until none is left [outside|on {table}].",
        "[roll call|time to go home] for {things}: the tray is [the meeting place|where they meet|where they gather].",
        "don't [bother with|mind|touch] [anything else|other things], but {stow0} {things} in the tray.",
    ),
    terse=(
        "[round up|stow|stash|load|deliver|muster] {things_bare}, all, in tray",
        "tray <- all {things_bare}",
        "every {things_one}: tray. the rest [stays|untouched|as is|stays put]",
        "all {things_bare} on board the tray",
        "{things_bare} in tray, [no exceptions|without exception|every one]",
        "load tray with all {things_bare}",
        "no {things_one} outside tray",
    ),
)

COLLECT_WORDS = {
    "stow0": "[stow|pop|stash|pack|tuck|park|store|put|drop]",
    "all_in": "[all of them are|every one is|the last one is|each of them is] in the tray",
    "rest2": "||||, [touching|moving|taking|disturbing] nothing else|, and nothing but those|, while all "
    "[others|other things] stay [put|where they are|in place]|, without [disturbing|touching|moving] [the rest|"
    "anything else]|, sparing the rest|, not the others|, ignoring everything else|, all other things untouched",
}

CLEAR = Ways(
    acts=(
        "@[vacate|unclutter|declutter|free up|clear out|evacuate|strip|clear away] {surface} by $[move|stow|"
        "put|shift] {lot} into the tray",
        "@[sweep|scoop|shovel|bundle|pack|haul|cart|shift|relocate|dump|load|clear|ferry|pile|heap] {lot} into "
        "the tray",
        "@[stow|stash|pack|store|tuck|put|clear] away {lot} in the tray",
        "@[load|fill|pack|heap|stock] the tray with {lot}",
        "@[let|have|make] the tray [hold|swallow|take|receive|accommodate|house|carry] {lot}",
        "@[restore|bring|create|make] order on {surface}: {lot}, [into|inside] the tray",
        "@[transfer|move|shift|relocate] the [whole |entire |]contents of {surface} [to|into] the tray",
        "@[rid|free|relieve|strip|unburden] {surface} of [all objects|all things|its load|all clutter], $[put|"
        "stow|place|pack] them in the tray",
        "@leave {surface} [bare|empty|vacant|blank] except for the tray, with {lot} inside it",
        "@[deliver|convey|send|dispatch|consign|usher] {lot} [to|into] the tray",
        "@[round up|pool|muster|assemble|herd|pile up|bring together|concentrate] {lot} [in|inside] the tray",
        "@[do|see to] the [tidying|tidying up|clearing up|housekeeping] on {surface}: {lot}, into the tray",
        "@[pick up|grab|lift|seize] one thing after another and @[stow|pop|toss|drop|place] it in the tray "
        "until {surface} is [bare|empty|free|vacant]",
        "@[spare|skip|omit|forget|miss] nothing when $[pack|load|stow|move] the things on {surface} into the tray",
        "@[pack|tidy|box|bundle] up: {lot}, off {surface} and into the tray",
    ),
    states=(
        "nothing ~remains on {surface} but the tray with everything in it",
        "{surface} ~is [bare|vacant|uncluttered|spick and span|deserted|blank|free of objects], and the tray "
        "~holds {lot}",
        "the tray ~contains {lot}",
        "not [a thing|a single object|one item|a single thing] ~is left [outside|out of|beside] the tray",
        "{lot2} ~has moved into the tray",
        "{lot2} ~is [gathered|stowed away|packed|assembled|safe] in the tray",
        "all [objects|items|things] ~share the tray, and {surface} ~is [bare|empty|vacant]",
    ),
    passives=(
        "{lot} // @[stow|stash|pack|store|tuck|clear] away in the tray",
        "{lot} // @[sweep|bundle|haul|cart|shift|relocate|load|transfer] into the tray",
        "{surface} // @[vacate|unclutter|declutter|evacuate|strip|empty], with {lot} moved into the tray",
        "the tray // @[load|fill|pack|stock] with {lot}",
        "{surface} // @[rid|free|relieve|strip] of all objects, and all of them ^[put|stow|place] in the tray",
        "the [whole |entire |]contents of {surface} // @[transfer|move|shift|relocate] to the tray",
    ),
    wishes=(
        "{surface} [bare|vacant|uncluttered|spick and span|free] and {lot} in the tray",
        "a [bare|clean|tidy|free|blank] table, with {lot} in the tray",
        "a tray [holding|full of|loaded with] {lot}",
        "{lot} [stowed away|packed|gathered|together] in the tray",
        "nothing [outside|beside|next to] the tray: {lot} inside",
    ),
    says=(
        "all hands on deck, all things in the tray: {surface} has to be [bare|free|vacant].",
        "closing time: {lot} [goes|must go|has to go] into the tray.",
        "dinner is about to be served on {surface}. [stow|pack|put] {lot} in the tray.",
        "[whatever|no matter what] you find on {surface}, into the tray with it, until nothing is left "
        "[outside|lying about].",
        "what may stay [outside the tray|lying on {surface}]? nothing. all things go [in|inside|into the tray].",
        "I can't [bear|stand|work with] this [clutter|chaos|disorder|muddle|jumble] on {surface}. [stow|pack|"
        "put] {lot} in the tray.",
        "no exceptions: [each|every] [object|item|thing] on {surface} [goes|moves|belongs] [in|into] the tray.",
        "there should be [nothing|not a thing] on {surface} that isn't in the tray.",
        "if it is on {surface} and not in the tray, [it goes in|pop it in the tray|into the tray with it], "
        "until [all is clear|nothing is left].",
        "think of moving day: {lot} [gets packed|goes|has to go] into the tray.",
        "the tray is [large|big|roomy] enough for {lot}. [pack|load|fill] it until {surface} is [bare|free|vacant].",
        "playtime is over. [toys|things|objects] away, all of them, from {surface} into the tray.",
        "can you make {surface} [bare|spick and span|free again]? the tray takes {lot}.",
        "leave not a [thing|single object|single item] lying about: the tray is the place for {lot}.",
    ),
    terse=(
        "[declutter|unclutter|vacate|empty] table, all into tray",
        "tray <- everything",
        "[pack|stow|load|stash] everything in tray",
        "table bare, tray full: all in",
        "[all objects|all items|the lot|the whole lot|every last thing] [into|in] tray",
        "nothing outside tray",
        "contents of table -> tray",
    ),
)

CLEAR_WORDS = {
    "surface": SURFACE,
    "lot": "everything|every [item|object]|every last [thing|item]|every single [object|item]|all the stuff|"
    "the whole lot|the lot|each and every [object|thing]|anything and everything|everything you [find|see]|"
    "every bit of it",
    "lot2": "everything|every [item|object]|every last [thing|item]|every single [object|item]|the whole lot|"
    "the lot|each and every [object|thing]|all the stuff",
}
