"""``bench household --check``: the engines agree, and where one is made to differ, that is found."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embodied_codeact.envs.household.check import check_game
from embodied_codeact.envs.household.check_games import CheckedGame, generated_games, given_games
from embodied_codeact.envs.household.check_run import CheckOptions, run_check
from embodied_codeact.envs.household.engine_native import NativeEngine, SavedState
from embodied_codeact.envs.household.engine_textworld import TextWorldEngine
from embodied_codeact.envs.household.games import Game
from embodied_codeact.envs.household.malformed import malformed
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure
from tests.cli.support import error_line, invoke
from tests.envs.household.small_game import small_game, write_game


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> CheckedGame:
    folder = tmp_path_factory.mktemp("small")
    (checked,) = given_games(str(write_game(folder / "small.tw-pddl", small_game()).parent))
    return checked


@pytest.fixture(scope="module")
def reference() -> Iterator[TextWorldEngine]:
    engine = TextWorldEngine()
    yield engine
    engine.close()


def told(_: str) -> None:
    pass


def test_the_engines_agree_on_a_small_game(small: CheckedGame, reference: TextWorldEngine) -> None:
    assert small.plan is None
    result = check_game(small, NativeEngine(), reference, steps=80, seed=1)
    assert result.differences == []
    assert (result.starts, result.random_steps, result.won) == (2, 40, True)
    assert result.expert_steps == 5
    assert result.malformed_steps == 35
    assert result.restored > 3
    assert result.observations_equal == result.admissible_equal == result.won_equal == result.moments == 82


class Faulty(NativeEngine):
    """The native engine with one fault, which shows where a game is far enough."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self._fault = fault

    def restore(self, saved: SavedState) -> None:
        if self._fault != "restore":
            super().restore(saved)

    def start(self, game: Game) -> str:
        if self._fault == "start":
            raise ConfigurationError("cannot be played")
        return super().start(game)

    def command(self, text: str) -> str:
        answer = super().command(text)
        if self._fault == "words" and answer.startswith("You open"):
            return answer.replace("In it, you see", "In it you see")
        if self._fault == "failure" and text.startswith("inventory"):
            raise EnvironmentFailure("no words for it")
        return answer

    def admissible(self) -> list[str]:
        commands = super().admissible()
        if self._fault == "order" and any(command.startswith("close") for command in commands):
            return commands[::-1]
        return [command for command in commands if not (self._fault == "missing" and command.startswith("take"))]

    @property
    def won(self) -> bool:
        return super().won and self._fault != "won"


@pytest.mark.parametrize(
    ("fault", "aspect", "ours"),
    [
        ("words", "observation", "In it you see"),
        ("failure", "observation", "EnvironmentFailure"),
        ("start", "observation", "ConfigurationError: cannot be played"),
        ("order", "admissible", "['use"),
        ("missing", "admissible", "['"),
        ("won", "won", "False"),
        ("restore", "admissible", "['"),
    ],
)
def test_a_planted_difference_is_found_and_told(
    small: CheckedGame, reference: TextWorldEngine, fault: str, aspect: str, ours: str
) -> None:
    for seed in range(6):
        result = check_game(small, Faulty(fault), reference, steps=60, seed=seed)
        if found := [difference for difference in result.differences if difference.aspect == aspect]:
            break
    difference = found[0]
    counts = {"observation": result.observations_equal, "admissible": result.admissible_equal, "won": result.won_equal}
    assert counts[aspect] < result.moments
    assert difference.ours != difference.reference
    assert fault in ("order", "missing", "restore") or ours in str(difference.ours)
    # What is told is enough to see it again.
    answer = reference.start(small.game)
    for command in difference.commands:
        answer = reference.command(command)
    seen = {"observation": answer, "admissible": reference.admissible(), "won": reference.won}
    assert seen[aspect] == difference.reference
    assert difference.command == (difference.commands[-1] if difference.commands else None)


def test_a_report_says_what_differs_and_does_not_pass(small: CheckedGame) -> None:
    options = CheckOptions(games=str(small.game.path), generated=0, steps=80, jobs=1)
    heard: list[str] = []
    report = run_check(options, heard.append, make_ours=lambda: Faulty("words"), make_reference=TextWorldEngine)
    assert not report.passed
    assert report.observations_equal < 1.0 == report.won_equal
    assert report.games_different == ["small"]
    text = "\n".join(report.lines())
    assert "observation differs" in text
    assert "In it you see" in text
    assert "commands since the start: [" in text
    assert heard == ["1/1 small: 82 moments, differs"]


def test_the_older_grammar_is_compared_too(reference: TextWorldEngine) -> None:
    games = list(generated_games(9, 1))
    assert len({checked.name for checked in games}) == 9
    newer, older = games[0], games[7]
    assert older.name.endswith("-older")
    assert "move {o} to {r}" in newer.game.grammar
    result = check_game(older, NativeEngine(), reference, steps=16, seed=0)
    assert (result.differences, result.won) == ([], True)
    assert older.plan is not None
    assert any(" in/on " in command for command in older.plan)
    assert "help" not in reference.admissible()


