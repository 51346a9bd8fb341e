"""Finds the one action in a model's reply.

The rules, in the order in which they apply:

1. Closed ``<execute>`` blocks are joined into one script; an unclosed last block counts, since generation may have
   stopped at its tag. Without any, fenced Python blocks count in the same way; without a ``<solution>``, bare fences.
2. A script wins over a ``<solution>`` in the same reply, which becomes its ``then_finish``.
3. A ``<solution>`` alone finishes; of several the last counts.
4. Prose alone is a message for the user. A reply is either an action for the environment or a message for the user
   (arXiv 2402.01030, section 2), and chat models ask their questions without any tag; where no user is present the
   answer says so and how to act, so nothing is lost.
5. What holds neither (nothing, a thought alone, an empty block, a tool call) is invalid, and is answered with how to
   reply.

What a reasoning model drafts in ``<think>`` is no action; chat templates may open that tag in the prompt, so a reply
may begin within. Nor does anything count that follows an observation which the model made up itself.

A tag that opens an action at the start of a line ends whatever block is open: code never has such a line, and models
do forget closing tags. Everything here runs in time linear in the length of the reply.
"""

from __future__ import annotations

import io
import re
import textwrap
import tokenize
from dataclasses import dataclass
from typing import NamedTuple

from embodied_codeact.agent.tool_markup import marks_call
from embodied_codeact.contracts import Action, CodeAction, Finish, InvalidReply, UserMessage

REPAIR = (
    "No action was found in your reply. Reply in one of these ways:\n"
    "- <thought>why</thought> and then <execute>Python code</execute> to act,\n"
    "- <solution>your answer</solution> to finish."
)
NO_TOOLS = "There are no tools to call here: you act by Python."
EMPTY_SCRIPT = "The <execute> block of your reply is empty, so nothing was run. Put Python code between the tags."

# Bounded blanks: two unbounded runs side by side would backtrack quadratically.
_TAG = re.compile(
    r"<[ \t]{0,4}(/?)[ \t]{0,4}(execute|solution|thought|think(?:ing)?|reasoning)[ \t]{0,4}>", re.IGNORECASE
)
_DRAFTS = frozenset({"think", "thinking", "reasoning"})
FENCE = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})[ \t]{0,4}\{?([\w+.-]{0,20})\}?[ \t]*")
_OTHER_TAG = re.compile(r"<(/?)(?:execute_ipython|execute_code|python|code)>", re.IGNORECASE)
"""Tags by which other agents run code; understood where they begin a line of a reply without any action."""
_PYTHON_TAG = "<|python_tag|>"
_MADE_UP = re.compile(r"^[ \t]{0,4}Observation:", re.MULTILINE)
_END_MARK = re.compile(r"(?:<\|[\w-]{1,40}\|>|<｜[^<>\n]{1,40}｜>|</s>|<eos>|<end_of_turn>|<end_code>)\Z")
_MOST_END_MARKS = 4
_ROLE = re.compile(r"\s*assistant\s{0,4}:", re.IGNORECASE)
_PYTHON = frozenset({"python", "py", "python3", "py3", "ipython", "tool_code", "repl"})
_ACTIONS = frozenset({"execute", "solution"})


class Tag(NamedTuple):
    name: str
    opening: bool
    start: int
    end: int
    at_line_start: bool


@dataclass(frozen=True)
class Block:
    """One piece of a reply. ``name`` is the tag's, or empty for what stands outside of all tags; ``end`` is where its
    text ends in the reply."""

    name: str
    text: str
    end: int
    closed: bool = True


def parse_reply(reply: str) -> Action:
    """Return the one action in ``reply``. Never raises."""
    text = plain_line_ends(reply)
    if text.lstrip().startswith(_PYTHON_TAG):
        text = text.replace(_PYTHON_TAG, "<execute>", 1)
    action = _action(text)
    if isinstance(action, UserMessage) and any(_OTHER_TAG.match(line.lstrip()) for line in text.split("\n")):
        action = _action(_OTHER_TAG.sub(r"<\1execute>", text))
    return action


