"""The household expert's programs: many kinds, all of which do the task, by what the conversation tells alone."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from embodied_codeact.contracts import Message, WorldContext
from embodied_codeact.describe import describe_environment
from embodied_codeact.envs.household import HouseholdOptions, environment
from embodied_codeact.envs.household import expert_scripts as scripts
from embodied_codeact.envs.household.builder import build_game, write_game
from embodied_codeact.envs.household.builder_tasks import BUILDABLE
from embodied_codeact.envs.household.expert import HouseholdExpert
from embodied_codeact.envs.household.expert_scripts import STYLES
from embodied_codeact.envs.household.expert_styles import Style
from embodied_codeact.errors import PrimitiveError
from embodied_codeact.primitives.household_errors import NotPossible
from tests.envs.household.test_expert import LiveState

SEEDS = (3, 4)
THINGS = ("mug", "cup", "plate", "apple", "egg", "knife", "spoon", "potato")


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("homes")
    for task_type in BUILDABLE:
        for seed in SEEDS:
            write_game(build_game(task_type, seed), folder / f"{task_type}-{seed}" / "game.tw-pddl")
    return folder


def run(code: str, names: Mapping[str, Any]) -> str:
    """Run a script; return what it printed, and its error as an agent would be told."""
    printed = io.StringIO()
    error = ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(code, "script", "exec"), dict(names))
        except (PrimitiveError, LookupError, RuntimeError) as raised:
            error = f"Error:\nTraceback:\n  Line 1\n{type(raised).__name__}: {raised}\n"
    return printed.getvalue() + error


def play(adapter: Any, task: Any, *, flat: bool = False, turns: int = 1) -> tuple[bool, list[str]]:
    """Play a game by the conversation alone; return whether it was won, and the scripts."""
    opening = adapter.reset(task)
    api = "take_from(object: str, receptacle: str) -> str" if flat else "house.take(object, receptacle)"
    guide = describe_environment(environment, adapter, []).guide
    told = f"{guide}\n{api}\n{opening.text}\n\nYou have {turns} turns."
    messages = [Message("system", "Act."), Message("user", told)]
    names = {**adapter.primitives(), "NotPossible": NotPossible, "state": LiveState(adapter)}
    written: list[str] = []
    while len(written) < turns and not adapter.judge().success:
        reply = HouseholdExpert().reply(messages).text
        if "<execute>" not in reply:
            break
        written.append(reply.partition("<execute>")[2].partition("</execute>")[0])
        answer = run(written[-1], names)
        messages += [Message("assistant", reply), Message("user", f"Observation:\n{answer}")]
    return bool(adapter.judge().success), written


@contextlib.contextmanager
def household(games: Path, **options: Any) -> Iterator[tuple[Any, list[Any]]]:
    chosen = HouseholdOptions(games=str(games), **options)
    adapter = environment.adapter(chosen, WorldContext())
    try:
        yield adapter, list(environment.tasks(chosen))
    finally:
        adapter.close()


@pytest.mark.parametrize("feedback", ["alfworld", "explained"])
@pytest.mark.parametrize(
    ("style", "api"),
    # Flat functions come without the state that some styles look at.
    [(style, api) for style in STYLES for api in ("object", "mint") if api == "object" or not style.stateful],
    ids=lambda value: value.name if isinstance(value, Style) else value,
)
def test_every_style_does_every_task_in_one_turn(
    games: Path, style: Style, api: str, feedback: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts, "STYLES", (style,))
    with household(games, api=api, feedback=feedback) as (adapter, tasks):
        assert len(tasks) == len(BUILDABLE) * len(SEEDS)
        for task in tasks:
            won, written = play(adapter, task, flat=api == "mint")
            assert won, (task.id, written)


@pytest.mark.parametrize("feedback", ["alfworld", "explained"])
def test_wins_within_five_turns_whichever_way_the_turns_are_used(games: Path, feedback: str) -> None:
    turns = set()
    with household(games, feedback=feedback) as (adapter, tasks):
        for task in tasks:
            won, written = play(adapter, task, turns=5)
            assert won, (task.id, written)
            turns.add(len(written))
    assert len(turns) > 1, "always the same number of turns"


def test_tries_another_where_a_place_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first receptacle of the kind that is wanted takes nothing, as if it were full."""
    for style in STYLES:
        monkeypatch.setattr(scripts, "STYLES", (style,))
        house = Refusing()
        names = {"house": house, "state": SimpleNamespace(places=list(house.contents))}
        if style.stateful:
            continue  # It reads the whole state, which only a real household keeps.
        reply = HouseholdExpert().reply([Message("user", f"{house.opening}\nYour task is to: put a mug in desk.")]).text
        run(reply.partition("<execute>")[2].partition("</execute>")[0], names)
        assert house.contents["desk 2"] == ["mug 1"], (style.name, reply)


class Refusing:
    """A room with two desks, of which the first takes nothing."""

    opening = "You are in the middle of a room. Looking quickly around you, you see a desk 1, a desk 2, and a bed 1."

    def __init__(self) -> None:
        self.contents: dict[str, list[str]] = {"desk 1": [], "desk 2": [], "bed 1": ["mug 1"]}
        self.at = self.hand = ""

    def goto(self, place: str) -> str:
        if place == self.at:
            return "Nothing happens."
        self.at = place
        return f"You arrive at {place}. {self.examine(place)}"

    def examine(self, place: str) -> str:
        things = ", and ".join(f"a {name}" for name in self.contents[place]) or "nothing"
        return f"On the {place}, you see {things}."

    def open(self, _place: str) -> str:
        return "Nothing happens."

    def take(self, name: str, place: str) -> str:
        if self.at != place or name not in self.contents[place]:
            return "Nothing happens."
        self.contents[place].remove(name)
        self.hand = name
        return f"You pick up the {name} from the {place}."

    def put(self, name: str, place: str) -> str:
        if self.at != place or self.hand != name or place == "desk 1":
            return "Nothing happens."
        self.contents[place].append(name)
        self.hand = ""
        return f"You move the {name} to the {place}."


def shape(code: str) -> str:
    """The structure of a program: its syntax tree without any name, text or number."""
    return re.sub(r"'[^']*'", "", ast.dump(ast.parse(code), annotate_fields=False))


def scripts_of(sentence: Callable[[str], str]) -> list[str]:
    room = "You are in the middle of a room. Looking quickly around you, you see a desk 1, a bed 1, and a shelf 1."
    written = []
    for thing in THINGS:
        for count in range(25):
            told = f"{room[:-1]}, and a drawer {count + 1}.\nYour task is to: {sentence(thing)}"
            written.append(HouseholdExpert().reply([Message("user", told)]).text.partition("<execute>")[2][:-10])
    return written


@pytest.mark.parametrize("sentence", ["put a {} in desk.", "put two {} in desk.", "look at {} under the desklamp."])
def test_programs_are_of_at_least_a_dozen_kinds(sentence: str) -> None:
    written = scripts_of(sentence.format)
    assert len({shape(code) for code in written}) >= 12
    used = {node for code in written for node in map(type, ast.walk(ast.parse(code)))}
    assert {ast.ClassDef, ast.Yield, ast.Try, ast.Match, ast.While, ast.FunctionDef, ast.ListComp} <= used


def test_the_same_task_gets_the_same_program() -> None:
    assert scripts_of("put a {} in desk.".format) == scripts_of("put a {} in desk.".format)