def test_the_older_words_are_those_of_the_real_files(data_dir: Path) -> None:
    real = given_games(str(data_dir / "alfworld" / "valid_unseen"))[0].game.grammar
    made = list(generated_games(8, 1))[7].game.grammar
    task = "Your task is to: "
    pairs = zip(real.splitlines(), made.splitlines(), strict=False)
    assert all(one.strip() == other.strip() for one, other in pairs if task not in one)


def test_malformed_commands_are_malformed_in_many_ways() -> None:
    rng = random.Random(0)
    now = ["go to drawer 1", "move mug 1 to shelf 2", "look"]
    made = [malformed(rng, now, ["take mug 1 from shelf 2", "put cup 1 in/on shelf 1"]) for _ in range(2000)]
    assert len(set(made)) > 300
    looks: list[Callable[[str], bool]] = [
        lambda text: text == "",
        lambda text: text != text.strip() and text.strip() in now,
        lambda text: "  " in text,
        lambda text: text.isupper(),
        lambda text: text.startswith("dance"),
        lambda text: text.endswith("99"),
        lambda text: "in/on" in text,
        lambda text: "\n" in text,
        lambda text: "go to drawer 1".startswith(text) and 2 < len(text) < 14,
        lambda text: len(text) > 5000,
    ]
    for number, look in enumerate(looks):
        assert any(look(text) for text in made), number
    assert sum(text.strip() not in now for text in made) > 1400


def test_the_command_line(tmp_path: Path) -> None:
    write_game(tmp_path / "small.tw-pddl", small_game(older=True))
    settings = ("-o", "generated=1", "-o", "steps=20", "-o", "jobs=2")
    # The reference is ALFWorld's own, which would make a folder in the home of whoever imports it.
    environment = {**os.environ, "HOME": str(tmp_path / "home")}
    environment.pop("ALFWORLD_DATA", None)
    program = (sys.executable, "-m", "embodied_codeact")
    command: list[str] = [*program, "bench", "household", "--check", "--games", str(tmp_path), *settings, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["observations_equal"] == report["admissible_equal"] == report["won_equal"] == 1.0
    assert (report["passed"], report["games"], report["generated"], report["games_won"]) == (True, 1, 1, 2)
    assert report["moments"] >= 44
    assert not (tmp_path / "home" / ".cache" / "alfworld").exists()
    assert "2/2" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("household", "--check", "-o", "step=1"), "check of household has no option 'step'. Did you mean 'steps'?"),
        (("household", "--check", "-o", "steps=many"), "option of the check of household: Expected `int`"),
        (("household", "--check", "--games", "/no/such/folder"), "/no/such/folder: no such file or folder"),
        (("household", "--check", "-o", "generated=0"), "nothing to compare"),
        (("tabletop", "--check"), "tabletop has no check"),
        (("bridge", "--check"), "--check, --games and -o are for an environment"),
        (("--games", "/tmp"), "--check, --games and -o are for an environment"),
    ],
)
def test_bad_words_on_the_command_line(words: tuple[str, ...], says: str) -> None:
    assert says in error_line(invoke("bench", *words))


def test_a_game_that_the_reference_cannot_play_is_named(tmp_path: Path) -> None:
    path = write_game(tmp_path / "cut.tw-pddl", small_game() | {"pddl_problem": "("})
    with pytest.raises(ConfigurationError, match=r"cut\.tw-pddl"):
        run_check(CheckOptions(games=str(path), generated=0, jobs=1), told)


@pytest.mark.slow
def test_the_benchmark_tells_every_figure_beside_its_reference(tmp_path: Path) -> None:
    write_game(tmp_path / "small.tw-pddl", small_game())
    words = ("bench", "household", "--games", str(tmp_path), "--sandbox", "best", "--json")
    # As a process of its own: what multiprocessing keeps for later rounds ends with it.
    command = [sys.executable, "-m", "embodied_codeact", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    figures = {figure["name"]: figure for figure in json.loads(done.stdout)}
    assert len(figures) == 7
    assert all(figure["value"] > 0 for figure in figures.values())
    beside = [figure for figure in figures.values() if figure["reference"] == "TextWorld"]
    assert len(beside) == 4
    assert all(figure["ratio"] > 0 and figure["reference_value"] > 0 for figure in beside)
    assert figures["memory of a process after 2,000 episodes"]["reference"] == "after 200 episodes"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_engines_agree_on_real_games(data_dir: Path, reference: TextWorldEngine) -> None:
    for checked in given_games(str(data_dir / "alfworld" / "valid_unseen"))[::11]:
        result = check_game(checked, NativeEngine(), reference, steps=60, seed=3)
        assert (result.differences, result.won) == ([], True), checked.name
