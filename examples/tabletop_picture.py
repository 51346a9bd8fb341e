"""Draws the picture of the tabletop in the README: the arm carries a block to a bowl.

python examples/tabletop_picture.py docs/images/tabletop.png
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import cv2
from msgspec.structs import replace

from embodied_codeact.envs.tabletop.backend import PandaArm
from embodied_codeact.envs.tabletop.cameras import SCENE
from embodied_codeact.envs.tabletop.execution import Executor
from embodied_codeact.envs.tabletop.naming import TrueNames
from embodied_codeact.envs.tabletop.perception import StatePerception
from embodied_codeact.envs.tabletop.renderer import posture
from embodied_codeact.envs.tabletop.scene import ObjectSpec, SceneSpec
from embodied_codeact.envs.tabletop.simulation import Simulation
from embodied_codeact.envs.tabletop.stage import Stage
from embodied_codeact.envs.tabletop.tasks.things import block, bowl, cylinder, household, tray, zone
from embodied_codeact.primitives.skill_arm import SkillArm

CAMERA = replace(
    SCENE, eye=(1.30, 0.62, 0.66), target=(0.43, 0.02, 0.14), width=1120, height=700, field_of_view=math.radians(37.0)
)


def at(thing: ObjectSpec, x: float, y: float, *, yaw: float = 0.0, z: float = 0.0) -> ObjectSpec:
    """The thing standing there; ``z``: the height of what it stands on, m."""
    return replace(thing, position=(x, y, z + thing.size[2] / 2), yaw=yaw)


TABLE = SceneSpec(
    (
        at(bowl("blue"), 0.55, 0.20),
        at(block("yellow"), 0.55, 0.20, z=0.005),
        at(replace(tray(), color="orange"), 0.56, -0.22, yaw=0.4),
        at(household("duck"), 0.55, -0.20, z=0.006, yaw=2.0),
        at(zone("green"), 0.36, -0.22, yaw=0.2),
        at(block("purple"), 0.66, 0.02, yaw=0.3),
        at(block("cyan"), 0.66, 0.02, yaw=0.5, z=0.04),
        at(block("pink"), 0.66, 0.02, yaw=0.2, z=0.08),
        at(cylinder("orange"), 0.62, 0.33),
        at(household("mug"), 0.46, 0.31, yaw=0.4),
        at(block("red"), 0.44, 0.02, yaw=0.6),
    )
)


def main(path: Path) -> None:
    """Pick up the red block, carry it towards the bowl, and take a picture."""
    simulation = Simulation()
    perception = StatePerception(simulation)
    backend = PandaArm(
        simulation, Executor(simulation, lambda: False, TrueNames()), lambda: False, perception.objects, TrueNames()
    )
    simulation.build(TABLE)
    backend.begin()
    arm = SkillArm(backend, perception)
    arm.pick("red block")
    arm.move_to([0.52, 0.13, 0.19], yaw=0.4)
    stage = Stage()
    stage.set_scene(TABLE)
    moment = posture(simulation)
    stage.pose(moment.objects, moment.joints)
    picture = stage.picture(CAMERA, supersampling=3).rgb
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture[:, :, ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
    backend.close()
    simulation.close()
    stage.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
