"""Building: a tower, a pyramid, pairs."""

from __future__ import annotations

from embodied_codeact.envs.tabletop.rephrasing_more.words import SURFACE
from embodied_codeact.envs.wording import Ways

TOWER = Ways(
    acts=(
        "{raise} a {column} [of|from|out of|using|consisting of] the {colors} {bricks}, {up}",
        "{raise} a {column} [of|from|out of|composed of] the {colors_back} {bricks}, {down}",
        "@[heap up|mount|layer|superimpose|stack up|pile|heap] the {colors} {bricks} {over}, {up}",
        "@[heap up|mount|layer|stack up|pile|heap] the {colors_back} {bricks} {over}, {down}",
        "@[begin|commence|set out|open] with the {colors_first} [one|{Bone}] as the {foot}{colors_between}, "
        "and @[crown|cap|finish off|complete|round off|conclude] the {column} with the {colors_last} one",
        "@lay the {colors_first} {Bone} down first{colors_between}, each [atop|on|upon|above] the one before, "
        "and @end with the {colors_last} one at the [summit|peak|very top|pinnacle]",
        "@[balance|poise|perch|seat] the {colors} {bricks} on [one another|each other's shoulders|each other's "
        "backs], {up}",
        "@let the {colors_first} {Bone} [carry|bear|support|hold up|shoulder] [all the others|the rest] in a "
        "{column}, {up}: {colors_steps}",
        "@[arrange|order|sequence|array|organize] the {colors} {bricks} [vertically|upright, one over the "
        "other|as storeys of a tower|as floors of a high-rise|as levels of a tower|as tiers of a tall cake], "
        "{up}",
        "@add one {Bone} after another to a {column}, {up}: {colors_steps}",
        "@have the {colors} {bricks} [rise|climb up|tower up|grow upwards] in a single {column}, {up}",
        "@[use|take|choose] the {colors_first} {Bone} [for|as] the {foot}{colors_between}, and the "
        "{colors_last} one [for|as] the {roof} of a {column}",
        "{raise} a {column} whose {foot} is {colors_first} and whose {roof} is {colors_last}, the {bricks} "
        "being {colors}, {up}",
        "@[combine|join|unite|turn|transform|convert] the {colors} {bricks} into a {column}, {up}",
        "@[follow|observe|keep to|stick to] the [sequence|succession] {colors}, {up}, when {ing_raise} a "
        "{column} of {bricks}",
    ),
    states=(
        "the {colors} {bricks} ~make up a {column}, {up}",
        "the {colors} {bricks} ~are [heaped up|piled|stacked|layered|mounted] {over}, {up}",
        "the {colors_back} {bricks} ~are [heaped up|piled|stacked|layered] {over}, {down}",
        "a {column} of {bricks} ~reads {colors_back}, {down}",
        "a {column} of {bricks} ~shows [the sequence |the succession |]{colors}, {up}",
        "a {column} of {colors_count} {bricks} ~rises from {surface}, {up}: {colors_steps}",
        "the {colors_first} {Bone} ~is the {foot} of a {column}{colors_between}, and the {colors_last} one the {roof}",
        "the {colors} {bricks} ~tower [over|above] one another, {up}",
    ),
    passives=(
        "the {colors} {bricks} // @[pile|heap|layer|assemble|mount|arrange] {over}, {up}",
        "a {column} of the {colors_back} {bricks} // @[raise|erect|assemble|create|put up|construct|form], {down}",
        "the {colors} {bricks} // @[combine|join|turn|make|assemble|transform] into a {column}, {up}",
        "a {column} // @[erect|raise|put together|form|assemble|create] from {colors_count} {bricks}, {up}: "
        "{colors_steps}",
        "the {colors_first} {Bone} // @[lay|put|place] at the {low}{colors_between}, with the {colors_last} "
        "one as the {roof} of the {column}",
    ),
    wishes=(
        "[one tall|a single|one] {column} [made up|composed|consisting|built] of the {colors} {bricks}, {up}",
        "the {colors} {bricks} [piled high|piled up|heaped up|in a pile|layered] {over}, {up}",
        "a [building|high-rise|tower] of {colors_count} [storeys|stories|floors|levels|tiers], one {Bone} "
        "each, {up}: {colors_steps}",
        "a {column} [with|on] the {colors_first} {Bone} as its {foot}{colors_between}, and the {colors_last} "
        "one as its {roof}",
    ),
    says=(
        "the {colors_first} {Bone} [bears|carries|supports|shoulders] the whole {column}{colors_between}, and "
        "the {colors_last} one [crowns it all|sits at the very top|is the cherry on top|wears the crown|tops "
        "it off|looks down on the rest|is the flag on the roof]. [build|raise|make] it.",
        "imagine a [house|high-rise|skyscraper|building|block of flats] with one {Bone} [per|on each] [floor|"
        "storey|story|level], {up}: {colors_steps}. [build it|make it real|put it up|let it rise].",
        "in which order do the {bricks} go? {up}: {colors}. [now raise|so put up|please erect] the {column}.",
        "let's [play|be] [architects|builders|bricklayers|masons]: a {column} of {bricks}, {colors_steps}, {up}.",
        "on {surface} [comes|goes|sits] the {colors_first} {Bone}{colors_between}, each on the one before, and "
        "[right at the top|highest of all|at the summit|above them all] the {colors_last} one.",
        "only the {colors_first} {Bone} [touches|stands on|rests on] {surface}. the others [climb|sit|ride] on "
        "it in a {column}, {up}: {colors}.",
        "the first I [name|mention|list] is the [lowest|undermost|bottommost] and the last the [highest|"
        "uppermost|topmost]: {colors}. [pile|heap|stack up] the {bricks} [accordingly|in this fashion|that "
        "way].",
        "do you know how to [raise|construct|put up] a {column}? {up}, it takes the {colors} {bricks}.",
        "none of these {bricks} should lie beside the {column}: {colors}, {up}, all in one.",
        "the {foot} is {colors_first}, the {roof} is {colors_last}, and {up} the {column} of {bricks} goes {colors}.",
        "if you [look|read|go] up the {column} of {bricks}, you should [meet|see|find] {colors_steps}. [build|"
        "raise|erect] it.",
        "if you [look|read|go] down the {column} of {bricks}, you should [meet|see|find] {colors_backsteps}. "
        "[build|raise|erect] it.",
        "{Bone} upon {Bone}, [build|raise|erect] a {column}: {colors}, {up}.",
        "here is the [recipe|blueprint|plan|building plan] of a {column}, {up}: {colors_steps}. [carry it out|"
        "follow it|execute it|build it] with the {bricks}.",
    ),
    terse=(
        "{column}, {up}: {colors}",
        "pile {colors_back}, {down}",
        "{colors_first} [{foot}|base], {colors_last} {roof}: {colors} {column}, {up}",
        "{column} of {colors_count}, {up}: {colors_steps}",
        "floors, {up}: {colors}",
        "vertical order {colors}, {up}",
        "heap up {colors}, {colors_first} [lowest|undermost]",
    ),
)

