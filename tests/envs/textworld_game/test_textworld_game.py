"""Games of TextWorld, made here by ``tw-make``: played, won, lost, and the interpreter out of a script's hands."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from embodied_codeact.conformance import check_environment
from embodied_codeact.contracts import Observation, WorldContext
from embodied_codeact.envs.household.builder import build_game
from embodied_codeact.envs.household.builder import write_game as write_built_game
from embodied_codeact.envs.textworld_game import TextGameOptions, environment
from embodied_codeact.envs.textworld_game.adapter import TextGameAdapter
from embodied_codeact.envs.textworld_game.environment import GameOver
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, InvalidArgument, Stopped
from tests.cli.support import error_line, invoke
from tests.conftest import REPOSITORY
from tests.envs.household.small_game import small_game, write_game

KINDS = {
    "simple": "tw-simple --rewards dense --goal brief",
    "coin": "tw-coin_collector --level 5",
    "treasure": "tw-treasure_hunter --level 3",
    "cooking": "tw-cooking --recipe 1 --take 1 --cook --open",
}
Make = Callable[[str], Path]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a game of a kind with ``tw-make``, once."""
    folder = tmp_path_factory.mktemp("text-games")

    @functools.cache
    def made(kind: str) -> Path:
        path = folder / kind / f"{kind}.z8"
        program = Path(sys.executable).with_name("tw-make")
        words = [str(program), *KINDS[kind].split(), "--seed", "2", "--output", str(path), "--silent"]
        subprocess.run(words, check=True, capture_output=True, timeout=100)
        return path

    return made


def walkthrough(path: Path) -> list[str]:
    commands: list[str] = json.loads(path.with_suffix(".json").read_text())["metadata"]["walkthrough"]
    return commands


@contextmanager
def playing(file: Path, **options: Any) -> Iterator[tuple[TextGameAdapter, Observation]]:
    typed = TextGameOptions(file=str(file), **options)
    adapter = environment.adapter(typed, WorldContext())
    assert isinstance(adapter, TextGameAdapter)
    try:
        yield adapter, adapter.reset(environment.tasks(typed)[0])
    finally:
        adapter.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_game_is_played_and_won(make: Make, kind: str) -> None:
    path = make(kind)
    with playing(path) as (adapter, opening):
        game = adapter.primitives()["game"]
        assert opening.instruction == opening.state["objective"] != ""
        assert opening.text.startswith(opening.instruction)
        assert opening.state["description"] in opening.text
        assert opening.state["inventory"] == "You are carrying nothing."
        *commands, last = walkthrough(path)
        scores = [0.0]
        for command in commands:
            assert command in adapter.observe().state["admissible_commands"]
            answer = game.act(command)
            assert answer == answer.strip() != ""
            assert ">" not in answer
            scores.append(adapter.judge().score)
            assert not adapter.judge().done
        assert scores == sorted(scores)
        assert scores[-1] < 1.0
        assert game.act(f"  {last} ").count("*** The End ***") == 1
        status, state = adapter.judge(), adapter.observe().state
        assert (status.success, status.score, status.done) == (True, 1.0, True)
        assert state["score"] == state["max_score"] > 0
        assert (state["won"], state["lost"], state["moves"]) == (True, False, len(commands) + 1)
        with pytest.raises(GameOver, match="won: finish"):
            game.act("look")


def test_it_meets_the_contract(make: Make) -> None:
    path = make("coin")

    def win(scripts: Mapping[str, Any]) -> None:
        for command in walkthrough(path):
            scripts["game"].act(command)

    check_environment(environment, {"file": str(path)}, oracle=win)


