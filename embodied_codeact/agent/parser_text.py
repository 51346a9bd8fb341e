"""Finds the one command in the reply of a model that acts by text.

The form is ReAct's (arXiv 2210.03629): a line ``Thought: ...`` and a line ``Action: ...``. The first action counts. Its
command is one of those that the environment gives its primitives (``go to fridge 1``), or a call as in ``pick(red
block)``, ``arm.move_to([0.5, 0, 0.2], yaw=0.3)`` or ``pick red block``. Without any label a line counts that is a
command by itself. Prose alone is a message for the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from embodied_codeact.agent.commands import Command, Commands, end_of_call
from embodied_codeact.agent.parser import FENCE, normalized, parse_reply, split_blocks
from embodied_codeact.agent.tool_markup import marks_call
from embodied_codeact.agent.tools import FINISH, Toolbox
from embodied_codeact.contracts import Action, CodeAction, Finish, InvalidReply, ToolCall, UserMessage
from embodied_codeact.errors import InvalidArgument

REPAIR = "{problem} Reply with these two lines:\nThought: why\nAction: one command"
NO_ACTION = "No action was found in your reply."
EMPTY_ACTION = "Your action is empty."
NOT_JSON = "You act by text here, not by JSON."
NOT_CODE = "You cannot run code here: you act by text, one command a turn."

_MARK = r"[ \t]{0,8}(?:[-*#>][ \t]{0,4}){0,3}\*{0,2}(?:\d{1,3}[.)][ \t]{0,4})?\*{0,2}"
_END = r"(?:[ \t]{0,2}\d{1,3})?[ \t]{0,4}\*{0,2}[:=]\*{0,2}(.*)"
_LABELS = {
    "input": re.compile(rf"{_MARK}action[ \t]{{0,2}}input{_END}", re.IGNORECASE),
    "thought": re.compile(rf"{_MARK}(?:thought|think){_END}", re.IGNORECASE),
    "action": re.compile(rf"{_MARK}(?:(?:next|my)[ \t]{{1,4}})?(?:act(?:ion)?|command){_END}", re.IGNORECASE),
    "answer": re.compile(rf"{_MARK}(?:final[ \t]{{1,4}})?answer{_END}", re.IGNORECASE),
    "observation": re.compile(rf"{_MARK}obs(?:ervation)?{_END}", re.IGNORECASE),
}
_ACTION_TAG = re.compile(r"<(/?)action>", re.IGNORECASE)
_ACTION_WITHIN = re.compile(r"(?<=[.!?])[ \t](?=action:)", re.IGNORECASE)
_SEVERAL = re.compile(r"\s{0,4};\s|,?\s(?:and\s)?then\s|\.\s")
_CALL = re.compile(r"[A-Za-z_][\w.]{0,80}\(")
_BEHIND_CALL = re.compile(r"\s{0,4}(?:[;.,#]|(?:and|then)\s|\()", re.IGNORECASE)
_REMARK = re.compile(r"\s(?:#\s.*|\((?=\w+\s)[^()]*\))\Z")
_OBSERVED = re.compile(r"\sobservation:", re.IGNORECASE)
_PROMPT = re.compile(r"[ \t]{0,8}>{1,3}[ \t]{0,4}(.*)")
_ROLE = re.compile(r"\s*(?:assistant|agent)\s{0,4}:", re.IGNORECASE)
_BULLET = re.compile(r"[ \t]{0,8}(?:[-*][ \t]{1,4}|\d{1,3}[.)][ \t]{1,4})")
_AROUND = (("`", "`"), ('"', '"'), ("'", "'"), ("[", "]"), ("<", ">"))
_MAX_BARE_WORDS = 12
_MAX_LINES = 200


class _Line(NamedTuple):
    """A line of a reply. ``kind``: action, prompt (``> ...``), fenced, prose, thought, or more of a thought."""

    kind: str
    text: str


def parse_text_reply(reply: str, tools: Toolbox) -> Action:
    """Return the one action in ``reply``. Never raises."""
    text = normalized(reply)
    labelled = _labels_for_tags(text)
    role = _ROLE.match(labelled)
    lines = _sorted_lines(labelled[role.end() :] if role else labelled)
    commands = Commands(tools)
    written = [line.text for line in lines if line.kind == "action"]
    plain = parse_reply(text)
    if written:
        return _labelled([line for line in written if line], _thought(lines), commands)
    if isinstance(plain, Finish):
        return plain
    found = list(_unlabelled(lines, commands))
    if found:
        line, command = found[0]
        return _action(command, _thought(lines[:line]), len(found) - 1, commands)
    return _no_action(text, lines, plain)


def _labels_for_tags(text: str) -> str:
    """A reply whose thoughts and actions stand in tags, with labels in their place."""
    pieces: list[str] = []
    for block in split_blocks(text):
        if block.name == "thought":
            pieces.append(f"\nThought: {' '.join(block.text.split())}\n")
        else:
            pieces.append(f"<{block.name}>{block.text}</{block.name}>" if block.name else block.text)
    return _ACTION_TAG.sub(lambda tag: "\n" if tag[1] else "\nAction: ", "".join(pieces))


def _labelled(written: list[str], thought: str, commands: Commands) -> Action:
    if not written:
        return InvalidReply(REPAIR.format(problem=EMPTY_ACTION))
    first, more = _first_command(written[0])
    try:
        command = commands.parse(first)
    except InvalidArgument as error:
        return InvalidReply(f"Error:\n{type(error).__name__}: {error}")
    return _action(command, thought, len(written) - 1 + more, commands)


def _first_command(line: str) -> tuple[str, int]:
    """The first of the commands in a line, without a remark on it, and how many follow. What stands in brackets and the
    words of a finish may hold anything."""
    if line.lower().startswith(FINISH):
        return line, 0
    if "(" in line.split(" ", 1)[0]:
        end = end_of_call(line)
        rest = line[end:] if end > 0 else ""
        return (line[:end], len(_CALL.findall(rest))) if _BEHIND_CALL.match(rest) else (line, 0)
    first, *others = _SEVERAL.split(line)
    return _REMARK.sub("", first), len([other for other in others if other.strip()])


def _action(command: Command, thought: str, left_out: int, commands: Commands) -> Action:
    if command.name == FINISH and FINISH not in commands.tools.tools:
        return Finish(answer=str(command.arguments.get("answer", "")), thought=thought)
    return ToolCall(command.name, command.arguments, thought, left_out)


def _no_action(text: str, lines: list[_Line], plain: Action) -> Action:
    if isinstance(plain, CodeAction):
        return InvalidReply(REPAIR.format(problem=NOT_CODE))
    prose = "\n".join(line.text for line in lines if line.kind == "prose").strip()
    if marks_call(text) or re.search(r"\{\s*[\"']\w+[\"']\s*:", text):
        return InvalidReply(REPAIR.format(problem=NOT_JSON))
    if not prose or not isinstance(plain, UserMessage) or any(line.kind != "prose" for line in lines):
        return InvalidReply(REPAIR.format(problem=NO_ACTION))
    return UserMessage(prose)


def _sorted_lines(text: str) -> list[_Line]:
    """Each line with what it is. An action goes on in the next line where its own is empty, a thought until the next
    label. What follows an observation that the model made up does not count."""
    found: list[_Line] = []
    in_thought = fenced = acted = False
    for line in (part for whole in text.split("\n") for part in _before_and_after_label(whole)):
        if FENCE.fullmatch(line):
            fenced = not fenced
            continue
        label, content = _label(line)
        if label == "observation" and acted:
            break
        if label == "input":
            _join_input(found, content)
        elif label:
            in_thought = label == "thought"
            found.append(_Line(label, content))
        elif found and found[-1] == _Line("action", ""):
            found[-1] = _Line("action", _bare(line))
        elif line.strip():
            found.append(_Line("fenced" if fenced else "more" if in_thought else "prose", line.strip()))
        if found and found[-1].kind == "action" and found[-1].text:
            acted = True
    return found


def _before_and_after_label(line: str) -> list[str]:
    """``Thought: I go. Action: go to fridge 1`` as two lines."""
    within = _ACTION_WITHIN.search(line)
    # A number before the label is a list's.
    if within is None or not re.search(r"[^\W\d]", line[: within.start()]):
        return [line]
    return [line[: within.start()], line[within.end() :]]


def _label(line: str) -> tuple[str, str]:
    for label, pattern in _LABELS.items():
        match = pattern.fullmatch(line)
        if match is None:
            continue
        if label == "answer":
            return "action", f"{FINISH}({match[1].strip()})"
        return label, _bare(match[1]) if label == "action" else match[1].strip()
    prompt = _PROMPT.fullmatch(line)
    return ("prompt", _bare(prompt[1])) if prompt else ("", "")


def _join_input(found: list[_Line], content: str) -> None:
    """LangChain's form of ReAct: the name in one line, the arguments in the next."""
    if found and found[-1].kind == "action" and content not in ("", "{}", "None", "null"):
        found[-1] = _Line("action", f"{found[-1].text}({content})")


