"""The space of scripts: every text that is not too long, and nothing else."""

from __future__ import annotations

import copy
import pickle

import pytest
from gymnasium import spaces, vector
from gymnasium.utils.passive_env_checker import check_action_space, check_observation_space

from embodied_codeact.gymnasium_api import ScriptSpace


@pytest.mark.parametrize("text", ["", "a\nb\r\n\tc", "'\"\\", "größe 手 🤖", "\x00\x1b[2J", "\udcff", "x" * 50])
def test_any_text_is_in_it(text: str) -> None:
    assert text in ScriptSpace(50)


@pytest.mark.parametrize("value", ["x" * 51, b"bytes", 3, None, ["a"]])
def test_nothing_else_is(value: object) -> None:
    assert value not in ScriptSpace(50)


def test_samples_are_scripts_of_every_kind_and_come_again_by_seed() -> None:
    space = ScriptSpace(400, seed=3)
    samples = [space.sample() for _ in range(200)]
    for sample in samples:
        assert sample in space
        compile(sample, "<sample>", "exec")
    everything = "".join(samples)
    assert all(part in everything for part in ("\n", "'", '"', "手", "ö"))
    space.seed(3)
    assert [space.sample() for _ in range(200)] == samples
    assert all(len(ScriptSpace(length, seed=1).sample()) <= length for length in range(40))
    with pytest.raises(ValueError, match="without mask"):
        space.sample(mask=1)
    with pytest.raises(ValueError, match="negative"):
        ScriptSpace(-1)


def test_it_behaves_as_a_space_of_gymnasium() -> None:
    space = ScriptSpace(9)
    check_action_space(space)
    check_observation_space(spaces.Dict({"text": space}))
    assert space == ScriptSpace(9) != ScriptSpace(8)
    assert pickle.loads(pickle.dumps(space)) == copy.deepcopy(space) == space
    assert space.from_jsonable(space.to_jsonable(["a\n", "'"])) == ["a\n", "'"]
    assert not space.is_np_flattenable
    both = vector.utils.batch_space(space, 2)
    assert ("a\n", "b'") in both
    assert vector.utils.concatenate(space, ("a", "b"), ()) == ("a", "b")
