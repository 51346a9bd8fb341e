"""Episodes, files and folders of runs, made by hand for tests of figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.contracts import (
    Action,
    CodeAction,
    Episode,
    ExecutionResult,
    Finish,
    InvalidReply,
    ScriptError,
    Status,
    Task,
    ToolCall,
    Turn,
    Usage,
    UserMessage,
)
from embodied_codeact.evaluation.run_folder import EPISODES, MANIFEST, TRIALS, RunManifest
from embodied_codeact.evaluation.suites import Part, Suite, Trial
from embodied_codeact.trajectories.codec import encode_episode

KITCHEN = Suite("kitchen", [Part("pantry")], published=["mint-alfworld", "codeact-m3tooleval"])
CODE = CodeAction("go()")
USAGE = Usage(100, 10, 0.5)
WORDS: dict[str, Action] = {
    "finish": Finish("done"),
    "message": UserMessage("where?"),
    "invalid": InvalidReply("say it in code"),
    "refused": ToolCall("tkae"),
}
"""Turns that do not act."""


def turn(index: int, what: str, usage: Usage) -> Turn:
    """``"run"``: a script of two calls and a quarter of a second; an error's name: a script that ended in it."""
    if what in WORDS:
        return Turn(index, what, WORDS[what], usage=usage)
    error = None if what == "run" else ScriptError(what, "no")
    return Turn(index, what, CODE, result=ExecutionResult(error=error, calls_total=2, duration_s=0.25), usage=usage)


def episode(
    name: str = "a",
    turns: Sequence[str] = ("run",),
    *,
    success: bool = True,
    seed: int = 0,
    kind: str | None = "place",
    end: str = "environment",
    error: str | None = None,
    model: str = "m",
    action: str = "code",
    usage: Usage = USAGE,
    seconds: float = 2.0,
    trial: str | None = None,
) -> Episode:
    metadata: dict[str, Any] = {} if trial is None else {"trial": trial}
    return Episode(
        task=Task(name, "pantry", f"do {name}", seed, {} if kind is None else {"type": kind}),
        model=model,
        turns=[turn(index, what, usage) for index, what in enumerate(turns)],
        status=Status(success=success, score=float(success)),
        end=end,
        error=error,
        action_format=action,
        duration_s=seconds,
        metadata=metadata,
    )


def write_episodes(file: Path, episodes: Iterable[Episode]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as out:
        out.writelines(encode_episode(one) + b"\n" for one in episodes)
    return file


def write_run(
    folder: Path,
    episodes: Iterable[Episode],
    planned: Sequence[Trial] = (),
    *,
    turns: int = 5,
    suite: Suite = KITCHEN,
    **manifest: Any,
) -> Path:
    """The folder of a run of a suite."""
    limits = {"turns": turns}
    write_episodes(folder / EPISODES, episodes)
    (folder / MANIFEST).write_bytes(
        msgspec.json.encode(RunManifest(suite=suite, model="m", limits=limits, trials=len(planned), **manifest))
    )
    (folder / TRIALS).write_bytes(b"".join(msgspec.json.encode(trial) + b"\n" for trial in planned))
    return folder


def trials(*names: str) -> list[Trial]:
    return [
        Trial(index, "pantry", Task(name, "pantry", f"do {name}", 0, {"type": "place"}))
        for index, name in enumerate(names)
    ]
