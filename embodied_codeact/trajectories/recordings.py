"""Recorded replies, to be replayed and compared: this project's trajectories and the outputs that MINT publishes.

A line of MINT's form is ``{"model", "task_id", "task", "success", "terminate_reason", "messages"}``. Its first message
is a prompt that ends with the task, its last one the reply that ended the episode.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from embodied_codeact.contracts import Episode, ExecutionResult, Message
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.trajectories.codec import decode_episode
from embodied_codeact.trajectories.mcap import is_mcap, read_mcap_episodes
from embodied_codeact.trajectories.reader import passes_over, read_lines

_MINT_ENVIRONMENTS = {"alfworld": "household", "reasoning": "workspace"}
"""Which environment here has what a task of MINT's needs, by the first part of its kind."""
_MINT_ENDS = {"max_propose_steps": "max_propose", "max_steps": "turns"}


class Recording(msgspec.Struct, frozen=True):
    """The replies of one episode and what was answered to them.

    ``observations[i]`` answers ``replies[i]``; an episode that ended with a reply has one observation fewer than
    replies. ``instruction`` and ``opening`` (the whole text of the task, or of the first user message) serve to
    recognise the task. ``end`` is in the words of ``Episode.end``; empty where a success ended a recording of MINT's,
    which does not tell whether it came from a script or a solution. ``dialect`` names the rules that it was played by.
    ``results`` holds, for each reply of a trajectory of this project, what its script did (None for a reply without
    one); it is empty for a recording of MINT's, which has only the observations' text. ``seed`` is the task's, None
    where the recording does not tell; ``environment`` is the name of the one to replay it in, empty likewise.
    ``options`` are those of the environment, ``script_timeout_s`` how long a script could run, None where that is not
    told. ``cut``: the places of replies that ended because they could not be longer. ``instructed``: a person stayed
    with the agent, gave it one instruction after the other, and may have changed the world meanwhile. ``max_calls``
    is how many calls a script could make, None for any number.
    """

    task_id: str
    model: str
    instruction: str
    opening: str
    replies: list[str]
    observations: list[str]
    success: bool
    end: str
    dialect: str = "mint"
    results: list[ExecutionResult | None] = msgspec.field(default_factory=list)
    seed: int | None = None
    environment: str = ""
    instructed: bool = False
    max_calls: int | None = None
    cut: frozenset[int] = frozenset()
    options: dict[str, str] = msgspec.field(default_factory=dict)
    script_timeout_s: float | None = None


class _MintEpisode(msgspec.Struct):
    model: str
    task_id: str
    success: bool
    terminate_reason: str
    messages: list[Message]
    task: str = ""


def read_recordings(path: Path | str) -> list[Recording]:
    """Read all recordings of a file: JSON Lines, in which both forms may be mixed, or a recording in MCAP. An
    incomplete last line, which a crash may leave, is passed over.

    Raises:
        ConfigurationError: the file cannot be read, holds nothing, or a line is of neither form (file and line named).
    """
    if is_mcap(path):
        recordings = [_from_episode(episode) for episode in read_mcap_episodes(path)]
    else:
        recordings = list(_of_lines(path))
    if not recordings:
        raise ConfigurationError(f"{path} holds no recorded episode")
    return recordings


def _of_lines(path: Path | str) -> Iterator[Recording]:
    for number, line in read_lines(path):
        try:
            yield _recording(line)
        except ValueError as error:
            if number > 1 and passes_over(path, number, line):
                return
            raise ConfigurationError(f"{path}, line {number}: {error}") from error


def _recording(line: bytes) -> Recording:
    fields = msgspec.json.decode(line)
    if not isinstance(fields, dict):
        raise ValueError("not an object")
    if "terminate_reason" in fields:
        return _from_mint(msgspec.json.decode(line, type=_MintEpisode))
    if "turns" in fields:
        return _from_episode(decode_episode(line))
    raise ValueError(
        "neither a trajectory of this project (which has 'turns') nor an episode in MINT's form (which has "
        "'terminate_reason', 'messages' and others; see docs/trajectories.md)"
    )


def _from_mint(episode: _MintEpisode) -> Recording:
    if not episode.messages or episode.messages[0].role != "user":
        raise ValueError("the first message is not the prompt")
    prompt, *said = episode.messages
    _check_alternation(said)
    opening = prompt.content.rpartition("Task:")[2].strip()
    instruction = opening.rpartition("\n")[2].strip().removeprefix("Your task is to:").strip()
    return Recording(
        task_id=episode.task_id,
        model=episode.model,
        instruction=instruction,
        opening=opening,
        replies=[message.content for message in said[::2]],
        observations=[message.content for message in said[1::2]],
        success=episode.success,
        end=_MINT_ENDS.get(episode.terminate_reason, ""),
        environment=_MINT_ENVIRONMENTS.get(episode.task.partition("/")[0], ""),
    )


def _from_episode(episode: Episode) -> Recording:
    prompts = [message.content for message in episode.messages if message.role == "user"]
    return Recording(
        task_id=episode.task.id,
        model=episode.model,
        instruction=episode.task.instruction,
        opening=prompts[0] if prompts else "",
        replies=[turn.reply for turn in episode.turns],
        observations=[turn.observation for turn in episode.turns if turn.observation],
        success=episode.status.success,
        end=episode.end,
        dialect=str(episode.metadata.get("dialect", "native")),
        results=[turn.result for turn in episode.turns],
        seed=episode.task.seed,
        environment=episode.task.environment,
        instructed=bool(episode.metadata.get("instructed")),
        max_calls=episode.metadata.get("max_calls"),
        cut=frozenset(place for place, turn in enumerate(episode.turns) if turn.cut),
        options={str(name): str(value) for name, value in dict(episode.metadata.get("options", {})).items()},
        script_timeout_s=episode.metadata.get("script_timeout_s"),
    )


def _check_alternation(said: list[Message]) -> None:
    for index, message in enumerate(said):
        expected = "user" if index % 2 else "assistant"
        if message.role != expected:
            raise ValueError(f"message {index + 2} is of the {message.role}, expected the {expected}")
    if not said:
        raise ValueError("holds no reply")