TOWER_WORDS = {
    "surface": SURFACE,
    "raise": "@[raise|erect|assemble|create|put up|set up|compose|fashion|form|produce|knock together|put "
    "together|rear|pile up|stack up]",
    "ing_raise": "[raising|erecting|assembling|putting up|constructing|forming]",
    "column": "column|pillar|tower|skyscraper|high-rise|turret|vertical stack|tall pile|totem pole|single stack|pile",
    "bricks": "{Bs}|{Bs}|bricks|pieces|building blocks|toy blocks|cubes|boxes",
    "foot": "foundation|ground floor|footing|lowest storey|bottom layer|pedestal|base|foot|plinth|lowest level|"
    "bottom one",
    "roof": "roof|top floor|tip|peak|crown|summit|cap|uppermost storey|highest level|pinnacle|top layer",
    "low": "bottom|foot|base|very bottom",
    "over": "one [on|upon|above|over|atop] [another|the other]|one on top of the next|on top of one another|"
    "vertically|into a single column|into one stack",
    "up": "from the ground up|from base to tip|[listed|named|given|told] from the lowest to the highest|lowest "
    "first|bottom one first|from the foot to the head|from the base upwards|from foundation to roof|from the "
    "bottom storey to the top storey|from the table upwards|from below to above|beginning at the [base|foot|"
    "bottom]|in order from the lowest",
    "down": "from the roof to the foundation|from tip to base|highest first|uppermost first|topmost first|from "
    "head to foot|[listed|named|given|told] from the highest to the lowest|from the top floor to the ground "
    "floor|from above to below|beginning the list at the [top|tip|summit]|from the peak downwards",
}

