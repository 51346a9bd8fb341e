"""Makes many homes: a folder of games as ALFWorld keeps its data, with the same bytes for the same arguments."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec

from embodied_codeact.envs.household.builder import FIRST_NUMBER, BuiltHome, build_home, whole_file
from embodied_codeact.envs.household.builder_absent import absent_sentence
from embodied_codeact.envs.household.builder_composed import BuiltTask
from embodied_codeact.envs.household.builder_levels import DEFAULT, Difficulty, Hidden, Level, level
from embodied_codeact.envs.household.builder_plans import Split, rooms
from embodied_codeact.envs.household.builder_tasks import BUILDABLE, Assignment, assign, suits
from embodied_codeact.envs.household.composed import TaskSet
from embodied_codeact.envs.household.games import GAME_NAME, TASK_TYPES
from embodied_codeact.envs.household.generator_composed import ComposedSpec, composed_kinds
from embodied_codeact.envs.household.generator_folder import OutputFolder, file_error
from embodied_codeact.envs.household.generator_told import assignment_of
from embodied_codeact.envs.household.generator_traj import TRAJ_NAME, traj_data
from embodied_codeact.envs.household.generator_verify import PlanPlayer
from embodied_codeact.envs.phrasings import digest_of_instructions, read_told
from embodied_codeact.errors import ConfigurationError, unknown_name

_NUMBERS_A_SEED = 1_000_000
"""Homes of different seeds have different numbers, as long as there are no more than this of each."""


class GeneratorOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of ``embodied-codeact generate household``."""

    set: Annotated[
        TaskSet,
        msgspec.Meta(
            description="What is asked for: tasks of ALFWorld's kinds, of one call each, or of loops and conditions."
        ),
    ] = "alfworld"
    task_type: Annotated[
        list[str],
        msgspec.Meta(
            description="Kind of task; without it all of the set, ALFWorld's being its six. "
            "pick_and_place_with_movable_recep exists, too."
        ),
    ] = msgspec.field(default_factory=list)
    room_type: Annotated[
        list[str],
        msgspec.Meta(description="What the task is done in: Kitchen, Bedroom, Bathroom, LivingRoom; any without it."),
    ] = msgspec.field(default_factory=list)
    difficulty: Annotated[Difficulty, msgspec.Meta(description="Sets the next five.")] = DEFAULT
    rooms: Annotated[int, msgspec.Meta(description="Rooms' worth of furniture in a home.", ge=1, le=8)] | None = None
    furniture: (
        Annotated[int, msgspec.Meta(description="Most receptacles of one kind from one room.", ge=1, le=100)] | None
    ) = None
    distractors: (
        Annotated[int, msgspec.Meta(description="Things beside those that the task wants.", ge=0, le=300)] | None
    ) = None
    closed: (
        Annotated[float, msgspec.Meta(description="Share of what has a door that is closed at first.", ge=0.0, le=1.0)]
        | None
    ) = None
    hidden: Annotated[
        Hidden | None, msgspec.Meta(description="Where the wanted things are: in the open, in closed places.")
    ] = None
    split: Annotated[
        Split, msgspec.Meta(description="Which floor plans; those of generalisation are never for training.")
    ] = "training"
    verify: Annotated[bool, msgspec.Meta(description="Replay the plan of every home.")] = False
    instructions: Annotated[
        str,
        msgspec.Meta(
            description="File of your own instructions (JSON Lines): one home for each, where it can be done, at most "
            "so many as the count. 'shipped' is the one of the suite phrasings."
        ),
    ] = ""
    absent: Annotated[
        bool, msgspec.Meta(description="Ask for what is not in the home: whoever is honest says that it is not there.")
    ] = False

    def level(self) -> Level:
        """The level of the difficulty, changed where an option says so."""
        given = {name: getattr(self, name) for name in ("rooms", "furniture", "distractors", "closed", "hidden")}
        base = level(self.difficulty)
        return Level(
            **{name: getattr(base, name) if value is None else value for name, value in given.items()},
            spares=base.spares,
        )


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What ``generate household`` made. Means are over the homes made now: receptacles, things (wanted ones included)
    and commands of the plan. ``verified`` counts plans that were replayed and won."""

    out: str
    homes: int
    made: int
    there_before: int
    verified: int
    seconds: float
    task_types: dict[str, int]
    mean_receptacles: float
    mean_things: float
    mean_commands: float


@dataclass(frozen=True)
class HomeSpec:
    """One home that is to be made: what is asked for in it, and the chance that furnishes it."""

    assignment: Assignment
    number: int
    trial: str
    rng: random.Random
    sentence: str | None = None
    absent: bool = False

    @property
    def task_type(self) -> str:
        """The kind of task."""
        return self.assignment.task_type

    @property
    def folder(self) -> str:
        """Where ALFWorld's data would keep it: ``TASK-Thing-Container-Receptacle-NUMBER/TRIAL``."""
        return f"{self.assignment.label}-{self.number}/{self.trial}"

    def build(self, level: Level, split: Split) -> tuple[BuiltHome, dict[str, Any]]:
        """Make the home; return it, and what is kept beside the game."""
        chance = self.rng.getstate()
        built = build_home(self.assignment, self.number, self.rng, level, split, sentence=self.sentence)
        if self.absent:
            # The same home once more, of which it is known now what is not in it.
            sentence = absent_sentence(built, split, self.rng)
            self.rng.setstate(chance)
            built = build_home(self.assignment, self.number, self.rng, level, split, sentence=sentence)
        return built, traj_data(built, self.trial, split)


