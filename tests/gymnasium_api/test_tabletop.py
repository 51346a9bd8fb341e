"""The tabletop as Gymnasium knows it: every task by its id, and the arm's low-level control."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import embodied_codeact.gymnasium_api  # noqa: F401 - registers what is tested here
from embodied_codeact.envs.tabletop.control_env import MAX_OBJECTS, TabletopControlEnv
from embodied_codeact.envs.tabletop.panda import LIMITS
from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.tasks import TASKS
from embodied_codeact.envs.tabletop.tasks.goals import Goal
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.view import WorldView
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.gymnasium_api.registering import gymnasium_id
from tests.envs.tabletop.tables import block


def test_every_task_is_registered() -> None:
    assert {gymnasium_id("tabletop", task) for task in TASKS} <= set(gymnasium.registry)
    assert "embodied_codeact/Tabletop-PlaceInBowl-v0" in gymnasium.registry


def test_an_id_can_name_the_module_that_registers_it() -> None:
    program = (
        "import gymnasium\n"
        "env = gymnasium.make('embodied_codeact.gymnasium_api:embodied_codeact/Tabletop-Lift-v0')\n"
        "print(env.action_space)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "ScriptSpace(20000)\n", done.stderr


def test_a_tabletop_task_is_solved_by_a_script() -> None:
    env = gymnasium.make("embodied_codeact/Tabletop-Lift-v0", sandbox="best")
    check_env(env.unwrapped)
    _, info = env.reset(seed=2)
    assert info["instruction"]
    name = next(name for name in info["state"]["objects"] if name in info["instruction"])
    _, reward, terminated, *_ = env.step(f"arm.pick({name!r})\narm.move_by([0, 0, 0.1])")
    assert (reward, terminated) == (0.0, False)
    seen, reward, terminated, _, info = env.step("")
    assert (reward, terminated, info["success"]) == (1.0, True, True), info
    assert env.observation_space.contains(seen)
    env.close()


def test_the_control_passes_gymnasiums_check_and_can_be_vectorised() -> None:
    env = gymnasium.make("embodied_codeact/TabletopControl-v0", task="stack-two", control_hz=40)
    check_env(env.unwrapped)
    env.close()
    seen: list[dict[str, Any]] = []
    for mode in ("sync", "async"):
        both = gymnasium.make_vec(
            "embodied_codeact/TabletopControl-v0", num_envs=2, vectorization_mode=mode, task="lift"
        )
        both.reset(seed=5)
        seen.append(both.step(np.full((2, 8), 0.5, np.float32))[0])
        both.close()
    assert seen[0]["objects"].shape == (2, MAX_OBJECTS, 14)
    assert all(np.array_equal(seen[0][name], seen[1][name]) for name in seen[0])
    for wrong in ({"task": "lft"}, {"control_hz": 7}):
        with pytest.raises(ConfigurationError):
            TabletopControlEnv(**wrong)


def test_no_task_has_more_objects_than_rows() -> None:
    def most(task: TabletopTask) -> int:
        return max(len(task.sample(np.random.default_rng(seed)).scene.objects) for seed in range(5))

    assert max(map(most, TASKS.values())) <= MAX_OBJECTS


def test_the_limits_hold_whatever_is_asked() -> None:
    env = TabletopControlEnv("reach")
    env.reset(seed=0)
    fastest = np.zeros(7)
    for period in range(40):
        action = np.zeros(8, np.float32)
        action[[0, 6]] = np.sign(np.sin(period / 6))
        seen, *_ = env.step(action)
        fastest = np.maximum(fastest, np.abs(seen["joint_velocities"]) / LIMITS.joint_velocity)
    assert np.all(fastest < 1.05)
    assert np.all(fastest[[0, 6]] > 0.95)
    rng = np.random.default_rng(0)
    for _ in range(60):
        action = rng.choice([-1.0, 1.0], 8).astype(np.float32)
        for _ in range(4):
            seen, *_ = env.step(action)
            # Slammed into the table, a joint is pressed a little further than it is ever commanded.
            assert np.all(seen["joint_positions"] > LIMITS.joint_lower - 0.1)
            assert np.all(seen["joint_positions"] < LIMITS.joint_upper + 0.1)
    env.close()


def test_a_controller_lifts_a_block() -> None:
    """By poses alone: above it, down, close, up. Rewards sum up to the score, and success ends the episode."""
    env = TabletopControlEnv("lift")
    kinematics = PandaKinematics()
    seen, info = env.reset(seed=3)
    row = next(row for row, name in enumerate(info["objects"]) if name in info["instruction"])
    x, y, z = seen["objects"][row, 1:4].astype(float)
    yaw = 2 * np.arctan2(seen["objects"][row, 6], seen["objects"][row, 7])
    yaw = (yaw + np.pi / 4) % (np.pi / 2) - np.pi / 4
    down = np.array([np.cos(yaw / 2), np.sin(yaw / 2), 0.0, 0.0])
    total, terminated = 0.0, False
    for height, fingers, steps in ((0.15, 1, 40), (0.0, 1, 30), (0.0, -1, 10), (0.2, -1, 40)):
        goal = kinematics.inverse(np.array([x, y, z + height]), down, seen["joint_positions"].astype(float)).joints
        for _ in range(steps):
            away = goal - seen["joint_positions"]
            action = np.append(np.clip(3 * away / LIMITS.joint_velocity, -0.4, 0.4), fingers).astype(np.float32)
            seen, reward, terminated, _, info = env.step(action)
            total += reward
            if terminated:
                break
    env.close()
    assert (terminated, info["success"]) == (True, True), info
    assert total == pytest.approx(1.0)


@pytest.mark.parametrize(
    "action", [np.full(8, np.nan), np.append(np.zeros(7), np.inf), np.zeros(7), np.zeros((1, 8)), 0.0, ["up"] * 8]
)
def test_what_is_no_action_is_refused_and_moves_nothing(action: Any) -> None:
    env = TabletopControlEnv("reach")
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(action)
    before, _ = env.reset(seed=0)
    with pytest.raises(gymnasium.error.InvalidAction):
        env.step(action)
    after = env._observe()
    env.close()
    assert all(np.array_equal(before[name], after[name]) for name in before)


class _Fallen:
    """Holds as soon as the block has come down from where it was let go of."""

    def missing(self, view: WorldView) -> str:
        return "" if view.positions["red block"][2] < 0.03 else "it hangs in the air"


def test_what_the_scene_brings_along_is_not_rewarded(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = SceneSpec((block(z=0.05),))
    lifted = TASKS["lift"].arrange(np.random.default_rng(0)).parameters

    def arrange(_: np.random.Generator) -> Arrangement:
        return Arrangement(scene, lifted, Goal((_Fallen(),)))

    monkeypatch.setitem(TASKS, "lift", dataclasses.replace(TASKS["lift"], arrange=arrange))
    env = TabletopControlEnv("lift")
    _, info = env.reset(seed=0)
    assert info["score"] == 1.0
    _, reward, _, _, info = env.step(np.zeros(8, np.float32))
    env.close()
    assert (reward, info["score"]) == (0.0, 1.0)