PYRAMID = Ways(
    acts=(
        "{form} a {little}pyramid [on|upon|over|above] {duo}, with {cap} {apex}",
        "@[rest|balance|perch|seat|lodge|mount|poise|settle|sit] {cap} {astride} {duo}, which [stand|are|sit] "
        "{abreast}",
        "@[use|take|employ|have] {duo}, {abreast}, as the {foot} of a pyramid, and {cap} as its {roof}",
        "@[let|have|make] {duo} [carry|bear|support|shoulder|hold up|prop up] {top} [jointly|together|between "
        "them|in common], standing {abreast}",
        "@[bridge|span|straddle|roof over|cover] {duo} with {top}, so that the three [form|make|become] a pyramid",
        "@[push|shove|draw|bring|slide|move] {duo} together and @[crown|cap|top|roof|bridge] them with {top}",
        "@[stand|arrange|range|align|park] {duo} {abreast} and @[hoist|lift|raise|heave|boost] {top} [onto|on "
        "top of|up onto] [the pair|the two|the couple|both of them]",
        "@lay a [first|lower|bottom] [course|row|tier|layer] of {duo}, {abreast}, and a [second|upper|top] one "
        "of just {top}, [centered|centred|in the middle] above them",
        "@[arrange|group|pile|organize|assemble] {duo} and {top} into a [triangle standing upright|pyramid|"
        "triangular stack|little mountain], {cap} {apex}",
        "@make {top} the {roof} of a pyramid [resting|standing|founded|built|sitting] on {duo}",
        "@[prop|support|hold up] {top} with both {first} and {second}, [which stand|placed|set] {abreast}",
        "@[join|couple|unite|pair] {duo} at the {low} and @[enthrone|seat|place] {top} {upon} them",
        "@[divide|share] the weight of {top} between {duo}, {abreast} [below|beneath|underneath] it",
        "@[marry|combine] {duo}, {abreast}, and {top}, {upon} them, into a {little}pyramid",
    ),
    states=(
        "{top} ~sits {astride} {duo}, which are {abreast}",
        "{duo} ~carry {top} [jointly|between them|on their shoulders|together], {abreast}",
        "{duo} ~support {top} [jointly|from below|together|in equal parts], {abreast}",
        "{top} ~is the {roof} of a {little}pyramid [whose feet are|whose base consists of|founded on|carried "
        "by|whose lower row is] {duo}",
        "{duo} ~make up the [lower tier|bottom row|lower course|ground floor] and {cap} the [upper tier|top "
        "row|upper course|upper floor] of a pyramid",
        "{top} ~has one half on {first} and the other half on {second}",
        "{top} ~bridges [the pair of |]{duo}, {abreast}",
    ),
    passives=(
        "{top} // @[rest|balance|perch|mount|hoist|lift|seat|enthrone] {astride} {duo}, the two being {abreast}",
        "{duo} // @[bring|push|move|draw] together and ^[crown|cap|top|bridge|roof] with {top}",
        "a {little}pyramid // @[erect|assemble|put up|form|create|raise] on {duo}, with {cap} {apex}",
        "{top} // @[support|carry|bear|hold up|prop up] by both {first} and {second} [together|at once|"
        "jointly], {abreast}",
        "{duo} // @[use|take|employ] as the {foot} of a pyramid, and {cap} as its {roof}",
    ),
    wishes=(
        "a {little}pyramid with {cap} for its {roof} and {duo} for its {foot}",
        "two {Bs} below, {duo}, {abreast}, and one above, {top}, resting on both",
        "{top} [astride|across|bridging|spanning|straddling] {duo}, the two {abreast}",
        "three {Bs} in a [triangular stack|pyramid]: {duo} at the {low}, {cap} {apex}",
        "{duo} {abreast}, {crowned} {top}",
    ),
    says=(
        "like [the pharaohs|the old Egyptians|in Egypt|at Giza]: {duo} at the {low}, {cap} {apex}. [build|"
        "raise|make] me such a pyramid.",
        "which {B} is the roof? {top}. which are the walls? {duo}, {abreast}. [build|raise|erect] that pyramid.",
        "lower floor: {duo}, {abreast}. upper floor: {top}, resting [equally|evenly|half and half] on both.",
        "{first} gets a neighbor, {second}. [the two of them|both together|jointly they] carry {top}.",
        "neither {first} nor {second} should carry {top} alone: [let them|they should] share the load, "
        "{abreast}, as in a pyramid.",
        "if you [push|bring|move] {duo} together, there is room for {top} across them. [do that|do so|use it], "
        "and we have a pyramid.",
        "a [little mountain|small hill|tiny pyramid], please: its {roof} is {top}, its two feet are {duo}.",
        "two below, one above: {duo} {abreast}, {top} {over_seam}.",
        "the result should be a pyramid. [bottom|lower] row: {duo}. [top|upper] row: {top}.",
        "think of acrobats: {duo} stand {abreast}, and {top} climbs onto [the shoulders of both|both their "
        "shoulders|both their backs].",
        "where {first} and {second} meet, {top} goes on top, half on each.",
        "{duo} don't touch the sky but {surface}, {abreast}. {top} touches only the two of them, from above.",
        "can you [stack|pile up] three {Bs} as a pyramid? {duo} [make|form] the {foot}, {cap} [makes|forms] "
        "the {roof}.",
        "[put|set] {top} [aside|out of the way] if needed, [bring|get] {duo} together {abreast}, and [crown|"
        "finish] the pyramid with {top}.",
    ),
    terse=(
        "{top_bare} [astride|bridging|spanning|straddling|atop both] {first_bare} and {second_bare}",
        "bottom row {first_bare}, {second_bare}; {roof} {top_bare}",
        "pyramid, [apex|peak|tip|summit] {top_bare}, [feet|foundation|bottom] {first_bare} and {second_bare}",
        "2 below ({first_bare}, {second_bare}), 1 above ({top_bare})",
        "{first_bare} + {second_bare} carry {top_bare}, pyramid",
        "triangle stack: {first_bare}, {second_bare} down, {top_bare} up",
        "{first_bare} and {second_bare} abreast, {top_bare} over the seam",
    ),
)

