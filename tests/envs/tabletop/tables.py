"""Small scenes and an arm over them, for tests of the physics."""

from __future__ import annotations

from collections.abc import Callable

from embodied_codeact.envs.tabletop.backend import PandaArm
from embodied_codeact.envs.tabletop.execution import Executor
from embodied_codeact.envs.tabletop.naming import TrueNames
from embodied_codeact.envs.tabletop.perception import StatePerception
from embodied_codeact.envs.tabletop.scene import BLOCK, ObjectSpec, SceneSpec
from embodied_codeact.envs.tabletop.simulation import Simulation
from embodied_codeact.primitives.skill_arm import SkillArm


def block(
    name: str = "red block",
    at: tuple[float, float] = (0.5, 0.0),
    *,
    size: tuple[float, float, float] = (BLOCK, BLOCK, BLOCK),
    yaw: float = 0.0,
    mass: float = 0.1,
    friction: float = 0.8,
    z: float | None = None,
) -> ObjectSpec:
    """A block that stands on the table, unless ``z`` puts its centre elsewhere."""
    return ObjectSpec(
        name=name,
        kind="block",
        color=name.split()[0],
        size=size,
        position=(*at, size[2] / 2 if z is None else z),
        yaw=yaw,
        mass=mass,
        friction=friction,
    )


class Table:
    """A simulated table with an arm, as the adapter puts them together."""

    def __init__(self, *objects: ObjectSpec, stop_requested: Callable[[], bool] = lambda: False) -> None:
        self.simulation = Simulation()
        self.perception = StatePerception(self.simulation)
        self.backend = PandaArm(
            self.simulation,
            Executor(self.simulation, stop_requested, TrueNames()),
            stop_requested,
            self.perception.objects,
            TrueNames(),
        )
        self.arm = SkillArm(self.backend, self.perception)
        self.build(*objects)

    def build(self, *objects: ObjectSpec) -> None:
        """Build a new scene."""
        self.simulation.build(SceneSpec(objects))
        self.backend.begin()

    def height(self, name: str) -> float:
        """How high the centre of an object is, m."""
        return self.simulation.pose(name)[0][2]

    def close(self) -> None:
        """End the physics."""
        self.backend.close()
        self.simulation.close()
