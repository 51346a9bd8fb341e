"""Compares two engines word for word: every answer, every list of admissible commands, every verdict.

A game is played twice over. First a random walk, with malformed commands in between; then, from a second start, a plan
that wins, again with malformed commands in between, and a random walk from there, which undoes what was won. The walk
chooses among the commands that the reference calls admissible. Where our engine can save, it is led astray now and then
and restored, which must not be noticed.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec

from embodied_codeact.envs.household.check_games import CheckedGame
from embodied_codeact.envs.household.engine import Engine
from embodied_codeact.envs.household.engine_native import NativeEngine
from embodied_codeact.envs.household.engine_textworld import TextWorldEngine
from embodied_codeact.envs.household.malformed import malformed
from embodied_codeact.errors import EnvironmentFailure, OperatorError

SHOWN_PER_GAME = 3
"""Differences of a game that are told in full; what comes after the first is often its consequence."""
_WALK_BEFORE = 0.7
"""Share of the random commands, and of the malformed ones, that come before the second start."""
_LEAST_MALFORMED = 0.2
"""Share of a game's steps that are malformed at least, however long its plan is."""
_REMEMBERED = 400
_ASTRAY = 0.1
"""Share of the steps before which our engine is led astray and restored."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Where the engines differ. ``aspect``: ``observation``, ``admissible`` or ``won``; ``command`` is None at a start;
    ``commands`` are all since the start, so that it can be seen again."""

    game: str
    aspect: str
    step: int
    command: str | None
    ours: Any
    reference: Any
    commands: list[str]


class GameCheck(msgspec.Struct, kw_only=True):
    """What one game showed: compared moments (each start and each step), and how many of them were equal."""

    game: str
    starts: int = 0
    random_steps: int = 0
    expert_steps: int = 0
    malformed_steps: int = 0
    restored: int = 0
    observations_equal: int = 0
    admissible_equal: int = 0
    won_equal: int = 0
    won: bool = False
    differences: list[Difference] = msgspec.field(default_factory=list)

    @property
    def steps(self) -> int:
        """Commands given."""
        return self.random_steps + self.expert_steps + self.malformed_steps

    @property
    def moments(self) -> int:
        """How often the engines were compared."""
        return self.starts + self.steps


class _Seen(msgspec.Struct, frozen=True):
    observation: str
    admissible: list[str]
    won: bool


def check_game(checked: CheckedGame, ours: Engine, reference: TextWorldEngine, *, steps: int, seed: int) -> GameCheck:
    """Play one game on both engines, at least ``steps`` commands: half of them random admissible ones.

    Raises:
        ConfigurationError: the reference cannot play the game.
    """
    rng = random.Random(f"{seed}/{checked.name}")
    pair = _Pair(checked, ours, reference, rng)
    walked = steps // 2
    pair.start()
    plan = checked.plan if checked.plan is not None else reference.plan()
    spoilt = max(steps - walked - len(plan), int(steps * _LEAST_MALFORMED))
    early_walk, early_spoilt = int(walked * _WALK_BEFORE), int(spoilt * _WALK_BEFORE)
    kinds = _shuffled(rng, {"random": early_walk, "malformed": early_spoilt})
    pair.play(kinds)
    pair.start()
    along = (spoilt - early_spoilt) // 2
    pair.play(_shuffled(rng, {"expert": len(plan), "malformed": along}), plan)
    rest = {"random": walked - early_walk, "malformed": spoilt - early_spoilt - along}
    pair.play(_shuffled(rng, rest))
    return pair.result


def _shuffled(rng: random.Random, counts: dict[str, int]) -> list[str]:
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    rng.shuffle(kinds)
    return kinds


class _Pair:
    """One game on two engines, and what was compared so far."""

    def __init__(self, checked: CheckedGame, ours: Engine, reference: TextWorldEngine, rng: random.Random) -> None:
        self._checked, self._ours, self._reference, self._rng = checked, ours, reference, rng
        self._commands: list[str] = []
        self._earlier: list[str] = []
        self._now: list[str] = []
        self.result = GameCheck(game=checked.name)

    def start(self) -> None:
        """Begin the game, for the first time or again."""
        self._commands = []
        self.result.starts += 1
        reference = _Seen(self._reference.start(self._checked.game), self._reference.admissible(), self._reference.won)
        self._compare(None, _seen(self._ours, partial(self._ours.start, self._checked.game)), reference)

    def play(self, kinds: Sequence[str], plan: Sequence[str] = ()) -> None:
        """Give a command of each of these kinds; along a plan, no malformed one that does something all the same."""
        expert = iter(plan)
        for kind in kinds:
            command = self._choose(kind, expert)
            while plan and kind == "malformed" and command.strip() in self._now:
                command = self._choose(kind, expert)
            self._commands.append(command)
            if isinstance(self._ours, NativeEngine) and self._rng.random() < _ASTRAY:
                self._lead_astray(self._ours)
            reference = _seen(self._reference, partial(self._reference.command, command))
            ours = _seen(self._ours, partial(self._ours.command, command))
            setattr(self.result, f"{kind}_steps", getattr(self.result, f"{kind}_steps") + 1)
            self._compare(command, ours, reference)

    def _lead_astray(self, engine: NativeEngine) -> None:
        # Where a game could not be begun, that is told already.
        with contextlib.suppress(OperatorError):
            saved = engine.save()
            for _ in range(self._rng.randrange(1, 6)):
                engine.command(self._rng.choice(engine.admissible()))
            engine.restore(saved)
            self.result.restored += 1

    def _choose(self, kind: str, expert: Iterator[str]) -> str:
        if kind == "expert":
            return next(expert)
        if kind == "malformed":
            return malformed(self._rng, self._now, self._earlier)
        if self._rng.random() < 0.5:
            return self._rng.choice(self._now)
        # By the verb first: most admissible commands only go somewhere, and little would ever be moved.
        verb = self._rng.choice(sorted({command.partition(" ")[0] for command in self._now}))
        return self._rng.choice([command for command in self._now if command.partition(" ")[0] == verb])

    def _compare(self, command: str | None, ours: _Seen, reference: _Seen) -> None:
        for aspect, counter in (
            ("observation", "observations_equal"),
            ("admissible", "admissible_equal"),
            ("won", "won_equal"),
        ):
            one, other = getattr(ours, aspect), getattr(reference, aspect)
            if one == other:
                setattr(self.result, counter, getattr(self.result, counter) + 1)
            elif len(self.result.differences) < SHOWN_PER_GAME:
                self.result.differences.append(
                    Difference(
                        game=self._checked.name,
                        aspect=aspect,
                        step=self.result.steps,
                        command=command,
                        ours=one,
                        reference=other,
                        commands=list(self._commands),
                    )
                )
        self.result.won = self.result.won or reference.won
        self._now = reference.admissible or self._now
        self._earlier = [*self._earlier, *self._rng.sample(self._now, min(3, len(self._now)))][-_REMEMBERED:]


def _seen(engine: Engine, act: Callable[[], str]) -> _Seen:
    """What an engine says. One that fails must fail where the other does; in which words is its own affair."""
    try:
        return _Seen(act(), engine.admissible(), engine.won)
    except EnvironmentFailure:
        return _Seen("EnvironmentFailure", [], False)
    except OperatorError as error:
        return _Seen(f"{type(error).__name__}: {error}", [], False)
