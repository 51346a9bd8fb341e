"""The grammars of the six types of task, for :mod:`~embodied_codeact.envs.wording`.

``{X}`` is the thing's name, ``{x}`` with an article, ``{x1}`` where it is first heard of, ``{Xs}`` the plural; ``{y}``
is where it goes and ``{Y}`` that without an article; ``{in}`` and ``{in}`` suit it, for what moves and what rests.
"""

from __future__ import annotations

from collections.abc import Mapping

from embodied_codeact.envs.household.expert_reading import TaskKind
from embodied_codeact.envs.wording import Ways

COMMON: Mapping[str, str] = {
    "put": "@put|@put|@place|@place|@set|@lay|@leave|@deposit|@drop|@stick|@position",
    "bring": "@bring|@carry|@take|@move|@deliver|@transfer",
    "get": "@get|@get|@find|@find|@grab|@take|@fetch|@locate|@pick up|@look for|@search for|@track down|@go and find",
    "then": "and|and|and then|, then|, and then",
    "ly": "|||||carefully |quickly |gently ",
}

_PLACE = Ways(
    acts=(
        "{put} {x} {in} {y}",
        "{put} {x} {in} {y}",
        "{put} {x} {in} {y}",
        "{ly}{put} {x} {in} {y}",
        "@[put|place|drop|move|get] {x} {into} {y}",
        "{get} {x} and @[put|drop|move] it {into} {y}",
        "{bring} {x} [to|to|over to] {y}",
        "{get} {x} [and|and|and then] {put} it {in} {y}",
        "{get} {x}, then {put} it {in} {y}",
        "{get} {x} and {bring} it [to|over to] {y}",
        "@see that {x} gets {into} {y}",
        "@make sure {x} ends up {in} {y}",
        "@find {x} [somewhere around here|in this room|in here|around the room] and {put} it {in} {y}",
        "@let {x} end up {in} {y}",
        "@use {y} as the [place|spot] for {x}",
        "{put} {in} {y} {x1}",
    ),
    states=(
        "{x} ~is {in} {y}",
        "{x} ~is {in} {y}",
        "{x} ~ends up {in} {y}",
        "there ~is {x1} {in} {y}",
        "the {Y} ~has {x1} {in} it",
        "{x} ~gets {into} {y}",
        "{x} ~is [placed|put|left|lying|sitting|moved] {in} {y}",
    ),
    passives=(
        "{x} // @put {in} {y}",
        "{x} // @place {in} {y}",
        "{x} // {ly}@[put|place|leave|set] {in} {y}",
        "{x} // @[move|bring|carry|take|deliver|transfer] to {y}",
        "{x} // @find and @[put|place] {in} {y}",
    ),
    wishes=("{x} {in} {y}", "{x1} {in} {y}", "{x} to be {in} {y}"),
    says=(
        "{x} [belongs|goes|should go|has to go] {in} {y}.",
        "{x} [belongs|goes] {in} {y}[: put it there|, so put it there|. please put it there].",
        "where is the {X}? [find it and put it|it should be|it belongs|I want it] {in} {y}.",
        "the {X} is [in the wrong place|not where it should be|lying around]. it [belongs|should be] {in} {y}.",
        "[there's|there is] {x1} [somewhere around here|in this room|somewhere]. [put|place|leave] it {in} {y}.",
        "[there must be|I think there is|there should be] {x1} [here|in here|somewhere]. [bring|take|move] it to {y}.",
        "something is missing {in} {y}: {x1}. [bring|put|get] it there.",
        "{in} {y} is where [I want|I need|we keep|I'd like] {x}. [put|bring|move] it there.",
        "[find|get|look for|take|pick up] {x}. [then|next|after that|afterwards,] [put|place|leave] it {in} {y}.",
        "{y} is the [right place|spot] for {x}[: put it there|. put it there].",
        "as for the {X}: {into} {y} with it.",
        "[I can't find|I'm looking for] the {X}. [when|once] you [find it|have it], [put|leave|place] it {in} {y}.",
        "[I need|I want|I'd like] {x1}. [leave|put|place] it {in} {y}.",
        "do you see {x1} anywhere? [put|place|drop] it {in} {y}.",
        "[first find|find|locate|get hold of] {x}. {y} is where it [goes|should go|belongs].",
        "{y}: that's where {x} [goes|belongs].",
    ),
    terse=(
        "{X} [->|=>|to|-->|{in}|{in}] {Y}",
        "[put|place|move|get|need|want] {X} {in} {Y}",
        "{X} {in} {Y}[ please| pls| now|, thx|]",
        "{X}: {in} {Y}",
        "{X} from wherever it is to {Y}",
        "move {X} to {Y}",
        "[find|get] {X}, [put|leave] {in} {Y}",
    ),
)

