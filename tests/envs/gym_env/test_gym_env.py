"""Gymnasium's environments as ours: actions checked, success as they say it, errors that say what to do."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from embodied_codeact.conformance import check_environment
from embodied_codeact.contracts import WorldContext
from embodied_codeact.envs.gym_env import environment
from embodied_codeact.envs.gym_env.adapter import GymAdapter
from embodied_codeact.envs.gym_env.environment import EpisodeOver, GymOptions
from embodied_codeact.envs.gym_env.spaces import Space, action_for, describe, plain, usable_for_actions
from embodied_codeact.errors import ConfigurationError, InvalidArgument
from embodied_codeact.registry import open_environment
from tests.cli.support import error_line, invoke
from tests.conftest import REPOSITORY

BOX = spaces.Box(-1.0, 1.0, (2,), np.float32)
NESTED = spaces.Dict({"go": BOX, "gears": spaces.Tuple([spaces.Discrete(3, start=1), spaces.MultiBinary(2)])})


@pytest.mark.parametrize(
    ("space", "value", "expected"),
    [
        (BOX, [1, -0.5], np.array([1, -0.5], np.float32)),
        (BOX, (0.1, 0.1), np.array([0.1, 0.1], np.float32)),
        (spaces.Box(0.0, 0.1, (), np.float32), 0.1, np.float32(0.1)),
        (spaces.Box(-0.7, 0.7, (2,), np.float32), [0.7, -0.7], np.array([0.7, -0.7], np.float32)),
        (spaces.Box(0, 255, (2,), np.uint8), [7.0, 255], np.array([7, 255], np.uint8)),
        (spaces.Discrete(3, start=1), 3, np.int64(3)),
        (spaces.MultiDiscrete([2, 5]), [1, 4], np.array([1, 4])),
        (spaces.MultiBinary(3), np.array([0, 1, 1]), np.array([0, 1, 1], np.int8)),
        (spaces.Text(5), "abc", "abc"),
        (NESTED, {"gears": [2, [0, 1]], "go": [0, 0]}, {"go": np.zeros(2), "gears": (2, np.array([0, 1]))}),
    ],
)
def test_actions_are_made_fit_for_their_space(space: Space, value: Any, expected: Any) -> None:
    made = action_for(space, value)
    assert made in space
    np.testing.assert_equal(plain(made), plain(expected))
    assert usable_for_actions(space)


@pytest.mark.parametrize(
    ("space", "value", "says"),
    [
        (
            BOX,
            [0.5],
            r"action must be: array of shape \(2,\), float32, each from -1 to 1; got \[0.5\] \(of shape \(1,\)",
        ),
        (BOX, [0, 1.5], "number 1, counted from 0, is 1.5"),
        (BOX, [0, float("nan")], "not all numbers are finite"),
        (BOX, "fast", "got 'fast'"),
        (BOX, [0, 10**400], r"got \[0, 1000"),
        (BOX, object(), "got <object"),
        (spaces.Box(0, 9, (2,), np.int32), [0.5, 1], "not all numbers are whole"),
        (spaces.Discrete(3, start=1), 0, "whole number from 1 to 3; got 0"),
        (spaces.Discrete(3), True, "got True"),
        (spaces.Discrete(3), 1.0, "got 1.0"),
        (spaces.MultiDiscrete([2, 5]), [2, 0], r"\[\[0, 1\], \[0, 4\]\]; got \[2, 0\]"),
        (spaces.MultiDiscrete([2, 5]), [1, [2]], "got"),
        (spaces.MultiBinary(2), [0.0, 1.0], "each 0 or 1; .*not all of them whole numbers"),
        (spaces.MultiBinary(2), [256, 257], "each 0 or 1"),
        (spaces.MultiDiscrete([3, 3], dtype=np.int8), [256, 1], "got"),
        (spaces.Box(-np.inf, np.inf, (1,), np.float32), [1e300], "not all numbers are finite as float32"),
        (spaces.Text(3), "abcd", "text of 1 to 3"),
        (NESTED, {"go": [0, 0]}, "missing: 'gears'"),
        (NESTED, {"go": [0, 0], "gears": [1, [0, 1]], "brake": 1}, "unknown: 'brake'"),
        (NESTED, {"go": [0, 7], "gears": [1, [0, 1]]}, r"action\['go'\] must be"),
        (NESTED, {"go": [0, 0], "gears": [9, [0, 1]]}, r"action\['gears'\]\[0\] must be"),
        (NESTED, [1, 2], "dict with"),
    ],
)
def test_an_action_that_does_not_fit_is_told_what_does(space: Space, value: Any, says: str) -> None:
    with pytest.raises(InvalidArgument, match=says):
        action_for(space, value)


def test_what_is_empty_or_of_more_digits_is_told_too() -> None:
    assert "nothing" in describe(spaces.Box(0.0, 1.0, (0,), np.float32))
    assert plain({"far": np.longdouble(1.5)}) == {"far": 1.5}


def test_spaces_in_words() -> None:
    box = spaces.Box(np.array([0, -2], np.float32), np.array([1, np.inf], np.float32))
    assert describe(box) == "array of shape (2,), float32, from [0, -2] to [1, inf]"
    assert describe(NESTED).splitlines()[1:] == [
        "  'gears': list with",
        "    0: whole number from 1 to 3",
        "    1: list of 2 numbers, each 0 or 1",
        "  'go': array of shape (2,), float32, each from -1 to 1",
    ]
    assert not usable_for_actions(spaces.Dict({"graph": spaces.Graph(BOX, None)}))


class Corridor(gymnasium.Env[Any, Any]):
    """Walk to a door that the seed chooses; ``info`` says whether we stand at it."""

    action_space = spaces.Dict({"pace": spaces.Discrete(3, start=-1)})
    observation_space = spaces.Dict({"place": spaces.Discrete(10), "door": spaces.Box(0, 9, (), np.int64)})

    def __init__(self, key: str = "is_success") -> None:
        self._key, self._place, self._door = key, 0, 0

    def _seen(self) -> dict[str, Any]:
        return {"place": np.int64(self._place), "door": np.array(self._door)}

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed, options=options)
        self._place, self._door = 0, int(self.np_random.integers(2, 6))
        return self._seen(), {self._key: np.array(False)}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._place += int(action["pace"])
        there = self._place == self._door
        return self._seen(), -1.0, False, False, {self._key: np.array(there), "odd": self}


@pytest.fixture
def corridor() -> Iterator[str]:
    gymnasium.register("test/Corridor-v0", lambda **kwargs: Corridor(**kwargs), max_episode_steps=6)
    yield "test/Corridor-v0"
    del gymnasium.registry["test/Corridor-v0"]


def adapter_for(name: str, **options: Any) -> GymAdapter:
    found, typed = open_environment(f"gym:{name}", options)
    return found.adapter(typed, WorldContext())  # type: ignore[return-value]


def walk_to_the_door(scripts: Mapping[str, Any]) -> None:
    env = scripts["env"]
    while env.observation()["place"] != env.observation()["door"]:
        env.step({"pace": 1})


def test_it_keeps_the_contract(corridor: str) -> None:
    check_environment(environment, {"id": corridor}, oracle=walk_to_the_door)


def test_success_is_judged_after_the_last_step(corridor: str) -> None:
    adapter = adapter_for(corridor)
    task = environment.tasks(GymOptions(id=corridor))[0]
    text = adapter.reset(task).text
    assert "'pace': whole number from -1 to 1" in text
    walk_to_the_door(adapter.primitives())
    assert adapter.judge().success
    result = adapter.step({"pace": -1})
    assert result.info["is_success"] is False
    assert isinstance(result.info["odd"], str)
    assert (adapter.judge().success, adapter.judge().score) == (False, 0.0)
    while not adapter.observe().status.done:
        adapter.step({"pace": 0})
    with pytest.raises(EpisodeOver, match="the time has run out after 6 steps"):
        adapter.step({"pace": 0})
    assert adapter.observe().status.done
    assert adapter.observe().state["truncated"]
    adapter.close()
    adapter = adapter_for(corridor, arguments='{"key": "success"}', max_steps="9")
    adapter.reset(task)
    walk_to_the_door(adapter.primitives())
    assert adapter.judge().success
    adapter.close()


def test_the_registered_threshold_decides_where_nothing_else_does() -> None:
    def balance(scripts: Mapping[str, Any], keen: float) -> None:
        env = scripts["env"]
        for _ in range(500):
            _, _, angle, turn = env.observation()
            if env.step(int(angle + keen * turn > 0)).terminated:
                return

    adapter = adapter_for("CartPole-v1")
    (task,) = environment.tasks(GymOptions(id="CartPole-v1"))
    for keen, success in ((0.5, True), (0.0, False)):
        adapter.reset(task)
        balance(adapter.primitives(), keen)
        status = adapter.judge()
        assert (status.success, status.score >= 475) == (success, success), status
    adapter.close()


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("CartPol-v1", {}, r"cannot make .*CartPol.*-o import=MODULE"),
        ("CartPole-v1", {"import": "no_such_module_here"}, "option import=no_such_module_here: .* install it first"),
        ("CartPole-v1", {"import": ".foo"}, r"option import=\.foo: TypeError"),
        ("FrozenLake-v1", {"arguments": '{"map_name": "9x9"}'}, "cannot make .*FrozenLake-v1.*KeyError"),
        ("CartPole-v1", {"arguments": "[1]"}, "not a JSON object"),
        ("CartPole-v1", {"arguments": '{"wings": 2}'}, "cannot make .*wings"),
        ("CartPole-v1", {"id": "Taxi-v3"}, "the same thing twice"),
        ("CartPole-v1", {"imports": "x"}, "Did you mean 'import'"),
    ],
)
def test_bad_names_and_options(name: str, options: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        adapter_for(name, **options)


def test_a_bound_that_is_named_is_within_it() -> None:
    space = spaces.Box(-2.0943951, 2.0943951, (), np.float32)
    assert describe(space) == "array of shape (), float32, each from -2.0943952 to 2.0943952"
    assert action_for(space, 2.0943952) == space.high
    with pytest.raises(InvalidArgument):
        action_for(space, 2.0944)


def test_a_seed_that_gymnasium_does_not_take_is_told() -> None:
    result = invoke("run", "gym:CartPole-v1", "--model", "script:Makefile", "--seed", "-1")
    assert result.exit_code == 2
    assert "--seed" in result.stderr


class Debt(gymnasium.Env[Any, Any]):
    """Pays minus infinity."""

    action_space = spaces.Discrete(2)
    observation_space = spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Begin."""
        super().reset(seed=seed, options=options)
        return 0, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """End."""
        del action
        return 0, -float("inf"), True, False, {}