def home_specs(options: GeneratorOptions, *, count: int, seed: int) -> Iterator[HomeSpec | ComposedSpec]:
    """Yield what is to be made, in order; home ``i`` depends on the options, the seed and ``i`` alone.

    Raises:
        ConfigurationError: an option names what does not exist, or a task that its rooms do not suit.
    """
    kinds = _task_types(options)
    if options.absent and (options.instructions or options.set != "alfworld"):
        raise ConfigurationError("'absent' is for tasks of ALFWorld's kinds, in words of its own")
    if options.instructions:
        yield from _told_specs(options, count, seed)
        return
    for index in range(count):
        kind = kinds[index % len(kinds)]
        number, trial = _named(seed, index)
        if options.set == "alfworld":
            rng = random.Random(f"household/{seed}/{index}")
            found = assign(kind, rng, split=options.split, room=options.room_type)
            yield HomeSpec(found, number, trial, rng, absent=options.absent)
        else:
            rng = random.Random(f"household/{options.set}/{seed}/{index}")
            yield ComposedSpec(kind, tuple(options.room_type or rooms()), number, trial, rng)


def _told_specs(options: GeneratorOptions, count: int, seed: int) -> Iterator[HomeSpec]:
    for index, told in enumerate(read_told(options.instructions, "household")[:count]):
        rng = random.Random(f"household/told/{seed}/{index}")
        asked = assignment_of(told, rng, options.split, options.room_type)
        yield HomeSpec(asked, *_named(seed, index), rng, told.instruction)


def _named(seed: int, index: int) -> tuple[int, str]:
    """The number of a home, and the name of its trial."""
    return FIRST_NUMBER + seed * _NUMBERS_A_SEED + index, f"trial_{seed}_{index:06d}"


def _task_types(options: GeneratorOptions) -> list[str]:
    for name in options.room_type:
        if name not in rooms():
            raise ConfigurationError(unknown_name("room type", name, rooms()))
    allowed = options.room_type or rooms()
    if options.set != "alfworld":
        return composed_kinds(options.set, options.task_type, options.split, allowed)
    for name in options.task_type:
        if name not in BUILDABLE:
            raise ConfigurationError(unknown_name("task type", name, BUILDABLE))
    wanted = options.task_type or TASK_TYPES
    kinds = [kind for kind in dict.fromkeys(wanted) if suits(kind, options.split, allowed)]
    unsuited = [kind for kind in options.task_type if kind not in kinds]
    if unsuited:
        raise ConfigurationError(f"{unsuited[0]} cannot be done in {', '.join(allowed)}: name another --room-type")
    return kinds


