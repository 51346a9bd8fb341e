"""Tasks of ours as Gymnasium environments: scripts really run, behind the whole bridge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import psutil
import pytest
from gymnasium.utils.env_checker import check_env, data_equivalence

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.gymnasium_api import ScriptEnv, register_tasks
from tests.support.counter import seeded_goal

pytestmark = pytest.mark.usefixtures("counter_installed")


@pytest.fixture
def env() -> Iterator[gymnasium.Env[Any, Any]]:
    made = gymnasium.make(
        "embodied_codeact/Script-v0", environment="counter", options={"seeded": True}, sandbox="best", max_turns=3
    )
    yield made
    made.close()
    assert not psutil.Process().children(recursive=True)


def test_gymnasiums_own_check_passes(env: gymnasium.Env[Any, Any]) -> None:
    check_env(env.unwrapped)


def test_an_episode(env: gymnasium.Env[Any, Any]) -> None:
    assert not psutil.Process().children(), "nothing starts before it is needed"
    seen, info = env.reset(seed=1)
    assert "Make it show 3" in seen["text"]
    np.testing.assert_array_equal(seen["sensors"]["dial"], [0, 0])
    assert (info["success"], info["state"]["value"]) == (False, 0)
    seen, reward, terminated, truncated, info = env.step("kept = counter.add(1)\nprint('größe', \"it's\")")
    assert seen["text"].startswith("größe it's\nChanges of state:\nstate.value: 0 -> 1")
    assert (reward, terminated, truncated, info["error"]) == (0.0, False, False, "")
    np.testing.assert_array_equal(seen["sensors"]["dial"], [1, 0.5])
    seen, *_, info = env.step("counter.ad()")
    assert "Did you mean 'add'?" in seen["text"]
    assert info["error"] == "AttributeError"
    seen, reward, terminated, truncated, info = env.step("counter.add(kept.value + 1)")
    assert (reward, terminated, truncated, info["success"]) == (1.0, True, False, True)
    assert env.observation_space.contains(seen)
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step("1")
    env.reset()
    with pytest.raises(gymnasium.error.InvalidAction):
        env.step("x" * 100_000)


def test_the_end_by_saying_so_and_by_too_many_turns(env: gymnasium.Env[Any, Any]) -> None:
    env.reset(seed=1)
    assert env.step(" \n")[1:4] == (0.0, True, False)
    env.reset()
    assert [env.step("1")[3] for _ in range(3)] == [False, False, True]


def test_the_seed_chooses_the_task(env: gymnasium.Env[Any, Any]) -> None:
    for seed in (4, 5):
        _, info = env.reset(seed=seed, options={"task": "reach-any"})
        assert info["instruction"] == f"make the counter show {seeded_goal(seed)}"
    first = [env.reset(seed=7 if n == 0 else None, options={"task": "reach-any"}) for n in range(5)]
    again = [env.reset(seed=7 if n == 0 else None, options={"task": "reach-any"}) for n in range(5)]
    assert data_equivalence(first, again, exact=True)
    assert len({info["instruction"] for _, info in first}) > 1
    with pytest.raises(ConfigurationError, match="Did you mean 'reach-any'"):
        env.reset(options={"task": "reach-any1"})


def test_what_does_not_exist_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'counter'"):
        ScriptEnv("countr")


def test_tasks_of_a_third_party_are_registered() -> None:
    ids = register_tasks("counter", {"seeded": "true"})
    assert ids == ["embodied_codeact/Counter-Reach3-v0", "embodied_codeact/Counter-ReachAny-v0"]
    try:
        environments = gymnasium.make_vec(ids[1], num_envs=2, vectorization_mode="sync", sandbox="best")
        seen, info = environments.reset(seed=4)
        assert list(info["instruction"]) == [f"make the counter show {seeded_goal(seed)}" for seed in (4, 5)]
        assert seen["sensors"]["dial"].shape == (2, 2)
        scripts = tuple(f"counter.add({seeded_goal(seed)})" for seed in (4, 5))
        seen, rewards, terminated, *_ = environments.step(scripts)
        assert rewards.tolist() == [1.0, 1.0]
        assert terminated.all()
        assert len(seen["text"]) == 2
        environments.close()
    finally:
        for made in ids:
            del gymnasium.registry[made]
