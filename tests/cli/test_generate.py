"""``generate``: its options are those of the generator, found by entry point; wrong ones are told in one line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest

from tests.cli.support import error_line, invoke
from tests.cli.terminal import CTRL_C, PATIENCE_S, Terminal
from tests.conftest import REPOSITORY
from tests.house.test_readme import cli_commands


def test_homes_are_made_and_summed_up_for_programs_and_for_people(tmp_path: Path) -> None:
    words = ["generate", "household", "--count", 4, "--seed", 7, "--out", tmp_path / "homes"]
    done = invoke(*words, "--difficulty", "easy", "--json")
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert (summary["homes"], summary["made"], summary["there_before"]) == (4, 4, 0)
    assert done.stderr == "", "where nobody watches, nothing is told beside the result"
    assert len(list((tmp_path / "homes").rglob("game.tw-pddl"))) == 4
    again = invoke(*words, "--difficulty", "easy")
    assert again.exit_code == 0
    assert "there before" in again.stdout


def test_the_homes_are_played(tmp_path: Path) -> None:
    words = ["--count", 3, "--room-type", "Bathroom", "--task-type", "pick_and_place_simple", "--out", tmp_path]
    assert invoke("generate", "household", *words).exit_code == 0
    done = invoke("eval", "household", "--games", tmp_path, "--sandbox", "best", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["successes"] == 3


def test_at_a_terminal_it_counts_and_ctrl_c_leaves_whole_homes(tmp_path: Path) -> None:
    with Terminal("generate", "household", "--count", 3000, "--difficulty", "easy", "--out", tmp_path) as terminal:
        terminal.wait_for("/3000")
        deadline = time.monotonic() + PATIENCE_S
        while not list(tmp_path.glob("*/*/game.tw-pddl")) and time.monotonic() < deadline:
            time.sleep(0.01)
        terminal.type(CTRL_C)
        terminal.wait_for("of 3000 are there; the same command goes on from here")
        assert terminal.end()[0] == 130
    made = list(tmp_path.rglob("game.tw-pddl"))
    assert 0 < len(made) < 3000
    assert all(json.loads(path.read_text())["walkthrough"] for path in made)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["generate", "househld", "--count", "1"], "Did you mean 'household'?"),
        (["generate", "household", "--out", "x"], "--count"),
        (["generate", "household", "--count", "0", "--out", "x"], "--count"),
        (["generate", "household", "--count", "1"], "--out"),
        (["generate", "household", "--count", "1", "--out", "x", "--difficulty", "hrd"], "Did you mean 'hard'?"),
        (["generate", "household", "--count", "1", "--out", "x", "--rooms", "9"], "--rooms"),
        (["generate", "household", "--count", "1", "--out", "x", "--closed", "1.5"], "--closed"),
        (["generate", "household", "--count", "1", "--out", "x", "--hidden", "everywhere"], "everywhere"),
        (
            ["generate", "household", "--count", "1", "--out", "x", "--split", "test"],
            "unknown value for option 'split'",
        ),
        (["generate", "household", "--count", "1", "--out", "x", "--task-type", "pick"], "unknown task type"),
        (["generate", "household", "--count", "1", "--out", "x", "--level", "3"], "No such option: --level"),
        (["generate", "household", "--count", "2000000", "--out", "x"], "name another seed"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in error_line(invoke(*words))
    assert list(tmp_path.iterdir()) == []


def test_the_help_tells_the_options_of_the_generator() -> None:
    shown = " ".join(invoke("generate", "household", "--help").stdout.split())
    for option in ("--task-type", "--room-type", "--rooms", "--distractors", "--split", "--verify"):
        assert option in shown
    assert "household" in invoke("generate", "--help").stdout
    assert "household" in invoke("generate").stdout


class BeansOptions(msgspec.Struct, frozen=True, kw_only=True):
    color: Annotated[Literal["red", "white"], msgspec.Meta(description="Which beans.")] = "red"
    size: Annotated[int, msgspec.Meta(ge=1)] | None = None
    cooked: bool = False
    names: list[str] = msgspec.field(default_factory=list)


class Beans:
    """Make beans."""

    options_type: type[msgspec.Struct] = BeansOptions

    def generate(
        self, options: BeansOptions, out: Path, *, count: int, seed: int, on_made: Callable[[], None]
    ) -> msgspec.Struct:
        for index in range(seed, seed + count):
            if index == 2 and "stop" in options.names:
                raise KeyboardInterrupt
            (out / f"bean-{index}").touch()
            on_made()
        return msgspec.defstruct("Made", [("beans", int), ("options", BeansOptions)])(count, options)


beans = Beans()


@pytest.fixture
def beans_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generator of a third party's package, and one whose own packages are missing."""
    info = tmp_path / "site" / "beans-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: beans\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[embodied_codeact.generators]\nbeans = {__name__}:beans\nbroken = no_such_package_of_beans:generator\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))


@pytest.mark.usefixtures("beans_installed")
def test_a_third_partys_generator_is_found_with_its_own_options(tmp_path: Path) -> None:
    words = ["generate", "beans", "--count", 3, "--out", tmp_path, "--json"]
    given = ["--color", "white", "--size", 2, "--cooked", "--names", "a", "--names", "b"]
    made = json.loads(invoke(*words, *given, "--seed", 5).stdout)
    assert (tmp_path / "bean-7").exists()
    assert made == {"beans": 3, "options": {"color": "white", "size": 2, "cooked": True, "names": ["a", "b"]}}
    assert json.loads(invoke(*words).stdout)["options"] == {"color": "red", "size": None, "cooked": False, "names": []}
    assert "Which beans." in invoke("generate", "beans", "--help").stdout
    error = error_line(invoke("generate", "broken", "--count", 3, "--anything", "else"))
    assert "no_such_package_of_beans" in error


@pytest.mark.usefixtures("beans_installed")
def test_interrupted_it_says_how_far_it_came(tmp_path: Path) -> None:
    done = invoke("generate", "beans", "--count", 3, "--out", tmp_path, "--names", "stop")
    assert done.exit_code == 130
    assert "2 of 3 are there; the same command goes on from here" in done.stderr
    assert "interrupted" in done.stderr


def test_the_commands_that_the_documentation_shows_make_homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = [words for words in cli_commands(REPOSITORY / "docs" / "household.md") if "--out" in words]
    assert len(shown) > 4
    for words in shown:
        done = invoke(*words)
        assert done.exit_code == 0, (words, done.output)
        assert list(Path(words[words.index("--out") + 1]).rglob("game.tw-pddl"))