_TREAT_ACTS = (
    "{treat} {x} {then} {put} it {in} {y}",
    "{treat} {x} {then} {put} it {in} {y}",
    "{treatx} {then} {put} it {in} {y}",
    "{part} {then} {put} it {in} {y}",
    "{treat} {x} before $[put|place|set] it {in} {y}",
    "{treat} {x} and {bring} it [to|over to] {y}",
    "{put} {adjx} {in} {y}",
    "{put} {adjx} {in} {y}",
    "{bring} {adjx} to {y}",
    "{get} {x}, {treatit} and {put} it {in} {y}",
    "{get} {x}, {treatit}, then {put} it {in} {y}",
    "{put} {x} {in} {y} [after|after first] {treatingit}",
    "{put} {x} {in} {y} [once|as soon as|when] it is {adj}",
    "{put} {x} {in} {y}, but {treat} it first",
    "{put} {x} {in} {y}, {adj}",
    "@make {x} {adj1} {then} {put} it {in} {y}",
    "{treat} {x} first, {then2} {put} it {in} {y}",
    "{treat} {x} so that it is {adj1}, {then2} {put} it {in} {y}",
    "@get {x} {adj1} and {put} it {in} {y}",
)
_TREAT_STATES = (
    "{adjx} ~is {in} {y}",
    "{adjx} ~ends up {in} {y}",
    "there ~is {adjx1} {in} {y}",
    "{x} ~is {adj1} and [sits|is|lies] {in} {y}",
    "the {Y} ~has {adjx1} {in} it",
    "{x} ~gets ^{pt} and then put {in} {y}",
)
_TREAT_PASSIVES = (
    "{x} // {passt} and [then |]@[put|place|leave|set] {in} {y}",
    "{x} // {pass} and [then |]@[bring|take|move|carry] to {y}",
    "{x} // {pass} before being @[put|place] {in} {y}",
    "{adjx} // @[put|place|set|leave] {in} {y}",
    "{x} // @put {in} {y} after being {pass}",
    "{x} // first {pass}, then @[put|place] {in} {y}",
)
_TREAT_WISHES = ("{adjx} {in} {y}", "{adjx1} {in} {y}", "{x} {adj1} and {in} {y}")
_TREAT_SAYS = (
    "{treatx}. [then|next|after that|afterwards|once that is done], [put|place|leave|set] it {in} {y}.",
    "first {treatx}, [then|and then|after that] {put} it {in} {y}.",
    "after {treatingx}, {put} it {in} {y}.",
    "once {x} is {adj}, {put} it {in} {y}.",
    "before you [put|place] {x} {in} {y}, {treatit}.",
    "{reason}{treatit} and {put} it {in} {y}.",
    "{reason}{treat} it, then {put} it {in} {y}.",
    "{wish}{treatx} and {put} it {in} {y}.",
    "{x} [belongs|goes] {in} {y}, [but it has to be {adj1} first|but only when it is {adj}|once it's {adj}].",
    "I want {x} {in} {y}, [and it must be {adj1}|but {adj1}|but it should be {adj1}|{adj1}, of course].",
    "is there {x1} around? {treat} it and {put} it {in} {y}.",
    "[find|get|take|pick up] {x}. {treatit}. [then|finally,] [put|place|leave] it {in} {y}.",
    "{in} {y} I [want|need|would like] {adjx1}.",
    "something is missing {in} {y}: {adjx1}.",
    "{x} needs [some |]{noun}. [then|after that|afterwards] it goes {in} {y}.",
    "[there's|there is] {x1} [somewhere|in here|around here]. [I want|I need] it {adj} and {in} {y}.",
)
_TREAT_TERSE = (
    "{adj} {X} [->|=>|to|{in}|{in}] {Y}",
    "{treat} {X}, [then |]{in} {Y}",
    "{treat} {X}, put {in} {Y}",
    "{X}: {treat}, then {Y}",
    "{treat} {X} -> {Y}",
    "{treat} {X} + put {in} {Y}",
    "[need|want] {adj} {X} {in} {Y}[ pls| please| now|]",
    "{adj} {X}, {Y}[, please|]",
)

