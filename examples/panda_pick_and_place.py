# ruff: noqa: F821 - env and state are there when the script runs
r"""panda-gym's PandaPickAndPlace-v3: take the cube to the goal.

    embodied-codeact eval gym:PandaPickAndPlace-v3 -o import=panda_gym \
        --model script:examples/panda_pick_and_place.py --seeds 10
"""

import numpy as np

REACH = 0.05  # metres that an action of 1 moves the hand
OPEN, CLOSE = 1.0, -1.0


def hand():
    return env.observation()["observation"][:3]


def cube():
    return env.observation()["achieved_goal"]


def goal():
    return env.observation()["desired_goal"]


def move(target, fingers, near=0.008, steps=20):
    """Move the hand to a place that may itself move, until it is near or the steps are used up."""
    for _ in range(steps):
        away = target() - hand()
        if state.terminated or state.truncated or np.linalg.norm(away) < near:
            return
        env.step([*np.clip(away / REACH, -1, 1), fingers])


move(lambda: cube() + np.array([0, 0, 0.08]), OPEN, near=0.02)
move(cube, OPEN)
for _ in range(4):
    env.step([0, 0, 0, CLOSE])
held = cube() - hand()
move(lambda: goal() - held, CLOSE, near=0.0, steps=50)
print("success:", env.observation()["achieved_goal"].round(3), "at", goal().round(3))
