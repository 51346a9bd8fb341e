"""Generated homes in ALFWorld's own hands: stock TextWorld under its wrappers, and its ``AlfredTWEnv``.

    python -m tests.envs.household.stock_alfworld --sample 100

makes so many homes of ALFWorld's six kinds of task, of all difficulties, a tenth as many with movable receptacles, and
a fifth as many of each of the sets atomic and compositional; ``AlfredTWEnv`` leaves all of these out. Every one is
loaded and played by its plan. Prints one JSON object; exit code 1 where anything was not as it should be.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from embodied_codeact.envs.household.builder_levels import Difficulty
from embodied_codeact.envs.household.games import GAME_NAME, MOVABLE_TASK, TASK_TYPES
from embodied_codeact.envs.household.generator import GeneratorOptions, generator

MOST_STEPS = 100


def make_sample(folder: Path, size: int, seed: int, difficulties: Sequence[Difficulty]) -> list[Path]:
    """Write the homes and return their game files."""
    for index, difficulty in enumerate(difficulties):
        count = size // len(difficulties) + (index < size % len(difficulties))
        # Each difficulty begins with another kind of task, so that few homes are of many kinds.
        first = index * len(TASK_TYPES) // len(difficulties)
        options = GeneratorOptions(task_type=[*TASK_TYPES[first:], *TASK_TYPES[:first]], difficulty=difficulty)
        if count:
            _generate(options, folder / difficulty, count, seed)
    movable = GeneratorOptions(task_type=[MOVABLE_TASK], difficulty=difficulties[0])
    _generate(movable, folder / "movable", -(-size // 10), seed)
    for name in ("atomic", "compositional"):
        _generate(GeneratorOptions(set=name, difficulty=difficulties[0]), folder / name, -(-size // 5), seed)
    return sorted(folder.rglob(GAME_NAME))


def _generate(options: GeneratorOptions, folder: Path, count: int, seed: int) -> None:
    generator.generate(options, folder, count=count, seed=seed, on_made=lambda: None)


def play_under_wrappers(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Play each game under AlfredDemangler and AlfredInfos; yield what is wrong, empty where nothing is."""
    import textworld
    from alfworld.agents.environment.alfred_tw_env import AlfredDemangler, AlfredInfos
    from textworld.envs.pddl import PddlEnv

    infos = textworld.EnvInfos(won=True, admissible_commands=True, extras=["gamefile"])
    env = AlfredInfos(AlfredDemangler(PddlEnv(infos), shuffle=False))
    for path in paths:
        env.load(str(path))
        state = env.reset()
        wrong = "" if state["extra.gamefile"] == str(path) else "another game was loaded"
        for command in json.loads(path.read_text())["walkthrough"]:
            if state["won"]:
                wrong = wrong or f"won before {command!r}"
            if command not in state["admissible_commands"]:
                wrong = wrong or f"{command!r} is not admissible"
            state, _, _ = env.step(command)
            if state["feedback"] == "Nothing happens.":
                wrong = wrong or f"{command!r}: nothing happens"
        yield path, wrong or ("" if state["won"] else "not won")


def play_in_alfred_tw_env(folder: Path) -> Iterator[tuple[Path, str]]:
    """Play each game that AlfredTWEnv collects, as ALFWorld's users evaluate; yield what is wrong."""
    from alfworld.agents.environment.alfred_tw_env import AlfredTWEnv

    config: dict[str, Any] = {
        "general": {"training_method": "dqn"},
        "rl": {"training": {"max_nb_steps_per_episode": MOST_STEPS}},
        "dataset": {"eval_ood_data_path": str(folder), "num_eval_games": 0},
        "env": {
            "goal_desc_human_anns_prob": 0,
            "task_types": [1, 2, 3, 4, 5, 6],
            "domain_randomization": False,
            "expert_type": "handcoded",
        },
    }
    collected = AlfredTWEnv(config, train_eval="eval_out_of_distribution")
    env = collected.init_env(batch_size=1)
    try:
        for _ in range(collected.num_games):
            _, infos = env.reset()
            path = Path(infos["extra.gamefile"][0])
            for command in json.loads(path.read_text())["walkthrough"]:
                _, _, _, infos = env.step([command])
            yield path, "" if infos["won"][0] else "not won"
    finally:
        env.close()


def main(words: Sequence[str] | None = None) -> int:
    """Make, play and sum up; return the exit code."""
    parser = argparse.ArgumentParser(description="Play generated homes in stock ALFWorld.")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--difficulty", nargs="*", choices=get_args(Difficulty), default=get_args(Difficulty))
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as temporary:
        # alfworld makes folders where this points at as soon as it is imported.
        os.environ["ALFWORLD_DATA"] = str(Path(temporary) / "alfworld")
        homes = Path(temporary) / "homes"
        paths = make_sample(homes, given.sample, given.seed, given.difficulty)
        with contextlib.redirect_stdout(sys.stderr):  # alfworld prints
            wrapped = _told("wrappers", play_under_wrappers(paths))
            collected = _told("AlfredTWEnv", play_in_alfred_tw_env(homes))
    summary = {
        "homes": given.sample,
        "besides": len(paths) - given.sample,
        "won_under_wrappers": sum(not wrong for wrong in wrapped.values()),
        "won_in_alfred_tw_env": sum(not wrong for wrong in collected.values()),
        "wrong": sorted({f"{path.parent.parent.name}: {wrong}" for path, wrong in _wrong(wrapped, collected)}),
    }
    print(json.dumps(summary))
    expected = (len(paths), given.sample)
    return int((summary["won_under_wrappers"], summary["won_in_alfred_tw_env"]) != expected)


def _told(name: str, outcomes: Iterator[tuple[Path, str]]) -> dict[Path, str]:
    found: dict[Path, str] = {}
    for path, wrong in outcomes:
        found[path] = wrong
        print(f"{name} {len(found)}: {path.parent.parent.name}: {wrong or 'won'}", file=sys.stderr)
    return found


def _wrong(*outcomes: dict[Path, str]) -> Iterator[tuple[Path, str]]:
    for found in outcomes:
        yield from ((path, wrong) for path, wrong in found.items() if wrong)


if __name__ == "__main__":
    sys.exit(main())