_TREATED = Ways(_TREAT_ACTS, _TREAT_STATES, _TREAT_PASSIVES, _TREAT_WISHES, _TREAT_SAYS, _TREAT_TERSE)
_TREATED_WORDS = {
    "adjx": "{ax} {adj} {X}",
    "adjx1": "{ax1} {adj} {X}",
    "then2": "then|and then|and after that|and",
    "treatx": "[{treat} {x}|{treat} {x}|{plain} {x} {tool}]",
    "treatit": "[{treat} it|{treat} it|@{simple} it {tool}]",
    "treatingx": "[{treating} {x}|{treating} {x}|${simple} {x} {tool}]",
    "treatingit": "[{treating} it|{treating} it|${simple} it {tool}]",
    "plain": "@{root}",
    "passt": "[{pass}|{pass}|@{simple} {tool}]",
}
WORDS: Mapping[TaskKind, Mapping[str, str]] = {
    "clean": {
        **_TREATED_WORDS,
        "root": "{simple}",
        "simple": "clean|wash|rinse",
        "treat": "@clean|@clean|@wash|@wash|@rinse|@scrub",
        "treating": "$clean|$wash|$rinse|$scrub",
        "pass": "@clean|@wash|@rinse|@scrub",
        "pt": "[clean|wash|rinse|scrub]",
        "part": "@rinse {x} off|@wash {x} off|@give {x} a [wash|rinse|scrub|good wash|good clean]|"
        "@run {x} under the tap",
        "tool": "in the sink|at the sink|under the tap|with water|under running water|using the sink",
        "adj": "clean|clean|clean|washed|freshly washed|cleaned|rinsed|freshly cleaned",
        "adj1": "clean|clean|nice and clean|properly clean",
        "noun": "[cleaning|washing|a wash|a rinse|a good scrub]",
        "reason": "[the {X} is dirty|the {X} looks dirty|the {X} is filthy|the {X} isn't clean|the {X} got dirty]: |"
        "someone made {x1} dirty, so |the {X} is not clean yet, so |the {X} is dirty, so ",
        "wish": "I like things clean: |dirt is bad: |I don't like dirt, so ",
    },
    "heat": {
        **_TREATED_WORDS,
        "root": "heat|warm|heat up|warm up",
        "simple": "heat|warm",
        "treat": "@heat|@heat|@warm|@heat|@microwave|{cook}",
        "treating": "$heat|$warm|$microwave",
        "pass": "@heat|@warm|@heat|@microwave",
        "pt": "[heat|warm|microwave]",
        "part": "@heat {x} up|@warm {x} up|@heat up {x}|@warm up {x}|@put {x} in the microwave to heat it|"
        "@use the microwave to [heat|warm] {x}",
        "tool": "in the microwave|with the microwave|using the microwave",
        "adj": "hot|hot|hot|warm|heated|warmed|warmed-up|heated-up|microwaved|{cooked}",
        "adj1": "hot|hot|warm|nice and hot|nice and warm",
        "noun": "[heating|warming|warming up|heating up]",
        "reason": "[the {X} is cold|the {X} is too cold|the {X} has gone cold]: |the {X} is still cold, so |"
        "the {X} isn't warm yet, so ",
        "wish": "I like it warm: |I like it hot: |it's cold today, so |cold won't do: ",
    },
    "cool": {
        **_TREATED_WORDS,
        "root": "{simple}",
        "simple": "cool|chill",
        "treat": "@cool|@cool|@chill|@chill|@refrigerate",
        "treating": "$cool|$chill|$refrigerate",
        "pass": "@cool|@chill|@refrigerate",
        "pt": "[cool|chill|refrigerate]",
        "part": "@cool {x} down|@cool down {x}|@chill {x} [for a bit|a little|for a while]|"
        "@put {x} in the fridge to [cool|chill] it|@use the fridge to [cool|chill] {x}",
        "tool": "in the fridge|in the refrigerator|with the fridge|using the fridge",
        "adj": "cold|cold|cold|cool|chilled|chilled|cooled|refrigerated|cooled-down",
        "adj1": "cold|cold|cool|nice and cold|nice and cool|chilled",
        "noun": "[cooling|chilling|cooling down]",
        "reason": "[the {X} is warm|the {X} is too warm|the {X} is hot]: |the {X} is still warm, so |"
        "the {X} isn't cold yet, so ",
        "wish": "I like it cold: |it's a hot day: |it's a hot day, so |warm won't do: ",
    },
    "two": {
        "xs": "two {Xs}|two {Xs}|two {Xs}|2 {Xs}|2 {Xs}|{pair} {Xs}|a couple of {Xs}|two of the {Xs}|any two {Xs}|"
        "the two {Xs}|both {Xs}",
        "them": "them|them|them|both|them both|both of them",
    },
    "look": {
        "see": "@look at|@look at|@examine|@examine|@inspect|@check|@study|@check out|@view|@observe|@look closely at",
        "seen": "[examine|inspect|look at|study|check|view]",
        "look0": "look at|examine|inspect|check|study",
        "below": "[under|under|under|with|in the light of|beneath|under the light of]",
        "under": "[under|under|under|with|with|by|in the light of|by the light of|using|beneath|under the light of]",
    },
}
"""The words that only tasks of one type need."""

