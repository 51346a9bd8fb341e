"""The pieces that the household expert's programs are put together from, and the small language they are written in.

A template is a program for the ``house`` object of a household that answers "Nothing happens." where something could
not be done. Filling it in adapts it to the household at hand:

``$name``                 a word of the plan
``@name``                 on a line of its own: a block of the plan, indented as it stands; the line goes if it is empty
``?? CALL``               an attempt: its answer is printed, and where failed actions raise, so is the error
``?? CALL :: A || B``     an attempt after whose success A and B are done
``!! CALL :: A || B``     an attempt after whose failure A and B are done
``~~ PLACE``              go there to use what stands there, without looking inside
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template

FLAT_NAMES = {
    "house.goto": "goto",
    "house.take": "take_from",
    "house.put": "put",
    "house.open": "open_receptacle",
    "house.close": "close_receptacle",
    "house.use": "use",
    "house.clean": "clean",
    "house.heat": "heat",
    "house.cool": "cool",
}
_BLOCK = re.compile(r"^( *)@(\w+)$", re.MULTILINE)
_ATTEMPT = re.compile(r"^( *)(\?\?|!!) (.+?)(?: :: (.+))?$", re.MULTILINE)
_REACH = re.compile(r"^( *)~~ (.+)$", re.MULTILINE)
_FAILED = (
    'answer == "Nothing happens."',
    'answer.startswith("Nothing")',
    '"Nothing happens" in answer',
)
_SUCCEEDED = (
    'answer != "Nothing happens."',
    'not answer.startswith("Nothing")',
    '"Nothing happens" not in answer',
)


@dataclass(frozen=True)
class Household:
    """What programs can rely on: see :class:`~embodied_codeact.envs.household.expert_reading.Briefing`. ``wording``
    chooses among ways of saying the same."""

    flat: bool = False
    stateful: bool = True
    refusal: str = ""
    wording: int = 0


def fill(
    template: str, household: Household, words: Mapping[str, str], blocks: Mapping[str, str], reach: str = ""
) -> str:
    """Return the program that a template stands for. Blocks may hold blocks. ``reach`` is a function of the program's
    own to go to a place."""

    def block(found: re.Match[str]) -> str:
        text = blocks[found[2]].rstrip("\n")
        # A line that held nothing but an empty block is taken out below.
        return textwrap.indent(text, found[1]) if text else _EMPTY

    code = template
    while _BLOCK.search(code):
        code = _BLOCK.sub(block, code)
    code = code.replace(f"{_EMPTY}\n", "").replace(_EMPTY, "")
    code = Template(code).substitute(words)
    code = _REACH.sub(lambda found: _reaching(found, household, reach), code)
    code = _ATTEMPT.sub(lambda found: _attempt(found, household), code)
    if household.flat:
        for name, flat_name in FLAT_NAMES.items():
            code = re.sub(rf"\b{re.escape(name)}\b", flat_name, code)
    return code


_EMPTY = "\0"


def _reaching(found: re.Match[str], household: Household, reach: str) -> str:
    indent, place = found.groups()
    # Going where one stands already may be an error, and looking into the place knows what to do about it.
    if reach or household.refusal:
        return f"{indent}{reach or 'look_into'}({place})"
    return f"{indent}print(house.goto({place}))"


def _attempt(found: re.Match[str], household: Household) -> str:
    indent, mark, call, then = found.groups()
    steps = then.split(" || ") if then else []
    if household.refusal:
        lines = _caught(call, household.refusal, *(([], steps) if mark == "!!" else (steps, [])))
    elif not steps:
        lines = [f"print({call})"]
    else:
        condition = (_FAILED if mark == "!!" else _SUCCEEDED)[household.wording % len(_FAILED)]
        lines = [f"answer = {call}", "print(answer)", f"if {condition}:", *(f"    {step}" for step in steps)]
    return "\n".join(f"{indent}{line}" for line in lines)


def _caught(call: str, refusal: str, after: Sequence[str], otherwise: Sequence[str]) -> list[str]:
    """An attempt that says what was in the way."""
    lines = ["try:", f"    print({call})", f"except {refusal} as problem:", "    print(problem)"]
    lines += [f"    {step}" for step in otherwise]
    return [*lines, "else:", *(f"    {step}" for step in after)] if after else lines


def literal(names: Sequence[str], columns: int = 94) -> str:
    """Write a list as Python source, in several lines where it is long.

    >>> print(literal(["shelf 1", "shelf 2"]))
    ["shelf 1", "shelf 2"]
    """
    quoted = [f'"{name}"' for name in names]
    if sum(map(len, quoted)) + 2 * len(quoted) < columns - 14:
        return f"[{', '.join(quoted)}]"
    lines = [""]
    for item in quoted:
        if len(lines[-1]) + len(item) > columns:
            lines.append("")
        lines[-1] += f" {item}," if lines[-1] else f"{item},"
    return "[\n" + "".join(f"    {line}\n" for line in lines) + "]"


def looking(household: Household) -> str:
    """Return a function ``look_into(place)`` that goes to a place, opens it where it is closed, prints what it sees and
    returns the names of the things there, wherever one stands before."""
    ways: Sequence[str]
    if household.flat:
        ways = _FLAT_WITH_ERRORS if household.refusal else _FLAT
    elif household.refusal:
        ways = _WITH_ERRORS
    else:
        ways = _PLAIN
    return ways[household.wording % len(ways)].replace("Refusal", household.refusal or "Refusal")


_PLAIN = (
    '''\
def look_into(place):
    """Go to a place, open it if it is closed, and return the names of the things there."""
    seen = house.goto(place)
    if "you see" not in seen and f"{place} is closed" not in seen:
        seen = house.examine(place)  # I was standing there already.
    if f"{place} is closed" in seen:
        seen = house.open(place)
    print(seen)
    return re.findall(r"[a-z]+ \\d+", seen.partition("you see")[2])
''',
    '''\
def look_into(place):
    """Go to a place and list what is in or on it. What is closed is opened first."""
    answer = house.goto(place)
    if answer == "Nothing happens.":
        # It shares the place where I stand, so I am there already.
        answer = house.examine(place)
    if answer.endswith("is closed."):
        answer = house.open(place)
    print(answer)
    _, _, listed = answer.partition("you see ")
    if listed in ("", "nothing."):
        return []
    # "a mug 1, and an egg 2." -> ["mug 1", "egg 2"]
    return [" ".join(words.split()[-2:]) for words in listed.rstrip(".").split(", ")]
''',
    '''\
def look_into(place):
    """Return the things at a place, after going there and opening it where needed."""
    if house.goto(place) == "Nothing happens.":
        house.examine(place)  # already in front of it
    if place not in state.seen:
        house.open(place)  # it was closed
    things = list(state.seen.get(place, []))
    print(f"{place}: {things}")
    return things
''',
    """\
