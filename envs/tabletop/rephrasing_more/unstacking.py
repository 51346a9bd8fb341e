"""Turning a tower round, and taking it apart."""

from __future__ import annotations

from embodied_codeact.envs.tabletop.rephrasing_more.words import SURFACE
from embodied_codeact.envs.wording import Ways

RESTACK = Ways(
    acts=(
        "@[stand|turn] {it} on its head",
        "@[invert|mirror|reverse|turn around|flip round|switch round|swap round|turn round|transpose] the "
        "{sequence} of {it}",
        "@[reassemble|reconstruct|recreate|remake|redo|rearrange|reorder] {it} {backwards}",
        "@[dismantle|disassemble|pull down|take down|tear down|deconstruct|unpile] {it} and @[erect it anew|"
        "put it back together|raise it again|reassemble it|reconstruct it|put it up again] with the {sequence} "
        "[reversed|inverted|turned around|turned on its head]",
        "@[let|have|make] the {high} {B} of {it} become the {low}, the {low} the {high}, and likewise with all between",
        "@[unstack|unpile|unload] {it} and @restack it, [beginning with|starting from|founded on] its [former|"
        "old|previous|present] {high} {B}",
        "@[move|transfer|shift|carry] {it} {B} by {B} onto a [new|fresh|second] {pile}, so that its {sequence} "
        "[gets reversed|turns around|is inverted]",
        "@take the {bricks} off {it} one at a time and @[stack|pile|heap] them up again [just |]as they come, "
        "the {high} one first",
        "@[exchange|swap|interchange|switch] [roof and foundation|top and bottom|head and foot|crown and base|"
        "first and last] in {it}, and all the {bricks} between them accordingly",
        "@[upend|invert|overturn|turn over] {it}, {B} by {B}, [so that its head becomes its foot|so that its "
        "roof becomes its ground floor|so that its tip becomes its base|so that what is high gets low]",
        "@arrange the {bricks} of {it} in the [opposite|inverse|contrary|backward] {sequence}",
        "@make a [mirror image|reflection] of {it}, [top for bottom|with above and below exchanged|the highest "
        "being the lowest], out of the same {bricks}",
        "@[shuffle|rearrange|reorder|sort] {it} so that it reads upwards as it [does|reads] downwards [now|at "
        "present|at the moment]",
        "@[restore|put back|bring back] {it} with its {bricks} in the contrary {sequence}",
        "@turn the {sequence} of {it} [inside out, from head to foot|around|about|end for end|the other way about]",
    ),
    states=(
        "the {high} {B} of {it} ~becomes the {low} and the rest follow in reverse",
        "{it} ~reads upwards as it [does|reads] downwards [now|at present]",
        "{it} ~is [inverted|reversed|turned on its head|standing on its head|bottom side up|head down|the "
        "other way about|the other way up]",
        "the {low} {B} of {it} ~comes out on top, the {high} one at the bottom, and those between the other way about",
        "the {sequence} of {it} ~runs the [other|opposite|contrary] way",
        "the {bricks} of {it} ~are [piled|stacked|heaped] in the [opposite|inverse|contrary|backward] {sequence}",
    ),
    passives=(
        "{it} // @[invert|upend|stand on its head|turn on its head|reverse|redo upside down|remake the other "
        "way about]",
        "{it} // @[reassemble|reconstruct|recreate|remake|redo] {backwards}",
        "the {sequence} of {it} // @[invert|mirror|turn around|transpose|flip|reverse]",
        "the {bricks} of {it} // @[rearrange|reorder|restack|pile up again] in the [inverse|opposite|backward|"
        "contrary] {sequence}",
        "{it} // @[dismantle|take down|pull down|disassemble] and then ^[reassemble|erect again|put up again|"
        "reconstruct] head down",
    ),
    wishes=(
        "{it} [inverted|turned on its head|backwards|with its order turned around|bottom side up|head down]",
        "the same {pile} [backwards|in the inverse sequence|the other way up|with its ends exchanged and all "
        "between reversed]",
        "the mirror image of {it}, top for bottom",
        "the {bricks} of {it} in the [opposite|contrary|inverse] {sequence}",
    ),
    says=(
        "[somebody|someone|a child|my colleague] [built|stacked|assembled] {it} [the wrong way round|the wrong "
        "way up|the wrong way about|upside down]. [put it right|fix it|correct that|remedy that|set it right]: "
        "same {bricks}, opposite {sequence}.",
        "in {it}, the [last shall be the first and the first the last|lowest shall be the highest and the "
        "highest the lowest]. [rebuild|reassemble|reconstruct] it.",
        "what if {it} stood on its head? [show me|make it so|build that|try it].",
        "last on, first off: take the {bricks} off {it} from the top and pile them up anew, so that the old "
        "top is the new base.",
        "the {B} that carries all the others in {it} [should|must] be carried by all of them, and so on: "
        "[reverse|invert] it.",
        "{it} should not keep this {sequence} but [have|show|take on] the opposite one.",
        "[high becomes low and low becomes high|what was down goes up and what was up goes down|head becomes "
        "foot and foot becomes head|the roof becomes the cellar and the cellar the roof] in {it}. [rebuild|"
        "reassemble|rearrange] it so.",
        "I [want|wish|would like] to read {it} from the bottom up the way I now read it from the top down.",
        "if the {bricks} of {it} are numbered one, two, three and so on from the bottom, number one must be "
        "the {high} and the last the {low}.",
        "{it} has it backwards. [turn|switch|flip] its {sequence} around.",
        "do you see {it}? [stand|turn] it on its head, one {B} at a time.",
        "the same {bricks}, the same {pile}, but in the [contrary|opposite|inverse] {sequence}: [redo|remake|"
        "reassemble] {it}.",
        "{it} is fine, except that its {sequence} is the wrong way about. [invert|reverse|mirror] it.",
        "can {it} be built from the top? take its {high} {B} as the new {low} and go on like that until its "
        "old {low} is the new {high}.",
    ),
    terse=(
        "invert {pile}",
        "{pile} on its head",
        "same {pile}, opposite {sequence}",
        "{pile} [backwards|inverted|head down]",
        "top <-> bottom, whole {pile} reversed",
        "mirror {pile}, top for bottom",
        "redo {pile} the other way up",
    ),
)