def _unlabelled(lines: list[_Line], commands: Commands) -> Iterator[tuple[int, Command]]:
    """Commands in lines without a label: at a prompt, in a fence, or alone in their line."""
    for index, line in enumerate(lines[:_MAX_LINES]):
        announced = line.kind in ("prompt", "fenced")
        bullet = _BULLET.match(line.text)
        text = line.text[bullet.end() :] if bullet else line.text
        if line.kind == "thought" or (not announced and _reads_like_prose(text)):
            continue
        try:
            command = commands.match(_bare(text))
        except InvalidArgument:
            continue
        if command is not None and (announced or command.sure):
            yield index, command


def _reads_like_prose(text: str) -> bool:
    return len(text.split()) > _MAX_BARE_WORDS or text.endswith(("?", "!", ":"))


def _thought(lines: list[_Line]) -> str:
    """What was thought, or else said before the first action."""
    thought = "\n".join(line.text for line in lines if line.kind in ("thought", "more")).strip()
    return thought or "\n".join(line.text for line in takewhile(lambda line: line.kind == "prose", lines))


def _bare(text: str) -> str:
    """A command without what models put around it."""
    text = _OBSERVED.split(text, maxsplit=1)[0].strip().strip("*").strip()
    for opener, closer in _AROUND:
        inside = text[1:-1]
        if len(text) > 2 and text[0] == opener and text[-1] == closer and opener not in inside:
            text = inside.strip()
    return text.removeprefix(">").strip()
