"""The folder of a training run: what was asked for, checkpoints, and the model at the end.

==================  =================================================================================================
``training.json``   :class:`Training`: recipe, data, versions, machine, and what came out
``losses.jsonl``    each step; ``loss.png`` is its curve
``tokenizer``       the tokenizer, as it was when training began
``checkpoints``     what a run goes on from
the rest            the trained model, as transformers loads it
==================  =================================================================================================
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact import __version__
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.training.data import DataFile
from embodied_codeact.training.recipe import Recipe

MANIFEST, TOKENIZER, CHECKPOINTS = "training.json", "tokenizer", "checkpoints"


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """A run: what was asked for, and, once it has ended, what came out.

    ``counts``: conversations, packs, tokens of an epoch, learnt ones among them, and what was left out.
    ``result``: steps, tokens read, seconds, last losses; empty until the end.
    """

    preset: str
    recipe: Recipe
    data: list[DataFile]
    counts: dict[str, int]
    processes: int = 1
    parameters: int = 0
    trained_parameters: int = 0
    machine: dict[str, Any] = msgspec.field(default_factory=dict)
    versions: dict[str, str] = msgspec.field(default_factory=dict)
    result: dict[str, Any] = msgspec.field(default_factory=dict)


def write_training(folder: Path, training: Training) -> None:
    """Write ``training.json`` whole, or leave the old one."""
    new = folder / f"{MANIFEST}.new"
    new.write_bytes(msgspec.json.format(msgspec.json.encode(training), indent=2) + b"\n")
    new.replace(folder / MANIFEST)


def read_training(folder: Path) -> Training | None:
    """Return what a folder's run was asked for; None where no run was begun in it.

    Raises:
        ConfigurationError: its ``training.json`` cannot be read.
    """
    file = folder / MANIFEST
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Training)
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{file} cannot be read: {error}") from error


def check_folder(folder: Path, *, resume: bool, recipe: Recipe, data: list[DataFile]) -> Training | None:
    """See that a run may begin in a folder, or go on there. Return the run that goes on, None where one begins.

    A run that ended before it had saved anything has left nothing to go on from: in its place another may begin.

    Raises:
        ConfigurationError: there is a run already, or a model of another origin, or the run to go on with had another
            recipe or other data.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder")
    before = read_training(folder)
    if before is None and (folder / "config.json").exists():
        raise ConfigurationError(f"{folder} holds a model that no run made there: name another folder")
    if before is None or not (before.result or last_checkpoint(folder)[1]):
        return None
    if not resume:
        raise ConfigurationError(f"{folder} holds a run already: go on with --resume, or name another folder")
    old, new = msgspec.to_builtins(before.recipe), msgspec.to_builtins(recipe)
    changed = sorted(name for name in new if old.get(name) != new[name])
    if changed:
        said = ", ".join(f"{name} was {old.get(name)}, now {new[name]}" for name in changed)
        raise ConfigurationError(f"{folder} goes on with the same recipe only; {said}")
    if [file.sha256 for file in before.data] != [file.sha256 for file in data]:
        raise ConfigurationError(f"{folder} goes on with the same data only, and was trained on others")
    return before


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Make the folder of a run, and keep other runs out of it meanwhile.

    Raises:
        ConfigurationError: it cannot be written, or another run trains there.
    """
    try:
        (folder / CHECKPOINTS).mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        try:
            # The system takes the lock back when this process ends, however it does.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(f"another run trains in {folder}: wait for its end") from error
        yield
    finally:
        os.close(handle)


def last_checkpoint(folder: Path) -> tuple[Path | None, int]:
    """Return the latest whole checkpoint of a run and its step; None and 0 where there is none.

    The Trainer writes its state last, so a checkpoint that a kill cut off has none, or half of it.
    """
    found: dict[int, Path] = {}
    for path in (folder / CHECKPOINTS).glob("checkpoint-*"):
        try:
            found[int(json.loads((path / "trainer_state.json").read_text(encoding="utf-8"))["global_step"])] = path
        except (OSError, ValueError, KeyError):
            continue
    return (found[max(found)], max(found)) if found else (None, 0)


def is_complete(checkpoint: Path) -> bool:
    """Whether a checkpoint is of the last step, so that only the model has to be written."""
    state = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    return int(state["global_step"]) >= int(state["max_steps"])


def machine() -> dict[str, Any]:
    """On what a run runs."""
    import torch

    return {
        "platform": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpus": [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())],
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def versions() -> dict[str, str]:
    """What a run was made with."""
    packages = ("torch", "transformers", "tokenizers", "accelerate", "peft")
    return {"embodied-codeact": __version__, "python": platform.python_version(), **{p: version(p) for p in packages}}
