"""The table as it is seen over the controller protocol: the newest state that the controller has told."""

from __future__ import annotations

import math
import time

import msgspec
import numpy as np

from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.envs.tabletop.controller.messages import BUILD, TableState
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.simulation import STEP_S
from embodied_codeact.envs.tabletop.view import Point, Quaternion
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure
from embodied_codeact.primitives.arm_types import Array

_WHILE_S = 0.5
_TREMBLING_M = 0.002
"""What has moved by less than this within a while has only trembled."""
_STILL_S = 0.1
_LOOK_S = 0.02


class RemoteTable:
    """Satisfies :class:`~embodied_codeact.envs.tabletop.table.Table`. Time passes there by itself.

    Raises:
        ConfigurationError: the controller is not that of a simulated table.
    """

    def __init__(self, client: ControllerClient) -> None:
        if BUILD not in client.description.extras:
            raise ConfigurationError(
                f"the controller at {client.endpoint} ({client.description.name}) has no table to set up; start one "
                "with `embodied-codeact controller tabletop`"
            )
        self._client = client
        self._scene = SceneSpec()
        self._rows: dict[str, int] = {}
        self._read: TableState | None = None
        self._read_ns = 0

    @property
    def scene(self) -> SceneSpec:
        """What was put on the table."""
        return self._scene

    @property
    def steps(self) -> int:
        """Steps of the physics since the scene was built."""
        return self._state().steps

    @property
    def time(self) -> float:
        """Simulated seconds since the scene was built."""
        return self.steps * STEP_S

    @property
    def bodies(self) -> frozenset[str]:
        """Names of all objects that have a body: zones are only painted."""
        return frozenset(spec.name for spec in self._scene.objects if spec.kind != "zone")

    def build(self, scene: SceneSpec) -> None:
        """Put everything where the scene says. The commander's lease is needed."""
        self._client.call(BUILD, msgspec.to_builtins(scene))
        self._scene = scene
        self._rows = {spec.name: row for row, spec in enumerate(scene.objects)}
        self.look_again()

    def look_again(self) -> None:
        """What is told from now on was sensed after this call."""
        self._client.state(fresh=True)

    def _state(self) -> TableState:
        fields = self._client.state_fields()
        if self._read is None or self._client.sensed_ns != self._read_ns:
            try:
                self._read, self._read_ns = msgspec.convert(fields, TableState), self._client.sensed_ns
            except msgspec.ValidationError as error:
                raise EnvironmentFailure(f"the controller's state is not that of a table: {error}") from error
        return self._read

    def joints(self) -> tuple[Array, Array, Array]:
        """Return positions, velocities and motor torques of arm (7) and fingers (2): three arrays of (9,)."""
        state = self._state()
        efforts = np.zeros(7) if state.efforts is None else state.efforts
        arm = (state.positions, state.velocities, efforts)
        positions, velocities, torques = (
            np.concatenate([values, fingers]) for values, fingers in zip(arm, state.fingers.T, strict=True)
        )
        return positions, velocities, torques

    def pose(self, name: str) -> tuple[Point, Quaternion]:
        """Return where an object is: its centre and its turn."""
        return self.poses()[name]

    def poses(self) -> dict[str, tuple[Point, Quaternion]]:
        """Return the pose of each object, in the scene's order."""
        rows = self._state().objects.tolist()
        if len(rows) != len(self._rows):
            raise EnvironmentFailure("another program has put another scene on the controller's table")
        return {name: (tuple(rows[row][:3]), tuple(rows[row][3:])) for name, row in self._rows.items()}

    def contacts(self) -> frozenset[tuple[str, str]]:
        """Return the pairs of names that touch, each in alphabetic order."""
        return frozenset(self._state().contacts)

    def finger_forces(self) -> dict[str, tuple[float, float]]:
        """Return what the insides of the fingers press on: by name the normal forces of left and right finger, N."""
        return self._state().forces

    def held(self) -> str | None:
        """Return the name of what both fingers press on."""
        return self._state().held

    def comes_to_rest(self, at_most_s: float) -> bool:
        """Wait until nothing gets anywhere any more, or the time is over; return whether it is so."""
        self.look_again()
        until = time.monotonic() + at_most_s
        while time.monotonic() < until:
            before = self.poses()
            if self._still_within(_WHILE_S):
                return True
            after = self.poses()
            if all(math.dist(before[name][0], after[name][0]) < _TREMBLING_M for name in before):
                return True
        return False

    def _still_within(self, seconds: float) -> bool:
        """Wait until all objects have stood still for a moment; return whether they have, within so long."""
        until = time.monotonic() + seconds
        since: int | None = None
        while time.monotonic() < until:
            state = self._state()
            since = (state.steps if since is None else since) if state.still else None
            if since is not None and (state.steps - since) * STEP_S >= _STILL_S:
                return True
            time.sleep(_LOOK_S)
        return False

    def restart_clock(self) -> None:
        """The controller keeps its own time."""

    def close(self) -> None:
        """Leave the controller to itself."""
        self._client.close()