def _action(text: str) -> Action:
    blocks = _before_made_up(split_blocks(text))
    prose = "\n".join(piece for block in blocks if not block.name and (piece := _prose(block.text)))
    thought = "\n".join(block.text.strip() for block in blocks if block.name in ("thought", "think")).strip()
    answers = [block.text.strip() for block in blocks if block.name == "solution"]
    answer = answers[-1] if answers else None

    tagged = [block.text for block in blocks if block.name == "execute"]
    # A fence's text begins on a line of its own, so its first line has the indentation that it was written with.
    sources = tagged or [f"\n{script}" for script in _fenced_scripts(blocks, bare=answer is None)]
    code = "\n".join(script for source in sources if (script := clean_script(source)))
    if code:
        return CodeAction(code=code, thought=thought or _leading_prose(blocks), then_finish=answer)
    if answer is not None:
        return Finish(answer=answer, thought=thought or _leading_prose(blocks))
    if sources:
        return InvalidReply(repair=EMPTY_SCRIPT)
    if marks_call(prose):
        return InvalidReply(repair=f"{NO_TOOLS} {REPAIR}")
    return UserMessage(text=prose) if prose else InvalidReply(repair=REPAIR)


def complete_reply(reply: str) -> str:
    """Return the reply with its last block closed, where generation stopped at the block's closing tag.

    >>> complete_reply("<execute>\\nhouse.open('fridge 1')\\n")
    "<execute>\\nhouse.open('fridge 1')\\n</execute>"
    """
    last = split_blocks(reply)[-1]
    if last.closed or last.name not in _ACTIONS:
        return reply
    # What follows the block's text is a part of its closing tag.
    return f"{reply[: last.end]}</{last.name}>"


def plain_line_ends(reply: str) -> str:
    """Return a reply with plain line ends, without a byte order mark and the marks by which a chat template ends it."""
    text = reply.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for _ in range(_MOST_END_MARKS):
        whole = text.rstrip()
        mark = _END_MARK.search(whole, max(len(whole) - 60, 0))
        if mark is None:
            break
        text = whole[: mark.start()]
    return text


def normalized(reply: str) -> str:
    """Return a reply with plain line ends and without what a reasoning model drafted, which may hold anything."""
    text = plain_line_ends(reply)
    return "".join(_source(block) for block in split_blocks(text) if block.name != "think")


def _source(block: Block) -> str:
    return f"<{block.name}>{block.text}</{block.name}>" if block.name else block.text


def split_blocks(text: str) -> list[Block]:
    """Cut a reply at its tags, in one pass."""
    tags = _tags(text)
    blocks: list[Block] = []
    current: Tag | None = None
    position = 0
    draft = next((tag for tag in tags if tag.name == "think"), None)
    if draft is not None and not draft.opening:
        blocks.append(Block("think", text[: draft.start], draft.start))
        position = draft.end
        tags = [tag for tag in tags if tag.start > draft.start]
    last_close = {tag.name: index for index, tag in enumerate(tags) if not tag.opening}

    def close(end: int, *, closed: bool) -> None:
        blocks.append(Block(current.name if current else "", text[position:end], end, closed))

    for index, tag in enumerate(tags):
        if current is None:
            ends = True
        elif tag.opening:
            ends = _interrupts(tag, current, closed_later=last_close.get(current.name, -1) > index)
        else:
            ends = tag.name == current.name
        if not ends:
            continue
        if not (tag.opening and current is not None and current.name == "execute" and not current.at_line_start):
            close(tag.start, closed=not tag.opening)  # otherwise prose only mentioned the tag
        # No prose mentions a tag that stands right behind a closed block.
        behind = current is None and not text[position : tag.start].strip()
        current = (tag._replace(at_line_start=True) if behind else tag) if tag.opening else None
        position = tag.end
    close(len(text) if current is None else _before_partial_tag(text, current), closed=current is None)
    return blocks


def clean_script(source: str) -> str:
    """Return plain Python source: without fences, interpreter prompts or an indentation common to all lines."""
    lines = source.rstrip().split("\n")
    if lines[0].strip() and not FENCE.fullmatch(lines[0]):
        lines = _aligned_with_first(lines)
    lines = lines[next((index for index, line in enumerate(lines) if line.strip()), len(lines)) :]
    if not lines:
        return ""
    if FENCE.fullmatch(lines[0]):
        lines = "\n".join(code for _, code in split_fences("\n".join(lines))).split("\n")
    elif FENCE.fullmatch(lines[-1]):
        lines.pop()
    if lines and lines[0].lstrip().startswith(">>>"):
        lines = _without_prompts(lines)
    script = "\n".join(lines)
    return textwrap.dedent(script) if script[:1].isspace() else script


