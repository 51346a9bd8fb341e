"""The figures of one episode: all that scores and tables need of it, so that no episode need be kept.

An episode holds its whole conversation, what was printed and the figures drawn; its facts are some hundred bytes.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Literal

import msgspec

from embodied_codeact.contracts import CodeAction, Episode, InvalidReply, Task, ToolCall
from embodied_codeact.evaluation.run_folder import key_of
from embodied_codeact.tasks import is_free

Counted = Literal["scored", "fault", "stopped", "unjudged"]
"""Whether an episode is scored; else why not: the system failed it, a person ended it, its task has no goal of its
own."""


class EpisodeFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is counted of one episode.

    ``key`` names it in its run, ``part`` the part of the suite, ``type`` the task's type (``"other"`` without one).
    ``turns`` are replies, ``scripts`` those that acted: ran a script or made a call. ``not_run`` counts actions that
    were not carried out (an unknown tool, wrong arguments, no approval). ``solved_at`` is the number of the last turn
    that acted, from 1, where the episode was solved (0: solved without any), else None. ``calls`` are calls of
    primitives. ``error_kinds`` counts the errors in which scripts ended, by the exception's name. ``estimated``: some
    of the tokens are. ``seconds`` is the whole time, of which ``model_s`` waiting for the model's replies,
    ``execution_s`` in scripts and calls, ``rest_s`` all else: resets, the bridge, a user's answers. ``video`` is a
    file's path from the run's folder, empty for none.
    """

    key: str
    part: str
    task: str
    type: str
    environment: str
    seed: int
    instruction: str
    model: str
    action: str
    dialect: str
    counted: Counted
    success: bool
    score: float
    end: str
    reason: str
    error: str
    turns: int
    solved_at: int | None
    calls: int
    scripts: int
    script_errors: int
    error_kinds: dict[str, int]
    invalid_replies: int
    not_run: int
    prompt_tokens: int
    completion_tokens: int
    estimated: bool
    seconds: float
    model_s: float
    execution_s: float
    rest_s: float
    started_at: str
    video: str

    @property
    def tokens(self) -> int:
        """All tokens: of the prompts and of the replies."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def scored(self) -> bool:
        """Whether the episode counts in rates and means."""
        return self.counted == "scored"


def facts_of(episode: Episode) -> EpisodeFacts:
    """Count one episode."""
    turns = episode.turns
    results = [turn.result for turn in turns if turn.result is not None]
    errors = Counter(sys.intern(result.error.kind) for result in results if result.error is not None)
    acting = [number for number, turn in enumerate(turns, start=1) if turn.result is not None]
    key = key_of(episode)
    model_s = sum(turn.usage.seconds for turn in turns)
    execution_s = sum(result.duration_s for result in results)
    return EpisodeFacts(
        key=key,
        part=sys.intern(part_of(key, episode.task)),
        task=sys.intern(episode.task.id),
        type=sys.intern(str(episode.task.metadata.get("type", "other"))),
        environment=sys.intern(episode.task.environment),
        seed=episode.task.seed,
        instruction=episode.task.instruction,
        model=sys.intern(episode.model),
        action=sys.intern(episode.action_format),
        dialect=sys.intern(str(episode.metadata.get("dialect", "native"))),
        counted=_counted(episode),
        success=episode.status.success,
        score=episode.status.score,
        end=sys.intern(episode.end),
        reason=sys.intern(episode.status.reason),
        error=episode.error or "",
        turns=len(turns),
        solved_at=(acting[-1] if acting else 0) if episode.status.success else None,
        calls=sum(result.calls_total for result in results),
        scripts=len(results),
        script_errors=errors.total(),
        error_kinds=dict(errors),
        invalid_replies=sum(isinstance(turn.action, InvalidReply) for turn in turns),
        not_run=sum(isinstance(turn.action, CodeAction | ToolCall) and turn.result is None for turn in turns),
        prompt_tokens=sum(turn.usage.prompt_tokens for turn in turns),
        completion_tokens=sum(turn.usage.completion_tokens for turn in turns),
        estimated=any(turn.usage.estimated for turn in turns),
        seconds=episode.duration_s,
        model_s=model_s,
        execution_s=execution_s,
        rest_s=max(episode.duration_s - model_s - execution_s, 0.0),
        started_at=episode.started_at,
        video=str(episode.metadata.get("video") or ""),
    )


def part_of(key: str, task: Task) -> str:
    """The part of the suite that a trial's key names.

    >>> part_of("gym:ALE/Pong-v5/play#3", Task("play", "gym", "play", seed=3))
    'gym:ALE/Pong-v5'
    """
    part = key.removesuffix(f"/{task.id}#{task.seed}")
    return part if part != key else key.partition("/")[0]


def _counted(episode: Episode) -> Counted:
    if episode.end == "error":
        return "fault"
    if is_free(episode.task):
        return "unjudged"
    return "stopped" if episode.end == "user" else "scored"
