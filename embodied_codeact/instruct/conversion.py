"""Makes a conversation to be trained on of an episode that the environment judged successful."""

from __future__ import annotations

from typing import Any

import msgspec

from embodied_codeact import __version__
from embodied_codeact.contracts import CodeAction, Episode, Task, ToolCall, Turn
from embodied_codeact.evaluation.run_folder import digest_of
from embodied_codeact.instruct.conversations import ChatMessage, Conversation
from embodied_codeact.instruct.recipes import Recipe, Source
from embodied_codeact.registry import base_name

NOTHING_HAPPENS = "Nothing happens."
"""What ALFWorld answers to what cannot be done."""
_SHOWN = 16
"""Digits of a digest: enough for billions of conversations."""


def conversation_of(episode: Episode, recipe: Recipe, source: Source) -> Conversation:
    """Return an episode as training data. Replies that were spoilt on purpose are seen, and not learnt."""
    spoilt = perturbed_turns(episode)
    acted = [turn.index for turn in episode.turns if isinstance(turn.action, CodeAction | ToolCall)]
    failed = {turn.index for turn in episode.turns if turn.result is not None and turn.result.error is not None}
    messages: list[ChatMessage] = []
    replies = 0
    for message in episode.messages:
        spoils = message.role == "assistant" and replies in spoilt
        messages.append(ChatMessage(message.role, message.content, train=not spoils))
        replies += message.role == "assistant"
    return Conversation(
        id=message_digest(messages),
        source=base_name(source.environment),
        messages=messages,
        action_format=source.action,
        task_type=str(episode.task.metadata.get("type", "")),
        turns=len(episode.turns),
        errors=sum(map(_failed, episode.turns)),
        # What failed in the last script has not kept the episode from succeeding; nothing was recovered from.
        recovered=episode.status.success and any(index in spoilt or index in failed for index in acted[:-1]),
        provenance=_provenance(episode, recipe, source, spoilt),
    )


def message_digest(messages: list[ChatMessage]) -> str:
    """The same for the same words, whoever said them in which episode."""
    return digest_of([[message.role, message.content] for message in messages])[:_SHOWN]


def perturbed_turns(episode: Episode) -> dict[int, str]:
    """Which turns were spoilt on purpose, and how."""
    return {int(index): str(kind) for index, kind in episode.metadata.get("perturbed", {}).items()}


def why_not(episode: Episode, keep: str = "solved") -> str:
    """Why an episode is nothing to learn from; empty where it is something. ``keep`` as in a recipe's source."""
    if keep == "declined" and (episode.status.success or episode.end != "finish"):
        return "not declined"
    if keep == "solved" and not episode.status.success:
        return f"not successful, ended by {episode.end}"
    spoilt = perturbed_turns(episode)
    acted = [turn.index for turn in episode.turns if isinstance(turn.action, CodeAction | ToolCall)]
    if not any(index not in spoilt for index in acted):
        return "only perturbed scripts" if acted else "no script"
    return ""


def _failed(turn: Turn) -> bool:
    """Whether a turn's script raised an error, or shows that the environment refused something."""
    if turn.result is None:
        return False
    told = f"{turn.result.stdout}\n{turn.result.value or ''}"
    return turn.result.error is not None or NOTHING_HAPPENS in told


def _script(turn: Turn) -> list[Any]:
    match turn.action:
        case CodeAction(code=code):
            return [" ".join(code.split())]
        case ToolCall(name=name, arguments=arguments):
            return [name, arguments]
    return []


def _provenance(episode: Episode, recipe: Recipe, source: Source, spoilt: dict[int, str]) -> dict[str, Any]:
    """What it takes to make a conversation again. Where something lies on this machine is left out."""
    task: Task = episode.task
    opening = episode.messages[: next((i for i, m in enumerate(episode.messages) if m.role == "assistant"), 0)]
    alike = digest_of([[m.role, m.content] for m in opening], [_script(turn) for turn in episode.turns])
    plans = {name: value for name, value in task.metadata.items() if name.startswith("floor_plan")}
    generated = {} if source.generate is None else {"generate": msgspec.to_builtins(source.generate)}
    return {
        "recipe": recipe.name,
        "source": source.name,
        "trial": str(episode.metadata.get("trial", "")),
        "task": task.id,
        "seed": task.seed,
        "instruction": task.instruction,
        **plans,
        "environment": source.environment,
        "options": source.options,
        **generated,
        "teacher": source.teacher,
        "teacher_options": source.teacher_options,
        "perturb": {"share": source.perturb, "seed": source.seed} if source.perturb else {},
        "perturbed": {str(index): kind for index, kind in spoilt.items()},
        "alike": alike[:_SHOWN],
        "version": __version__,
    }