def split_fences(text: str) -> list[tuple[str, str]]:
    """Return ``(language, content)`` of each fenced block; an unclosed last one counts."""
    found: list[tuple[str, str]] = []
    marker, language = "", ""
    content: list[str] = []
    for line in text.split("\n"):
        fence = FENCE.fullmatch(line)
        if not marker:
            if fence:
                marker, language, content = fence[1], fence[2].lower(), []
        elif fence and not fence[2] and fence[1].startswith(marker):
            found.append((language, "\n".join(content)))
            marker = ""
        else:
            content.append(line)
    if marker:
        found.append((language, "\n".join(content)))
    return found


def _tags(text: str) -> list[Tag]:
    found = []
    for match in _TAG.finditer(text):
        before = text[max(match.start() - 16, 0) : match.start()]
        line = before.rpartition("\n")[2]
        at_line_start = not line.strip() and ("\n" in before or len(before) < 16)
        name = match[2].lower()
        name = "think" if name in _DRAFTS else name
        found.append(Tag(name, not match[1], match.start(), match.end(), at_line_start))
    return found


def _interrupts(tag: Tag, current: Tag, *, closed_later: bool) -> bool:
    """Whether an opening tag ends the block that is open."""
    if current.name == "think":  # a reasoning model's draft, which may hold anything
        return not closed_later and tag.name in _ACTIONS
    if tag.name not in _ACTIONS:
        return current.name == "execute" and tag.at_line_start
    return tag.at_line_start or (current.name == "thought" and not closed_later)


def _before_partial_tag(text: str, current: Tag) -> int:
    """Where an unclosed last block ends: generation may have stopped inside its closing tag."""
    start = text.rfind("<", max(len(text) - 12, current.end))
    cut = start >= 0 and f"</{current.name}>".startswith(text[start:].rstrip().lower()) and text[start + 1 : start + 2]
    return start if cut else len(text)


def _before_made_up(blocks: list[Block]) -> list[Block]:
    """The blocks up to where, after an action, the model goes on with an observation of its own."""
    acted = False
    for index, block in enumerate(blocks):
        if acted and not block.name and _MADE_UP.search(block.text):
            return blocks[:index]
        acted = acted or block.name in _ACTIONS
    return blocks


def _fenced_scripts(blocks: list[Block], *, bare: bool) -> list[str]:
    """Scripts in fences outside of all tags; bare fences only where nothing else in the reply could be meant."""
    fences = split_fences("\n".join(block.text for block in blocks if not block.name))
    python = [code for language, code in fences if language in _PYTHON]
    if python or not bare:
        return python
    return [code for language, code in fences if not language]


def _aligned_with_first(lines: list[str]) -> list[str]:
    """A script that begins on its tag's line has lost the first line's indentation; take it from the others too."""
    if len(lines) == 1:
        return [lines[0].lstrip()]
    first, rest = lines[0].lstrip(), "\n".join(lines[1:])
    return [first, *(rest if _goes_on(first) else textwrap.dedent(rest)).split("\n")]


def _goes_on(line: str) -> bool:
    """Whether what follows a line of Python belongs to it: it opens a block, or leaves a bracket or a text open."""
    beside = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER)
    try:
        tokens = [token for token in tokenize.generate_tokens(io.StringIO(line).readline) if token.type not in beside]
    except (tokenize.TokenError, SyntaxError):
        return True
    return bool(tokens) and tokens[-1].string == ":"


def _without_prompts(lines: list[str]) -> list[str]:
    """Keep what was typed at ``>>>`` and ``...``; the answers between are not code."""
    typed = (line.lstrip() for line in lines)
    return [line[4:] if line[3:4] == " " else line[3:] for line in typed if line.startswith((">>>", "..."))]


def _prose(text: str) -> str:
    role = _ROLE.match(text)
    return (text[role.end() :] if role else text).strip()


def _leading_prose(blocks: list[Block]) -> str:
    """What was said before the first block, where no thought was tagged."""
    text = blocks[0].text if blocks and not blocks[0].name else ""
    kept: list[str] = []
    for line in text.split("\n"):
        if FENCE.fullmatch(line):
            break
        kept.append(line)
    return _prose("\n".join(kept))
