"""Perception at the level ``vision``: where things are, from the overhead camera and the arm's own joints alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from embodied_codeact.envs.tabletop.perception import table_info
from embodied_codeact.envs.tabletop.renderer import Renderer, posture
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.table import Table
from embodied_codeact.envs.tabletop.vision.tracking import Tracker
from embodied_codeact.primitives.arm_types import Pose, SceneObject, TableInfo

_SAME = 0.05


class VisionPerception:
    """Satisfies :class:`~embodied_codeact.primitives.arm_backend.Perception`.

    The simulation is read for what stands before the camera, which only the renderer draws, and for what a robot feels
    itself: its joints, and whether its fingers press on something. ``tool`` tells where the tool is.
    """

    def __init__(self, simulation: Table, renderer: Renderer, tool: Callable[[], Pose]) -> None:
        self._simulation = simulation
        self._renderer = renderer
        self._tool = tool
        self._tracker = Tracker()
        self._scene: SceneSpec | None = None
        self._looked_at = -1

    def objects(self) -> list[SceneObject]:
        """Look, and return everything that is known now, in the order in which it was first seen. What is hidden stays
        where it was last seen; what is held moves with the tool."""
        self._begin()
        if self._looked_at != self._simulation.steps:
            probes = self._tracker.probes()
            points = [point for group in probes.values() for point in group]
            seen = self._renderer.look(self._simulation.scene, posture(self._simulation), points)
            sights = iter(seen.probes)
            met = {name: [next(sights) for _ in group] for name, group in probes.items()}
            self._tracker.update(seen.detections, met, self._tool())
            self._looked_at = self._simulation.steps
        return self.remembered()

    def remembered(self) -> list[SceneObject]:
        """Return what is known without looking again; only what is held has moved since the last look. Where nothing
        was looked at yet, look."""
        self._begin()
        if self._looked_at < 0:
            return self.objects()
        self._tracker.carry(self._tool())
        return [track.scene_object() for track in self._tracker.tracks]

    def table(self) -> TableInfo:
        """Return the part of the table that is meant to be worked on."""
        return table_info()

    def gripper_moved(self) -> None:
        """To be called after each motion of the fingers: what they press on now is what was known to be there."""
        self._begin()
        presses = self._simulation.held() is not None
        if presses and self._tracker.held is None:
            self._tracker.grasp(self._tool())
        elif not presses and self._tracker.held is not None:
            self._tracker.release(self._tool())

    @property
    def held(self) -> str | None:
        """The name of what the fingers hold, as far as it is known."""
        self._begin()
        held = self._tracker.held
        return held.name if held is not None else None

    def name_at(self, position: Sequence[float]) -> str | None:
        """The name of the thing known to be at that place; None where there is none: so that what is touched there can
        be called by the name that scripts know. Zones are painted, and not touched."""
        self._begin()
        tracks = [track for track in self._tracker.tracks if track.kind != "zone"]
        nearest = min(tracks, key=lambda track: math.dist(track.position, position), default=None)
        return nearest.name if nearest is not None and math.dist(nearest.position, position) < _SAME else None

    def _begin(self) -> None:
        """Forget everything where the scene is another one."""
        if self._scene is not self._simulation.scene:
            self._scene = self._simulation.scene
            self._tracker = Tracker()
            self._looked_at = -1
