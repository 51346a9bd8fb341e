"""Dialects: how replies are understood, what a finish means, and the words of observations.

``NATIVE`` (scripts), ``JSON`` and ``TEXT`` (one call a turn) are this project's own. ``MINT`` follows the MINT
benchmark (arXiv 2309.10691), whose published episodes can so be replayed: a ``<solution>`` wins and the code beside it
is not run, an unclosed block is not understood, a wrong solution is told so and the episode goes on until the second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from embodied_codeact.agent.observation import ScriptOutcome, describe_call, describe_outcome
from embodied_codeact.agent.parser import complete_reply, parse_reply
from embodied_codeact.agent.parser_json import complete_json_reply, parse_json_reply
from embodied_codeact.agent.parser_text import parse_text_reply
from embodied_codeact.agent.tools import Toolbox
from embodied_codeact.contracts import Action, CodeAction, Finish, InvalidReply, UserMessage

CUT = (
    "Your reply was cut off after {most} tokens, before its action was complete, so nothing was done. Reply "
    "again, and more briefly: a long task may be done in several turns."
)

ActionFormat = Literal["code", "json", "text"]


def _as_it_is(reply: str) -> str:
    return reply


def _code_is_open(reply: str) -> bool:
    return complete_reply(reply) != reply or reply.count("```") % 2 == 1


def _json_is_open(reply: str) -> bool:
    return complete_json_reply(reply) != reply


def _text_is_open(reply: str) -> bool:
    return complete_reply(reply) != reply or "action" in reply.rpartition("\n")[2].lower()


def _parse_code(reply: str, _: Toolbox) -> Action:
    return parse_reply(reply)


@dataclass(frozen=True)
class Standing:
    """What is left after a turn. ``proposals`` is None where the first finish ends the episode."""

    turns: int
    proposals: int | None = None


@dataclass(frozen=True)
class Dialect:
    """Parser, rules and words. ``action`` is the form of its actions: code, json or text.

    ``complete`` closes what a reply left open where generation stopped at ``stop``: so it stands in the conversation.
    ``is_open``: whether a reply ends within its action; None where nothing is made of that.
    ``parse`` is given the tools too, which code does not need.
    ``proposals``: how many finishes an episode may hold, all but the last of which may be wrong; None where the first
    finish ends the episode, right or wrong. ``describe(outcome, limit)`` tells what a script did;
    ``frame(body, standing)`` makes the whole observation of it.
    """

    name: str
    action: ActionFormat
    system_template: str
    task_template: str
    stop: tuple[str, ...]
    parse: Callable[[str, Toolbox], Action]
    describe: Callable[[ScriptOutcome, int], str]
    frame: Callable[[str, Standing], str]
    proposals: int | None = None
    wrong_answer: str = ""
    complete: Callable[[str], str] = _as_it_is
    is_open: Callable[[str], bool] | None = None

    def is_cut_off(self, reply: str, action: Action) -> bool:
        """Whether a reply that could not be longer lacks a part of its action. Half of one may be another one: a
        shorter number, a loop without its end."""
        if self.is_open is None or isinstance(action, UserMessage):
            return False
        return isinstance(action, InvalidReply) or self.is_open(reply)


def _native_frame(body: str, standing: Standing) -> str:
    if standing.turns == 1:
        return f"Observation:\n{body}\n\n1 turn left: the next reply is the last."
    return f"Observation:\n{body}\n\n{standing.turns} turns left."


NATIVE = Dialect(
    name="native",
    action="code",
    system_template="system.txt",
    task_template="task.txt",
    stop=("</execute>", "</solution>"),
    parse=_parse_code,
    describe=describe_outcome,
    frame=_native_frame,
    complete=complete_reply,
    is_open=_code_is_open,
)

MINT_OUTPUT_CHARS = 2000
"""MINT cuts the output of a cell after so many characters."""
MINT_TRUNCATED = "...\n[Output Truncated]"
MINT_NO_OUTPUT = "[Executed Successfully with No Output]"
MINT_WRONG_ANSWER = "Your answer is wrong."
MINT_COMPLAINT = (
    "I don't understand your input. \n"
    "If you want to execute code, please use <execute> YOUR_CODE_HERE </execute>.\n"
    "If you want to give me an answer, please use <solution> YOUR_SOLUTION_HERE </solution>.\n"
    "For example: The answer to the question is <solution> 42 </solution>. \n"
)


def parse_mint_reply(reply: str) -> Action:
    """Return the action that MINT's environment would take from ``reply``."""
    answers = _closed_blocks(reply, "solution")
    if answers:
        return Finish(answer="\n".join(answers))
    cells = _closed_blocks(reply, "execute")
    if cells:
        return CodeAction(code="\n".join(cells))
    return InvalidReply(repair=MINT_COMPLAINT)


def _closed_blocks(text: str, name: str) -> list[str]:
    opening, closing = f"<{name}>", f"</{name}>"
    found: list[str] = []
    start = text.find(opening)
    while start >= 0:
        end = text.find(closing, start)
        if end < 0:
            break
        found.append(text[start + len(opening) : end].strip())
        start = text.find(opening, end)
    return found


def _mint_description(outcome: ScriptOutcome, _limit: int) -> str:
    result = outcome.result
    parts = [result.stdout.rstrip("\n")] if result.stdout.strip() else []
    if result.value is not None:
        parts.append(f"Out[{outcome.number}]: {result.value}")
    if result.error is not None:
        parts.append(result.error.text())
    text = "\n".join(parts)
    if len(text) > MINT_OUTPUT_CHARS:
        return text[:MINT_OUTPUT_CHARS] + MINT_TRUNCATED
    return text or MINT_NO_OUTPUT


def _mint_frame(body: str, standing: Standing) -> str:
    lines = [
        "Observation:",
        body,
        f"You have {standing.turns} steps left and {standing.proposals} chances to propose solution left.",
    ]
    if standing.turns == 1:
        lines.append("You should take the last step to propose a solution.")
    return "\n".join(lines) + "\n"


MINT = Dialect(
    name="mint",
    action="code",
    system_template="system_mint.txt",
    task_template="task_mint.txt",
    stop=(),
    parse=lambda reply, _: parse_mint_reply(reply),
    describe=_mint_description,
    frame=_mint_frame,
    proposals=2,
    wrong_answer=MINT_WRONG_ANSWER,
)

JSON = Dialect(
    name="json",
    action="json",
    system_template="system_json.txt",
    task_template="task.txt",
    stop=("\nObservation:", "</tool_call>", "</solution>"),
    parse=parse_json_reply,
    describe=describe_call,
    frame=_native_frame,
    complete=complete_json_reply,
    is_open=_json_is_open,
)

TEXT = Dialect(
    name="text",
    action="text",
    system_template="system_text.txt",
    task_template="task.txt",
    stop=("\nObservation:", "</solution>"),
    parse=parse_text_reply,
    describe=describe_call,
    frame=_native_frame,
    complete=complete_reply,
    is_open=_text_is_open,
)

DIALECTS = {dialect.name: dialect for dialect in (NATIVE, JSON, TEXT, MINT)}
"""By name, as trajectories hold them."""
ACTION_DIALECTS: dict[str, Dialect] = {dialect.action: dialect for dialect in (NATIVE, JSON, TEXT)}
"""This project's own, by the form of their actions."""
