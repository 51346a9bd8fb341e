"""Moving the hand, lifting, and pushing."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

REACH = Ways(
    acts=(
        "{station} {tip} {exactly}{height} [over|above|clear of|higher than] {upto} {thing}",
        "{station} {tip} [over|above] {thing}, {height} [clear of|away from|above|from|higher than] its {roof}",
        "{steer} {tip} to [a place|a location|a pose|a waypoint|a hovering spot|a standpoint|a station|a position in "
        "the air] {height} [over|above] {upto} {thing}",
        "@[approach|visit|come to|head for|travel to|fly to] {thing} from above and @[halt|pause|freeze|stay "
        "put|linger|come to rest|wait|hang|brake|quit moving] {height} [short of|above|clear of|away from] its {roof}",
        "@[leave|keep|maintain|preserve|establish|observe] {agap} of {height} between {upto} {thing} and {tip} [above "
        "it|over it|overhead]",
        "@[imitate|play|act like] a [hummingbird|helicopter|drone|bee|kestrel|balloon|cloud|lamp] [over|above] "
        "{thing}, [at a height of {height} above its {roof}|with {tip} {height} above its {roof}]",
        "@[loom|float|hang|levitate|linger|soar|tower|wait|poise] {height} [over|above] {upto} {thing}[, {untouched}|]",
        "@aim for [a point|the point|the spot] {height} [vertically|straight|directly|right] above {upto} {thing} and "
        "@[drive|steer|guide|send|direct] {tip} there",
        "@[lower|raise] or @[lift|drop] {tip} until it is {exactly}{height} above {upto} {thing}",
        "@adjust the [height|altitude|elevation|level] of {tip} over {thing} to {height} above its {roof}",
        "@get into position {height} above {upto} {thing}, as if [about to grab it|ready to pick it up|to take aim at "
        "it], [yet|but] @[keep your fingers off it|leave it alone|leave it untouched]",
        "@pretend that {thing} is [hot|wet with paint|asleep|a sleeping cat|made of glass] and @[stay|keep|remain] "
        "{height} [above|over] {upto} it",
    ),
    states=(
        "{tip} ~[floats|looms|hangs|waits|stays|remains|lingers|pauses|rests|halts|arrives] {exactly}{height} "
        "[over|above|clear of] {upto} {thing}",
        "{upto} {thing} ~has {tip} {exactly}{height} [overhead|above it|over it]",
        "{height} of [air|empty space|free space|daylight|nothing] ~separates {upto} {thing} from {tip} [above "
        "it|overhead]",
        "the [clearance|vertical distance|headroom|gap|difference in height|offset|interval] between {tip} and {upto} "
        "{thing} below it ~[is|measures|equals|amounts to] {height}",
        "{tip} ~is [straight|vertically|directly|plumb] over {thing} and {height} [away from|higher than|clear of] its "
        "{roof}",
    ),
    passives=(
        "{tip} // @[station|park|suspend|poise|fix|steady|situate|halt|locate|stop] {height} [over|above|clear of] "
        "{upto} {thing}",
        "{tip} // @[steer|guide|direct|send|drive|fly|maneuver|manoeuvre|navigate|convey] to [a place|a location|a "
        "pose|a waypoint] {height} [over|above] {upto} {thing}",
        "{tip} // @[lower|raise|adjust] until it is {height} above {upto} {thing}",
    ),
    wishes=(
        "{agap} of {height} between {upto} {thing} and {tip} [above it|over it]",
        "{tip} [poised|suspended|floating|waiting|ready|parked|stationed|in mid-air] {height} [above|over] {upto} "
        "{thing}",
        "an approach to {thing} from above that [ends|stops|halts] {height} [short of|above] its {roof}",
    ),
    says=(
        "suppose there were a [lamp|bell|cloud|ceiling] {height} above {upto} {thing}: that is where {tip} "
        "[goes|belongs|should be|has to be].",
        "{look} {upto} {thing}. go straight up from there by {height}: {tip} [belongs|must be] at that point.",
        "[keep your distance from|stay off|hands off|keep off|no contact with] {thing}: {tip} "
        "[stays|waits|remains|hangs] {height} above its {roof}.",
        "how close may {tip} come to {upto} {thing}? {height}, straight above it. go there and "
        "[freeze|wait|stay|halt].",
        "I'm going to measure the distance from {upto} {thing} up to {tip}: it [had better|ought to|must|should] be "
        "{height}.",
        "[picture|imagine|visualize|think of] a point {height} [higher than|above|over] {upto} {thing}. {steer} {tip} "
        "there[ and @wait|].",
        "what is above {thing}? nothing yet. {tip} [should|ought to|must] be, {height} [over|from|clear of] its "
        "{roof}.",
        "neither higher nor lower than {height} above {upto} {thing}: {station} {tip} there.",
        "prepare to grasp {thing}, but don't do it yet: {tip} [waits|stops|halts] {height} above its {roof}.",
        "a fly could just pass between {thing} and {tip}: leave {height} above its {roof}.",
    ),
    terse=(
        "[altitude|clearance|elevation|offset|standoff|vertical gap] {height} over top of {thing_bare}",
        "[end effector|claw|manipulator|arm|fingers] over {thing_bare}, [z = top + {height}|gap {height}|{height} "
        "clear]",
        "{thing_bare}: approach from above, [stop|halt|pause] at {height}",
        "[pre-grasp pose|hover pose|waypoint|standby] over {thing_bare}, {height} up",
        "[float|loom|hang|pause] {height} over {thing_bare}",
    ),
)

REACH_WORDS = {
    "upto": "the top of|the top of|the top face of|the upper surface of|the highest point of|the summit of|the upper "
    "face of|the upper side of|the upper end of|the crown of|the peak of",
    "roof": "top|top face|upper surface|upper face|highest point|upper side|summit|peak|crown",
    "agap": "a gap|a clearance|a space|an air gap|an empty space|a vertical distance|a headroom|a safety margin|a "
    "separation|a safe distance|an interval",
    "station": "@station|@park|@poise|@suspend|@float|@dangle|@fix|@situate|@halt|@steady|@locate|@freeze|@pause|@hold|"
    "@leave",
    "steer": "@steer|@guide|@direct|@send|@drive|@fly|@sail|@pilot|@maneuver|@manoeuvre|@navigate|@swing|@shift|"
    "@deliver|@conduct|@ease|@convey|@advance|@extend",
    "untouched": "without so much as brushing it|without making contact|without laying a finger on it|without "
    "disturbing it|without bumping into it|leaving it untouched|with no contact whatsoever|keeping clear of it",
}

LIFT = Ways(
    acts=(
        "{hoist} {block} {atleast} {clear} and {grip}",
        "{hoist} {block} {atleast} {clear} and {grip}",
        "{fetch} {block}, {hoist} it {atleast} {clear} and {grip}",
        "@put {atleast} of [air|empty space|daylight|nothing] [between {block} and the table|under {block}|beneath "
        "{block}|below {block}] and {grip}",
        "@[relieve|rid|free] the table of {block} by holding it {atleast} [up in the air|aloft|overhead|above it]",
        "@[play|be|act as] the [crane|elevator|lift|forklift|winch] for {block}: [at least|a minimum of] {height} up, "
        "and no unloading",
        "@[make|let] {block} [float|hang|hover|dangle|fly|levitate] {atleast} {clear} in {claw}",
        "@take {block} [upstairs|on a trip upwards|for a ride in the air|aloft], {atleast} {clear}, and {grip}",
        "@[keep|hold|suspend|retain|sustain] {block} [aloft|in mid-air|airborne|suspended|in the air], {atleast} "
        "{clear}",
        "@[present|show|display|exhibit] {block} to [the camera|the audience|everyone|the public], {atleast} {clear}, "
        "[firmly|securely|tightly|safely] in {claw}",
        "@[increase|raise] the [altitude|elevation|height] of {block} to {atleast} above the table and {grip}",
        "@[clear|leave|break contact with] the table with {block} in {claw}, {atleast} [up|high|above it]",
        "@[separate|detach|part|remove] {block} from the table, straight up by {atleast}, and {grip}",
    ),
    states=(
        "{block} ~is {aloft}, {atleast} [over|above|clear of|from|off] the table, and "
        "[clasped|clutched|gripped|secure|firm|safe|enclosed] in {claw}",
        "{claw1} ~[keeps|bears|retains|supports|suspends] {block} {aloft}, {atleast} {clear}",
        "there ~is {atleast} of [air|empty space|free space|daylight] [beneath|under|underneath|below] {block}, which "
        "{claw1} has",
        "{block} ~loses [contact|touch] with the table and ~[stays|remains|floats|dangles|hovers|lingers] {atleast} "
        "above it in {claw}",
        "the [clearance|distance|gap|space|headroom] between the table and {block} in {claw} ~is {atleast}",
    ),
    passives=(
        "{block} // @[hoist|heave|elevate|haul up|winch up|uplift|boost|scoop up|jack up] {atleast} {clear} and "
        "@[retain|keep aloft|keep there|hold fast|hold tight]",
        "{block} // @[suspend|retain|keep aloft|keep suspended|keep airborne|hold aloft] {atleast} {clear}",
        "{block} // @[separate|detach|remove] from the table by {atleast}, upwards, and not @put down again",
    ),
    wishes=(
        "{block} {aloft}, {atleast} {clear}, [clasped|clutched|gripped|secure|tight] in {claw}",
        "{atleast} of [air|empty space|daylight] [under|beneath|below] {block}, and your [fingers|claws] around it",
        "an elevation of {block} by {atleast}, followed by a firm grip",
    ),
    says=(
        "I'd like to [wipe|dust|polish|inspect|mop] the table under {block}. keep it {atleast} up while I do.",
        "I'm going to [slip a book|slide a tray|push a cloth|pass my hand] under {block}: hold it aloft, {atleast} "
        "{clear}.",
        "{block} has been sitting on the table long enough. {hoist} it {atleast} {clear} and {grip}.",
        "[one, two, three, heave!|heave-ho!|upsy-daisy!|all aboard!] {block} goes up by {atleast} and stays in {claw}.",
        "{hoist} {block}. once it is {atleast} {clear}, do not [put it down|set it down|lower it|release it] again.",
        "the table is [hot|wet|sticky|dirty|on fire]! save {block}: {atleast} up, and {grip}.",
        "{fetch} {block}. {next}, {hoist} it {atleast} {clear}, [where it stays|and there it stays|and {grip}].",
        "{block} wants to [fly|see the world from above|enjoy the view|be tall]: take it up by {atleast} and {grip}.",
        "not on the table but {atleast} over it, in {claw}: that is where {block} [belongs|should be|has to be].",
        "can {block} [fly|float|levitate]? with your help, yes: {atleast} {clear}. do not release it.",
        "be a [crane|weightlifter|waiter|forklift]. your load is {block}, and it goes {atleast} {clear}. {grip}.",
    ),
    terse=(
        "{block_bare} [airborne|aloft|suspended|in mid-air], [>= {height}|min {height}|minimum {height}|{height}+]",
        "[hoist|elevate|raise|uplift|heave] {block_bare}, [>= {height}|min. {height}|{height} plus], [retain|grip|no "
        "release]",
        "[clearance|air|gap] under {block_bare}: min {height}, keep gripped",
        "{block_bare}: up, up, up, {height} [minimum|at least|or beyond], [stay|freeze|hang on]",
    ),
)

LIFT_WORDS = {
    "atleast": "at least {height}|at the very least {height}|{height} at the minimum|not less than {height}|a good "
    "{height}|upwards of {height}|{height} or beyond|{height} or still higher|a full {height} or more|fully {height} "
    "or more|no less than {height}|{height} minimum",
    "clear": "clear of the table|above the table|over the table|up from the table|away from the table|off the "
    "tabletop|above the surface|over the surface|above the work surface|clear of the tabletop|above its support|above "
    "where it stands|skyward|heavenward|towards the ceiling|upward|upwards|off the surface|above the tabletop",
    "hoist": "@hoist|@heave|@elevate|@haul|@boost|@winch|@pull|@draw|@levitate|@jack|@hike|@raise|@lift|@uplift",
    "grip": "@[maintain|retain|keep|preserve|tighten] your [grip|grasp|hold]|@hang on to it|@hold on to it|@hold on "
    "tight|@keep it clasped|@keep it aloft|@keep it in your clutches|@keep it suspended|@refuse to let go|@stay that "
    "way|@freeze|@keep it airborne|@cling to it|@keep your fingers closed|@wait|@stay there|@remain so|@keep it from "
    "falling|@clutch it|never @release it|@support it up there",
    "aloft": "aloft|airborne|in mid-air|suspended|in the air|off the ground|up high|raised|lifted|elevated",
    "claw1": "the claw|your claw|the manipulator|the end effector|the end-effector|the robot hand|the robotic hand|the "
    "grabber|your arm|the robot arm|the grasper",
}

PUSH = Ways(
    acts=(
        "{shunt} {block} {onto} {zone}{nograsp}",
        "{shunt} {block} {onto} {zone}{nograsp}",
        "{shunt} {block} [along|across|over] [the table|the tabletop|the surface] {onto} {zone}{nograsp}",
        "@[make|let] {block} [slide|glide|skate|slither|skid|scoot|shuffle|drift|travel|coast] [along|across|over] the "
        "table [onto|into|to] {zone}{nograsp}",
        "@[apply|use|exert] [a push|pushes|sideways force|pressure from the side|gentle pressure|thrust|pushing only] "
        "to [move|bring|transport|get|deliver|drive] {block} {onto} {zone}{nograsp}",
        "@play [bulldozer|snow plough|snowplow|curling|shuffleboard|hockey|shove-halfpenny|billiards] with {block}: "
        "pushing it [onto|into] {zone}, never lifting",
        "@treat {block} like a [puck|curling stone|shuffleboard disc|heavy crate|sliding door|wardrobe], and {shunt} "
        "it {onto} {zone}{nograsp}",
        "@[lean|press|push] against {block} [until|till] [it is|all of it is|it sits|it rests|it comes to rest] "
        "[on|inside|within] {zone}{nograsp}",
        "@[place|put|set|bring] {tip} [behind|against|next to|up against] {block} and {shunt} the {B} {onto} "
        "{zone}{nograsp}",
        "@close your [fingers and @use them|gripper and @use it|fist and @use it|claw and @use it] as a "
        "[broom|rake|plough|ram|bumper|pusher] to [shove|sweep|drive|push] {block} {onto} {zone}",
        "@give {block} a [push|shove|nudge|thrust|bump|kick along the table] that "
        "[brings|takes|moves|carries|lands|sends] it [onto|to|into] {zone}{nograsp}",
        "@[relocate|displace|transfer|shift|convey] {block} [onto|to|into] {zone} [by pushing|purely by pushing|by "
        "sliding|by means of pushing|through pushes alone], [with no grasp|not by hand-carrying|at ground level]",
    ),
    states=(
        "{block} ~is [shunted|shoved|nudged|swept|propelled|driven|bulldozed|eased] {onto} {zone}{nograsp}",
        "{block} ~[slides|glides|skates|scoots|travels|skids] over the table [until it is on|onto|into] "
        "{zone}{nograsp}",
        "{block} ~[reposes|rests|sits|settles|arrives] on {zone}, [having been pushed there|moved by pushing "
        "alone|brought there by pushing|thanks to a push, not to a grasp]",
        "{zone} ~[receives|gets|welcomes] {block} by way of a [push|shove|slide along the table], not of a "
        "[grasp|pick-up|lift]",
        "{block} ~gets {onto} {zone} and never ~[leaves|loses contact with|comes off] the table on its way there",
    ),
    passives=(
        "{block} // @[shunt|shove|nudge|sweep|propel|drive|bulldoze|ease|herd|scoot|poke|prod|thrust|force] {onto} "
        "{zone}{nograsp}",
        "{block} // @[slide|shove|move|sweep] [along|across] the [table|tabletop|surface] {onto} {zone}, [rather than "
        "lifted|not carried|but not grasped]",
    ),
    wishes=(
        "{block} [shoved|slid|nudged|swept|shunted|propelled] {onto} {zone}{nograsp}",
        "a [push|shove|slide|nudge] of {block} [onto|to|into] {zone}{nograsp}",
        "{zone} [reached|occupied] by {block} [through|thanks to] pushing, with no [grasp|grip|lifting] involved",
    ),
    says=(
        "no [lifting|grasping|gripping|carrying|clutching|hoisting] allowed: {shunt} {block} {onto} {zone}.",
        "[imagine|pretend|suppose] {block} is [a puck|a broken-down car|a heavy piano|nailed to a sledge|too wide for "
        "your fingers]: {shunt} it {onto} {zone}{nograsp}.",
        "{block} may not leave the [table|surface|ground] on its way [to|onto] {zone}: {shunt} it.",
        "your [fingers|gripper|jaws|claw] must stay shut: {shunt} {block} {onto} {zone}.",
        "{look} {zone}. {shunt} {block} {onto} it{nograsp}.",
        "{block} wants to go [for a slide|skating|sledging|to {zone}], but hates being [lifted|carried|held]. {shunt} "
        "it {onto} {zone}.",
        "{block} has [paint|glue|oil|soap] on its sides, so don't grip it. {shunt} it {onto} {zone}.",
        "how does {block} get to {zone}? by [being pushed|sliding|a shove|gentle nudges], [not in your grip|not by "
        "air|never through the air].",
        "go to {block} and {shunt} it. stop [when|as soon as|once] [all of it|the whole of it|it] is "
        "[on|inside|within] {zone}. it stays on the table [all along|throughout|at all times].",
        "keep {block} [on the ground|on the table|grounded|down|flat on the surface] while it [moves|travels|slides] "
        "[onto|to] {zone}. [pushes|shoves|nudges] are all you need.",
    ),
    terse=(
        "[shunt|nudge|sweep|bulldoze|scoot|propel|drive|ease] {block_bare} [onto|to|into|->] {zone_bare}, [no "
        "pick-up|no grasp|ungrasped|closed fingers|hands shut]",
        "[nonprehensile|non-prehensile|pushing only|sliding only]: {block_bare} [to|onto|->] {zone_bare}",
        "{block_bare} -> {zone_bare} by [shoving|nudging|sliding|sweeping], [stays on table|no lift|no grip]",
        "{zone_bare} <- {block_bare} (push)",
    ),
)

PUSH_WORDS = {
    "shunt": "@shunt|@nudge|@prod|@poke|@bulldoze|@sweep|@propel|@scoot|@shuffle|@herd|@ease|@drive|@force|@thrust|"
    "@shove|@plough|@plow|@jostle|@coax|@bump|@edge|@inch|@shepherd|@press|@slide|@skid|@knock|@maneuver|@work",
    "onto": "onto|onto|into|to|over to|toward and onto|fully onto|entirely onto|all the way onto|right "
    "onto|inside|until it is on|till it is on|until it lies within|up to and onto|completely into",
    "nograsp": " without [clasping|clutching|seizing|raising|hoisting|holding|capturing|grabbing] it| without taking "
    "it into your hand| without any [lift|grip|grasping|lifting|picking up]| with [your |]closed fingers| with shut "
    "jaws| while it stays [on the table|down|flat on the table]|, never [clutching|seizing|hoisting|raising] it|, "
    "gripper shut|, fingers together|, [no clutching|no hoisting|no grip allowed|contact from the side only]| without "
    "closing your fingers around it| without letting it leave the table",
}