_TWO = Ways(
    acts=(
        "{put} {xs} {in} {y}",
        "{put} {xs} {in} {y}",
        "{put} {xs} {in} {y}",
        "{bring} {xs} [to|over to] {y}",
        "{get} {xs} [and|and then] {put} {them} {in} {y}",
        "{get} {xs}, then {put} {them} {in} {y}",
        "{get} {xs} and {bring} {them} to {y}",
        "{put} one {X} {in} {y} and then {more} [too|as well|there too]",
        "{put} {x1} {in} {y}, then {put} {more} [there too|there as well|next to it]",
        "@fill {y} with {xs}",
        "@collect {xs} and {put} {them} {in} {y}",
        "@find two of the {Xs} [in this room|in here|around here] and {put} {them} {in} {y}",
    ),
    states=(
        "{xs} ~are {in} {y}",
        "there ~are {xs} {in} {y}",
        "the {Y} ~has {xs} {in} it",
        "{xs} ~are [placed|put|left|lying|sitting] {in} {y}",
        "{xs} ~end up {in} {y}",
    ),
    passives=(
        "{xs} // @[put|place|set|leave] {in} {y}",
        "{xs} // @[bring|carry|take|move|deliver] to {y}",
        "{xs} // @find and @[put|place] {in} {y}",
    ),
    wishes=("{xs} {in} {y}", "{xs} {in} {y}", "{xs} to be {in} {y}"),
    says=(
        "{xs} [belong|go|should go|have to go] {in} {y}.",
        "{xs} [belong|go] {in} {y}[: put {them} there|, so put {them} there].",
        "[find|get|take|look for] {xs}. [then|next|after that|afterwards,] [put|place|leave] {them} {in} {y}.",
        "first [put|place|bring] {x1} {in} {y}, then {more}.",
        "[put|place] {x1} {in} {y}. [then|after that] do the same with {more}.",
        "something is missing {in} {y}: {xs}.",
        "there must be [some|several|a few] {Xs} here. [put|place|leave] two of them {in} {y}.",
        "[I need|I want|I'd like] {xs}. [leave|put|place] {them} {in} {y}.",
        "{in} {y} is where I want {xs}.",
        "one {X} is not enough: [put|place|leave] two {in} {y}.",
        "how many {Xs} [do I need|should be|go] {in} {y}? [two|2]. [put|bring] them there.",
        "{in} {y} there should be {xs}[, put them there|: bring them|].",
    ),
    terse=(
        "[two|2|2x|2 x] {Xs} [->|=>|to|{in}|{in}] {Y}",
        "[put|place|move|get|need] [two|2] {Xs} {in} {Y}",
        "{Xs}, [two|2], {in} {Y}",
        "[two|2] {Xs} {in} {Y}[ please| pls| now|]",
        "{Xs} (2) -> {Y}",
    ),
)
_LOOK = Ways(
    acts=(
        "{see} {x} {under} {y}",
        "{see} {x} {under} {y}",
        "{see} {x} {under} {y}",
        "@take a [closer |good |]look at {x} {under} {y}",
        "@have a look at {x} {under} {y}",
        "@use {y} to [look at|examine|inspect|study|check] {x}",
        "@[turn on|switch on] {y} and {see} {x} [under it|in its light|with it|by its light]",
        "@[turn|switch] {y} on and {see} {x} [under it|in its light|by its light]",
        "@[take|bring|carry] {x} to {y} and {see} it [there|in the light|under the light|in its light]",
        "{get} {x} and {see} it {under} {y}",
        "{get} {x}, then {see} it {under} {y}",
        "@hold {x} under {y} and {see} it",
        "@find {x} and {y} and {see} the {X} [under|in the light of] the {Y}",
        "@pick up {x} and @[turn on|switch on] {y} to [look at it|examine it|inspect it]",
    ),
    states=("{x} ~gets ^{seen} {below} {y}", "{x} ~is ^{seen} {below} {y}"),
    passives=(
        "{x} // @{seen} {below} {y}",
        "{x} // @[bring|take|carry] to {y} and @{seen} [there|in its light]",
        "{x} // @{seen} while {y} is on",
    ),
    says=(
        "[turn on|switch on] {y}. [then|next|after that,] {see} {x} [under it|in its light|by its light].",
        "[find|get|take|pick up] {x}. [then|next|after that,] {see} it {under} {y}.",
        "[it's dark in here|it's too dark|the light is bad]: {see} {x} {under} {y}.",
        "with {y} [on|switched on|turned on], {see} {x}.",
        "{under} {y}, {see} {x}.",
        "what does the {X} look like {under} {y}? [go and see|take a look|have a look|check it].",
        "how does the {X} look {under} {y}? [go and see|take a look|have a look].",
        "[I want to know|tell me] [what|how] {x} looks {under} {y}. [take a look|examine it|inspect it].",
        "the {X} [needs|deserves] a [closer|good|careful] look. [use|take] {y} for [that|light].",
        "there's something [odd|interesting|written] on the {X}. {see} it {under} {y}.",
        "{y} gives good light: use it to [look at|examine|inspect|study] {x}.",
    ),
    terse=(
        "{look0} {X} [under|with|by|in light of] {Y}",
        "{X} under {Y}[, look|, look closely|: look at it]",
        "{Y} on, {look0} {X}",
        "get {X}, {look0} [under|by] {Y}",
        "{X}: {look0} {under} {Y}",
    ),
)
WAYS: Mapping[TaskKind, Ways] = {
    "place": _PLACE,
    "clean": _TREATED,
    "heat": _TREATED,
    "cool": _TREATED,
    "two": _TWO,
    "look": _LOOK,
}