def test_a_reward_that_is_no_finite_number_is_told_and_not_scored() -> None:
    if "Debt-v0" not in gymnasium.registry:
        gymnasium.register("Debt-v0", lambda **_: Debt())
    adapter = adapter_for("Debt-v0")
    adapter.reset(environment.tasks(GymOptions(id="Debt-v0"))[0])
    adapter.step(1)
    status = adapter.observe().status
    assert (status.score, status.done) == (0.0, True)
    assert "sum of rewards -inf" in status.reason
    adapter.close()


def test_a_name_with_a_colon_on_the_command_line() -> None:
    assert "'household' takes nothing after a colon" in error_line(invoke("run", "household:x"))
    assert "say which Gymnasium environment: gym:ENV_ID" in error_line(
        invoke("run", "gym", "--model", "script:Makefile")
    )
    assert "unknown environment 'gm'. Did you mean 'gym'?" in error_line(invoke("run", "gm:CartPole-v1"))
    assert "no expert for environment 'gym'" in (line := error_line(invoke("run", "gym:CartPole-v1")))
    assert "--model" in line


def test_a_whole_evaluation_through_confined_scripts(tmp_path: Path) -> None:
    script = tmp_path / "balance.py"
    script.write_text(
        "while not (state.terminated or state.truncated):\n"
        "    _, _, angle, turn = env.observation()\n"
        "    env.step(int(angle + 0.5 * turn > 0))\n"
    )
    wanted = ("--model", f"script:{script}", "--seeds", "2", "--sandbox", "best", "--json")
    result = invoke("eval", "gym:CartPole-v1", *wanted)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["by_task"]["CartPole-v1"]["successes"] == 2


@pytest.mark.skipif(
    importlib.util.find_spec("panda_gym") is None, reason="panda-gym is not installed: pip install '.[bench]'"
)
@pytest.mark.parametrize(("task", "script"), [("PickAndPlace", "panda_pick_and_place"), ("Stack", "panda_stack")])
def test_panda_gym_is_solved_by_its_own_judgement(task: str, script: str) -> None:
    words = ("-o", "import=panda_gym", "--model", f"script:{REPOSITORY}/examples/{script}.py", "--seeds", "5", "--json")
    result = invoke("eval", f"gym:Panda{task}-v3", *words, "--sandbox", "best")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["episodes"], report["successes"]) == (5, 5)