THINGS = re.compile(r"\\ban? ([a-z]+ \\d+)")

def look_into(place):
    # Walking up to something shows what is on it; behind a door one sees only after opening it.
    for see in (house.goto, house.open, house.examine):
        answer = see(place)
        if "you see" in answer:
            print(answer)
            return THINGS.findall(answer.split("you see", 1)[1])
    return []
""",
)
_FLAT = (
    '''\
def look_into(place):
    """Go to a place, open it if it is closed, and return the names of the things there."""
    seen = house.goto(place)
    for other in places:
        if "you see" in seen or f"{place} is closed" in seen:
            break
        house.goto(other)  # I was standing there already: step away and come back.
        seen = house.goto(place)
    if f"{place} is closed" in seen:
        seen = house.open(place)
    print(seen)
    return re.findall(r"[a-z]+ \\d+", seen.partition("you see")[2])
''',
    '''\
def arrive(place):
    """Go to a place and return what I see; where I stand there already, step aside first."""
    for detour in [None, *places]:
        if detour:
            house.goto(detour)
        answer = house.goto(place)
        if answer != "Nothing happens.":
            return answer
    return ""

def look_into(place):
    """Return the things in or on a place, opened if need be."""
    answer = arrive(place)
    if answer.endswith("is closed."):
        answer = house.open(place)
    print(answer)
    _, _, listed = answer.partition("you see ")
    if listed in ("", "nothing."):
        return []
    return [" ".join(words.split()[-2:]) for words in listed.rstrip(".").split(", ")]
''',
)
_WITH_ERRORS = (
    '''\
def look_into(place):
    """Go to a place, open it if it is closed, and return the names of the things there."""
    try:
        seen = house.goto(place)
    except Refusal:
        seen = house.examine(place)  # I was standing there already.
    if f"{place} is closed" in seen:
        seen = house.open(place)
    print(seen)
    return re.findall(r"[a-z]+ \\d+", seen.partition("you see")[2])
''',
    '''\
def look_into(place):
    """Return the things at a place, after going there and opening it where needed."""
    try:
        house.goto(place)
    except Refusal:
        house.examine(place)  # already in front of it
    if place not in state.seen:
        house.open(place)  # it was closed
    things = list(state.seen[place])
    print(f"{place}: {things}")
    return things
''',
    '''\
THINGS = re.compile(r"\\ban? ([a-z]+ \\d+)")

def attempt(action, *words):
    """Do something and return the answer, an empty one where it could not be done."""
    try:
        return action(*words)
    except Refusal:
        return ""

def look_into(place):
    # Walking up to something shows what is on it; behind a door one sees only after opening it.
    for see in (house.goto, house.open, house.examine):
        answer = attempt(see, place)
        if "you see" in answer:
            print(answer)
            return THINGS.findall(answer.split("you see", 1)[1])
    return []
''',
)
_FLAT_WITH_ERRORS = (
    '''\
def look_into(place):
    """Go to a place, open it if it is closed, and return the names of the things there."""
    seen = ""
    for detour in [None, *places]:
        try:
            if detour:
                house.goto(detour)  # I was standing there already: step away and come back.
            seen = house.goto(place)
            break
        except Refusal:
            continue
    if f"{place} is closed" in seen:
        seen = house.open(place)
    print(seen)
    return re.findall(r"[a-z]+ \\d+", seen.partition("you see")[2])
''',
)
