"""A small collection, and a run of the command that docs/training.md begins with."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import msgspec
import pytest
import torch

from embodied_codeact.instruct import ChatMessage, Conversation
from embodied_codeact.instruct.conversations import CONVERSATIONS
from tests.cli.support import invoke
from tests.conftest import REPOSITORY
from tests.house.test_readme import blocks

# Such small matrices gain nothing from threads, which on a busy machine wait for each other.
torch.set_num_threads(1)
os.environ["OMP_NUM_THREADS"] = "1"

SMALL = "embodied-codeact train data --preset embedded --out runs/small"
"""How the command of docs/training.md begins that most tests here run."""


def conversation(number: int) -> Conversation:
    """An episode of three replies; the first fails and is not to be learnt."""
    thing, place = ("mug", "pen", "héllo", "水")[number % 4], f"shelf {number}"
    messages = [
        ChatMessage("system", "You act by writing Python.\n    house.goto(place)\n"),
        ChatMessage("user", f"Your task is to: put {thing} {number * 37} on {place}."),
        ChatMessage("assistant", f"<execute>\nhouse.take('{thing}')\n</execute>", train=False),
        ChatMessage("user", f"Error: {thing} is not here."),
        ChatMessage(
            "assistant", f"<execute>\nhouse.goto('{place}')\nfor n in range({number}):\n    look()\n</execute>"
        ),
        ChatMessage("user", "done" * (number % 5)),
        ChatMessage("assistant", "<solution>It is there.</solution>"),
    ]
    return Conversation(id=str(number), source="household", messages=messages)


def write_collection(folder: Path, count: int = 24) -> Path:
    """Write a collection of that many episodes."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [msgspec.json.encode(conversation(number)) + b"\n" for number in range(count)]
    (folder / CONVERSATIONS).write_bytes(b"".join(lines))
    return folder


def documented(first_words: str) -> list[str]:
    """The command of docs/training.md that begins with these words, without the program's name."""
    text = "\n".join(blocks(REPOSITORY / "docs" / "training.md", "sh")).replace("\\\n", " ")
    found = [line for line in text.splitlines() if line.startswith(first_words)]
    assert found, first_words
    return shlex.split(found[0], comments=True)[1:]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small run in docs/training.md; beside it lies its collection, ``data``."""
    place = tmp_path_factory.mktemp("training")
    write_collection(place / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        result = invoke(*documented(SMALL))
    assert result.exit_code == 0, (result.output, result.exception)
    return place / "runs" / "small"
