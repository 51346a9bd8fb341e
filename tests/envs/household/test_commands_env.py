"""The household for Gymnasium: single commands, scripts, and the lines that docs/from-alfworld.md shows."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env, data_equivalence

import embodied_codeact.gymnasium_api  # noqa: F401 - registers what is tested here
from embodied_codeact.envs.household.builder import build_game
from embodied_codeact.envs.household.builder import write_game as write_built_game
from embodied_codeact.envs.household.commands_env import HouseholdCommandsEnv
from embodied_codeact.envs.household.commands_space import CommandSpace
from embodied_codeact.envs.household.engine_textworld import TextWorldEngine
from embodied_codeact.envs.household.games import Game, read_game
from embodied_codeact.errors import ConfigurationError
from tests.conftest import REPOSITORY
from tests.envs.household.small_game import small_game, write_game

ID = "embodied_codeact/HouseholdCommands-v0"
WIN = (
    "go to countertop 1",
    "take mug 1 from countertop 1",
    "go to drawer 1",
    "open drawer 1",
    "move mug 1 to drawer 1",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small game, and three built ones."""
    folder = tmp_path_factory.mktemp("games")
    write_game(folder / "small.tw-pddl", small_game())
    for seed in (1, 2, 3):
        write_built_game(build_game("pick_and_place_simple", seed), folder / f"built-{seed}.tw-pddl")
    return folder


@pytest.fixture
def env(folder: Path) -> Iterator[gymnasium.Env[Any, Any]]:
    made = gymnasium.make(ID, games=str(folder))
    yield made
    made.close()


def test_gymnasiums_own_check_passes(folder: Path) -> None:
    check_env(gymnasium.make(ID, games=str(folder), render_mode="ansi").unwrapped)


def test_an_episode_is_word_for_word_textworlds(env: gymnasium.Env[Any, Any], folder: Path) -> None:
    reference = TextWorldEngine()
    game = read_game(folder / "small.tw-pddl")
    obs, info = env.reset(options={"task": "small"})
    assert obs == reference.start(game)
    assert obs.startswith("-= Welcome to TextWorld, ALFRED! =-\n\nYou are in the middle")
    assert (info["instruction"], info["task"], info["won"]) == ("put a mug in drawer.", "small", False)
    assert info["extra.gamefile"] == str(folder / "small.tw-pddl")
    for command in ("fly", *WIN):
        assert info["admissible_commands"] == reference.admissible()
        obs, reward, terminated, truncated, info = env.step(command)
        assert obs == reference.command(command)
        assert env.observation_space.contains(obs)
        assert (reward, terminated, truncated) == ((1.0, True, False) if command == WIN[-1] else (0.0, False, False))
    assert info["won"]
    reference.close()
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step("look")


def test_the_other_engine_says_the_same(folder: Path) -> None:
    made = [HouseholdCommandsEnv(str(folder), task="small", engine=engine) for engine in ("native", "textworld")]
    assert data_equivalence(made[0].reset(seed=1), made[1].reset(seed=1), exact=True)
    for command in WIN:
        assert data_equivalence(made[0].step(command), made[1].step(command), exact=True)
    for each in made:
        each.close()
        each.close()


def test_feedback_explains_what_is_in_the_way(folder: Path) -> None:
    plain = HouseholdCommandsEnv(str(folder), task="small")
    explained = HouseholdCommandsEnv(str(folder), task="small", feedback="explained")
    assert data_equivalence(plain.reset(), explained.reset(), exact=True)
    for command in ("take mug 1 from countertop 1", *WIN[:3], "move mug 1 to drawer 1", *WIN[3:]):
        one, other = plain.step(command), explained.step(command)
        assert data_equivalence(one[1:], other[1:], exact=True)
        if one[0] == "Nothing happens.":
            assert other[0] != one[0]
            assert "drawer 1" in other[0] or "mug 1" in other[0]
        else:
            assert one[0] == other[0]
    with pytest.raises(ConfigurationError, match="Did you mean 'explained'"):
        HouseholdCommandsEnv(str(folder), feedback="explain")
    with pytest.raises(ConfigurationError, match="does not explain"):
        HouseholdCommandsEnv(str(folder), engine="textworld", feedback="explained")


def no_game(path: str) -> Game:
    raise ConfigurationError(f"{path} is damaged")


