"""Does a model read its task? Its first script for task A is run on task B of the same home: there it should not win.

A model that has learnt one program for all tasks, or a script that does everything a home offers, would win B as well.
For each home of a run a second task is made: the same furniture, the same things in the same places under the same
names, another goal; a plan that wins it is replayed first.

embodied-codeact eval household --model M --out RUN
python -m tests.oracles.reads_task RUN
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import CodeAction, Episode, Task
from embodied_codeact.envs.household.builder import BuiltHome, write_game
from embodied_codeact.envs.household.builder_alfworld import alfworld_data
from embodied_codeact.envs.household.builder_plans import LAMP
from embodied_codeact.envs.household.builder_problem import problem
from embodied_codeact.envs.household.builder_tasks import LOOK, TWO, Assignment, assignments
from embodied_codeact.envs.household.builder_walkthrough import walkthrough
from embodied_codeact.envs.household.games import GAME_NAME, TASK_TYPES, list_tasks
from embodied_codeact.envs.household.generator import GeneratorOptions, HomeSpec, home_specs
from embodied_codeact.envs.household.generator_verify import PlanPlayer
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.run_folder import Run, read_run
from embodied_codeact.evaluation.suites import Part
from embodied_codeact.registry import convert_options

BAR = 0.10
"""The share of pairs in which the other task is won has to stay below this."""
SCRIPT_S = 60.0


@dataclass(frozen=True)
class Home:
    """One home of a run: its own task's episode, and how it was built."""

    task: Task
    script: str
    built: BuiltHome


class Figures(msgspec.Struct, frozen=True):
    """``won``: pairs in which A's script won B. ``won_own``: in which it wins A, run again in the same way.
    ``scripts``: episodes whose model wrote a script, of ``episodes``; ``distinct``: how many first scripts differ."""

    episodes: int
    scripts: int
    distinct: int
    pairs: int
    won: int
    won_own: int
    rate: float
    passed: bool


def measure(folder: Path, *, pairs: int = 100, seed: int = 0) -> Figures:
    """Make pairs from the homes of a run, and play them.

    Raises:
        ConfigurationError: the folder holds no run of generated homes, or was made by another version.
        EnvironmentFailure: a second task turned out to be unsolvable.
    """
    run = read_run(folder)
    part = generated_part(run)
    episodes = list(run.episodes())
    first = {episode.task.id: script for episode in episodes if (script := first_script(episode))}
    homes = read_homes(part, [episode.task for episode in episodes], first)
    rng = random.Random(f"reads-task/{seed}")
    rng.shuffle(homes)
    with tempfile.TemporaryDirectory() as made:
        chosen = write_pairs(homes, Path(made), rng, pairs)
        with local_session("household", {**part.options, "games": made}, sandbox="best") as session:
            tasks = {task.id: task for task in list_tasks("household", made)}
            won = [wins(session, tasks[other], home.script) for other, home in chosen.items()]
            own = [wins(session, tasks[home.task.id], home.script) for home in chosen.values()]
    rate = sum(won) / len(won) if won else 1.0
    return Figures(
        len(episodes),
        len(first),
        len(set(first.values())),
        len(won),
        sum(won),
        sum(own),
        rate,
        bool(won) and rate < BAR,
    )


def generated_part(run: Run) -> Part:
    """The part of the run's suite whose homes were generated for it."""
    parts = run.manifest.suite.parts if run.manifest is not None else []
    found = [part for part in parts if part.environment == "household" and part.generate is not None]
    if len(found) != 1 or found[0].generate is None or found[0].generate.option in found[0].options:
        raise ConfigurationError(f"{run.path} is no run of `eval household` with generated homes")
    return found[0]


def first_script(episode: Episode) -> str:
    """The first script of an episode; empty where there is none."""
    return next((turn.action.code for turn in episode.turns if isinstance(turn.action, CodeAction)), "")