def test_a_lost_game_is_over(make: Make) -> None:
    with playing(make("cooking")) as (adapter, _):
        game = adapter.primitives()["game"]
        for command in ("open fridge", "take red tuna from fridge", "cook red tuna with stove"):
            answer = game.act(command)
        assert "*** You lost! ***" in answer
        status, state = adapter.judge(), adapter.observe().state
        assert (status.success, status.score, status.done) == (False, 0.25, True)
        assert status.reason == "the game is lost, with 1 of 4 points"
        assert (state["won"], state["lost"]) == (False, True)
        with pytest.raises(GameOver, match="lost: finish"):
            game.act("look")
        task = environment.tasks(TextGameOptions(file=str(make("cooking"))))[0]
        assert not adapter.reset(task).status.done


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("save", "'save' is for the program"),
        ("look. SAVE", "'save' is for the program"),
        ("look then script", "'script' is for the program"),
        ("Transcripting on", "'transcripting' is for the program"),
        ("restart", "for the program"),
        ("oops save", "for the program"),
        ("tw-extra-infos score", "for the program"),
        ("#record", "for the program"),
        ("look. go north", "more than one command"),
        ("look then go north", "more than one command"),
        ("look\nlook", "one line"),
        ("größe", "ASCII"),
        ("look\x00", "one line"),
        ("x" * 191, "at most 190"),
        (" ", "empty"),
        (5, "not int 5"),
    ],
)
def test_nothing_but_the_game_is_played(
    make: Make, command: Any, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with playing(make("coin")) as (adapter, opening):
        with pytest.raises(InvalidArgument, match=says):
            adapter.primitives()["game"].act(command)
        assert adapter.observe().state == opening.state
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_understood_is_said_in_the_games_words(make: Make) -> None:
    with playing(make("coin"), admissible=False) as (adapter, opening):
        assert opening.state["admissible_commands"] == []
        assert adapter.primitives()["game"].act(" Dance. ") == "That's not a verb I recognise."
        assert adapter.observe().state["moves"] == 1


def test_a_stop_is_obeyed_and_a_game_must_have_begun(make: Make) -> None:
    stop = False
    options = TextGameOptions(file=str(make("coin")))
    adapter = environment.adapter(options, WorldContext(stop_requested=lambda: stop))
    game = adapter.primitives()["game"]
    with pytest.raises(EnvironmentFailure, match="reset"):
        game.act("look")
    adapter.reset(environment.tasks(options)[0])
    stop = True
    with pytest.raises(Stopped):
        game.act("look")
    adapter.close()


def test_a_home_of_alfred_is_played_under_alfworlds_names(tmp_path: Path) -> None:
    built = build_game("pick_heat_then_place_in_recep", 3)
    write_built_game(built, tmp_path / "home.tw-pddl")
    arguments = sys.argv
    with playing(tmp_path / "home.tw-pddl") as (adapter, opening):
        assert opening.text.endswith(f"Your task is to: {opening.instruction}")
        for command in built["walkthrough"]:
            assert command in adapter.observe().state["admissible_commands"]
            adapter.primitives()["game"].act(command)
        assert adapter.judge().success
    assert sys.argv is arguments


def test_a_pddl_game_of_its_own_names_is_played(tmp_path: Path) -> None:
    game = small_game()
    game["pddl_problem"] = game["pddl_problem"].replace("_bar_", "_")
    write_game(tmp_path / "own.tw-pddl", game)
    with playing(tmp_path / "own.tw-pddl") as (adapter, _):
        act = adapter.primitives()["game"].act
        assert act("go to drawer_1") == "You arrive at drawer_1. The drawer_1 is closed."
        for command in ("go to countertop_1", "take mug_2 from countertop_1", "go to drawer_1", "open drawer_1"):
            act(command)
        assert act("move mug_2 to drawer_1") == "You move the mug_2 to the drawer_1."
        assert adapter.judge().success


def test_a_folder_is_a_task_for_each_game(make: Make, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "coin.z8").symlink_to(make("coin"))
    (tmp_path / "one" / "coin.json").symlink_to(make("coin").with_suffix(".json"))
    write_game(tmp_path / "home.tw-pddl", small_game())
    options = TextGameOptions(file=str(tmp_path))
    tasks = environment.tasks(options)
    assert [task.id for task in tasks] == ["home", "one/coin"]
    adapter = environment.adapter(options, WorldContext())
    try:
        assert "countertop 1" in adapter.reset(tasks[0]).text
        assert "coin" in adapter.reset(tasks[1]).instruction
        with pytest.raises(ConfigurationError, match="Did you mean 'home'"):
            adapter.reset(tasks[0].__class__("hom", "textworld", ""))
    finally:
        adapter.close()


def test_damaged_files_are_refused_before_the_interpreter_dies_of_them(make: Make, tmp_path: Path) -> None:
    content = make("coin").read_bytes()
    for name, spoilt, says in (
        ("cut", content[: len(content) // 2], "is damaged"),
        ("changed", content[:5000] + bytes([content[5000] ^ 1]) + content[5001:], "is damaged"),
        ("other", b"\x05" + content[1:], r"is no \.z8 story file"),
        ("short", content[:20], r"is no \.z8 story file"),
        ("empty", b"", r"is no \.z8 story file"),
    ):
        path = tmp_path / f"{name}.z8"
        path.write_bytes(spoilt)
        with pytest.raises(ConfigurationError, match=rf"{name}\.z8: {says}"), playing(path):
            pass
    # Without the description of its content a game is played all the same, in its words.
    (tmp_path / "bare.z8").write_bytes(content)
    with playing(tmp_path / "bare.z8") as (adapter, opening):
        assert opening.text
        assert opening.state["admissible_commands"] == []
        assert adapter.primitives()["game"].act("dance") == "That's not a verb I recognise."


def test_files_that_cannot_be_played_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "old.ulx").write_bytes(b"Glul")
    (tmp_path / "notes.txt").write_text("no game")
    (tmp_path / "empty").mkdir()
    for name, says in (
        ("", "say which game: textworld:FILE"),
        ("missing.z8", r"missing\.z8: no such file or folder"),
        ("old.ulx", r"old\.ulx: TextWorld plays no Glulx games since 1\.7: .*--format z8"),
        ("notes.txt", r"notes\.txt: is no game"),
        ("empty", "no game in it or below: make one with `tw-make"),
    ):
        with pytest.raises(ConfigurationError, match=says):
            environment.tasks(TextGameOptions(file=str(tmp_path / name) if name else ""))
    assert "say which game" in error_line(invoke("run", "textworld", "--model", "script:Makefile"))


def test_the_documented_script_wins_through_the_whole_path(make: Make, tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "textworld.md").read_text()
    (source,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    script = tmp_path / "collect.py"
    script.write_text(source)
    assert KINDS["coin"] in page
    wanted = ("--model", f"script:{script}", "--sandbox", "best", "--json")
    result = invoke("eval", f"textworld:{make('coin')}", *wanted)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["episodes"], report["successes"]) == (1, 1)
