"""What the tabletop says of itself: options, guide, tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np

from embodied_codeact.contracts import EnvironmentAdapter, SensorSpec, Task, WorldContext
from embodied_codeact.envs.phrasings import read_told
from embodied_codeact.envs.quiet import quiet
from embodied_codeact.envs.tabletop.sensors import SENSORS
from embodied_codeact.envs.tabletop.state import TabletopState
from embodied_codeact.envs.tabletop.tasks import TASK_SETS, Phrasings, TaskSet
from embodied_codeact.envs.tabletop.tasks.told import told_task
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.primitives.arm_errors import ARM_ERRORS

GUIDE = """\
You move a Franka Panda arm with a two-finger gripper at a table. The world frame stands at the foot of the arm on the \
top of the table: x points forward, away from the arm, y to the arm's left, z up. Lengths are in metres, angles in \
radians, quaternions in the order x, y, z, w. Objects are handled on the part of the table from x 0.30 to 0.70 and y \
-0.30 to 0.30.
- Left, right, near and far are as seen from the arm: left is +y, right is -y, near is -x, far is +x. In front of \
something means nearer to the arm, behind it means farther away.
- The tool is the point between the fingertips. With the gripper pointing down and yaw 0 the fingers open along y.
- The gripper holds things by friction alone: what is wider than 0.08 m cannot be grasped, what is held badly slips.
- Bowls and trays are open on top. Zones are coloured squares painted on the table.
- A motion is checked before it starts and watched while it runs. When a call raises an error, the arm is at rest: \
look at the scene again before you go on.
- In conditions (until, wait_for) there is also the sensor contacts: a text of what touches what, such as \
"blue block|the table,red block|the arm": the names of each pair, and the pairs, are in alphabetic order.
- Whether the task is done is judged when you finish or run out of turns, after everything has come to rest. Things \
that you move have to be let go of, unless the task says to hold them."""


class TabletopOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the tabletop.

    ``level``: what scripts move by: ``skills`` (pick, place, push, and all of motion), ``motion`` (poses of the tool)
    or ``joints``. ``perception``: ``state`` gives the poses of objects, ``vision`` only what cameras show. ``tasks``:
    which set is offered: the ``standard`` tasks, ``atomic`` ones, which one call of a primitive does, or
    ``compositional`` ones, which need loops, conditions or computed places. ``phrasings``: instructions in their
    ``usual`` words or in those ``kept`` back from training, of the same scenes. ``instructions``: a file of your own
    (JSON Lines), told in these words in scenes made for them, in the place of the set; ``shipped`` is that of the suite
    ``phrasings``. ``speed``: simulate as ``fast`` as the machine can, or in ``realtime``. ``record``: keep what is
    needed to film the episode. ``timing``: observe also what motions cost on the clock, which no two runs have in
    common.

    ``controller``: have the arm moved by the controller at ``tcp://HOST:PORT`` or ``ipc://FOLDER``, over the controller
    protocol and in real time; it is one that ``embodied-codeact controller tabletop`` started. ``controller_key`` and
    ``controller_server_key``: files of keys, where it has keys. ``controller_ttl``: seconds of silence of this process
    after which the controller stops the arm.
    """

    level: Literal["skills", "motion", "joints"] = "skills"
    perception: Literal["state", "vision"] = "state"
    tasks: TaskSet = "standard"
    phrasings: Phrasings = "usual"
    instructions: str = ""
    speed: Literal["fast", "realtime"] = "fast"
    record: bool = False
    timing: bool = False
    controller: str = ""
    controller_key: str = ""
    controller_server_key: str = ""
    controller_ttl: Annotated[float, msgspec.Meta(gt=0.0, le=2.0)] = 0.3


class TabletopEnvironment:
    """Satisfies :class:`~embodied_codeact.contracts.Environment`."""

    name: str = "tabletop"
    guide: str = GUIDE
    options_type: type[msgspec.Struct] = TabletopOptions
    state_type: type[msgspec.Struct] = TabletopState
    error_types: Sequence[type[Exception]] = ARM_ERRORS
    sensors: Sequence[SensorSpec] = SENSORS
    forkable: bool = True
    """All of this world lives in memory, so its process can be forked to save it."""

    def tasks(self, options: TabletopOptions) -> Sequence[Task]:
        """Return one task for each kind of the set, with the instruction that seed 0 gives; other seeds give other
        scenes and other words. Of atomic tasks, those that one call of the level does. With a file of instructions, one
        task for each of them; its metadata say what it asks for.

        Raises:
            ConfigurationError: the instructions cannot be used.
        """
        if options.instructions:
            return [told_task(told, seed) for seed, told in enumerate(read_told(options.instructions, self.name))]
        return [
            Task(
                id=name,
                environment=self.name,
                instruction=task.sample(np.random.default_rng(0), options.phrasings).instruction,
                metadata={"type": name},
            )
            for name, task in TASK_SETS[options.tasks].items()
            if not task.one_call or options.level in task.oracles
        ]

    def adapter(self, options: TabletopOptions, context: WorldContext) -> EnvironmentAdapter:
        """Make one table.

        Raises:
            ConfigurationError: a package that the tabletop needs is not installed.
        """
        try:
            # Imported here because listing tasks needs no physics.
            with quiet():
                from embodied_codeact.envs.tabletop.adapter import TabletopAdapter
        except ImportError as error:
            raise ConfigurationError(
                f"the tabletop needs PyBullet and others ({error}): pip install 'embodied-codeact[tabletop]'"
            ) from error
        return TabletopAdapter(options, context)
