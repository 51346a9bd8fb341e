"""For experts in a conversation with a person, who gives one instruction after the other in the same world."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from embodied_codeact.contracts import Message

_SAID = re.compile(r"^The user says: (.+)$", re.MULTILINE)
_TASK = re.compile(r"^Your task is to: .+$", re.MULTILINE)


def since_latest_instruction(messages: Sequence[Message]) -> list[Message]:
    """Return the conversation as if it had begun with the person's latest instruction: that stands for the task in the
    opening, and what was said and done for earlier ones is left out. One without a person stays as it is."""
    users = [index for index, message in enumerate(messages) if message.role == "user"]
    told = [index for index in users if _SAID.search(messages[index].content)]
    if not told:
        return list(messages)
    instruction = _SAID.findall(messages[told[-1]].content)[-1]
    first = users[0]
    opening = messages[first]
    words = _SAID.sub("", opening.content)
    tasks = list(_TASK.finditer(words))
    task = f"Your task is to: {instruction}"
    # A prompt may hold an example first.
    words = f"{words[: tasks[-1].start()]}{task}{words[tasks[-1].end() :]}" if tasks else f"{words}\n\n{task}"
    return [*messages[:first], replace(opening, content=words), *messages[max(told[-1], first) + 1 :]]