def test_a_search_goes_back_to_where_it_was(env: gymnasium.Env[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    unwrapped = env.unwrapped
    assert isinstance(unwrapped, HouseholdCommandsEnv)
    with pytest.raises(gymnasium.error.ResetNeeded):
        unwrapped.save()
    unwrapped.reset(options={"task": "small"})
    for command in WIN[:-1]:
        unwrapped.step(command)
    saved = unwrapped.save()
    outcomes = []
    for _ in range(2):
        assert unwrapped.step(WIN[-1])[1:3] == (1.0, True)
        unwrapped.reset(options={"task": "built-1"})
        obs, info = unwrapped.restore(saved)
        outcomes.append((obs, info))
        assert obs == "You open the drawer 1. The drawer 1 is open. In it, you see nothing."
        assert (info["task"], info["won"]) == ("small", False)
        assert WIN[-1] in info["admissible_commands"]
    assert data_equivalence(outcomes[0], outcomes[1], exact=True)
    with monkeypatch.context() as patch:
        patch.setattr(unwrapped, "_read", no_game)
        with pytest.raises(ConfigurationError, match="damaged"):
            unwrapped.reset(options={"task": "small"})
    assert unwrapped.restore(saved)[1]["task"] == "small"
    other = HouseholdCommandsEnv(task="small", games=str(Path(info["extra.gamefile"]).parent), engine="textworld")
    other.reset()
    with pytest.raises(ConfigurationError, match="engine 'textworld' cannot save"):
        other.save()
    other.close()


def test_an_episode_ends_after_max_steps(folder: Path) -> None:
    env = HouseholdCommandsEnv(str(folder), task="small", max_steps=2)
    env.reset()
    assert env.step("look")[2:4] == (False, False)
    assert env.step("look")[2:4] == (False, True)
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step("look")
    endless = HouseholdCommandsEnv(str(folder), task="small", max_steps=0)
    endless.reset()
    assert not any(endless.step("look")[3] for _ in range(200))
    # What wins in the last step is won, and not cut off.
    last = HouseholdCommandsEnv(str(folder), task="small", max_steps=len(WIN))
    last.reset()
    assert [last.step(command)[2:4] for command in WIN][-1] == (True, False)


def test_each_game_comes_once_before_any_comes_again(env: gymnasium.Env[Any, Any]) -> None:
    def order(seed: int) -> list[str]:
        return [env.reset(seed=seed if number == 0 else None)[1]["task"] for number in range(8)]

    first = order(3)
    assert sorted(first[:4]) == sorted(first[4:]) == ["built-1", "built-2", "built-3", "small"]
    assert order(3) == first
    assert len({tuple(order(seed)) for seed in range(6)}) > 1


def test_it_is_vectorised_in_one_process_and_in_several(folder: Path) -> None:
    told = []
    for mode, more in (("sync", {}), ("async", {"shared_memory": False})):
        envs = gymnasium.make_vec(
            ID, num_envs=2, vectorization_mode=mode, vector_kwargs=more, games=str(folder), task="small"
        )
        obs, infos = envs.reset(seed=1)
        steps: list[Any] = [obs, *infos["admissible_commands"]]
        for command in WIN:
            obs, rewards, terminated, truncated, infos = envs.step((command, "look"))
            steps += [obs, rewards.tolist(), terminated.tolist(), truncated.tolist(), infos["won"].tolist()]
        assert rewards.tolist() == [1.0, 0.0]
        assert terminated.tolist() == [True, False]
        assert infos["admissible_commands"][1] is not None
        told.append(steps)
        envs.close()
    assert data_equivalence(told[0], told[1], exact=True)


def test_what_does_not_exist_is_said_at_once(folder: Path, env: gymnasium.Env[Any, Any]) -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'native'"):
        HouseholdCommandsEnv(str(folder), engine="nativ")
    with pytest.raises(ConfigurationError, match="Did you mean 'small'"):
        HouseholdCommandsEnv(str(folder), task="smal")
    with pytest.raises(ConfigurationError, match="no such file or folder"):
        HouseholdCommandsEnv(str(folder / "none"))
    with pytest.raises(ConfigurationError, match="Did you mean 'small'"):
        env.reset(options={"task": "smal"})
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.unwrapped.step("look")
    env.reset()
    with pytest.raises(gymnasium.error.InvalidAction, match="not int"):
        env.step(3)


def test_the_space_samples_commands() -> None:
    space = CommandSpace(50, seed=2)
    samples = [space.sample() for _ in range(300)]
    assert all(sample in space for sample in samples)
    assert {sample.split()[0] for sample in samples} >= {"go", "take", "move", "look", "heat"}
    space.seed(2)
    assert [space.sample() for _ in range(300)] == samples
    assert (space == CommandSpace(50), space == CommandSpace(51)) == (True, False)
    assert space.from_jsonable(space.to_jsonable(samples)) == samples
    with pytest.raises(ValueError, match="without mask"):
        space.sample(mask=np.ones(2))


def test_scripts_play_the_household(folder: Path) -> None:
    env = gymnasium.make("embodied_codeact/Household-v0", options={"games": str(folder)}, sandbox="best")
    check_env(env.unwrapped)
    instructions = {env.reset(seed=seed)[1]["instruction"] for seed in range(8)}
    assert len(instructions) > 1
    seen, info = env.reset(seed=0, options={"task": "small"})
    assert "put a mug in drawer" in seen["text"]
    script = """
house.goto("countertop 1")
house.take("mug 2", "countertop 1")
house.goto("drawer 1")
house.open("drawer 1")
print(house.put("mug 2", "drawer 1"))
"""
    seen, reward, terminated, _, info = env.step(script)
    assert "You move the mug 2 to the drawer 1." in seen["text"]
    assert (reward, terminated, info["success"]) == (1.0, True, True)
    env.close()


def test_the_lines_for_those_who_come_from_alfworld(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (REPOSITORY / "docs" / "from-alfworld.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 4
    rng = random.Random(0)

    def choose(text: str, commands: list[str]) -> str:
        assert isinstance(text, str)
        return rng.choice(commands)

    for block in blocks:
        exec(block, {"GAMES": str(folder), "SANDBOX": "best", "choose": choose})
    printed = capsys.readouterr().out
    assert re.match(r"(True|False) .*\.tw-pddl\n", printed)
    assert "you see" in printed
