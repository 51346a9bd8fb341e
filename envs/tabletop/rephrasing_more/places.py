"""Putting a block to a place beside or between others, or of the table."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

BESIDE = Ways(
    acts=(
        "{lodge} {block} {exactly}{distance} {side} {reference}{centres}",
        "{lodge} {block} {exactly}{distance} {side} {reference}{centres}",
        "{deliver} {block} to [a location|the location|a position|the position|a place] {exactly}{distance} {side} "
        "{reference}{centres}",
        "{fetch} {block} {then} {lodge} it {exactly}{distance} {side} {reference}{centres}",
        "{fetch} {block} {then} {deliver} it to [a spot|a location|a position] {distance} {side} {reference}{centres}",
        "@[give|assign|allot|grant|offer] {block} [a place|a spot|a berth|a home|a seat|a position] {distance} {side} "
        "{reference}{centres}",
        "@[measure off|measure out|step off|count off|mark off|allow] {distance} from the {mid} of {reference} and "
        "{lodge} {block} there, {side} it",
        "@[make|let|have] {block} [occupy|take up|assume|adopt|settle at|come to rest at|land at] a "
        "[position|place|location|spot] {distance} {side} {reference}{centres}",
        "@make {block} [the neighbour|the neighbor|a companion|a bystander|a satellite|an escort] of {reference}, "
        "{distance} {side} it{centres}",
        "@[let|have] {block} [keep {reference} company|accompany {reference}|attend {reference}|escort "
        "{reference}|stand guard by {reference}], {distance} {side} it{centres}",
        "@[use|take] {reference} as [the origin|a landmark|the starting point|a reference point|an anchor|a yardstick] "
        "and {lodge} {block} {distance} {side} it{centres}",
        "{lodge} {block} {side} {reference} with [a separation of {distance}|a spacing of {distance}|{distance} of "
        "separation|a centre-to-centre distance of {distance}|an offset of {distance}]",
        "@[arrange|see to it|ensure] that {block} is [located|situated|found|positioned] {distance} {side} "
        "{reference}{centres}",
        "@leave {block} nowhere but {distance} {side} {reference}{centres}",
    ),
    states=(
        "{block} ~[sits|rests|resides|dwells|settles|lands|stays|winds up|arrives|finds itself|waits|remains] "
        "{exactly}{distance} {side} {reference}{centres}",
        "{block} ~is [located|situated|positioned|stationed|parked|found|installed|to be found] {exactly}{distance} "
        "{side} {reference}{centres}",
        "the [place|location|spot|position|home|seat|station] of {block} ~is {exactly}{distance} {side} "
        "{reference}{centres}",
        "{block} ~[keeps company with|attends] {reference}, {distance} {side} it{centres}",
        "{block} ~has its [place|seat|home|station|berth|standpoint] {distance} {side} {reference}{centres}",
        "the distance between the {mid} of {block} and that of {reference} ~[measures|equals|amounts to] {distance}, "
        "with {block} {side} {reference}",
        "{block} ~becomes the [neighbour|neighbor|companion|bystander] of {reference}, {distance} {side} it",
    ),
    passives=(
        "{block} // {lodge1} {exactly}{distance} {side} {reference}{centres}",
        "{block} // {deliver1} to [a location|a position|a point] {distance} {side} {reference}{centres}",
        "{block} // {fetch1} and {lodge1} {distance} {side} {reference}{centres}",
        "{block} // @[give|assign|grant] a [place|spot|seat|berth] {distance} {side} {reference}{centres}",
    ),
    wishes=(
        "{block} [parked|stationed|situated|seated|installed|positioned|located] {exactly}{distance} {side} "
        "{reference}{centres}",
        "a [place|spot|home|berth|seat|position] for {block}, {distance} {side} {reference}{centres}",
        "{block} as the [neighbour|neighbor|companion] of {reference}, {distance} {side} it{centres}",
    ),
    says=(
        "{look0} {reference}? {distance} {side} it{centres}, there is [room|space|a vacancy|a free spot] for {block}: "
        "{lodge} it there.",
        "{reference} is [lonely|bored|alone|in need of company]. {block} should [join it|keep it company|be its "
        "neighbour], {distance} {side} it{centres}.",
        "start at the {mid} of {reference}. the {home} of {block} is {distance} {side} it.",
        "{reference} is the [landmark|anchor|reference|fixed point|sun] and does not [move|budge|stir]. {block} "
        "[goes|belongs|is to be placed] {distance} {side} it{centres}.",
        "the {home} of {block} is {exactly}{distance} {side} {reference}{centres}.",
        "{fetch} {block}. {next}, [find|seek|look for|measure] the point {distance} {side} {reference} and [set it "
        "down|put it down|release it|unload it] there.",
        "how far is {block} supposed to be from {reference}? {distance}{centres}, {side} it.",
        "get out your [ruler|tape measure|yardstick|measuring tape]: {block} [goes|belongs] {exactly}{distance} {side} "
        "{reference}{centres}.",
        "{look} {reference}. nothing is {distance} {side} it yet, but {block} [should|ought to|must] be.",
        "imagine a cross on the table, {distance} {side} {reference}{centres}. {lodge} {block} on that cross.",
        "if {block} is not {distance} {side} {reference} already, [shift|move|relocate|transfer|transport] it there.",
        "{lodge} {block} {side} {reference}. not too close, not too far: {distance}{centres}.",
    ),
    terse=(
        "[park|station|plant|deposit|lodge|situate|locate|stand] {block_bare} {distance} {side} {reference_bare}",
        "[target|goal|destination|spot|home] of {block_bare}: {distance} {side} {reference_bare}",
        "[relocate|shift|transfer|deliver] {block_bare}: {distance} {side} {reference_bare}, [c-t-c|centres|ctr to "
        "ctr]",
        "{block_bare} {side} {reference_bare}, [spacing|separation|offset|distance] {distance}",
    ),
)

BESIDE_WORDS = {
    "centres": "||||, [from middle to middle|middle to middle|counted from centre to centre|between the two centres|as "
    "measured at the centres|from midpoint to midpoint|with respect to their centers|taken between centers]",
    "mid": "centre|center|middle|midpoint|heart",
}

BETWEEN = Ways(
    acts=(
        "{lodge} {block} {halfway} {pair}",
        "{lodge} {block} {halfway} {pair}",
        "{deliver} {block} to the {midpoint} [between|of] {pair}",
        "{fetch} {block} {then} {lodge} it {halfway} {pair}",
        "{fetch} {block} {then} {deliver} it to the {midpoint} [between|of] {pair}",
        "@[split|bisect|halve|divide in two|cut in half|cut in two] the "
        "[gap|distance|stretch|span|space|interval|segment|way] between {pair} with {block}",
        "@[sandwich|insert|interpose|slot|squeeze|fit|wedge|introduce|slip] {block} between {pair}, [equidistant from "
        "both|with equal gaps on both sides|in the exact middle|as far from one as from the other|equally spaced]",
        "{lodge} {block} on the [connecting line|imaginary line|straight line|segment] between {pair}, {equally}",
        "@[make|let|have] {block} [be the mediator|act as a referee|be the umpire|play piggy in the middle|be the "
        "filling|occupy the centre|take the middle seat|stand like a net] between {pair}, {equally}",
        "@[make|mark|form|occupy] the {midpoint} [between|of] {pair} with {block}",
        "@[fill|close|plug] the gap between {pair} with {block}, {equally}",
        "@centre {block} [between|in the gap between|in the space between] {pair}",
        "@[average|take the mean of] the positions of {pair} and {lodge} {block} [there|at the result|at that point]",
        "@[connect|join] {pair} by a straight line in your mind and {lodge} {block} at its {midpoint}",
        "@make {block} [equidistant from|equally distant from|equally remote from] {pair}, in the middle",
    ),
    states=(
        "{block} ~[sits|rests|resides|settles|lands|stays|winds up|finds itself|waits|remains] {halfway} {pair}",
        "{block} ~is [located|situated|positioned|stationed|parked|found|to be found|centred|centered] {halfway} "
        "{pair}",
        "{block} ~[bisects|halves|cuts in half] the [gap|distance|stretch|span|interval|space] between {pair}",
        "{block} ~[marks|forms|becomes|takes] the {midpoint} [between|of] {pair}",
        "{first} and {second} ~[flank|sandwich|frame|bracket] {block} at equal distances, one on either side",
        "{block} ~has {first} on one side and {second} on the other, {equally}",
        "{block} ~is neither [closer|nearer] to {first} nor to {second}, but [midway|half way] on the line between "
        "them",
        "the {midpoint} [between|of] {pair} ~is [taken|occupied|held|marked] by {block}",
    ),
    passives=(
        "{block} // {lodge1} {halfway} {pair}",
        "{block} // {deliver1} to the {midpoint} [between|of] {pair}",
        "{block} // @[sandwich|insert|interpose|slot|fit|introduce] between {pair}, {equally}",
        "the [gap|distance|span|space|stretch] between {pair} // @[halve|bisect|split in two] by {block}",
        "{block} // @centre between {pair}",
    ),
    wishes=(
        "{block} [parked|stationed|situated|centred|centered|sandwiched|positioned] {halfway} {pair}",
        "{block} at the {midpoint} [between|of] {pair}",
        "{block} flanked by {first} and {second}, {equally}",
        "equal [distances|gaps|spaces] from {block} to {pair} on either side of it",
    ),
    says=(
        "{first} and {second} are [goalposts|two lamp posts|two trees|two cities|two towers|bookends|the ends of a "
        "bench]: {lodge} {block} {equally}.",
        "{first} and {second} are [quarrelling|arguing|fighting|enemies|jealous]. {block} should [separate them|stand "
        "between them|mediate], {equally}.",
        "{first} is one end, {second} is the other end, and {block} is the [middle|midpoint|centre|halfway mark].",
        "{first} here, {second} there, and {block} [exactly|right|precisely|plumb] in the middle between them.",
        "the {midpoint} [between|of] {pair} is the {home} of {block}.",
        "walk from {first} towards {second}. [halfway there|at half the distance|in the middle of the way|at the "
        "halfway mark], {lodge} {block}.",
        "{fetch} {block}. {next}, [find|determine|calculate|work out|seek] the {midpoint} [between|of] {pair} and [set "
        "it down|put it down|release it|unload it] there.",
        "{look} {first} and {second}. the {midpoint} between them is [free|vacant|empty|waiting|reserved] for {block}.",
        "{block} is [fair|impartial|neutral|undecided|diplomatic]: it stands as far from {first} as from {second}, "
        "[right between them|on the line between them].",
        "whom should {block} be closer to, {first} or {second}? neither: {lodge} it [right|exactly|precisely] in the "
        "middle between the two.",
        "draw a straight line from {first} to {second}. the [middle|midpoint|centre|center] of that line is the {home} "
        "of {block}.",
        "{block} is the [ham in the sandwich|net on the court|island in the strait|monkey in the middle]: {lodge} it "
        "{halfway} {pair}.",
        "do not [move|touch|disturb|shift] {first} or {second}. only {block} moves, to the {midpoint} [of the "
        "two|between them].",
    ),
    terse=(
        "[park|station|plant|deposit|centre|center|locate] {block_bare} {halfway} {first_bare} and {second_bare}",
        "[midpoint|halfway mark|exact centre|mean position] of {first_bare} and {second_bare}: {block_bare}",
        "{block_bare} [equidistant from|centred between|at 50% between] {first_bare} and {second_bare}",
        "[insert|sandwich|slot] {block_bare} between {first_bare} and {second_bare}, equal gaps",
    ),
)

BETWEEN_WORDS = {
    "halfway": "half way between|at the halfway point between|at the half-way mark between|at the centre point "
    "between|at the exact middle between|plumb in the middle between|smack in the middle between|at an equal distance "
    "between|dead centre between|dead center between|equidistant between|at the exact midpoint of|in the very middle "
    "between|squarely in the middle between|at the midpoint of|centrally between|at half the distance between",
    "midpoint": "midpoint|halfway point|half-way mark|centre point|center point|exact middle|mean position|very "
    "middle|exact centre|median point|dead centre|middle point",
    "pair": "{first} and {second}|{first} and {second}|{first} and {second}|{first} and the {second_color} one|the "
    "{first_color} one and the {second_color} one|the {first_color} and the {second_color} {B}|both {first} and "
    "{second}",
    "equally": "equally far from both|at equal distances from both|with the same distance to each|as far from one as "
    "from the other|equidistant from the two|in the middle between the two|no nearer to one than to the other|right in "
    "the centre between them|with equal space on both sides",
}

CORNER = Ways(
    acts=(
        "{lodge} {block} in {nook}",
        "{lodge} {block} in {nook}",
        "{deliver} {block} [to|into] {nook}[ and @[leave it|unload it|release it|drop it off|set it down] there|]",
        "{fetch} {block} {then} {lodge} it in {nook}",
        "{fetch} {block} {then} {deliver} it [to|into] {nook}",
        "@[tuck|stow|stash|store|hide|wedge|fit|slot|squeeze|put away] {block} [in|into] {nook}",
        "@[banish|exile|retire|consign|relegate|confine|evacuate|withdraw|retreat with|assign|deport] {block} to "
        "{nook}",
        "@[make|let|have] {block} [occupy|inhabit|take up|fill|guard|move to|settle in|take refuge in|hide in|retreat "
        "to|withdraw into|have|claim|visit|come to rest in] {nook}",
        "@[occupy|fill|furnish|decorate|adorn|grace|provide|equip|supply] {nook} with {block}",
        "@[find|reserve|make] [a home|a place|room|a spot|a berth|a nest] for {block} in {nook}",
        "@[use|treat] {nook} as [a parking space|a garage|a harbour|a home|a nest|storage|a hiding place|the "
        "destination|a shelter] for {block}",
        "@make {nook} the {home} of {block}",
        "@[give|assign|grant|allot|award|hand over] {nook} to {block}",
        "@get {block} out of the way, [into|to] {nook}",
        "@[carry out|arrange|complete|undertake] the [transfer|transport|delivery|relocation|move] of {block} to "
        "{nook}",
        "@leave {block} nowhere [but|else but|other than|except] in {nook}",
        "@[head for|go to|travel to|visit|drive to] {nook} with {block} and @[leave it|deposit it|drop it off|set it "
        "down|unload it] there",
    ),
    states=(
        "{block} ~[sits|rests|resides|dwells|lives|settles|lands|stays|winds up|remains|waits|finds "
        "itself|hides|nests] in {nook}",
        "{block} ~is [located|situated|positioned|stationed|parked|tucked away|stowed|at home|nowhere but|not anywhere "
        "but|to be found|found|installed] in {nook}",
        "{nook} ~[hosts|receives|welcomes|accommodates|houses|shelters|contains|gets|bears] {block}",
        "{block} ~[makes its home in|takes its place in|finds its way into|retreats to|moves into|takes refuge in] "
        "{nook}",
        "{nook} ~is [occupied by|home to|taken by|the seat of|where one finds|where I find|reserved for|filled by] "
        "{block}",
        "{block} ~becomes [the occupant|a resident|the inhabitant|the guardian|the tenant|the owner] of {nook}",
    ),
    passives=(
        "{block} // {lodge1} in {nook}",
        "{block} // {deliver1} [to|into] {nook}",
        "{block} // {fetch1} and {lodge1} in {nook}",
        "{block} // @[banish|exile|consign|relegate|confine|retire|withdraw] to {nook}",
        "{nook} // @[occupy|fill|furnish|decorate] with {block}",
        "{block} // @[tuck|stow|stash|store|hide] away in {nook}",
    ),
    wishes=(
        "{block} [parked|stationed|situated|seated|at home|resting|tucked away|installed|stowed] in {nook}",
        "{nook} as the {home} of {block}",
        "{nook} [occupied by|furnished with|taken by|filled with] {block}",
    ),
    says=(
        "{block} has been [naughty|bad|rude|cheeky]: off to {nook} with it.",
        "go and stand in the corner, {block_bare}! {deliver} it to {nook}.",
        "the {home} of {block} is {nook}.",
        "{block} isn't in {nook} yet. [change that|fix that|correct that|remedy this|put that right].",
        "{nook} looks [bare|empty|deserted|vacant|lonely]: {lodge} {block} there.",
        "{look} {nook}. [that's the {home} for|this is the {home} of|it awaits|it is reserved for|it is meant for] "
        "{block}.",
        "{fetch} {block}. {next}, head for {nook} and [set it down|put it down|let go|release it|unload it] there.",
        "the table has four corners. {block} [goes|belongs|should be] in just one of them, {nook}.",
        "of the four corners, {block} [gets|chooses|prefers|is given|has picked] {nook}. {deliver} it there.",
        "which corner is [for|meant for|reserved for] {block}? {nook}.",
        "not in the middle, not in any other corner: {block} [belongs|should be|is meant to be] in {nook}.",
        "if {block} is not in {nook}, [move|shift|transfer|relocate|deliver] it there.",
        "imagine the table is a [boxing ring|room|football pitch|chess board]: {block} [waits|takes its place|starts] "
        "in {nook}.",
        "who [gets|occupies|is given|guards|owns] {nook}? {block} does.",
        "I need [elbow room|space|room to work|the middle of the table]: {deliver} {block} to {nook}.",
    ),
    terse=(
        "[banish|exile|send|retire|relegate] {block_bare} to {corner} corner",
        "[park|station|plant|tuck|lodge|stow|stash] {block_bare} in {corner} corner",
        "{corner} corner <- {block_bare}",
        "[destination|goal|home|target|parking space] of {block_bare}: {corner} corner",
        "[deliver|ferry|transfer|transport|shift|relocate] {block_bare} to {corner} corner, [stat|asap|now|thx]",
    ),
)

CORNER_WORDS = {
    "nook": "the {corner} corner|the {corner} corner|the {corner} corner of the table|the {corner} corner of the "
    "tabletop|the tabletop's {corner} corner|the {corner} corner of the work surface|the table's {corner} corner|the "
    "{corner} corner area|this {corner} corner|the {corner} corner of this table",
}

AT_SIDE = Ways(
    acts=(
        "{lodge} {block} at the {midpoint} of {margin}",
        "{lodge} {block} at the {midpoint} of {margin}",
        "{lodge} {block} [at|by|near] {margin}, {equally}",
        "{deliver} {block} to the {midpoint} of {margin}[ and @[leave it|unload it|release it|drop it off|set it down] "
        "there|]",
        "{fetch} {block} {then} {lodge} it at the {midpoint} of {margin}",
        "{fetch} {block} {then} {deliver} it to the {midpoint} of {margin}",
        "@centre {block} [at|along|on|by] {margin}",
        "@[make|let|have] {block} [occupy|take up|mark|claim|guard|inhabit|move to|settle at|come to rest at|take its "
        "place at] the {midpoint} of {margin}",
        "@[mark|occupy|decorate|adorn|furnish] the {midpoint} of {margin} with {block}",
        "@[halve|bisect|split in two|divide evenly] {margin} with {block}, placed at its {midpoint}",
        "@[banish|exile|retire|consign|withdraw|evacuate|assign|pull back] {block} to the {midpoint} of {margin}",
        "@[use|treat] the {midpoint} of {margin} as [a parking space|a home|a berth|a seat|the destination|a station|a "
        "bus stop] for {block}",
        "@[find|measure|calculate|determine|work out] the {midpoint} of {margin} and {lodge} {block} there",
        "@[seat|place|enthrone] {block} at {margin} like [a guest at the middle of it|a chairman at the middle of it|a "
        "goalkeeper in the middle of the goal line]",
        "@make the {midpoint} of {margin} the {home} of {block}",
        "@[carry out|arrange|complete|undertake] the [transfer|transport|delivery|relocation|move] of {block} to the "
        "{midpoint} of {margin}",
        "@leave {block} nowhere [but|else but|other than|except] at the {midpoint} of {margin}",
    ),
    states=(
        "{block} ~[sits|rests|resides|dwells|settles|lands|stays|winds up|remains|waits|finds itself] at the "
        "{midpoint} of {margin}",
        "{block} ~is [located|situated|positioned|stationed|parked|at home|nowhere but|to be found|found|installed] at "
        "the {midpoint} of {margin}",
        "{block} ~[sits|rests|is|stays|waits] [at|by|near] {margin}, {equally}",
        "{block} ~is [centred|centered] [at|along|on] {margin}",
        "{margin} ~has {block} at its {midpoint}",
        "the {midpoint} of {margin} ~is [occupied by|taken by|marked by|the seat of|home to|where one finds] {block}",
        "{block} ~[marks|becomes a marker of|takes] the {midpoint} of {margin}",
    ),
    passives=(
        "{block} // {lodge1} at the {midpoint} of {margin}",
        "{block} // {deliver1} to the {midpoint} of {margin}",
        "{block} // {fetch1} and {lodge1} at the {midpoint} of {margin}",
        "{block} // @centre [at|along|on] {margin}",
        "the {midpoint} of {margin} // @[occupy|mark|decorate|furnish] with {block}",
        "{block} // {lodge1} [at|by|near] {margin}, {equally}",
    ),
    wishes=(
        "{block} [parked|stationed|situated|seated|at home|installed|resting] at the {midpoint} of {margin}",
        "{block} [centred|centered] [at|along|on] {margin}",
        "the {midpoint} of {margin} as the {home} of {block}",
        "{block} [at|by|near] {margin}, {equally}",
    ),
    says=(
        "{margin} is [a goal line|a bench|a shore|a street|the baseline]: {block} [stands|waits|belongs] in the "
        "{midmost} of it.",
        "the {home} of {block} is the {midpoint} of {margin}.",
        "{block} isn't at the {midpoint} of {margin} yet. [change that|fix that|correct that|remedy this|put that "
        "right].",
        "{look} {margin}. its {midpoint} [awaits|is reserved for|is meant for|is the {home} of|needs] {block}.",
        "{fetch} {block}. {next}, head for {margin} and [set it down|put it down|release it|unload it] at its "
        "{midpoint}.",
        "{block} [stays away from|avoids|dislikes|keeps off] the corners: at {margin}, it [stands|sits|belongs|waits] "
        "in the {midmost}.",
        "start at one end of {margin} and go half the way to the other end: {lodge} {block} there.",
        "which side is [for|meant for|reserved for] {block}? {margin}, and there, the {midpoint}.",
        "if {block} is not at the {midpoint} of {margin}, [move|shift|transfer|relocate|deliver] it there.",
        "of the four sides of the table, {block} [gets|chooses|prefers|is given] {margin}: {lodge} it at its "
        "{midpoint}.",
        "who [gets|occupies|is given|guards|owns] the {midpoint} of {margin}? {block} does.",
        "at {margin}, [leave|keep|have] [as much space|the same distance|equal space|as much room] to either end: "
        "{lodge} {block} there.",
        "I need [elbow room|space|room to work]: {deliver} {block} to the {midpoint} of {margin}.",
        "dinner is served, and {block} has [its seat|a chair|its place] at {margin}, at the {midpoint} of it.",
    ),
    terse=(
        "[park|station|plant|lodge|install|locate] {block_bare} at [midpoint|halfway mark|mid|centre point] of {side} "
        "[side|edge|border|rim]",
        "[centre|center] {block_bare} along {side} [side|edge|border|rim]",
        "[midpoint|halfway mark|centre point] of {side} [side|edge|border] <- {block_bare}",
        "[destination|goal|home|target] of {block_bare}: {side} side, [midpoint|mid|halfway|equal distance to both "
        "ends]",
        "[deliver|ferry|transfer|shift|relocate] {block_bare} to mid {side} side, [stat|asap|now|thx]",
    ),
)

AT_SIDE_WORDS = {
    "margin": "the {side} side|the {side} side of the table|the table's {side} side|the {side} side of the "
    "tabletop|the {side} margin of the table|the table's {side} border|the {side} side of the work surface|the {side} "
    "edge of the table|the {side} rim of the table|the {side} flank of the table",
    "midpoint": "midpoint|halfway point|half-way mark|centre point|center point|exact middle|very middle|exact "
    "centre|halfway mark|dead centre|middle point|centre spot|middle",
    "midmost": "middle|centre|center|very middle|exact middle",
    "equally": "equally far from both its ends|at equal distances from its two ends|as far from one end as from the "
    "other|equidistant from its two corners|in the exact middle|midway along it|half way along|halfway between its two "
    "corners|in the centre of it|at half its length",
}
