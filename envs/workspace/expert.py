"""The workspace's expert: a model like any other, that knows only what the conversation says.

It recognises the problem, writes the script that solves it, and finishes when the answer was handed in. Where replies
hold one call each, it does the computing itself, as any model would have to; a file that does not reach it whole is
then more than it can do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from embodied_codeact.contracts import Message
from embodied_codeact.envs.expert import Expert
from embodied_codeact.envs.unrolled import (
    Conclusion,
    Decision,
    EndedProgram,
    Offer,
    Program,
    read_form,
    reply_with_calls,
    write_decision,
)
from embodied_codeact.envs.workspace.expert_scripts import way_to
from embodied_codeact.envs.workspace.state import NothingAsked
from embodied_codeact.primitives.workspace import Workspace

_MOST_SCRIPTS = 2
_OFFER = Offer({"workspace": Workspace}, errors=(NothingAsked,), reads=("workspace.read", "workspace.files"))

_PACKAGES = re.compile(r"Installed packages besides the standard library: ([\w, -]+)")
_HANDED_IN = re.compile(r"^Submission\(number=\d+, understood=", re.MULTILINE)
_ERROR = re.compile(r"^(?:Error|Traceback)\b.*:\s*$", re.MULTILINE)
_RAISED = re.compile(r"^(\w+: .+)$", re.MULTILINE)
_CUT = re.compile(r"\[\.\.\. \d+ characters cut \.\.\.\]")


class WorkspaceExpert(Expert):
    """Plans in programs, whatever the form of its replies."""

    def answer(self, messages: Sequence[Message]) -> str:
        """Return the next reply: a program, or its next call."""
        form, opening = read_form(messages), _opening(messages)
        if form == "script":
            return write_decision(form, _missing_packages(opening) or _decide(opening, _ended_scripts(messages)))
        if any(message.role == "user" and _CUT.search(message.content) for message in messages):
            thought = "The file does not reach me whole, and single calls leave no place to compute: it takes a script."
            return write_decision(form, Conclusion(thought, "not done: the file is too long to read by single calls"))
        return reply_with_calls(messages, form, _OFFER, lambda ended: _decide(opening, ended))


def _opening(messages: Sequence[Message]) -> str:
    """Everything before the first reply."""
    first = next((index for index, message in enumerate(messages) if message.role == "assistant"), len(messages))
    return "\n".join(message.content for message in messages[:first])


def _ended_scripts(messages: Sequence[Message]) -> list[EndedProgram]:
    """How the scripts so far ended, from what was answered to them."""
    ended: list[EndedProgram] = []
    for index, message in enumerate(messages[:-1]):
        if message.role == "assistant" and "<execute>" in message.content:
            told = messages[index + 1].content
            handed_in = _HANDED_IN.search(told)
            ended.append(EndedProgram(told, _error(told) or ("" if handed_in else "nothing was handed in"), index + 2))
    return ended


def _error(told: str) -> str:
    begin = _ERROR.search(told)
    if begin is None:
        return ""
    raised = _RAISED.findall(told, begin.end())
    return str(raised[-1]) if raised else "an error"


def _missing_packages(opening: str) -> Conclusion | None:
    """Give up at once where a script could not import what it needs."""
    found, told = way_to(opening), _PACKAGES.findall(opening)
    if found is None or not told:
        return None
    installed = {name.strip() for name in told[-1].split(",")}
    missing = [name for name in found[0].packages if name not in installed]
    if not missing:
        return None
    return Conclusion("What I would compute with is not installed here.", f"not done: it takes {', '.join(missing)}")


def _decide(opening: str, ended: Sequence[EndedProgram]) -> Decision:
    """Write the next program, or conclude."""
    found = way_to(opening)
    if found is None:
        return Conclusion("I do not understand what is asked here.", "I do not understand the task")
    error = ended[-1].error if ended else ""
    if ended and not error:
        return Conclusion("The answer is handed in.", "done")
    if len(ended) >= _MOST_SCRIPTS:
        return Conclusion("I have tried what I could.", f"not done: {error}")
    way, parameters = found
    thought = f"That did not work: {error}\nI try once more. {way.plan}" if error else way.plan
    return Program(thought, way.script(parameters))
