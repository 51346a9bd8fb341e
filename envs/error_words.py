"""What an expert says after an error: what went wrong, in a sentence of its own, from the words of the error alone."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_Wording = tuple[str, Sequence[str]]

_WORDINGS: tuple[_Wording, ...] = (
    (
        r"(?:SyntaxError|IndentationError|TabError): (?P<what>[^\n]+)",
        (
            "That was no Python ({what}), so nothing of it ran.",
            "A slip in the syntax: {what}. Nothing was done yet.",
            "The script could not even start: {what}. I write it again.",
        ),
    ),
    (
        r"NameError: name '(?P<name>\w+)' is not defined\nDid you forget '(?P<line>[^']+)'",
        (
            "I used {name} without importing it.",
            "I forgot the line {line}.",
            "{name} has to be imported first: {line}.",
        ),
    ),
    (
        r"NameError: name '(?P<name>\w+)' is not defined\nDid you mean '(?P<right>\w+)'",
        (
            "I wrote {name} where {right} was meant.",
            "There is no {name}: the name is {right}.",
            "{name} is a slip; it should be {right}.",
        ),
    ),
    (
        r"NameError: name '(?P<name>\w+)' is not defined",
        (
            "I used {name} and never defined it.",
            "{name} was not defined before it was used.",
            "Nothing is called {name} yet; the script has to define it first.",
        ),
    ),
    (
        r"AttributeError: '(?P<owner>\w+)' (?:object )?has no (?:attribute|field) '(?P<name>\w+)'[.\n ]*"
        r"Did you mean '(?P<right>\w+)'",
        (
            "{owner} has no {name}: it is called {right}.",
            "I wrote {owner}.{name}; the right name is {right}.",
            "It is {right}, not {name}.",
        ),
    ),
    (
        r"AttributeError: '(?P<owner>\w+)' has no (?:attribute|field) '(?P<name>\w+)'\. It has: (?P<names>[^\n]+?)\.?$",
        (
            "{owner} has no {name}, only {names}.",
            "There is no {owner}.{name}. What there is: {names}.",
        ),
    ),
    (
        r"(?:AttributeError: '(?P<owner>\w+)' object has no attribute '(?P<name>\w+)')",
        (
            "What I had there is a {owner}, which has no {name}.",
            "I took a {owner} for something that has {name}.",
        ),
    ),
    (
        r"TypeError: '(?P<owner>\w+)' object is not (?P<what>\w+)",
        (
            "What I had there is a {owner}, which is not {what}.",
            "I took a {owner} for something that is {what}.",
        ),
    ),
    (
        r"(?:TypeError|InvalidArgument): (?P<call>[\w.]+)\(\)(?:: missing a required argument:| needs) '(?P<name>\w+)'",
        (
            "I called {call} without its {name}.",
            "{call} needs {name} as well.",
            "The call of {call} lacked the argument {name}.",
        ),
    ),
    (
        r"(?:TypeError|InvalidArgument): (?P<call>[\w.]+)\(\)"
        r"(?:: got an unexpected keyword argument| has no parameter) '(?P<name>\w+)'",
        (
            "{call} has no parameter {name}.",
            "{call} does not know {name}; I name its argument as its signature does, or not at all.",
        ),
    ),
    (
        r"TypeError: (?P<call>[\w.]+)\(\): too many positional arguments",
        (
            "I gave {call} more than it takes.",
            "{call} takes fewer arguments.",
        ),
    ),
    (
        r"InvalidArgument: unknown tool '(?P<name>[^']+)'[. ]*Did you mean '(?P<right>[^']+)'",
        (
            "There is no tool {name}: it is {right}.",
            "The tool is called {right}, not {name}.",
        ),
    ),
    (
        r"InvalidArgument: '(?P<name>[^']+)' is no command here\. The nearest are: (?P<right>[^.;\n]+)",
        (
            '"{name}" is no command; the form is "{right}".',
            'I have to say it as the commands are: "{right}".',
        ),
    ),
    (
        r"InvalidArgument: '(?P<name>[^']+)' is no command here",
        (
            '"{name}" is no command; I use one of those that there are.',
            "That was no command here. I say it in the words of the list.",
        ),
    ),
    (
        r"KeyError: '(?P<name>[^'\n]+)'\nDid you mean '(?P<right>[^'\n]+)'",
        (
            "My script looked up {name} and holds only {right}.",
            "I wrote {right} in one place and {name} in another; the two do not fit.",
        ),
    ),
    (
        r"\w+: [^'\n]*'(?P<name>[^'\n]+)'[.\n ]*Did you mean '(?P<right>[^'\n]+)'",
        (
            "Nothing here is called {name}; the nearest name is {right}.",
            "I misnamed something: there is no {name}. {right} is the nearest.",
        ),
    ),
    (
        r"KeyError: (?P<name>[^\n]+)",
        (
            "I looked up {name}, which is not there.",
            "There is no entry {name}, so I must not take it for granted.",
        ),
    ),
    (
        r"IndexError: ",
        ("I took an element that is not there.", "The list is shorter than I thought."),
    ),
    (
        r"(?:RuntimeError|LookupError|AssertionError): (?P<what>[^\n]+?)\.?$",
        ("My script stopped itself: {what}.",),
    ),
    (
        r"(?P<kind>\w+): (?P<what>[^\n]+?)\.?(?: (?:Its signature|Signature): [^\n]*)?$",
        (
            "That failed with {kind}: {what}.",
            "{kind}: {what}. So that was not done.",
            "The error was {kind}: {what}.",
        ),
    ),
)
"""Forms of errors, the most telling first, and what can be said of them."""

_KNOWN: tuple[tuple[re.Pattern[str], Sequence[str]], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), sentences) for pattern, sentences in _WORDINGS
)


def in_own_words(error: str, choose: Callable[[Sequence[str]], str]) -> str:
    """Say what an error means.

    Args:
        error: "Kind: message", and a hint in a second line where there is one.
        choose: picks one of several ways to say it, such as a random generator's ``choice``.

    >>> in_own_words("NameError: name 're' is not defined\\nDid you forget 'import re'?", min)
    'I forgot the line import re.'
    >>> in_own_words("AttributeError: 'house' has no attribute 'go_to'. Did you mean 'goto'?", min)
    'I wrote house.go_to; the right name is goto.'
    """
    for pattern, sentences in _KNOWN:
        if match := pattern.match(error):
            return choose(sentences).format(**match.groupdict())
    return f"That failed: {error}."


def chooser(*of: object) -> Callable[[Sequence[str]], str]:
    """A choice that is always the same for the same values."""
    return random.Random("/".join(map(str, of))).choice
