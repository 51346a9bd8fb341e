"""Compares what a script printed here with what MINT's interpreter (IPython) recorded for the same script.

Decoration does not count: ``Observation:``, the lines that count what is left, ``Out[n]:``, the sign for no output,
blanks at the ends of lines and of the whole. Of a traceback the exception's type counts, since IPython prints it in a
form of its own. Past 2,000 characters, where MINT cut the output, the recorded part counts. Only an echoed value may
be broken into lines differently: IPython pretty-prints it.
"""

from __future__ import annotations

import re

import msgspec

from embodied_codeact.agent.dialects import MINT_NO_OUTPUT, MINT_WRONG_ANSWER
from embodied_codeact.contracts import ExecutionResult

_COMPLAINT_START = "I don't understand your input."
_LEFT = re.compile(r"You have \d+ steps left and \d+ chances to propose solution left\.")
_LAST_STEP = "You should take the last step to propose a solution."
_CUT = re.compile(r"(?:\.\.\.)?\n?\[Output Truncated\]$")
_RULE = re.compile(r"^-{70,}$", re.MULTILINE)
_ECHO = re.compile(r"^Out\[\d+\]:[ \t]*", re.MULTILINE)
_SYNTAX_ERROR = re.compile(r"^ {0,2}(?:Cell In\[\d+\]|File <[^>\n]{1,80}>|Input In \[\d+\]).{0,40}$", re.MULTILINE)
_KIND = re.compile(r"\s*([A-Za-z_][\w.]{0,80})")


class Output(msgspec.Struct, frozen=True):
    """Output without decoration: the text before any error, and the error's type name (empty for none).

    ``echoed``: the text ends with the value of a last expression; ``cut``: it is only the beginning.
    """

    text: str
    error: str = ""
    echoed: bool = False
    cut: bool = False

    def shown(self) -> str:
        """For people: the text and the error's type."""
        return "\n".join(part for part in (self.text, self.error and f"[{self.error}]") if part)


def without_decoration(observation: str) -> str:
    """Return a recorded observation without its head and the lines that count what is left."""
    lines = observation.strip().removeprefix("Observation:").strip("\n").split("\n")
    while lines and (not lines[-1].strip() or lines[-1].strip() == _LAST_STEP or _LEFT.fullmatch(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines)


def is_verdict(observation: str) -> bool:
    """Whether a recorded observation judges a solution or complains of a reply, instead of giving output."""
    return without_decoration(observation).lstrip().startswith((MINT_WRONG_ANSWER, _COMPLAINT_START))


def recorded_output(observation: str) -> Output:
    """Read the output out of a recorded observation."""
    text = without_decoration(observation)
    cut = _CUT.search(text) is not None
    text = _CUT.sub("", text)
    if text.strip() == MINT_NO_OUTPUT:
        return Output("")
    error = ""
    if rule := _RULE.search(text):
        kind = _KIND.match(text, rule.end())
        text, error, cut = text[: rule.start()], kind[1] if kind else "", False
    elif frame := _SYNTAX_ERROR.search(text):
        kind = _KIND.match(text.rstrip().rpartition("\n")[2])
        text, error = text[: frame.start()], kind[1] if kind else ""
    return Output(_stripped(_ECHO.sub("", text)), error, _ECHO.search(text) is not None, cut)


def replayed_output(result: ExecutionResult) -> Output:
    """The same of a script that ran here."""
    text = result.stdout
    if result.value is not None:
        text = f"{text.rstrip()}\n{result.value}" if text.strip() else result.value
    return Output(_stripped(text), result.error.kind if result.error else "", result.value is not None)


def same_output(recorded: Output, replayed: Output) -> bool:
    """Whether both say the same."""
    if recorded.cut:
        return replayed.text.startswith(recorded.text) or (
            recorded.echoed and _joined(replayed.text).startswith(_joined(recorded.text))
        )
    if recorded.error != replayed.error or recorded.echoed != replayed.echoed:
        return False
    if recorded.text == replayed.text:
        return True
    return recorded.echoed and _joined(recorded.text) == _joined(replayed.text)


def _stripped(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def _joined(text: str) -> str:
    return "".join(text.split())
