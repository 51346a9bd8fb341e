"""Reads a household conversation: the room, the task, the API in use, and what earlier scripts brought to light."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

from embodied_codeact.contracts import Message
from embodied_codeact.envs.household.expert_habits import CONTAINERS, KNOWN_KINDS, kind_of

TaskKind = Literal["place", "clean", "heat", "cool", "two", "look", "within"]


@dataclass(frozen=True)
class Goal:
    """What is to be done with things of kind ``thing``; ``target`` is a kind of receptacle or, to look, of lamp.
    ``container`` is the kind of movable receptacle that a thing is to be put ``"within"``, before that is put away."""

    task: TaskKind
    thing: str
    target: str
    container: str = ""


@dataclass(frozen=True)
class Briefing:
    """What the opening prompt says.

    ``flat`` is set where it offers plain functions instead of ``house``, ``stateful`` where scripts have a ``state``.
    ``refusal`` names the error that a failed action raises, and is empty where it is answered "Nothing happens.".
    ``turns`` is how many replies there are, None where it is not said. ``holding`` and ``sees`` are what is in the hand
    and in sight at the start, where it is said. ``plain``: not said, but how programs are to be written.
    """

    sentence: str
    places: tuple[str, ...]
    flat: bool
    stateful: bool = True
    refusal: str = ""
    turns: int | None = None
    holding: str = ""
    sees: tuple[str, ...] = ()
    plain: bool = False


@dataclass
class Memory:
    """What the observations so far tell.

    ``contents`` maps each place looked into to the names last seen there; ``put`` maps things to where they were put
    down; ``treated`` holds (verb, thing) pairs; ``lit`` are lamps turned on; ``closed`` are places last seen closed;
    ``at`` is where one stands, and ``visited`` what was looked into since the hand last took or put something;
    ``scripts`` counts earlier attempts, ``error`` is what the latest one raised ("Kind: message", a hint
    below), and ``refused`` is set where it was answered "Nothing happens.".
    """

    contents: dict[str, list[str]] = field(default_factory=dict)
    holding: str | None = None
    put: dict[str, str] = field(default_factory=dict)
    treated: set[tuple[str, str]] = field(default_factory=set)
    lit: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    at: str | None = None
    visited: set[str] = field(default_factory=set)
    scripts: int = 0
    error: str = ""
    refused: bool = False

    def where(self, kind: str) -> list[str]:
        """Places where a thing of that kind was last seen."""
        return [place for place, names in self.contents.items() if any(kind_of(name) == kind for name in names)]


_NAME = r"[a-z]+ \d+"
_ROOM = re.compile(r"around you, you see ((?:(?:and )?an? [a-z]+ \d+(?:, )?)+)\.", re.IGNORECASE)
_START = re.compile(rf"^You are at the {_NAME}\. (.*?)(?:Looking quickly|$)", re.MULTILINE)
_IN_SIGHT = re.compile(r"\byou see ([^.]*)\.")
_IN_HAND = re.compile(rf"You are carrying: an? ({_NAME})\.")
_TASK = re.compile(r"Your task is to:\s*(.+)")
_TURNS = re.compile(r"You have (\d+) (?:turns?|steps?)\b")
_REFUSAL = re.compile(r"^What cannot be done here raises an error that says why \((\w+)\)\.$", re.MULTILINE)
_ERROR = re.compile(
    r"^Error.*:\n(?:[ \t].*\n|Traceback.*\n|Line \d.*\n)*(\w+: [^\n]+(?:\nDid you [^\n]+)?)", re.MULTILINE
)
_EVENT = re.compile(
    rf"(?:On the (?P<on>{_NAME}), you see|The (?P<within>{_NAME}) is open\. In it, you see) (?P<things>[^.\n]*)\."
    rf"|You pick up the (?P<taken>{_NAME}) from the (?P<source>{_NAME})\."
    rf"|You (?:put|move) the (?P<put>{_NAME}) (?:in/on|to) the (?P<place>{_NAME})\."
    rf"|You (?P<verb>clean|heat|cool) the (?P<treated>{_NAME}) using the (?P<appliance>{_NAME})\."
    rf"|You turn on the (?P<lamp>{_NAME})\."
    rf"|The (?P<shut>{_NAME}) is closed\."
    rf"|^(?P<listed>{_NAME}): \[(?P<items>[^\]\n]*)\]$"
    # What an agent adds of the state: it tells what a script did before it could print it.
    rf"|state\.location: [^\n]* -> '(?P<at>{_NAME})'"
    rf"|state\.holding: [^\n]* -> (?:'(?P<hand>{_NAME})'|(?P<empty>None))"
    rf"|state\.seen\['(?P<spot>{_NAME})'\]: (?:now|[^\n]* ->) \[(?P<there>[^\]\n]*)\]",
    re.MULTILINE,
)


def read_briefing(messages: Sequence[Message]) -> Briefing:
    """Read the opening messages. A prompt may hold an example first, so the last room and task in it count."""
    first_user = next((index for index, message in enumerate(messages) if message.role == "user"), 0)
    prompt = messages[first_user].content if messages else ""
    opening = "\n".join(message.content for message in messages[: first_user + 1])
    rooms = _ROOM.findall(prompt) or _ROOM.findall(opening)
    tasks = _TASK.findall(prompt) or _TASK.findall(opening)
    turns = _TURNS.findall(opening)
    start = next(reversed(_START.findall(prompt)), "")
    flat = "take_from(" in opening
    refusals = _REFUSAL.findall(opening)
    return Briefing(
        sentence=tasks[-1].strip().rstrip(".") if tasks else "",
        places=tuple(re.findall(_NAME, rooms[-1].lower())) if rooms else (),
        flat=flat,
        stateful=not flat or "state.places" in opening,
        refusal=refusals[-1] if refusals else "",
        turns=int(turns[-1]) if turns else None,
        holding=next(iter(_IN_HAND.findall(start)), ""),
        sees=tuple(name for seen in _IN_SIGHT.findall(start) for name in re.findall(_NAME, seen)),
    )


def read_memory(messages: Sequence[Message]) -> Memory:
    """Read everything after the opening prompt."""
    memory = Memory()
    turns = list(messages)
    while turns and turns[0].role != "assistant":
        turns.pop(0)
    for message in turns:
        if message.role == "assistant":
            memory.scripts += "<execute>" in message.content
            continue
        for event in _EVENT.finditer(message.content):
            _remember(memory, event)
        raised = _ERROR.search(message.content)
        memory.error = raised[1] if raised else ""
        memory.refused = "Nothing happens." in message.content
    return memory


def _remember(memory: Memory, event: re.Match[str]) -> None:
    if place := event["on"] or event["within"] or event["listed"]:
        memory.contents[place] = re.findall(_NAME, event["things"] or event["items"] or "")
        memory.closed.discard(place)
        memory.visited.add(place)
        memory.at = place
    elif event["taken"] or event["put"]:
        _remember_hand(memory, event)
    elif treated := event["treated"]:
        memory.treated.add((event["verb"], treated))
        memory.at = event["appliance"]
    elif lamp := event["lamp"]:
        memory.lit.add(lamp)
    elif shut := event["shut"]:
        memory.closed.add(shut)
        memory.at = shut
    elif event["at"]:
        memory.at = event["at"]
    elif event["hand"] or event["empty"]:
        memory.holding = event["hand"]
    elif spot := event["spot"]:
        memory.contents[spot] = re.findall(_NAME, event["there"])
        memory.closed.discard(spot)


def _remember_hand(memory: Memory, event: re.Match[str]) -> None:
    """Something was taken or put; what it was put into may be a thing itself, which goes where it is carried."""
    memory.visited.clear()
    if taken := event["taken"]:
        source = event["source"]
        memory.holding = taken
        memory.put.pop(taken, None)
        if source in memory.contents:
            memory.contents[source] = [name for name in memory.contents[source] if name != taken]
        memory.at = source if source in memory.contents else memory.at
        return
    put, place = event["put"], event["place"]
    memory.holding = None
    memory.put[put] = place
    if place in memory.contents or place not in itertools.chain.from_iterable(memory.contents.values()):
        memory.contents.setdefault(place, []).append(put)
        memory.at = place


_ARTICLE = r"(?:(?:an?|the|some|one|any) )?"
_PUTTING = r"(?:put|place|move|set|leave)"
_INTO = r"(?:in/on|inside|into|onto|in|on|to|at)"
_THEM = r"(?: and (?:put|place|move) them)?"
_PATTERNS: tuple[tuple[str, TaskKind | None], ...] = (
    (rf"(?:put|place|find|move) two (?P<x>[\w ]+?){_THEM} {_INTO} {_ARTICLE}(?P<y>\w+)$", "two"),
    (rf"(?:look at|examine|inspect) {_ARTICLE}(?P<x>[\w ]+?) (?:under|with|by|using|in) {_ARTICLE}(?P<y>\w+)$", "look"),
    (rf"(?P<how>\w+) {_ARTICLE}(?P<x>[\w ]+?) and (?:put|place|move) it {_INTO} {_ARTICLE}(?P<y>\w+)$", None),
    (
        rf"(?:put|place|move) {_ARTICLE}(?P<how>clean|hot|cool|cold|warm) (?P<x>[\w ]+?) {_INTO} {_ARTICLE}(?P<y>\w+)$",
        None,
    ),
    (rf"(?:put|place|move) {_ARTICLE}(?P<x>[\w ]+?) {_INTO} {_ARTICLE}(?P<y>\w+)$", "place"),
)
"""Sentences with the thing ``x`` and the target ``y``; without a task, the word ``how`` tells which it is."""

_WITHIN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_PUTTING} {_ARTICLE}(?P<x>[\w ]+?) {_INTO} {_ARTICLE}(?P<z>[\w ]+?)(?:,| and) (?:then )?"
        rf"(?:put|place|move|set|leave) (?:it|them|both|that|the \w+) {_INTO} {_ARTICLE}(?P<y>[\w ]+)$",
        rf"{_PUTTING} {_ARTICLE}(?P<z>[\w ]+?) (?:of|with|containing|holding) {_ARTICLE}(?P<x>[\w ]+?)"
        rf"(?: (?:in|on) (?:it|top))? {_INTO} {_ARTICLE}(?P<y>[\w ]+)$",
        rf"{_PUTTING} {_ARTICLE}(?P<x>\w+) (?P<z>\w+) {_INTO} {_ARTICLE}(?P<y>\w+)$",
    )
)
"""The same, with the movable receptacle ``z`` that the thing goes into first."""

_TEMPLATES = tuple((re.compile(pattern), task) for pattern, task in _PATTERNS)
_TREATMENTS: dict[str, TaskKind] = {
    **dict.fromkeys(("clean", "rinse", "wash"), "clean"),
    **dict.fromkeys(("heat", "hot", "warm", "cook", "microwave"), "heat"),
    **dict.fromkeys(("cool", "cold", "chill", "chilled"), "cool"),
    **dict.fromkeys(("find", "take", "get", "pick"), "place"),
}


def read_goal(sentence: str, receptacles: Collection[str], seen: Collection[str] = ()) -> Goal | None:
    """Understand a task: ALFWorld's own sentences, or else the words in it that name something known.

    Args:
        sentence: what follows "Your task is to:".
        receptacles: kinds of receptacles in this home.
        seen: kinds of things seen in this home, besides those that anybody knows.

    Returns:
        The goal, or None where the sentence cannot be understood in this home.
    """
    text = sentence.strip().rstrip(".").lower()
    kinds = KNOWN_KINDS.union(seen)
    if within := _read_within(text, receptacles, kinds):
        return within
    for pattern, task in _TEMPLATES:
        if match := pattern.match(text):
            found = task or _TREATMENTS.get(match["how"])
            thing, target = singular(match["x"].replace(" ", ""), kinds), match["y"]
            if found and (found == "look" or target in receptacles):
                return Goal(found, thing, target)
    return _read_words(text, receptacles, kinds)


def _read_within(text: str, receptacles: Collection[str], kinds: Collection[str]) -> Goal | None:
    """Understand a thing in something that is itself put away. Both must be known kinds: "a glass bottle" is one."""
    for pattern in _WITHIN:
        if match := pattern.match(text):
            thing, container = (singular(match[part].replace(" ", ""), kinds) for part in "xz")
            targets = _receptacles_called(match["y"].replace(" ", ""), receptacles)
            if thing in kinds and container in CONTAINERS and targets:
                return Goal("within", thing, targets[0], container)
    return None


def _read_words(text: str, receptacles: Collection[str], kinds: Collection[str]) -> Goal | None:
    """Guess the goal from single words ("chill the mug, then leave it on the counter")."""
    words = re.findall(r"[a-z]+", text)
    pairs = [first + second for first, second in itertools.pairwise(words)]
    things = [singular(word, kinds) for word in pairs + words if singular(word, kinds) in kinds]
    lamps = [thing for thing in things if thing.endswith("lamp")]
    carried = [thing for thing in things if thing not in lamps]
    if not carried:
        return None
    if lamps or "lamp" in words or "light" in words:
        return Goal("look", carried[0], lamps[0] if lamps else "desklamp")
    # The receptacle is usually named last, often in short: "counter", "sink".
    rest = [word for word in pairs + words if len(word) > 2 and word not in carried]
    targets = [kind for word in reversed(rest) for kind in _receptacles_called(word, receptacles)]
    if not targets:
        return None
    if "two" in words or "both" in words:
        return Goal("two", carried[0], targets[0])
    treatments = [_TREATMENTS[word] for word in words if word in _TREATMENTS and word not in receptacles]
    return Goal(treatments[0] if treatments else "place", carried[0], targets[0])


def _receptacles_called(word: str, receptacles: Collection[str]) -> list[str]:
    """The kinds that a word means, which may be short for one: "counter", "sink"."""
    exact = [kind for kind in receptacles if kind == word]
    return exact or [kind for kind in receptacles if kind.startswith(word)]


def singular(word: str, kinds: Collection[str]) -> str:
    """Return the kind that a word is the plural of, or else the word itself."""
    for ending, replacement in (("", ""), ("s", ""), ("es", ""), ("ves", "fe")):
        candidate = word.removesuffix(ending) + replacement
        if word.endswith(ending) and candidate in kinds:
            return candidate
    return word