PYRAMID_WORDS = {
    "surface": SURFACE,
    "form": "@[assemble|erect|create|form|put up|raise|shape|fashion|compose|set up|put together|pile up|arrange]",
    "little": "|small |tiny |miniature |mini |simple |two-storey |two-tier |three-{B} |two-level ",
    "duo": "{first} and {second}|{first} and the {second_color} one|the {first_color} and {second_color} "
    "[bricks|cubes|pieces|blocks|boxes]|the {first_color} [brick|piece|cube|box] and the {second_color} one",
    "cap": "{top}|{top}|the {top_color} one|the {top_color} [brick|piece|cube|box]",
    "apex": "as its [apex|peak|capstone|tip|roof|crown|summit]|at its [peak|summit|apex|tip]|to crown it|"
    "highest of all|uppermost|for a roof",
    "roof": "apex|peak|capstone|tip|roof|crown|summit|upper floor|top row|upper level|pinnacle",
    "foot": "foundation|bottom row|lower course|ground floor|footing|pedestal|lower level|lower tier|support|"
    "groundwork",
    "low": "bottom|foot|base|ground|lower level",
    "crowned": "crowned by|capped with|topped by|bridged by|spanned by|roofed by|with a roof made of|under",
    "abreast": "abreast|shoulder to shoulder|alongside each other|alongside one another|close together|cheek "
    "by jowl|adjacent to each other|as direct neighbors|flank to flank|right beside one another|close by each "
    "other",
    "astride": "astride|on the shoulders of|over the seam of|across the backs of|atop both|equally upon|over "
    "the gap between|across the top of|half and half on|squarely above",
    "upon": "astride|over the seam between|across|atop|above the middle of|on both of|bridging",
    "over_seam": "over the seam|across the joint|astride both|bridging the two|on both their backs|half on "
    "each|in the middle above them",
}

