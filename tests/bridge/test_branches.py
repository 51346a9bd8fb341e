"""Saves in the middle of a call, in one program."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable

import numpy as np
import psutil
import pytest

from embodied_codeact.bridge.branches import Branches, BranchFailed


class Pendulum:
    """A chaotic little physics, with noise: what it does next depends on all of its state."""

    def __init__(self) -> None:
        self.angle = np.array([1.0, 2.0])
        self.speed = np.zeros(2)
        self.noise = np.random.default_rng(7)

    def swing(self, steps: int, at_step: Callable[[int], None]) -> np.ndarray:
        """Swing, and let somebody look in the middle of it."""
        for step in range(steps):
            pull = np.array([np.sin(self.angle[0] - self.angle[1]), np.sin(self.angle[1])])
            self.speed += 0.1 * (-pull + 0.01 * self.noise.standard_normal(2) + 0.01 * random.random())
            self.angle += 0.1 * self.speed
            at_step(step)
        return self.angle


def test_every_branch_ends_as_the_first_play_did() -> None:
    steps = [3, 17, 99]
    before = random.getstate()

    def play(save: Callable[[], bool]) -> object:
        pendulum = Pendulum()
        pendulum.swing(50, lambda _: None)
        woken: list[int] = []

        def look(step: int) -> None:
            if step in steps and save():
                woken.append(step)

        angle = pendulum.swing(100, look)
        return {"angle": angle, "random": random.random(), "woken": woken, "process": os.getpid()}

    with Branches(play) as branches:
        assert len(branches) == 3
        processes = {branches.result["process"]}
        for index in (0, 2, 1, 0, 0):
            branch = branches.go_on(index)
            np.testing.assert_array_equal(branch["angle"], branches.result["angle"])
            assert branch["random"] == branches.result["random"]
            assert branch["woken"] == [steps[index]]
            processes.add(branch["process"])
        assert len(processes) == 6
    assert random.getstate() == before


def test_what_goes_wrong_is_told() -> None:
    def play(save: Callable[[], bool]) -> str:
        if save():
            raise ValueError("in the branch only")
        return "fine"

    with Branches(play) as branches:
        assert branches.result == "fine"
        with pytest.raises(BranchFailed, match="ValueError: in the branch only"):
            branches.go_on(0)
        with pytest.raises(IndexError):
            branches.go_on(1)
    with pytest.raises(BranchFailed, match="ended without an answer"):
        Branches(lambda _: os._exit(3))

    def sleep(save: Callable[[], bool]) -> None:
        save()
        time.sleep(60)

    with pytest.raises(TimeoutError):
        Branches(sleep, timeout_s=0.2)


def test_branches_of_two_plays_end_in_any_order() -> None:
    def play(save: Callable[[], bool]) -> bool:
        return save()

    first, second = Branches(play), Branches(play)
    first.close()
    assert second.go_on(0) is True
    second.close()
    assert not psutil.Process().children(recursive=True)
