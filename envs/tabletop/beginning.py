"""How a task begins: the arm takes its place, and the opening says what a single call needs to know."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embodied_codeact.envs.tabletop.state import TabletopState
from embodied_codeact.envs.tabletop.tasks.start import AT_HOME, OPEN_WIDTH, Start
from embodied_codeact.errors import EnvironmentFailure, PrimitiveError, Stopped
from embodied_codeact.primitives.arm_backend import ArmBackend, Perception
from embodied_codeact.primitives.arm_types import Pose
from embodied_codeact.primitives.gripper import DEFAULT_FORCE
from embodied_codeact.primitives.rotations import pointing_down
from embodied_codeact.primitives.skill_arm import SkillArm


def take_place(backend: ArmBackend, perception: Perception, start: Start) -> None:
    """Have the arm at home go where a task begins, and pick up what it is to hold, by contact and friction as always.

    Raises:
        EnvironmentFailure: it did not get there.
    """
    if start == AT_HOME:
        return
    try:
        if start.holding is not None:
            SkillArm(backend, perception).pick(start.holding)
        elif start.width < OPEN_WIDTH:
            backend.move_gripper(start.width, force=DEFAULT_FORCE)
        if start.tool is not None:
            backend.move_tool(Pose(np.array(start.tool), pointing_down(0.0)))
    except Stopped as error:
        raise EnvironmentFailure(
            "the arm was stopped while it took its place for the task: clear the stop if one is latched "
            "(embodied-codeact clear), and reset again"
        ) from error
    except PrimitiveError as error:
        raise EnvironmentFailure(f"the arm could not take its place for the task: {error}") from error


def exact_words(names: Sequence[str], state: TabletopState) -> str:
    """Say where everything is, to the millimetre: who has one call has none to look with."""
    things = ", ".join(f"{name} at {_shown(state.objects[name])}" for name in names if name != state.holding)
    held = "nothing" if state.holding is None else f"the {state.holding}"
    return f"On the table: {things}. The tool is at {_shown(state.tool_position)} and holds {held}."


def _shown(point: Sequence[float]) -> str:
    return f"[{', '.join(f'{value + 0.0:.3f}' for value in point)}]"
