# ruff: noqa: F821 - env and state are there when the script runs
r"""panda-gym's PandaStack-v3: the first cube to its goal, the second on top of it.

    embodied-codeact eval gym:PandaStack-v3 -o import=panda_gym \
        --model script:examples/panda_stack.py --seeds 10
"""

import numpy as np

REACH = 0.05  # metres that an action of 1 moves the hand
OPEN, CLOSE = 1.0, -1.0
ABOVE = np.array([0, 0, 0.1])
CUBE = 0.04


def hand():
    return env.observation()["observation"][:3]


def cube(number):
    return env.observation()["achieved_goal"][3 * number : 3 * number + 3]


def goal(number):
    return env.observation()["desired_goal"][3 * number : 3 * number + 3]


def over():
    return state.terminated or state.truncated


def move(target, fingers, near=0.01, steps=15):
    """Move the hand to a place that may itself move, until it is near or the steps are used up."""
    for _ in range(steps):
        away = target() - hand()
        if over() or np.linalg.norm(away) < near:
            return
        env.step([*np.clip(away / REACH, -1, 1), fingers])


def wait(fingers, steps):
    for _ in range(steps):
        if not over():
            env.step([0, 0, 0, fingers])


def carry(number, to):
    """Take a cube from above and put it there, from above."""
    move(lambda: cube(number) + ABOVE, OPEN, near=0.03)
    move(lambda: cube(number), OPEN)
    wait(CLOSE, 3)
    held = cube(number) - hand()
    up = hand() + ABOVE
    move(lambda: up, CLOSE, near=0.03)
    move(lambda: to - held + ABOVE, CLOSE, near=0.02)
    move(lambda: to - held, CLOSE)
    wait(OPEN, 2)
    free = hand() + ABOVE
    move(lambda: free, OPEN, near=0.03)


if np.linalg.norm(cube(1)[:2] - cube(0)[:2]) < 1.5 * CUBE:
    # The second cube stands on the first, or in the way of the fingers: put it aside.
    aside = goal(0) * [-1, -1, 1]
    aside[1] += 0.1 if aside[1] < 0 else -0.1
    carry(1, aside)
carry(0, goal(0))
carry(1, goal(1))
print("cubes", cube(0).round(3), cube(1).round(3), "goals", goal(0).round(3), goal(1).round(3), "over:", over())