PAIRS = Ways(
    acts=(
        "@[couple|mate|match up|pair off|pair up|team up|partner up|marry|reunite] the {bricks} by {tone}, one "
        "[stacked|riding|sitting|piled] [atop|upon|on top of|above] the other",
        "@[form|assemble|create|erect|set up|build] [couples|duos|two-storey towers|two-{B} towers|stacks of "
        "two|piles of two|columns of two|double-deckers] [of|from|out of] {alike} {bricks}",
        "@[mount|perch|rest|balance|superimpose|sit|pop|park|lay] one {B} of [each|every] {tone} [on|upon|atop|"
        "onto] its {twin}",
        "@[bring|put|get] together what [belongs together|matches|is alike], one {B} [atop|upon|above] the "
        "other of its {tone}",
        "@[reunite|unite|join|combine] the [twins|partners|doubles|two {bricks}] of [each|every] {tone} in a "
        "[stack|pile|column] of two",
        "@[pile|heap|stack] the {bricks} like [on|upon] like, {by_tone}, [two by two|in twos|pairwise|two at a "
        "time|in couples]",
        "@[seek|search for|locate|spot|identify|track down|work out] the {twin} of [each|every] {B} by {tone} "
        "and @[stack|pile|heap] the two",
        "@let [every|each] {tone} have [its own|a] [stack|tower|pile|column] of two {bricks}",
        "@go through the {tone}s one by one and @[stack|pile up|superimpose|heap up] the two {bricks} of each",
        "@[arrange|group|organize|organise|order|regroup] the {bricks} in [stacked couples|two-high stacks|"
        "stacks two high|towers of two] by {tone}",
        "@play [matchmaker|a matching game|memory] with the {bricks}: one goes atop the other wherever their "
        "{tone}s [agree|coincide|are equal|are identical|match]",
        "@leave no {B} [single|alone|without a partner|solo|unmatched|unpaired], but @stack it with the other "
        "of its {tone}",
        "@[double|pile] up the {bricks} by {tone}, so that each [stack|tower] has two [that match|alike|of a kind]",
        "@[create|make|build] as many [stacks|towers|piles] as there are {tone}s, each of the two {alike} {bricks}",
    ),
    states=(
        "[each|every] {tone} ~has [a|its own] [stack|tower|pile] of [its|exactly] two {bricks}",
        "the {bricks} ~rest like [on|upon] like, {by_tone}, two by two",
        "no {B} ~is without its {partner} [above or below|under or over] it",
        "the two {bricks} of [each|every] {tone} ~are [united in a stack|one above the other|on top of one "
        "another|piled up|coupled in a stack|stacked together]",
        "the {bricks} ~are [coupled|paired off|matched up|stacked in couples] by {tone}, one [above|atop|upon] "
        "the other",
        "all {alike} {bricks} ~form towers of two",
        "on one {B} of [each|every] {tone} ~sits its {twin}",
    ),
    passives=(
        "the {bricks} // @[pair off|couple|match up|pile up|group|team up|stack up] [two by two|in twos|in "
        "couples] by {tone}, one [atop|above|upon] the other",
        "{alike} {bricks} // @[pile|heap|mount|superimpose|stack] on one another [in twos|two by two|pairwise]",
        "one {B} of [each|every] {tone} // @[mount|perch|pile|rest] [atop|upon] its {twin}",
        "the {bricks} // @[turn|make|combine|join] into [two-high stacks|towers of two|double-deckers], each "
        "of a single {tone}",
        "the two {bricks} of [each|every] {tone} // @[unite|reunite|join|bring together] in one [stack|pile|tower]",
    ),
    wishes=(
        "[two-{B} stacks|towers of two|piles of two], one per {tone}",
        "{alike} {bricks} [in twos|coupled|two by two], one [upon|atop|above] the other",
        "a [little |small |]tower of two [{bricks} |]for [every|each] {tone}",
        "like [on|upon] like: the {bricks} [stacked|piled] two by two, by {tone}",
    ),
    says=(
        "[each|every] {B} has a [partner|mate|soulmate|double|brother|sister|counterpart|spouse] of its "
        "{tone}. [bring them together|marry them|unite them|let them meet], one on the other's [shoulders|"
        "back].",
        "birds of a feather flock together: two {bricks} of a {tone} make a [stack|pile|tower].",
        "who goes with whom? the {tone} tells: [stack|pile up|heap up] the two that share it.",
        "[wherever|whenever] two {bricks} share a {tone}, one of them [climbs|goes|hops|gets] onto the other.",
        "never mix {tone}s: a [stack|tower|pile] has two {bricks} of a single one, and every {B} is part of one.",
        "green goes [on|upon] green, yellow [on|upon] yellow: carry on [like this|in this way|likewise] until "
        "all {bricks} are stacked two by two.",
        "the {bricks} come in twos, two of [each|every] {tone}. [pile|stack|heap] [each twosome|each couple|"
        "every duo] up.",
        "if two {bricks} look alike in {tone}, [set|pop|stack|perch] one atop the other. [no {B} may be left "
        "over|none should be left single].",
        "like in [the ark|a game of memory], there are two of each {tone}: one {B} [rides on|climbs|mounts] the other.",
        "a {B} may only [sit|ride|rest|stand] on one of its own {tone}. [stack|pile] them all up [two by two|"
        "in twos] by that rule.",
        "how tall are the stacks? two {bricks}. which two? those of [equal|identical|the same] {tone}. [build|"
        "make] them all.",
        "take any {B}, look for its {partner}, and [set|lay|perch] one on the other. [repeat|go on|continue] "
        "until none is single.",
        "the {tone} decides who is whose {twin}. one of them goes on top of the other.",
        "double-deckers, please: two {bricks} each, both of the same {tone}.",
    ),
    terse=(
        "pair {bricks} off by {tone}, [stacked|one atop the other|piled]",
        "like on like, {bricks} two by two, by {tone}",
        "twins by {tone}: one atop the other",
        "one [stack|tower|pile] of two per {tone}",
        "same {tone} -> same stack, twos",
        "couple {bricks} by {tone}, two high",
        "{tone} mates: stack",
    ),
)

PAIRS_WORDS = {
    "bricks": "{Bs}|{Bs}|bricks|pieces|cubes|boxes|toy blocks",
    "tone": "{color}|{color}|hue|shade|tint",
    "alike": "like-{color}ed|same-{color}ed|equally {color}ed|identically {color}ed|matching-{color}",
    "by_tone": "{color} by {color}|hue by hue|shade by shade|by {color}",
    "twin": "twin|mate|partner|counterpart|double|fellow|lookalike|companion|sibling",
    "partner": "[twin|mate|partner|counterpart|double|fellow|lookalike|companion|sibling] of the same {tone}",
}
