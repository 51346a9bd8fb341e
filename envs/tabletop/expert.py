"""The tabletop expert: a model like any other, that knows only what the conversation says.

It recognises the instruction, writes the whole program that a good agent would write for it, reads from the output
whether that worked, and otherwise looks again and does what is left.
"""

from __future__ import annotations

from collections.abc import Sequence

from embodied_codeact.contracts import Message, Reply
from embodied_codeact.envs.tabletop.expert_reading import Briefing, Progress, read_briefing, read_progress
from embodied_codeact.envs.tabletop.tasks import write_script

_MOST_SCRIPTS = 4
"""After that many, another one would only do the same again."""


class TabletopExpert:
    """Satisfies :class:`~embodied_codeact.contracts.Model`. Keeps nothing between replies: all it knows is in the
    messages."""

    name = "expert"

    def start_episode(self) -> None:
        """Nothing to drop."""

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        """Continue the conversation. ``max_tokens`` is not applied: a program cut short would be of no use."""
        del max_tokens
        text = _answer(read_briefing(messages), read_progress(messages))
        ends = [position for mark in stop if mark and (position := text.find(mark)) >= 0]
        return Reply(text[: min(ends)] if ends else text)


def _answer(briefing: Briefing, progress: Progress) -> str:
    if briefing.level is None or briefing.task is None:
        return _solve("I do not understand what to do here, or with what.", "I do not understand the task")
    if progress.achieved:
        return _solve("The scene is as it should be.", "done")
    if progress.scripts >= _MOST_SCRIPTS:
        return _solve("I have tried what I could, and it still does not work.", "not done")
    # A level without a script of its own is served by the one for skills, which defines what it needs from joints.
    body = briefing.task.oracles.get(briefing.level) or briefing.task.oracles["skills"]
    script = write_script(briefing.level, briefing.parameters, body, again=progress.scripts > 0)
    return f"<thought>\n{_thought(briefing.task.plan, progress)}\n</thought>\n<execute>\n{script}</execute>"


def _thought(plan: str, progress: Progress) -> str:
    if progress.scripts == 0:
        return plan
    problem = f"the script ended with {progress.error}" if progress.error else "the scene is not as it should be"
    return f"It is not done yet: {problem}\nI look at the scene as it is now and do what is left. {plan}"


def _solve(thought: str, answer: str) -> str:
    return f"<thought>\n{thought}\n</thought>\n<solution>{answer}</solution>"
