"""The same episode, asked for in other words: what teaches a small model to understand people.

Environments offer the words by entry point (:class:`~embodied_codeact.contracts.Rephraser`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from embodied_codeact.contracts import Rephraser
from embodied_codeact.instruct.conversations import ChatMessage, Conversation
from embodied_codeact.instruct.conversion import message_digest
from embodied_codeact.registry import base_name, load_rephraser, rephraser_names

_TASK = re.compile(r"^Your task is to: (.+)$", re.MULTILINE)


def rephrase(environment: str, instruction: str, rng: random.Random) -> str | None:
    """Return an instruction that asks for exactly the same, None where there is no other way to say it.

    Args:
        environment: its name, such as ``"household"``.
        rng: the same state gives the same words.
    """
    rephraser = _rephraser_of(base_name(environment))
    return rephraser.rephrase(instruction, rng) if rephraser else None


def rephrase_conversation(conversation: Conversation, rng: random.Random) -> Conversation | None:
    """Return the same episode with its instruction in other words, which its provenance tells as ``rephrased``: what
    the instruction was. Its id is a digest of the new messages.

    None where that cannot be done: its environment has no other words for it, its messages do not tell the task, or
    quote the instruction elsewhere, such as in a reply, so that they would no longer fit together.
    """
    told = _latest_task(conversation.messages)
    words = rephrase(conversation.source, told, rng) if told else None
    if told is None or words is None or words == told:
        return None
    line = re.compile(rf"^Your task is to: {re.escape(told)}$", re.MULTILINE)
    messages = []
    for message in conversation.messages:
        if _quotes(line.sub("", message.content) if message.role != "assistant" else message.content, told):
            return None
        # A function, since words may hold what a template of `re` would read as its own.
        content = line.sub(lambda _: f"Your task is to: {words}", message.content)
        messages.append(message if message.role == "assistant" else replace(message, content=content))
    provenance = {**conversation.provenance, "rephrased": told}
    return replace(conversation, id=message_digest(messages), messages=messages, provenance=provenance)


def rename_conversation(conversation: Conversation, rng: random.Random) -> Conversation:
    """Return the same episode with other names for its things, where its environment has such as mean nothing, which
    its provenance tells as ``renamed``. The system message stays as it is: it is the same for all.

    That episode was not played. It is one that would have gone as the other did.
    """
    rephraser = _rephraser_of(base_name(conversation.source))
    names = rephraser.rename(rng) if rephraser else {}
    if not names:
        return conversation
    known = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b", re.IGNORECASE)

    def other(found: re.Match[str]) -> str:
        name = names[found[0].lower()]
        return name.capitalize() if found[0][0].isupper() else name

    messages = [
        message if message.role == "system" else replace(message, content=known.sub(other, message.content))
        for message in conversation.messages
    ]
    provenance = {**conversation.provenance, "renamed": dict(names)}
    return replace(conversation, id=message_digest(messages), messages=messages, provenance=provenance)


@lru_cache
def _rephraser_of(environment: str) -> Rephraser | None:
    # Looking through the installed packages takes far longer than to find other words.
    return load_rephraser(environment) if environment in rephraser_names() else None


def _latest_task(messages: Sequence[ChatMessage]) -> str | None:
    """What the opening asks for. A prompt may hold an example first, so the last task in it counts."""
    opening = []
    for message in messages:
        if message.role == "assistant":
            break
        opening.append(message.content)
    tasks = _TASK.findall("\n".join(opening))
    return tasks[-1] if tasks else None


def _quotes(text: str, instruction: str) -> bool:
    """Whether a text holds the words of an instruction, however they are typed."""
    return _words(instruction) in _words(text)


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    # The same system message, which is long, is asked about for every conversation.
    return " ".join(re.findall(r"\w+", text.lower()))
