"""Turning a block, and laying it along an edge."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

TURN = Ways(
    acts=(
        "{pivot} {block} [by |through ||]{angle} {direction}{above}",
        "{pivot} {block} {direction} [by|through] {angle}{above}",
        "{pivot} {block} {aboutself} [by |through ]{angle}, {direction}{above}",
        "@[give|apply to] {block} a [{angle} rotation|{angle} twist|rotation of {angle}|spin of {angle}|twist of "
        "{angle}|swivel of {angle}|yaw of {angle}] {direction}{above}",
        "@[perform|execute|carry out|make|do|effect] a [rotation|turn|twist|pivot|revolution] of {block} by {angle} "
        "{direction}{above}[, {stays}|]",
        "@[change|alter|adjust|modify|shift] the [orientation|heading|bearing|yaw|azimuth|alignment|angle] of {block} "
        "by {angle} {direction}{above}[, {stays}|]",
        "{fetch} {block} {then} {pivot} it {angle} {direction}{above}[, {stays}|]",
        "@[make|let|have] {block} [rotate|pivot|revolve|swivel|spin|turn|wheel around] {direction} by {angle}{above}",
        "@[reorient|redirect|realign|readjust] {block}: {angle} {direction}{above}",
        "@[keep|leave] {block} in its [place|spot|location|position] but {pivot} it {angle} {direction}{above}",
        "@treat {block} like [a compass needle|a clock hand|a dial|a steering wheel|a propeller|a door handle|a key], "
        "turning it {angle} {direction}{above}",
        "@have {block} [face|point|look] {angle} [further|farther] {direction} than it does now{above}[, {stays}|]",
    ),
    states=(
        "{block} ~is [pivoted|swiveled|twisted|revolved|reoriented|wheeled around|spun] [by |through ]{angle} "
        "{direction}{above}",
        "the [orientation|heading|bearing|yaw|alignment|azimuth] of {block} ~[differs|changes|shifts] by {angle} "
        "{direction}{above}, and its [position|place|location] ~remains the same",
        "{block} ~[swivels|pivots|revolves|rotates|spins|turns|swings round] {aboutself} by {angle}, "
        "{direction}{above}",
        "{block} ~[makes|performs|completes] a [turn|rotation|twist] of {angle} {direction}{above}",
        "{block} ~[faces|looks|heads] {angle} [further|farther] {direction} than at [the beginning|present|the "
        "moment|the start]{above}",
    ),
    passives=(
        "{block} // @[pivot|swivel|twist|revolve|reorient|spin|wheel around|twirl|crank|rotate] [by |through ]{angle} "
        "{direction}{above}",
        "{block} // @[pivot|swivel|rotate|turn|twist] {aboutself}, {angle} {direction}{above}",
        "the [orientation|heading|bearing|yaw] of {block} // @[change|alter|adjust|shift] by {angle} "
        "{direction}{above}",
    ),
    wishes=(
        "a [rotation|twist|pivot|revolution|spin|change of heading|reorientation] of {block} by {angle}, "
        "{direction}{above}",
        "{block} [pivoted|swiveled|twisted|reoriented|spun] by {angle} {direction}{above}, {stays}",
        "{block} at the same [place|spot|location] but at an angle of {angle} {direction} from [before|now]{above}",
    ),
    says=(
        "{block} is [askew|crooked|skewed|out of line|not straight|pointing the wrong way|misaligned]: {pivot} it "
        "{angle} {direction}{above}.",
        "{fetch} {block}. {next}, {pivot} it {angle} {direction}{above}, and [release it|let go|put it back|set it "
        "down] where it was.",
        "{block} keeps its [place|position|spot|location]; only its [heading|orientation|bearing|angle] changes, by "
        "{angle} {direction}{above}.",
        "by how much should {block} [rotate|pivot|turn|swivel]? {angle}, {direction}{above}.",
        "[bird's-eye view|from a bird's perspective|as a bird sees it|on the map|seen by the camera overhead]: {block} "
        "[turns|rotates|swivels|pivots] {angle} {direction} [on the spot|without travelling|about its own centre].",
        "think of {block} as [a clock hand|a compass needle|a propeller|a turnstile|a key in a lock]: {pivot} it "
        "{angle} {direction}{above}.",
        "{look} {block}. {angle} {direction}{above} would [do it good|suit it better|be perfect]: {pivot} it, and "
        "leave it there.",
        "{block} should [do a pirouette|dance|go for a spin] of {angle} {direction}{above}, on the spot.",
        "no [shifting|sliding|travelling|carrying away|relocating], only [rotating|turning|twisting|pivoting]: "
        "{block}, {angle} {direction}{above}.",
    ),
    terse=(
        "[pivot|swivel|twist|reorient|yaw|twirl] {block_bare} {angle} {direction}[ in situ| on the spot|, same place|]",
        "[rotation|yaw|twist|spin|turn] of {angle} {direction}: {block_bare}",
        "{block_bare}: heading [changed|plus] {angle} {direction}, position unchanged",
        "{block_bare}, [pivot|swivel|twist], {angle}, {direction}",
    ),
)

TURN_WORDS = {
    "pivot": "@pivot|@swivel|@twist|@revolve|@reorient|@spin|@twirl|@crank|@wheel|@swing|@rotate|@turn|@angle|@wind",
    "aboutself": "about its [centre|center|middle|own axis|vertical axis|axis|midpoint]|around its [centre|center|own "
    "axis|vertical axis|middle]|on the spot|in situ|in place|where it sits|on its axis",
    "stays": "with its centre [unmoved|unchanged|fixed]|not moving it elsewhere|in the same place|in situ|its centre "
    "staying put|on the spot|at its present location|its position unchanged",
    "above": "||||, [seen|judged|observed|viewed|as it appears|looked at] from [above|overhead|the top|up high]|, in a "
    "bird's-eye view|, in top view|, when you look down on it|, from a bird's perspective|, looking down at the table",
}

ALIGN = Ways(
    acts=(
        "{lodge} {block} [along|alongside|lengthwise along|lengthways along|parallel to and at|flush with|right "
        "against|snug along] {edge}",
        "{deliver} {block} to {edge} and @[make|leave|set] it parallel [to it|with it]",
        "@[make|let|have] {block} [hug|follow|flank|skirt|border|parallel|line|trace|run along|stretch along|extend "
        "along|lie flush with] {edge}",
        "@[orient|turn|rotate|arrange|angle] {block} [parallel to|along] {edge} and @[move|shift|bring|slide] it "
        "[there|right up to it|to that edge|against it]",
        "{fetch} {block} {then} {lodge} it [lengthwise|lengthways|longways|longwise] [at|by|beside|next to] {edge}",
        "@[use|treat] {edge} as [a ruler|a guide|a guideline|a straightedge|a fence|a kerb|a curb|a quay] and {lodge} "
        "{block} along it",
        "@[dock|moor|berth|park|parallel-park] {block} at {edge}, like a [ship at a quay|train at a platform|car at "
        "the kerb|boat at a pier|barge at a wharf], its long side along it",
        "@[decorate|trim|line|border|fringe|garnish|edge|furnish] {edge} with {block}, laid lengthwise",
        "@[match|bring into line|make parallel] the [long side|length|longer side|long axis|longer edge] of {block} "
        "with {edge}, [close to it|right beside it|at that very edge]",
        "@make a [fence|railing|barrier|kerb|border|skirting board|wall] of {block} along {edge}",
        "@[reserve|use] the [strip|stretch|margin|band] along {edge} for {block}, laid lengthwise",
    ),
    states=(
        "{block} ~[hugs|follows|flanks|skirts|borders|lines|parallels] {edge}",
        "{block} ~[rests|sits|stretches|extends|reposes|runs] [lengthwise|lengthways|in parallel] along {edge}",
        "the [long side|length|longer side|long axis|longer face] of {block} ~[is|stays|runs] parallel to {edge}, and "
        "{block} ~is [right there|at that edge|next to it|close to it]",
        "{edge} ~has {block} [alongside|lying along it|parallel to it at its side|as a companion, parallel to it]",
        "{block} ~is neither [askew|crooked|slanted|across|at an angle] nor [far|away] from {edge}, but along it",
        "{block} and {edge} ~[lie|are] side by side, in parallel",
    ),
    passives=(
        "{block} // {lodge1} [alongside|lengthwise along|lengthways along|flush with|along] {edge}",
        "{block} // @[dock|moor|berth|park] at {edge}, its long side along it",
        "{block} // {deliver1} to {edge} and @[make parallel to it|turn parallel to it|orient along it|straighten "
        "along it]",
        "{edge} // @[line|border|trim|decorate|garnish|fringe] with {block}, lengthwise",
    ),
    wishes=(
        "{block} [alongside|flush with|lengthwise along|lengthways at|hugging|skirting|parallel to and at] {edge}",
        "{edge} and, [right beside it|next to it|close to it] and parallel, {block}",
        "the [long side|length|longer side] of {block} parallel to {edge}, [close to it|right there]",
    ),
    says=(
        "{edge} is [a quay, and {block} is a ship|a kerb, and {block} is a car|a platform, and {block} is a train|a "
        "shore, and {block} is a boat|a wall, and {block} is a bench|a pier, and {block} is a barge]: park it "
        "alongside.",
        "{look0} {edge}? {block} [belongs|should be|goes] [alongside|along it|next to it, in parallel].",
        "{deliver} {block} to {edge}. there, {pivot} it [until|so that] it is parallel[ to that edge|].",
        "{block} should not [point inwards|stick out|lie across|be slanted|be at an angle], but lie "
        "[parallel|lengthwise] at {edge}.",
        "how should {block} lie? [parallel|lengthwise|in parallel], and at {edge}.",
        "{want} {block} out of the way: lengthwise along {edge}.|get {block} out of the way: lengthwise along {edge}.",
        "let {block} [keep {edge} company|snuggle up to {edge}|be the neighbour of {edge}], long side to the edge.",
        "someone might [fall off|roll something off|drop something over] {edge}. lay {block} along it as a "
        "[barrier|fence|railing|guard rail].",
        "{lodge} {block} at {edge}, as straight as [a soldier|a ruler|a train on rails|a shelf]: its length runs along "
        "the edge.",
        "{fetch} {block}. {next}, {deliver} it to {edge} and leave it there, parallel to the edge.",
    ),
    terse=(
        "{block_bare} [alongside|flush with|lengthwise at|parallel to and at|hugging] {side} [edge|rim|border]",
        "[dock|park|moor|snug up] {block_bare} along {side} [edge|border|rim]",
        "{side} [edge|border|margin]: {block_bare}, [lengthwise|lengthways|parallel|long side to edge]",
        "{block_bare}: to {side} edge, [straighten|parallelize|make parallel|orient along it]",
    ),
)

ALIGN_WORDS = {
    "edge": "the {side} edge|the {side} edge of the table|the {side} border of the table|the {side} rim of the "
    "table|the {side} margin of the table|the table's {side} rim|the table's {side} edge|the {side} boundary of the "
    "tabletop|the {side} edge of the work surface|the {side} edge of the board|the tabletop's {side} edge",
    "pivot": "@pivot|@swivel|@twist|@rotate|@turn|@straighten|@orient|@angle",
}
