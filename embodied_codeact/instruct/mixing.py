"""Mixes collections with one another and with general conversations, so that a model stays one to talk to
(arXiv 2402.01030, section 3.1)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct.conversations import CONVERSATIONS
from embodied_codeact.instruct.files import refuse_collection, refuse_input, replacing
from embodied_codeact.instruct.general import read_any


@dataclass(frozen=True)
class Ingredient:
    """One thing to mix in. ``count`` conversations of it, or ``weight`` times all of it: 0.5 takes half of them by
    chance, 2.0 each twice; with neither, all."""

    path: Path
    count: int | None = None
    weight: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Ingredient:
        """Read ``PATH``, ``PATH=COUNT`` or ``PATH=WEIGHT``; a weight has a decimal point.

        >>> Ingredient.parse("chat.jsonl=500").count, Ingredient.parse("chat.jsonl=0.5").weight
        (500, 0.5)

        Raises:
            ConfigurationError: it is none of these.
        """
        path, sign, amount = text.rpartition("=")
        if not sign or Path(text).exists():
            return cls(Path(text))
        try:
            made = cls(Path(path), weight=float(amount)) if "." in amount else cls(Path(path), count=int(amount))
        except ValueError:
            made = cls(Path(path), count=-1)
        if (made.count is not None and made.count < 0) or not 0.0 <= made.weight <= 1000.0:
            raise ConfigurationError(
                f"{text}: after = comes how many conversations (500), or how often all of them (0.5, 2.0)"
            )
        return made


class Mixed(msgspec.Struct, frozen=True):
    """What went in of one ingredient: ``taken`` of ``available`` conversations, repetitions included."""

    path: str
    available: int
    taken: int


def mix(ingredients: Sequence[Ingredient], out: Path, seed: int = 0) -> list[Mixed]:
    """Write a mixture in an order drawn by lot, always the same for the same seed, and return what went in.

    Raises:
        ConfigurationError: an ingredient cannot be read or holds too little, or ``out`` cannot be written.
    """
    file = out / CONVERSATIONS if out.is_dir() else out
    for ingredient in ingredients:
        refuse_input(file, ingredient.path)
    if file.name == CONVERSATIONS:
        refuse_collection(file.parent)
    if file.suffix == ".parquet":
        raise ConfigurationError(f"{file}: a mixture is JSON Lines; `instruct export` makes Parquet of it")
    rng = random.Random(seed)
    encoder = msgspec.json.Encoder()
    lines: list[bytes] = []
    mixed: list[Mixed] = []
    for ingredient in ingredients:
        # Encoded, since objects would take several times the room.
        available = [encoder.encode(conversation) for conversation in read_any(ingredient.path)]
        taken = _take(available, ingredient, rng)
        mixed.append(Mixed(str(ingredient.path), len(available), len(taken)))
        lines += taken
    rng.shuffle(lines)
    with replacing(file) as (draft,), draft.open("wb") as stream:
        stream.writelines(line + b"\n" for line in lines)
    return mixed


def _take(available: list[bytes], ingredient: Ingredient, rng: random.Random) -> list[bytes]:
    wanted = round(ingredient.weight * len(available)) if ingredient.count is None else ingredient.count
    if ingredient.count is not None and wanted > len(available):
        raise ConfigurationError(
            f"{ingredient.path}: {wanted} conversations were asked for, and it holds {len(available)}"
        )
    whole, rest = divmod(wanted, len(available)) if available else (0, 0)
    return available * whole + rng.sample(available, rest)