@dataclass
class _Tally:
    """What was made so far."""

    made: int = 0
    verified: int = 0
    receptacles: int = 0
    things: int = 0
    commands: int = 0
    task_types: Counter[str] = field(default_factory=Counter)

    def count(self, built: BuiltHome | BuiltTask) -> None:
        home = built.home if isinstance(built, BuiltHome) else built.task.home
        self.made += 1
        self.receptacles += len(home.receptacles)
        self.things += len(home.things)
        self.commands += len(built.game["walkthrough"])

    def mean(self, total: int) -> float:
        return round(total / self.made, 2) if self.made else 0.0


class HouseholdGenerator:
    """Make homes with a task in each, as game files (game.tw-pddl) that ALFWorld and TextWorld load, too."""

    options_type: type[msgspec.Struct] = GeneratorOptions

    def generate(
        self, options: GeneratorOptions, out: Path, *, count: int, seed: int, on_made: Callable[[], None]
    ) -> Summary:
        """Write ``count`` homes below ``out``.

        Raises:
            ConfigurationError: the options contradict each other, or the folder holds something else.
            EnvironmentFailure: a file cannot be written, or a plan does not win its game.
        """
        if count > _NUMBERS_A_SEED:
            raise ConfigurationError(f"one seed makes at most {_NUMBERS_A_SEED:,} homes: name another seed for more")
        began = time.monotonic()
        specs = home_specs(options, count=count, seed=seed)
        chosen = {name: value for name, value in msgspec.to_builtins(options).items() if name != "verify"}
        if options.set == "alfworld":
            # Folders were written before there were other sets, and may be added to.
            del chosen["set"]
        if options.instructions:
            chosen["instructions"] = digest_of_instructions(options.instructions)
        else:
            del chosen["instructions"]
        if not options.absent:
            del chosen["absent"]
        folder = OutputFolder(out, {**chosen, "seed": seed, "count": count})
        _task_types(options)
        tally = _Tally()
        with folder.claimed(), PlanPlayer() as player:
            for spec in specs:
                self._ensure(folder, spec, options, tally, player if options.verify else None)
                tally.task_types[spec.task_type] += 1
                on_made()
        return Summary(
            out=str(out),
            homes=tally.task_types.total(),
            made=tally.made,
            there_before=tally.task_types.total() - tally.made,
            verified=tally.verified,
            seconds=round(time.monotonic() - began, 2),
            task_types=dict(tally.task_types),
            mean_receptacles=tally.mean(tally.receptacles),
            mean_things=tally.mean(tally.things),
            mean_commands=tally.mean(tally.commands),
        )

    def _ensure(
        self,
        folder: OutputFolder,
        spec: HomeSpec | ComposedSpec,
        options: GeneratorOptions,
        tally: _Tally,
        player: PlanPlayer | None,
    ) -> None:
        """Make a home unless it is there; replay its plan in any case."""
        place = folder.path / spec.folder
        game_file = place / GAME_NAME
        if not game_file.is_file():
            built, beside = spec.build(options.level(), options.split)
            try:
                # The game comes last: where it is, all is.
                with whole_file(place / TRAJ_NAME) as file:
                    file.write(json.dumps(beside, indent=1, sort_keys=True))
                with whole_file(game_file) as file:
                    file.write(json.dumps(built.game, indent=1, sort_keys=True))
            except OSError as error:
                raise file_error(game_file, error) from error
            tally.count(built)
        if player is not None:
            player.check(game_file)
            tally.verified += 1


generator = HouseholdGenerator()

__all__ = ["GeneratorOptions", "HomeSpec", "HouseholdGenerator", "Summary", "generator", "home_specs"]
