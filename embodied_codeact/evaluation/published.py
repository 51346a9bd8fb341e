"""Results that others published, to stand beside one's own: ``published.yaml``, which names every source."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib.resources import files
from typing import Literal

import msgspec
import yaml

from embodied_codeact.errors import ConfigurationError, unknown_name


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where figures were read. ``where`` is the table, or the file of a repository."""

    title: str
    paper: str
    where: str
    url: str


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One published result of one model.

    ``success`` is in per cent. ``k`` is the budget of turns, ``action`` the form of action where the source compares
    forms; ``turns`` is the average that it took; ``episodes`` the number, and ``solved`` how many of them, where the
    source gives counts.
    """

    model: str
    success: float
    k: int | None = None
    action: Literal["code", "json", "text"] | None = None
    turns: float | None = None
    episodes: int | None = None
    solved: int | None = None


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One published table. ``measured`` says in words what its figures are of, ``differs`` how that is not what this
    program measures."""

    title: str
    source: Source
    measured: str
    figures: list[Figure]
    differs: str = ""
    name: str = ""


@functools.cache
def all_published() -> dict[str, Published]:
    """Return everything in ``published.yaml`` by name."""
    text = files("embodied_codeact.evaluation").joinpath("published.yaml").read_text(encoding="utf-8")
    tables = msgspec.convert(yaml.safe_load(text), type=dict[str, Published])
    return {name: msgspec.structs.replace(table, name=name) for name, table in tables.items()}


def published(names: Iterable[str]) -> list[Published]:
    """Return the named results, in this order, each once.

    Raises:
        ConfigurationError: there is none of that name.
    """
    known = all_published()
    chosen = []
    for name in dict.fromkeys(names):
        if name not in known:
            raise ConfigurationError(unknown_name("published result", name, known))
        chosen.append(known[name])
    return chosen
