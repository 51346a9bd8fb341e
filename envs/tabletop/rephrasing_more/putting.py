"""Putting a thing into or onto another one, named or to be chosen."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

INTO = Ways(
    acts=(
        "{stow} {thing} [in|into|inside|within] {box}",
        "{stow} {thing} [in|into|inside|within] {box}",
        "{lodge} {thing} [in|inside|within] {box}",
        "@[house|ensconce|hide|shelter|conceal|enclose|shut away|submerge|immerse|harbour|cradle|quarter|entomb] "
        "{thing} [in|inside|within] {box}",
        "{deliver} {thing} [to|into] {box}[ and @[leave it|release it|drop it off|unload it] [there|inside|in there]|]",
        "{fetch} {thing} {then} {stow} it [in|into|inside] {box}",
        "{fetch} {thing} {then} {deliver} it into {box}",
        "@[fill|load|stock|furnish|provide|supply|equip|feed|present|honour|treat] {box} with {thing}",
        "@[entrust|consign|commit|hand over|surrender|assign|add|give|present|donate|hand|feed|allot|return] {thing} "
        "to {box}",
        "@let {box} [swallow|gobble up|devour|host|shelter|house|receive|welcome|adopt|take "
        "in|cradle|accommodate|enclose|embrace|have|keep|eat up|catch|own] {thing}",
        "@[make|let|have] {thing} [enter|go into|move into|vanish into|disappear into|drop into|sink into|take up "
        "residence in|inhabit|occupy|join the contents of|tumble into|settle in] {box}",
        "@find [a home|lodgings|accommodation|shelter|room|a bed|a place|a seat|storage space] for {thing} in {box}",
        "@use {box} as [a container|a receptacle|a garage|a nest|a bed|a cradle|a shelter|a basket|storage|a home|a "
        "vessel|a holder|a bath|a bin] for {thing}",
        "@make {box} [the home|the owner|the keeper|the container|the new address|the residence|the guardian|the host] "
        "of {thing}",
        "@make {thing} [a resident|a guest|an occupant|an inhabitant|a tenant|a lodger|part of the contents|the "
        "content] of {box}",
        "@[carry out|arrange|complete|undertake] the [transfer|transport|delivery|relocation|move|journey|shipment] of "
        "{thing} into {box}",
        "@open {claw} [over|above|inside] {box} once {thing} is in it, so that it [falls|lands|drops] inside {box}",
        "@leave {thing} nowhere [but|else but|other than|except] in {box}",
        "@[help|assist|accompany|get] {thing} into {box}",
    ),
    states=(
        "{thing} ~[resides|dwells|lives|nests|sits|rests|reposes|sleeps|settles|nestles|remains|stays|finds itself] "
        "[in|inside|within] {box}",
        "{thing} ~[finds its way into|makes it into|moves into|lands in|arrives in|winds up in|turns up in|disappears "
        "into|drops into|enters] {box}",
        "{box} "
        "~[houses|hosts|shelters|welcomes|receives|accommodates|cradles|encloses|includes|stores|surrounds|swallows|"
        "contains|owns|bears] {thing}",
        "{thing} ~is [nowhere but|nowhere else but|not anywhere but|located|situated|stored|stowed away|safe|at "
        "home|enclosed|housed|sheltered|deposited|lodged|to be found|kept] [in|inside|within] {box}",
        "{thing} ~becomes [part of the contents|an occupant|a resident|an inhabitant|a guest|a tenant|the property|the "
        "filling] of {box}",
        "{thing} ~has [its home|its place|its residence|its seat|its nest|a berth|its lodging|a bed] in {box}",
        "there ~is [something in {box}, namely {thing}|no place for {thing} but {box}]",
        "the contents of {box} ~include {thing}",
    ),
    passives=(
        "{thing} // @[stow|stash|tuck|insert|slip|load|lodge|store|house|toss|deposit|pop|dunk|plop|file|introduce] "
        "[in|inside] {box}",
        "{thing} // {deliver1} [to|into] {box}",
        "{thing} // {fetch1} and @[stow|stash|deposit|lodge|insert|load|store|release] in {box}",
        "{thing} // @[entrust|consign|hand over|surrender|assign|add|give|return|feed] to {box}",
        "{box} // @[fill|load|stock|furnish|supply|provide] with {thing}",
    ),
    wishes=(
        "{thing} [stowed|stashed|tucked away|housed|lodged|sheltered|enclosed|safe|at home|stored|deposited|kept] "
        "[in|inside] {box}",
        "{box} [filled|loaded|stocked|furnished|supplied] with {thing}",
        "{box} as the {home} of {thing}",
        "{thing} as [the contents|a resident|an occupant|a guest|part of the contents] of {box}",
        "a [home|place|spot|bed|berth] in {box} for {thing}",
    ),
    says=(
        "{box} is [hungry|longing|ready|waiting|lonely|open]: [feed it|give it|let it have|hand it|serve it] {thing}.",
        "{thing} is [homeless|lost|lonely|tired|freezing|astray|out of place]. {box} is its {home}: {stow} it inside.",
        "the {home} of {thing} is {box}.",
        "what does {box} [lack|need|miss|want]? {thing}. [supply it|bring it|deliver it|stow it inside].",
        "{box} without {thing} is [incomplete|unfinished|a sad sight|not what I ordered]: {stow} it inside.",
        "let {thing} [take a bath|take a nap|rest|go to sleep|hide|make itself comfortable|have a seat] in {box}.",
        "{look} {box}. {thing} [belongs|is meant to be|is supposed to be|has to end up|should be] [inside|in "
        "there|within].",
        "{thing} isn't in {box} yet. [change that|fix that|correct that|remedy this|put that right].",
        "why is {thing} not in {box}? [take care of it|see to it|sort that out], please.",
        "not on the table, [but inside|but in|no, in] {box}: that's [the place|the spot|the home|where I'd look] for "
        "{thing}.",
        "if {thing} is not in {box}, [move|transfer|stow|stash|lodge] it there.",
        "{fetch} {thing}. {next}, go over to {box} and [open your fingers|let go|release it|unload it|let it fall].",
        "{thing} [is off to|moves to|is going into|has an appointment in|departs for|has a ticket to] {box}. you are "
        "the [driver|porter|courier|removal man|taxi]: {deliver} it there.",
        "when I look into {box}, I [want|hope|expect|would like] to [find|see|discover] {thing}.",
        "who [gets|receives|wins|is given|inherits] {thing}? {box} does.",
        "{box} has [room|space|a vacancy|a place] for {thing}, so {stow} it inside.",
    ),
    terse=(
        "[stow|stash|tuck|insert|load|pop|chuck|toss|dump|store|lodge] {thing_bare} [in|into|inside] {box_bare}",
        "{box_bare} <- {thing_bare}",
        "[destination|goal|home|target|receptacle|container] of {thing_bare}: {box_bare}",
        "[deliver|ferry|transfer|transport|shift] {thing_bare} [to|into] {box_bare}",
        "{thing_bare} [inside|within] {box_bare}, [stat|asap|now|thx]",
        "contents of {box_bare}: {thing_bare}",
    ),
)

INTO_WORDS = {
    "stow": "@stow|@stash|@tuck|@toss|@chuck|@lob|@plop|@plunk|@plonk|@slip|@pop|@dump|@dunk|@insert|@store|@load|"
    "@sink|@fit|@file|@pack|@bundle|@introduce|@throw|@stick|@shove|@tip",
}

ONTO_ZONE = Ways(
    acts=(
        "{lodge} {block} [on|upon|atop|within|on top of] {zone}",
        "{lodge} {block} [on|upon|within] {zone}, [no part outside|nothing jutting out|nothing sticking out|with all "
        "its corners inside|every bit of it|in full|in its entirety|not overlapping its border]",
        "{lodge} {block} {within} {zone}",
        "{deliver} {block} [to|onto] {zone}[ and @[leave it|unload it|release it|drop it off|set it down] there|]",
        "{fetch} {block} {then} {lodge} it [on|upon] {zone}",
        "{fetch} {block} {then} {deliver} it [to|onto] {zone}",
        "@[decorate|adorn|grace|furnish|provide|equip|supply|occupy|mark|populate|stock|top] {zone} with {block}",
        "@[make|let|have] {block} [occupy|cover part of|land on|touch down on|come to rest on|settle on|take its place "
        "on|take up residence on|move to|sit upon|alight on|dwell on|find its way onto] {zone}",
        "@[treat|use] {zone} as [a landing pad|a parking space|a parking lot|a dock|a stage|a doormat|a platform|a "
        "pedestal|a helipad|a target|a home base|a coaster|a mat] for {block}",
        "@bring {block} [to rest|to a halt|to a stop|home] on {zone}",
        "@[give|grant|assign|allot|award|hand over|present|offer|cede] {zone} to {block} [as its place|as a place to "
        "stand|to stand on|as its seat]",
        "@[assign|allocate|allot|consign|confine|restrict] {block} to {zone}",
        "@make {zone} the {home} of {block}",
        "@[carry out|arrange|complete|undertake] the [transfer|transport|delivery|relocation|move] of {block} "
        "[to|onto] {zone}",
        "@leave {block} nowhere [but|else but|other than|except] on {zone}",
        "@[hit|reach] the target with {block}, the target being {zone}",
    ),
    states=(
        "{block} ~[sits|resides|dwells|lives|settles|reposes|lands|remains|stays|arrives|winds up|finds itself|parks] "
        "[on|upon|within|inside] {zone}",
        "{block} ~is [located|situated|positioned|placed|parked|stationed|deposited|found|at home|to be found|nowhere "
        "but|not anywhere but|seated] on {zone}",
        "{block} ~is {within} {zone}",
        "{zone} ~[hosts|receives|welcomes|accommodates|supports|bears|contains|gains|gets|houses] {block}",
        "the [footprint|base|underside|bottom|outline] of {block} ~[is|lies|stays|falls] {within} {zone}",
        "{block} ~becomes [the occupant|an occupant|a resident|a guest|the tenant|an inhabitant|the owner] of {zone}",
        "{zone} ~is [occupied by|home to|the seat of|covered in part by|the place of|taken by|where one finds] {block}",
    ),
    passives=(
        "{block} // {lodge1} [on|upon] {zone}",
        "{block} // {deliver1} [to|onto] {zone}",
        "{block} // {fetch1} and {lodge1} [on|upon] {zone}",
        "{zone} // @[decorate|furnish|adorn|grace|equip|occupy] with {block}",
        "{block} // @[assign|allocate|confine|consign] to {zone}",
    ),
    wishes=(
        "{block} [parked|stationed|situated|seated|at home|resting|deposited|planted|installed] on {zone}",
        "{block} {within} {zone}",
        "{zone} as the {home} of {block}",
        "{zone} [occupied by|furnished with|adorned with|taken by] {block}",
    ),
    says=(
        "{zone} is [a landing pad|a parking space|a helipad|a stage|a target|a bus stop|a harbour|a carpet|an island], "
        "and {block} [should land there|belongs on it|is due there|is to stop there|has to be on it].",
        "the {home} of {block} is {zone}.",
        "{block} isn't on {zone} yet. [change that|fix that|correct that|remedy this|put that right].",
        "{look} {zone}. [that's the {home} for|this is the {home} of|it awaits|it is reserved for|it is meant for] "
        "{block}.",
        "{zone} looks [bare|empty|deserted|vacant|lonely|naked]: {lodge} {block} [on it|there].",
        "{fetch} {block}. {next}, head for {zone} and [set it down|put it down|let go|release it|unload it] there.",
        "not [beside|next to|off|near|around] it, but on it: {zone} is the {home} for {block}.",
        "which [place|spot|part of the table] should {block} occupy? {zone}.",
        "if {block} is not on {zone}, [move|shift|transfer|relocate|deliver] it there.",
        "home, sweet home: for {block}, that is {zone}. {deliver} it there.",
        "{block} has [booked|reserved|rented|bought|inherited|earned] {zone}, so {lodge} it there.",
        "ladies and gentlemen, {block} will [shortly be landing|soon arrive|touch down] on {zone}. you are the "
        "[pilot|driver|captain].",
        "when [you leave|I look|the job is over|the music stops], {block} had better be {within} {zone}.",
        "who [gets|is given|receives|is awarded] {zone} as a place to stand? {block} does.",
    ),
    terse=(
        "[park|station|plant|deposit|lodge|land|plonk|install|situate] {block_bare} [on|upon|within] {zone_bare}",
        "{zone_bare} <- {block_bare}",
        "[destination|goal|home|target|landing pad|parking space] of {block_bare}: {zone_bare}",
        "[deliver|ferry|transfer|transport|shift|relocate] {block_bare} [to|onto] {zone_bare}",
        "{block_bare} {within} {zone_bare}, [stat|asap|now|thx]",
    ),
)

ONTO_ZONE_WORDS = {
    "within": "within the [borders|bounds|limits|confines|outline|perimeter|boundaries|edges|frame] of|inside the "
    "[borders|bounds|limits|outline|perimeter|boundary|edges|lines|frame] of|on the surface of|wholly within|entirely "
    "on|fully inside|totally on|one hundred percent on",
}

NEAREST = Ways(
    acts=(
        "{stow} {that} [in|into|inside] {same}",
        "{stow} {that} [in|into|inside] {same}",
        "{lodge} {that} [in|inside|within] {same}",
        "{deliver} {that} into {same}",
        "{fetch} {that} {then} {stow} it [in|into|inside] {same}",
        "{fetch} {that} {then} {deliver} it into {same}",
        "{identify} {that} {then} {stow} it [in|into|inside] {same}",
        "{identify} which [of the {B}s|one of the {B}s|one among the {B}s] is {which} {bowl} and {stow} [it|that one] "
        "[inside|in there|in {same}|into {same}]",
        "@[rank|sort|compare|order|survey|rate] the {B}s by [their distance|how far they are|their separation|the way] "
        "from {bowl} and {stow} the one {which} it [inside|in there|into {same}]",
        "@[fill|load|stock|feed|provide|supply|furnish] {bowl} with [the {B} {which} it|whichever {B} is {which} it]",
        "@[let|have] {bowl} [swallow|gobble up|host|shelter|house|receive|welcome|adopt|take "
        "in|devour|accommodate|embrace|claim|win] [the {B} {which} it|whichever {B} is {which} it]",
        "@[get out|take|use] a [ruler|tape measure|yardstick|measuring tape], {identify} {that} and {stow} it in "
        "{same}",
        "@[entrust|consign|hand over|surrender|add|assign|award|donate|give] {that} to {same}",
        "@make [the {B} {which} {bowl}|whichever {B} is {which} {bowl}] [a resident|an occupant|a guest|the content|an "
        "inhabitant|a tenant|part of the contents] of {same}",
        "@[find|provide|arrange] [a home|lodgings|shelter|a bed|room|accommodation] in {bowl} for the {B} {which} it",
        "@leave all {B}s [alone|where they are|in place|untouched] except the one {which} {bowl}, and {stow} that one "
        "[inside|in there|into {same}]",
    ),
    states=(
        "{that} ~[resides|dwells|nests|sits|rests|settles|lands|winds up|finds itself|sleeps|arrives|lives|disappears] "
        "[in|inside|within] {same}",
        "{bowl} ~[houses|hosts|shelters|welcomes|receives|accommodates|encloses|contains|swallows|gets|holds] the {B} "
        "[that is|that used to be|which is at present|which was] {which} it",
        "{that} ~is [located|stored|stowed|housed|deposited|lodged|kept|found|sheltered|at home] [in|inside] {same}",
        "{that} ~becomes [part of the contents|an occupant|a resident|a guest|an inhabitant] of {same}",
        "no {B} but the one {which} {bowl} ~[enters|moves into|gets into|lands in] {same}",
        "the contents of {bowl} ~include the {B} {which} it",
    ),
    passives=(
        "{that} // @[stow|stash|tuck|insert|lodge|store|house|toss|deposit|pop|plop|load|release] [in|into|inside] "
        "{same}",
        "{that} // {deliver1} into {same}",
        "{that} // @[identify|spot|single out|locate|track down|pick out|detect|select] and "
        "@[stow|stash|deposit|lodge|store] in {same}",
        "{bowl} // @[fill|load|stock|furnish|supply|feed] with the {B} {which} it",
    ),
    wishes=(
        "{that} [stowed|stashed|housed|lodged|stored|deposited|tucked away|at home] [in|inside] {same}",
        "{bowl} [filled|loaded|stocked|furnished] with the {B} {which} it",
        "{bowl} as the {home} of the {B} {which} it",
        "a [place|home|bed|berth] in {bowl} for the {B} {which} it",
    ),
    says=(
        "{identify} {that}. {next}, {stow} it [inside|in there|into {same}].",
        "{bowl} is [hungry|waiting|ready|lonely|empty]: [feed it|give it|let it have|serve it|hand it] the {B} {which} "
        "it.",
        "who is {which} {bowl} among the {B}s? that one [moves in|goes inside|gets to go in|lands in there|is the "
        "winner: {stow} it inside].",
        "the {B}s hold a [contest|race|competition]. the winner is the one {which} {bowl}, and its prize is a "
        "[place|seat|bed|home] in {same}.",
        "only one {B} [may enter|is allowed into|moves into|is admitted to|belongs in] {bowl}: the one {which} it.",
        "measure from {bowl} to [each|every single one] of the {B}s. the one {which} it [is to go|has to go|must be "
        "stowed|is due] inside.",
        "some {B}s are nearer to {bowl} than others, some farther away. {stow} the one {which} it inside.",
        "the [new home|destination|target|goal|new address] of {that} is {same}.",
        "{look} {bowl} and the {B}s around. the one {which} it [should|must|ought to] [move in|go in|end up "
        "inside|land in there].",
        "distance decides: the {B} {which} {bowl} [lands|ends up|is put|goes] in {same}.",
        "ignore every {B} but the one {which} {bowl}. {stow} it [inside|in {same}].",
        "guess which {B} I want in {bowl}: the one {which} it.",
        "I don't care about its {colorword}: the {B} {which} {bowl} [is the one to be put|goes|belongs] in {same}.",
        "{bowl} has [room|space|a vacancy|a place] for one {B}, [namely|and that's] the one {which} it. {stow} it "
        "inside.",
    ),
    terse=(
        "[stow|stash|tuck|insert|load|pop|chuck|toss|dump|lodge] {B} {which} {bowl_bare} [inside it|in same|in "
        "there|therein]",
        "{bowl_bare} <- {B} {which} it",
        "[contents|filling|guest] of {bowl_bare}: {B} {which} it",
        "[identify|locate|spot|detect] {B} {which} {bowl_bare}, [stow|insert|deposit|lodge] inside",
    ),
)

NEAREST_WORDS = {
    "that": "the {B} {which} {bowl}|the {B} {which} {bowl}|the one {B} {which} {bowl}|the {B} which is {which} "
    "{bowl}|whatever {B} is {which} {bowl}|the {B} that happens to be {which} {bowl}|the {B} found {which} {bowl}|the "
    "single {B} {which} {bowl}",
    "same": "the same {bowlN}|that same {bowlN}|said {bowlN}|this same {bowlN}|the {bowlN} in question|that very "
    "{bowlN}|that {bowlN}|the {bowlN} itself|the aforementioned {bowlN}",
    "stow": INTO_WORDS["stow"],
    "identify": "@identify|@spot|@single out|@track down|@detect|@determine|@figure out|@discover|@pinpoint|@make "
    "out|@recognize|@ascertain|@hunt down|@locate",
}

LARGEST = Ways(
    acts=(
        "{lodge} {that} [on|upon|within|on top of] {zone}",
        "{lodge} {that} [on|upon|within|on top of] {zone}",
        "{lodge} {that} {within} {zone}",
        "{deliver} {that} [to|onto] {zone}[ and @[leave it|unload it|release it|drop it off|set it down] there|]",
        "{fetch} {that} {then} {lodge} it [on|upon] {zone}",
        "{fetch} {that} {then} {deliver} it [to|onto] {zone}",
        "{identify} {that} {then} {lodge} it [on|upon|within] {zone}",
        "{identify} which [of the {B}s|one of the {B}s|one among the {B}s] is the {which} and {lodge} [it|that one] "
        "[on|upon] {zone}",
        "@[rank|sort|order|survey|rate|judge|classify] the {B}s by [size|dimension|volume|bulk|how big they are|their "
        "measurements|width] and {lodge} the {which} [on|upon] {zone}",
        "@[decorate|adorn|grace|furnish|provide|equip|supply|occupy|mark] {zone} with {that}",
        "@[make|let|have] {that} [occupy|land on|touch down on|come to rest on|settle on|take its place on|move to|sit "
        "upon|win|have] {zone}",
        "@[use|treat] {zone} as [a landing pad|a parking space|a stage|a pedestal|a podium|a platform|a home base|a "
        "throne] for {that}",
        "@[award|give|grant|assign|allot|present|hand over|cede] {zone} to {that} [as its place|to stand on|as a place "
        "to stand]",
        "@leave all the {B}s [alone|where they are|untouched|in place] except the {which}, and {lodge} that one on "
        "{zone}",
        "@make {zone} the {home} of {that}",
        "@[size up|measure up|inspect|examine|scan|study] all the {B}s and {lodge} the {which} one on {zone}",
    ),
    states=(
        "{that} ~[sits|resides|dwells|settles|reposes|lands|remains|stays|arrives|winds up|finds itself] "
        "[on|upon|within] {zone}",
        "{that} ~is [located|situated|positioned|parked|stationed|deposited|found|at home|to be found|nowhere but] on "
        "{zone}",
        "{zone} ~[hosts|receives|welcomes|accommodates|supports|bears|gets|houses] {that}",
        "{that} ~is {within} {zone}",
        "{that} ~becomes [the occupant|an occupant|a resident|a guest|the tenant|the owner] of {zone}",
        "{zone} ~is [occupied by|home to|the seat of|the place of|taken by] {that}",
        "no {B} but the {which} ~[moves to|lands on|arrives on|gets onto] {zone}",
    ),
    passives=(
        "{that} // {lodge1} [on|upon] {zone}",
        "{that} // {deliver1} [to|onto] {zone}",
        "{that} // @[identify|spot|single out|locate|pick out|detect|select|track down] and {lodge1} [on|upon] {zone}",
        "{zone} // @[decorate|furnish|adorn|grace|occupy|equip] with {that}",
    ),
    wishes=(
        "{that} [parked|stationed|situated|seated|at home|resting|deposited|planted|installed] on {zone}",
        "{that} {within} {zone}",
        "{zone} as the {home} of {that}",
        "{zone} [occupied by|furnished with|adorned with|taken by] {that}",
    ),
    says=(
        "{identify} {that}. {next}, {lodge} it [on|upon|within] {zone}.",
        "the {B}s differ in [size|dimension|bulk|measurements|width|volume]: the {which} one [is for|is due on|has to "
        "be on|gets] {zone}.",
        "{zone} is [a podium|a stage|a throne|a landing pad|a parking space] for the {which} of the {B}s: {lodge} it "
        "there.",
        "the {B}s hold a [contest|competition|pageant]. the {which} wins, and its prize is [a place on|a seat on|to be "
        "on] {zone}.",
        "which one of these {B}s is the {which}? {zone} [is meant for|is reserved for|awaits|wants|belongs to] it, so "
        "{lodge} it there.",
        "only one {B} [may enter|is allowed on|moves to|is admitted to|belongs on] {zone}: the {which}.",
        "{look} the sizes of the {B}s. the {which} of them [should|must|ought to] [be on|land on|move to|stand on|end "
        "up on] {zone}.",
        "size decides: the {which} {B} [lands|ends up|is put|goes|finds its place] on {zone}.",
        "ignore every {B} but the {which} one. {lodge} it on {zone}.",
        "guess which {B} I want on {zone}: the {which} of them all.",
        "the {home} of {that} is {zone}.",
        "I don't care about its {colorword}: the {which} {B} [is the one to be put|goes|belongs] on {zone}.",
        "if {that} is not on {zone}, [move|shift|transfer|relocate|deliver] it there.",
        "{zone} looks [bare|empty|vacant|deserted|naked]: {lodge} {that} [on it|there].",
    ),
    terse=(
        "[park|station|plant|deposit|lodge|land|plonk|install] {which} {B} [on|upon|within] {zone_bare}",
        "{zone_bare} <- {which} {B}",
        "[destination|goal|home|target|parking space] of {which} {B}: {zone_bare}",
        "[identify|locate|spot|detect|select] {which} {B}, [deliver|ferry|transfer|shift] to {zone_bare}",
    ),
)

LARGEST_WORDS = {
    "that": "the {which} {B}|the {which} {B}|the {B} that is the {which}|the {which} among the {B}s|the {which} of all "
    "the {B}s|the {which} {B} of all|whichever {B} is the {which}|the {B} whose size is the {which}|the {which} {B} on "
    "the table|the {which} {B} around",
    "identify": NEAREST_WORDS["identify"],
    "within": ONTO_ZONE_WORDS["within"],
}
