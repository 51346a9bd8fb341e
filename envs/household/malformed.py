"""Commands as people and models mistype them: what an engine must answer as ALFWorld does, word for word."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[a-z]+")
_PUT = re.compile(r"put (?P<object>.+) in/on (?P<receptacle>.+)")
_MOVE = re.compile(r"move (?P<object>.+) to (?P<receptacle>.+)")
_BLANKS = (" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\x0b", "\u200b")
_ENDS = (".", "!", "?", ";", " please", " now", " 1", ",")
_VERBS = ("dance", "grab", "walk to", "pick up", "slice", "turn on", "toggle", "throw", "put down", "drop")
_FIXED = (
    "",
    " ",
    "\n",
    ".",
    "0",
    "None",
    "help",
    "Help",
    "wait",
    "undo",
    "quit",
    "go",
    "go to",
    "go to ",
    "take",
    "look around",
    "look at",
    "examine",
    "examine agent1",
    "go to loc 1",
    "go to [{r.name}]",
    "open {r}",
    "#look.feedback#",
    "inventory.feedback",
    "look\x00",
    "größe 手 🤖",
    "\\",
    '"look"',
    "look" * 2500,
)


def malformed(rng: random.Random, commands: Sequence[str], earlier: Sequence[str]) -> str:
    """Return a command that is wrong in one of many ways, or only looks so: a blank before or after it is no fault.

    Args:
        rng: chooses.
        commands: what could be done now; not empty.
        earlier: what could be done at some time of this game; one of them may be out of place now.
    """
    return rng.choice(_SPOILERS)(rng, rng.choice(commands), earlier)


def _wrong_number(rng: random.Random, command: str, _: Sequence[str]) -> str:
    return _NUMBER.sub(lambda found: str(int(found[0]) + rng.choice((-1, 1, 98))), command)


def _wrong_name(rng: random.Random, command: str, _: Sequence[str]) -> str:
    words = _WORD.findall(command)
    word = rng.choice(words or ["look"])
    place = rng.randrange(len(word))
    return command.replace(word, word[:place] + rng.choice("xyz") + word[place + rng.randrange(2) :])


def _wrong_case(rng: random.Random, command: str, _: Sequence[str]) -> str:
    return rng.choice((command.upper(), command.title(), command.capitalize(), command.swapcase()))


def _odd_blanks(rng: random.Random, command: str, _: Sequence[str]) -> str:
    blank = rng.choice(_BLANKS)
    return rng.choice((blank + command, command + blank, f"{blank}{command}{blank}", command.replace(" ", blank)))


def _one_odd_blank(rng: random.Random, command: str, _: Sequence[str]) -> str:
    return command.replace(" ", rng.choice(_BLANKS[1:]), 1)


def _unknown_verb(rng: random.Random, command: str, _: Sequence[str]) -> str:
    return f"{rng.choice(_VERBS)} {command.partition(' ')[2]}"


def _truncated(rng: random.Random, command: str, _: Sequence[str]) -> str:
    place = rng.randrange(len(command) + 1)
    return rng.choice((command[:place], command[place:]))


def _with_an_end(rng: random.Random, command: str, _: Sequence[str]) -> str:
    return command + rng.choice(_ENDS)


def _two_at_once(rng: random.Random, command: str, earlier: Sequence[str]) -> str:
    return command + rng.choice((" and ", ", ", ". ", "\n", "; ")) + rng.choice(earlier or [command])


def _other_grammar(_: random.Random, command: str, earlier: Sequence[str]) -> str:
    """The words of the other generation of the grammar, for the last putting that was possible."""
    for text in (command, *reversed(earlier)):
        if found := _PUT.fullmatch(text):
            return f"move {found['object']} to {found['receptacle']}"
        if found := _MOVE.fullmatch(text):
            return f"put {found['object']} in/on {found['receptacle']}"
    return "help"


def _swapped(_: random.Random, command: str, __: Sequence[str]) -> str:
    names = re.findall(r"[a-z]+ \d+", command)
    return f"take {names[-1]} from {names[0]}" if names else f"{command} {command}"


def _out_of_place(rng: random.Random, command: str, earlier: Sequence[str]) -> str:
    return rng.choice(earlier or [command])


def _fixed(rng: random.Random, _: str, __: Sequence[str]) -> str:
    return rng.choice(_FIXED)


_SPOILERS: tuple[Callable[[random.Random, str, Sequence[str]], str], ...] = (
    _wrong_number,
    _wrong_name,
    _wrong_case,
    _odd_blanks,
    _one_odd_blank,
    _unknown_verb,
    _truncated,
    _with_an_end,
    _two_at_once,
    _other_grammar,
    _swapped,
    _out_of_place,
    _out_of_place,
    _fixed,
)
