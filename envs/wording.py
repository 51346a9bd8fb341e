"""Grammars for saying one thing in many ways, as people do.

A template chooses among alternatives in square brackets and fills in rules in braces: ``"[put|set] {x} on {y}"``.
A verb is marked by how it may be used: ``@put`` in the form that the sentence around it asks for, ``$put`` always
"putting", ``^put`` always in its participle. A verb such as ``~is`` or ``~lies`` says what should be so in the end.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from embodied_codeact.envs import asides
from embodied_codeact.envs.grammar import Rules, expand

Form = Literal["base", "ing", "participle"]

_IRREGULAR: dict[str, tuple[str, str]] = {
    "accompany": ("accompanying", "accompanied"),
    "allot": ("allotting", "allotted"),
    "apply": ("applying", "applied"),
    "be": ("being", "been"),
    "bear": ("bearing", "borne"),
    "bed": ("bedding", "bedded"),
    "begin": ("beginning", "begun"),
    "bend": ("bending", "bent"),
    "break": ("breaking", "broken"),
    "bring": ("bringing", "brought"),
    "build": ("building", "built"),
    "cap": ("capping", "capped"),
    "carry": ("carrying", "carried"),
    "catch": ("catching", "caught"),
    "choose": ("choosing", "chosen"),
    "classify": ("classifying", "classified"),
    "cling": ("clinging", "clung"),
    "come": ("coming", "come"),
    "commit": ("committing", "committed"),
    "corral": ("corralling", "corralled"),
    "cut": ("cutting", "cut"),
    "deal": ("dealing", "dealt"),
    "do": ("doing", "done"),
    "dot": ("dotting", "dotted"),
    "draw": ("drawing", "drawn"),
    "drive": ("driving", "driven"),
    "drop": ("dropping", "dropped"),
    "empty": ("emptying", "emptied"),
    "equip": ("equipping", "equipped"),
    "feed": ("feeding", "fed"),
    "ferry": ("ferrying", "ferried"),
    "find": ("finding", "found"),
    "fit": ("fitting", "fitted"),
    "flip": ("flipping", "flipped"),
    "fly": ("flying", "flown"),
    "forget": ("forgetting", "forgotten"),
    "free": ("freeing", "freed"),
    "freeze": ("freezing", "frozen"),
    "get": ("getting", "got"),
    "give": ("giving", "given"),
    "go": ("going", "gone"),
    "grab": ("grabbing", "grabbed"),
    "grip": ("gripping", "gripped"),
    "hang": ("hanging", "hung"),
    "have": ("having", "had"),
    "hem": ("hemming", "hemmed"),
    "hide": ("hiding", "hidden"),
    "hit": ("hitting", "hit"),
    "hold": ("holding", "held"),
    "identify": ("identifying", "identified"),
    "keep": ("keeping", "kept"),
    "lay": ("laying", "laid"),
    "lead": ("leading", "led"),
    "leave": ("leaving", "left"),
    "let": ("letting", "let"),
    "lob": ("lobbing", "lobbed"),
    "lug": ("lugging", "lugged"),
    "make": ("making", "made"),
    "marry": ("marrying", "married"),
    "modify": ("modifying", "modified"),
    "nab": ("nabbing", "nabbed"),
    "occupy": ("occupying", "occupied"),
    "omit": ("omitting", "omitted"),
    "plop": ("plopping", "plopped"),
    "plug": ("plugging", "plugged"),
    "pop": ("popping", "popped"),
    "prod": ("prodding", "prodded"),
    "prop": ("propping", "propped"),
    "propel": ("propelling", "propelled"),
    "put": ("putting", "put"),
    "quit": ("quitting", "quit"),
    "rally": ("rallying", "rallied"),
    "rebuild": ("rebuilding", "rebuilt"),
    "redo": ("redoing", "redone"),
    "remake": ("remaking", "remade"),
    "rid": ("ridding", "rid"),
    "run": ("running", "run"),
    "scan": ("scanning", "scanned"),
    "scrub": ("scrubbing", "scrubbed"),
    "see": ("seeing", "seen"),
    "seek": ("seeking", "sought"),
    "send": ("sending", "sent"),
    "set": ("setting", "set"),
    "ship": ("shipping", "shipped"),
    "show": ("showing", "shown"),
    "shut": ("shutting", "shut"),
    "sink": ("sinking", "sunk"),
    "sit": ("sitting", "sat"),
    "skid": ("skidding", "skidded"),
    "skip": ("skipping", "skipped"),
    "slide": ("sliding", "slid"),
    "slip": ("slipping", "slipped"),
    "slot": ("slotting", "slotted"),
    "snag": ("snagging", "snagged"),
    "span": ("spanning", "spanned"),
    "spin": ("spinning", "spun"),
    "split": ("splitting", "split"),
    "spot": ("spotting", "spotted"),
    "spread": ("spreading", "spread"),
    "stand": ("standing", "stood"),
    "steady": ("steadying", "steadied"),
    "step": ("stepping", "stepped"),
    "stick": ("sticking", "stuck"),
    "stop": ("stopping", "stopped"),
    "strew": ("strewing", "strewn"),
    "string": ("stringing", "strung"),
    "strip": ("stripping", "stripped"),
    "stud": ("studding", "studded"),
    "study": ("studying", "studied"),
    "supply": ("supplying", "supplied"),
    "swap": ("swapping", "swapped"),
    "sweep": ("sweeping", "swept"),
    "swing": ("swinging", "swung"),
    "take": ("taking", "taken"),
    "tally": ("tallying", "tallied"),
    "tear": ("tearing", "torn"),
    "throw": ("throwing", "thrown"),
    "thrust": ("thrusting", "thrust"),
    "tidy": ("tidying", "tidied"),
    "tip": ("tipping", "tipped"),
    "top": ("topping", "topped"),
    "tot": ("totting", "totted"),
    "transfer": ("transferring", "transferred"),
    "trim": ("trimming", "trimmed"),
    "undertake": ("undertaking", "undertaken"),
    "undo": ("undoing", "undone"),
    "unmake": ("unmaking", "unmade"),
    "verify": ("verifying", "verified"),
    "wind": ("winding", "wound"),
    "withdraw": ("withdrawing", "withdrawn"),
    "wrap": ("wrapping", "wrapped"),
}


def conjugate(verb: str, form: Form) -> str:
    """Return a verb in a form of it.

    >>> [conjugate("place", form) for form in ("base", "ing", "participle")]
    ['place', 'placing', 'placed']
    """
    if form == "base":
        return verb
    if verb in _IRREGULAR:
        return _IRREGULAR[verb][0 if form == "ing" else 1]
    stem = verb.removesuffix("e")
    return f"{stem}ing" if form == "ing" else f"{stem}ed"


_VERB = re.compile(r"([@$^])([a-z]+)")
_STATE = re.compile(r"~([a-z]+)")
_BASE = {"is": "be", "are": "be", "has": "have", "touches": "touch"}


def _verbs(text: str, form: Form) -> str:
    """Write the marked verbs of a text, the free ones in ``form``."""
    forms: dict[str, Form] = {"@": form, "$": "ing", "^": "participle"}
    return _VERB.sub(lambda match: conjugate(match[2], forms[match[1]]), text)


def _finite(text: str) -> str:
    return _verbs(text.replace("~", ""), "base")


def _modal(text: str, modal: str) -> str:
    # One modal governs all verbs of its sentence: "should be clean and stand on the desk".
    first, *rest = _STATE.split(text)
    words = [first]
    for index in range(0, len(rest), 2):
        verb, after = rest[index : index + 2]
        words += [f"{modal} " if index == 0 else "", _BASE.get(verb, verb.removesuffix("s")), after]
    return _verbs("".join(words), "base")


@dataclass(frozen=True)
class Ways:
    """Templates for one goal, each in one grammatical shape. Any may be left out, but for ``acts``.

    ``acts``: what to do, beginning with a verb ("@put {x} on {y}"). ``states``: what should be so in the end
    ("{x} ~is on {y}"). ``passives``: what is to happen to what, around a double slash ("{x} // @put on {y}").
    ``wishes``: what is wanted, without a verb ("{x} on {y}"). ``says``: whole sentences, with their full stops.
    ``terse``: telegrams.
    """

    acts: tuple[str, ...]
    states: tuple[str, ...] = ()
    passives: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    terse: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)


_WEIGHTS = {"acts": 11.0, "states": 3.0, "passives": 3.0, "wishes": 1.5, "says": 4.0, "terse": 1.5}

_WITH_ACT = (
    "{base}.|{base}.|{base}.|please {base}.|please {base}.|{base}, please.|kindly {base}.|just {base}.|go and "
    "{base}.|[can|could|would|will] you [please |]{base}?|[can|could] you {base}[, please|]?|[can|could|"
    "may] I ask you to {base}?|[can|could] I get you to {base}?|[do you think|any chance] you could {base}?|would "
    "it be possible for you to {base}?|are you able to {base}?|[I want|I need|we need|I'd like|I would like] you "
    "to {base}.|[I want|I need|I'd like] you to {base}.|what I [want|need] you to do is {base}.|what I want is for "
    "you to {base}.|[your|the] [job|task|goal|mission|assignment] is to {base}.|[the|your] [job|task|goal]: "
    "{base}.|all you have to do is {base}.|what you have to do is {base}.|would you mind {ing}?|how about {ing}?|"
    "it would be [great|nice|good|lovely|helpful|very kind] if you [could|would] {base}.|I'd [appreciate it|be "
    "glad|be grateful] if you [could|would] {base}.|[make sure|be sure|remember|try|don't forget] to {base}.|[you "
    "should|you need to|you have to|you must|you're supposed to|you're going to|you are to|you can] {base}.|[I "
    "wonder|I was wondering] if you could {base}.|[I was hoping|maybe|perhaps] you could {base}.|[see if you can|"
    "let's|it's time to|go ahead and] {base}.|do me a favor and {base}.|be so kind as to {base}.|help me "
    "out: {base}.|your help is needed to {base}.|you are [asked|requested|expected] to {base}.|I'm asking you to "
    "{base}.|I have a job for you: {base}.|here is what I need: {base}."
)
_WITH_STATE = (
    "[make sure|see to it|ensure|make certain|take care|arrange it so|please make sure|please ensure] that "
    "{finite}.|[make sure|ensure|please make sure] {finite}.|{modal}.|{modal}.|[in the end|at the end|when you're "
    "done|when you are finished|after you are done|by the time you finish], {modal}.|[I want|I'd like] to see that "
    "{finite}.|you're done [when|once] {finite}.|don't stop until {finite}.|keep working until {finite}.|I'll be "
    "happy [when|once|if] {finite}.|the goal is that {finite}.|what I want is that {finite}.|can you make sure "
    "that {finite}?|could you [please |]see to it that {finite}?|do what it takes so that {finite}.|your job is to "
    "make sure that {finite}.|the job is done when {finite}.|I need you to make sure that {finite}.|it's important "
    "that {finite}."
)
_WITH_PASSIVE = (
    "{subject} [should|must|ought to] be {done}.|{subject} should be {done}, please.|I [want|need|would like] "
    "{subject} {done}.|I'd like {subject} [to be |]{done}.|I want {subject} to be {done}.|we need {subject} "
    "{done}.|[can|could] I [get|have] {subject} {done}?|I'd like to have {subject} {done}.|can {subject} be "
    "{done}?|could {subject} be {done}, please?|what I need is {subject} {done}.|please have {subject} {done}."
)
_WITH_WISH = (
    "I [want|need|would like] {wish}.|I'd like [to have |to see |]{wish}.|we need {wish}.|{wish}, please.|{wish}.|"
    "[can|could] I [have|get] {wish}?|what I [want|need] is {wish}.|the goal: {wish}.|I need to have {wish}.|all I "
    "want is {wish}.|my wish is {wish}."
)
_OPENERS = (
    "||||||||||||||||robot, |hey, |hey robot, |hi, |hello, |hi there! |hello robot. |okay, |ok, |so, |alright, |"
    "listen, |excuse me, |buddy, |good morning! |good evening. |dear robot, |my friend, |[next|new] [task|job]: |"
    "here's [a job|a task|something] for you: |one more thing: |a quick favor: |[I'm expecting guests. |we're "
    "getting visitors. |I'm tidying up. |I need your help. |help me, please. |there's something to do. |I've got a "
    "task for you. |I could use a hand. |it's your turn. |let's get to work. ]"
)
_OPENERS_TO_ACTS = (
    "{any}|{any}|{any}|now, |[when|whenever] you [have|get] [a moment|a minute|a chance], |if you have [time|a "
    "minute], |[my hands are full, so |I'm busy, so |I'm in a hurry, so |I can't do it myself, so |I have no time, "
    "so ]"
)
_CLOSERS = (
    "||||||||||||||||||| thanks.| thanks!| thank you.| thank you!| thanks a lot.| thank you very much.| cheers!| "
    "much appreciated.| that's all.| that is all I need.| no rush.| take your time.| I appreciate it.| I'm "
    "counting on you.| thanks in advance.| you're the best.| that would help me a lot."
)


def phrase(ways: Ways, rules: Rules, rng: random.Random) -> str:
    """Return one sentence or more that ask for a goal: a shape, an opening, an ending, what else is on somebody's
    mind, and how carefully they are typed, each drawn on its own.

    Raises:
        KeyError: a template names a rule that there is none of.
    """
    weights = {**_WEIGHTS, **ways.weights}
    shapes = [shape for shape in _WEIGHTS if getattr(ways, shape)]
    (shape,) = rng.choices(shapes, [weights[name] for name in shapes])
    content = expand(rng.choice(getattr(ways, shape)), rules, rng)
    sentence = _shaped(shape, content, rng)
    if shape == "terse":
        return _typed(sentence, rng)
    opener = expand(_OPENERS_TO_ACTS if shape == "acts" else _OPENERS, {"any": _OPENERS}, rng)
    around = asides.before(rng), asides.after(rng)
    return _typed(f"{around[0]}{opener}{sentence}{around[1]}{expand(_CLOSERS, {}, rng)}", rng)


def _shaped(shape: str, content: str, rng: random.Random) -> str:
    """Build a sentence around what a template gave."""
    if shape == "acts":
        return expand(_WITH_ACT, {}, rng, base=_verbs(content, "base"), ing=_verbs(content, "ing"))
    if shape == "states":
        modal = rng.choice(("should", "should", "must", "ought to"))
        return expand(_WITH_STATE, {}, rng, finite=_finite(content), modal=_modal(content, modal))
    if shape == "passives":
        subject, _, done = content.partition(" // ")
        return expand(_WITH_PASSIVE, {}, rng, subject=_verbs(subject, "base"), done=_verbs(done, "participle"))
    text = _verbs(content, "base")
    return expand(_WITH_WISH, {}, rng, wish=text) if shape == "wishes" else text


_LOOSE = re.compile(r" +(?=[ ,.:?!])")
_BEGIN = re.compile(r"(^|[.?!] )([a-z])")
_A = re.compile(r"\b([Aa]) (?=[aeiou])")


def _typed(text: str, rng: random.Random) -> str:
    """Write it as people type: mostly with capitals and a full stop, often without either."""
    text = _A.sub(r"\1n ", _LOOSE.sub("", text))
    care = rng.random()
    text = text.lower() if care < 0.35 else _BEGIN.sub(lambda match: match[1] + match[2].upper(), text)
    if rng.random() < 0.4:
        text = text.removesuffix(".")
    elif text.endswith(".") and rng.random() < 0.06:
        text = f"{text[:-1]}!"
    return text
