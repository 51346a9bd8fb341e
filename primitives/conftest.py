"""Gives the examples in docstrings the names that scripts find, each example a fresh world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from embodied_codeact.primitives.arm_fakes import FakeArm
from embodied_codeact.primitives.camera import Camera
from embodied_codeact.primitives.camera_fakes import FakeCameras
from embodied_codeact.primitives.fakes import FakeHouse
from embodied_codeact.primitives.gripper import Gripper
from embodied_codeact.primitives.gym_env import Env
from embodied_codeact.primitives.gym_fakes import FakeEnv
from embodied_codeact.primitives.household import House
from embodied_codeact.primitives.joint_arm import JointArm
from embodied_codeact.primitives.scene import Scene
from embodied_codeact.primitives.skill_arm import SkillArm
from embodied_codeact.primitives.text_game import Game
from embodied_codeact.primitives.text_game_fakes import FakeTextGame
from embodied_codeact.primitives.workspace import Workspace
from embodied_codeact.primitives.workspace_fakes import FakeWorkspace


@pytest.fixture(autouse=True)
def names_of_a_script(request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]) -> Iterator[None]:
    backend = FakeArm()
    # The level at which a script is given joints is another object of the same name.
    at_joints = request.node.path.stem == "joint_arm"
    names = {
        "house": House(FakeHouse()),
        "arm": JointArm(backend) if at_joints else SkillArm(backend, backend.table),
        "gripper": Gripper(backend),
        "scene": Scene(backend.table),
        "camera": Camera(FakeCameras()),
        "env": Env(FakeEnv()),
        "game": Game(FakeTextGame()),
        "workspace": Workspace(FakeWorkspace()),
    }
    doctest_namespace.update(names)
    yield
    for name in names:
        del doctest_namespace[name]