RESTACK_WORDS = {
    "it": "the {pile}|the {pile}|this {pile}|the [existing|present|standing] {pile}|the {pile} on {table}|the "
    "{pile} of {bricks}|that {pile} over there",
    "pile": "tower|tower|stack|column|pillar|pile",
    "bricks": "{Bs}|{Bs}|bricks|pieces|building blocks|cubes|boxes",
    "sequence": "sequence|succession|ordering|order|stacking order|arrangement|vertical order",
    "backwards": "backwards|inversely|inverted|in the contrary order|head down|wrong way up|bottom side up|"
    "back to front|in the inverse sequence|from the other end|the opposite way round|in the opposite direction",
    "high": "topmost|uppermost|highest|top",
    "low": "bottommost|undermost|lowest|bottom",
}

UNSTACK = Ways(
    acts=(
        "@[demolish|tear down|pull down|level|raze|flatten|deconstruct|break up|dissolve|split up|unmake|knock "
        "down] {it}{apart2}",
        "@[lift|pick|fetch|unload|take|pluck|get] the {bricks} off {it} [one at a time|singly|individually|one "
        "after another|in turn] and @[set|put|lay] them down {singly} on {surface}",
        "@[scatter|disperse|distribute|lay out|deal out|spread out|strew|dot|space out] the {bricks} of {it} "
        "[over|across|about] {surface}, {none}",
        "@[reduce {it} to|break {it} up into|split {it} into] [single|separate|individual|loose|free-standing] "
        "{bricks} on {surface}",
        "@bring [all|all the|the] {bricks} of {it} down to [table level|ground level|earth|the ground|the "
        "level of the table], [detached|separated|clear|away|apart] from one another",
        "@[give|allot|grant|assign] [each|every] {B} of {it} [its own place|a spot of its own|its own bit of "
        "space|a place to itself|a place of its own|room of its own] on {surface}, {none}",
        "@[detach|separate|part|isolate|disconnect|sunder|divide] the {bricks} of {it} from [one another|each "
        "other], each on {surface} {alone}",
        "@get rid of {it} by $[lay|set|place] each of its {bricks} {alone} on {surface}",
        "@let no {B} of {it} [ride|rest|sit|lie|perch] on [another|a second one|its neighbor]: all belong down "
        "on {surface}, apart",
        "@undo the [stacking|piling|pile], so that [each|every] {B} has [only|nothing but] {surface} beneath "
        "it and nothing above it",
        "@[free|relieve|unburden] [each|every] {B} of {it} of [its load|its burden|what it carries] and @set "
        "it {alone} on {surface}",
        "@[take|pull|tear] {it} to pieces, each of them {alone} on {surface}",
        "@turn {it} into a [scatter|field|flat layout|loose collection] of {bricks} on {surface}, {none}",
        "@[work|go] your way down {it}, $[set|lay|put] each {B} {alone} on {surface}",
        "@[peel|strip|take] {B} after {B} off {it} until [nothing is stacked|no two are stacked|all are on "
        "{surface}], {none}",
    ),
    states=(
        "[each|every] {B} of {it} ~rests [directly|straight|immediately] on {surface} with nothing [on top of "
        "it|above it|upon it], apart from the others",
        "{it} ~is [gone|no more|history|dissolved|dismantled|demolished] and its {bricks} ~lie {singly} on {surface}",
        "the {bricks} of {it} ~are [scattered|dispersed|spread|distributed|laid out] [over|across] {surface}, {none}",
        "none of the {bricks} of {it} ~has another [on its back|above it|on top of it|beneath it], and all "
        "~stand {singly} on {surface}",
        "all the {bricks} of {it} ~stand [at the same level|on the same level|at table height|on the ground], "
        "[detached from|clear of|away from] one another",
        "[each|every] {B} of {it} ~has [its own spot|a place to itself|a place of its own] on {surface}, {none}",
        "no {B} ~has [another|a second] {B} [under|beneath|underneath|below] it, and all ~are {singly} on {surface}",
        "all the {bricks} ~stand [on their own feet|for themselves|alone|solitary] on {surface}, {none}",
    ),
    passives=(
        "{it} // @[demolish|pull down|tear down|break up|deconstruct|raze|level|flatten|unpile], with each {B} "
        "left {alone} on {surface}",
        "the {bricks} of {it} // @[separate|detach|scatter|disperse|spread out|lay out|strew] [over|across|on] "
        "{surface}, {none}",
        "[each|every] {B} of {it} // @[lift off|take down|bring down|unload|remove|fetch down] and ^[set down|"
        "lay down|place|put] {alone} on {surface}",
        "{it} // @[take to pieces|split up|break up|reduce] until only single {bricks} are left on {surface}",
        "[each|every] {B} of {it} // @[give|assign|allot|grant] its own spot on {surface}, {none}",
    ),
    wishes=(
        "single {bricks} on {surface} [instead of|in place of|rather than] {it}",
        "{it} in pieces, [each|every] {B} {alone} on {surface}",
        "an end to {it}, with each {B} {alone} on {surface}",
        "[flat|level] ground: the {bricks} of {it} {singly} on {surface}",
        "all {bricks} [down from|off] {it} and {singly} on {surface}",
    ),
    says=(
        "{it} has [served its purpose|had its day|done its job|been up long enough|outlived its use]. [bring|"
        "take|pull] it down and [give each {B} its own spot|lay each {B} out {alone}] on {surface}.",
        "why are these {bricks} stacked? [they should not be|I don't want that|that is not how I like it]: lay "
        "them out on {surface}, {none}.",
        "first the {B} at the top, then the next one, and so on: [fetch|bring|carry] them all down onto "
        "{surface}, {none}.",
        "no more [piggyback|riding on each other's shoulders|climbing on one another|sitting on each other's "
        "backs]: all {bricks} of {it} go down to {surface}, [well apart|at a distance from one another|without "
        "contact].",
        "wherever one {B} [sits|lies|rests|rides] on another, take it off and [set|lay|put] it on {surface}, "
        "[clear of|away from|apart from] the rest.",
        "the game is over: [pull|take] down {it} and leave the {bricks} {singly} on {surface}.",
        "[can|do] you see {it}? I'd rather see [separate|single|individual|loose] {bricks} on {surface}, {none}.",
        "{surface} should carry every {B} [directly|immediately|itself], and no {B} should carry any other. "
        "[dissolve|break up|flatten] {it}.",
        "divide and conquer: split {it} into its {bricks}, and let each stand {alone} on {surface}.",
        "a {pile} is no use to me. I need the {bricks} of it {singly} on {surface}.",
        "if a {B} has another one under it, [it is in the wrong place|that is wrong]: down to {surface} with "
        "it, {none}.",
        "everybody down! every {B} of {it} gets a spot on {surface}, {none}.",
        "what goes up must come down: [lower|fetch|bring] the {bricks} of {it} to {surface} one at a time, {none}.",
        "is there still a {pile}? [demolish|flatten|dissolve|dismantle] it, {B} by {B}, until all are {singly} "
        "on {surface}.",
    ),
    terse=(
        "demolish {pile}, {bricks} separate on table",
        "{pile} -> single {bricks} on table",
        "all {bricks} [flat|down] on table, [apart|well apart|no contact]",
        "[unpile|destack|dissolve|split up], one by one, onto table",
        "no piles: every {B} [alone|solo|singly] on table",
        "break {pile} up, {bricks} spread on table",
        "level {pile}, nothing on top of anything",
    ),
)

UNSTACK_WORDS = {
    "surface": SURFACE,
    "it": "the {pile}|the {pile}|this {pile}|the [existing|present|standing] {pile}|the {pile} on the table|"
    "the {pile} of {bricks}|that {pile} over there",
    "pile": "tower|tower|stack|column|pillar|pile",
    "bricks": "{Bs}|{Bs}|bricks|pieces|building blocks|cubes|boxes",
    "singly": "singly|individually|alone|separately|in isolation|apart from one another",
    "alone": "singly|individually|alone|separately|on its own|by itself|in isolation|apart from the rest",
    "none": "none on top of another|[each|every one] alone|with gaps between them|none stacked on another|"
    "without any two in contact|none riding on another|all of them separate|clear of one another|no two of "
    "them stacked|all side by side with gaps",
    "apart2": "[, leaving each {B} {alone} on {surface}|, {B} after {B}, until all are {singly} on {surface}|, "
    "so that its {bricks} are scattered over {surface}, {none}|: its {bricks} are to lie on {surface}, {none}|"
    ", without leaving one {B} on another| gently, and @set its {bricks} {singly} on {surface}]",
}