def read_homes(part: Part, tasks: Sequence[Task], scripts: Mapping[str, str]) -> list[Home]:
    """Build the homes of tasks anew, each of which has to come out as its game file is."""
    assert part.generate is not None
    options = convert_options(GeneratorOptions, part.generate.options, "the run's generator")
    assert isinstance(options, GeneratorOptions)
    specs = home_specs(options, count=part.generate.count, seed=part.generate.seed)
    by_folder = {spec.folder: spec for spec in specs if isinstance(spec, HomeSpec)}
    homes = []
    for task in tasks:
        if task.id not in scripts or task.id not in by_folder:
            continue
        built, _ = by_folder[task.id].build(options.level(), options.split)
        if built.game != json.loads(Path(task.metadata["game"]).read_text("utf-8")):
            raise ConfigurationError(f"{task.metadata['game']} was made by another version: measure the model anew")
        homes.append(Home(task, scripts[task.id], built))
    return homes


def write_pairs(homes: Sequence[Home], folder: Path, rng: random.Random, count: int) -> dict[str, Home]:
    """Write both tasks of the first so many homes that have a second one; return the homes by the ids of these."""
    chosen: dict[str, Home] = {}
    with PlanPlayer() as player:
        for home in homes:
            other = second_task(home.built, rng) if len(chosen) < count else None
            if other is not None:
                name = f"{other.label}-{home.built.number}/trial"
                write_game(home.built.game, folder / home.task.id / GAME_NAME)
                write_game(game_of(other, home.built), folder / name / GAME_NAME)
                player.check(folder / name / GAME_NAME)
                chosen[name] = home
    return chosen


def second_task(built: BuiltHome, rng: random.Random) -> Assignment | None:
    """Choose another task that the home allows: another thing or another target, all kinds of task being as likely, and
    nothing of it done at the start. None where there is none."""
    by_type = {
        kind: [other for other in assignments(kind, built.assignment.plan) if _fits(other, built)]
        for kind in TASK_TYPES
    }
    kinds = [kind for kind, found in by_type.items() if found]
    return rng.choice(by_type[rng.choice(kinds)]) if kinds else None


def _fits(other: Assignment, built: BuiltHome) -> bool:
    home, own = built.home, built.assignment
    if (other.thing, other.receptacle) == (own.thing, own.receptacle):
        return False  # one of the two could be a part of the other
    things = home.things_of(other.thing)
    if len(things) < (2 if other.task_type == TWO else 1):
        return False
    if other.task_type == LOOK:
        return bool(home.things_of(LAMP))
    there = {thing.receptacle.kind for thing in things}
    return bool(home.receptacles_of(other.receptacle)) and other.receptacle not in there


def game_of(other: Assignment, built: BuiltHome) -> dict[str, Any]:
    """The game of another task in a home that was built: the file of its own but for goal, sentence and plan."""
    rules = alfworld_data()
    kinds = {"obj": other.thing, "recep": other.receptacle, "mrecep": "None", "toggle": LAMP}
    said = rules.sentences[other.task_type][0].format(**{key: kind.lower() for key, kind in kinds.items()})
    goal = rules.goals[other.task_type].format(**kinds)
    text = problem(built.home, rules, goal, f"home_{built.number}")
    if text.removesuffix(goal) != built.game["pddl_problem"].removesuffix(_goal_of(built)):
        raise ConfigurationError("the second task is not in the same home")
    return {
        **built.game,
        "grammar": rules.grammar.replace("UNKNOWN GOAL", said),
        "pddl_problem": text,
        "walkthrough": walkthrough(other, built.home),
    }


def _goal_of(built: BuiltHome) -> str:
    own = built.assignment
    kinds = {"obj": own.thing, "recep": own.receptacle, "mrecep": own.container, "toggle": LAMP}
    return alfworld_data().goals[own.task_type].format(**kinds)


def wins(session: EnvironmentClient, task: Task, script: str) -> bool:
    """Run one script in a task's world, and say whether that is won."""
    session.reset(task)
    _, seen = session.execute(script, timeout_s=SCRIPT_S)
    return seen.status.success


def main() -> int:
    """Measure and print; exit code 1 where the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("run", type=Path, help="folder of a run of `eval household`")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        figures = measure(options.run, pairs=options.pairs, seed=options.seed)
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    if options.json:
        print(msgspec.json.encode(figures).decode())
    else:
        print(f"{figures.distinct} distinct first scripts in {figures.scripts} of {figures.episodes} episodes")
        print(f"the first script for A wins A in {figures.won_own} of {figures.pairs}")
        print(f"and B of the same home in {figures.won} of {figures.pairs}: {figures.rate:.1%}, bar: under {BAR:.0%}")
    return 0 if figures.passed else 1


if __name__ == "__main__":
    sys.exit(main())
