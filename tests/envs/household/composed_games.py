"""What the tests of the atomic and the compositional set share: generated games, read and played without looking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied_codeact.envs.household.builder_plans import Split
from embodied_codeact.envs.household.composed import TaskSet
from embodied_codeact.envs.household.engine_native import NativeEngine
from embodied_codeact.envs.household.games import GAME_NAME, Game, read_game
from embodied_codeact.envs.household.generator import GeneratorOptions, Summary, generator
from embodied_codeact.envs.household.naming import object_names


def make(out: Path, name: TaskSet, count: int, *, seed: int = 0, split: Split = "training", **more: Any) -> Summary:
    options = GeneratorOptions(set=name, split=split, **more)
    return generator.generate(options, out, count=count, seed=seed, on_made=lambda: None)


@dataclass
class Home:
    """A generated game, read without any help of what made it."""

    path: Path

    def __post_init__(self) -> None:
        self.game: Game = read_game(self.path)
        self.kind = self.game.task_type
        beside = json.loads((self.path.parent / "traj_data.json").read_text())["generated"]
        self.fields: Mapping[str, str] = beside["fields"]
        self.answer: str = beside.get("answer", "")
        self.plan: list[str] = json.loads(self.path.read_text())["walkthrough"]
        start = self.game.problem.partition("(:goal")[0].lower().splitlines()
        facts = [line.strip("() ").split() for line in start if line.startswith("    (")]
        names = object_names({word for fact in facts for word in fact[1:] if "_bar_" in word})
        self.where = {names[fact[1]]: names[fact[2]] for fact in facts if fact[0] == "inreceptacle"}
        self.receptacles = sorted(names[fact[1]] for fact in facts if fact[0] == "receptacletype")

    def count(self, kind: str = "", place: str = "") -> int:
        """How many things there are, of a kind and in a place where these are given."""
        return sum(kind in ("", name.rpartition(" ")[0]) and place in ("", there) for name, there in self.where.items())

    def only(self, kind: str) -> str:
        """The name of the only thing of a kind."""
        (name,) = [name for name in self.where if name.rpartition(" ")[0] == kind]
        return name

    def bring(self, engine: NativeEngine, kind: str, target: str) -> None:
        """Carry the only thing of a kind to a receptacle, from wherever it is."""
        name = self.only(kind)
        for command in (*_taking(name, self.where[name]), f"go to {target}", f"open {target}"):
            engine.command(command)
        assert engine.command(f"move {name} to {target}") != "Nothing happens."


def _taking(name: str, place: str) -> list[str]:
    return [f"go to {place}", f"open {place}", f"take {name} from {place}"]


def homes(folder: Path) -> list[Home]:
    return [Home(path) for path in sorted(folder.rglob(GAME_NAME))]
