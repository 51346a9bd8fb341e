"""The film of a simulation: while it runs, only how everything stands is kept; frames are drawn when they are asked
for."""

from __future__ import annotations

from collections import deque

from embodied_codeact.contracts import FRAMES_PER_SECOND
from embodied_codeact.envs.tabletop.cameras import SCENE
from embodied_codeact.envs.tabletop.messages import Posture
from embodied_codeact.envs.tabletop.renderer import Renderer, posture
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.simulation import RATE_HZ, Simulation

_STRIDE = RATE_HZ // FRAMES_PER_SECOND
_MOST = FRAMES_PER_SECOND * 120
"""So many moments are kept. A longer stretch is shown in time lapse."""


class FilmLog:
    """Keeps the moments of a film. :meth:`step` is to be called after each step of the simulation."""

    def __init__(self, simulation: Simulation, renderer: Renderer) -> None:
        self._simulation = simulation
        self._renderer = renderer
        self._scene = SceneSpec()
        self._moments: deque[Posture] = deque()
        self._stride = _STRIDE
        self._last: tuple[Posture, bytes] | None = None

    def begin(self) -> None:
        """Start over: a new scene was built."""
        self._scene = self._simulation.scene
        self._moments.clear()
        self._stride, self._last = _STRIDE, None
        self._moments.append(posture(self._simulation))

    def step(self) -> None:
        """The simulation has made a step."""
        if self._simulation.steps % self._stride:
            return
        self._moments.append(posture(self._simulation))
        if len(self._moments) >= _MOST:
            self._moments = deque(moment for index, moment in enumerate(self._moments) if index % 2 == 0)
            self._stride *= 2

    def film(self, at_most: int) -> list[bytes]:
        """Return the next frames as JPEG, as :class:`~embodied_codeact.contracts.Filmed` says."""
        moments = [self._moments.popleft() for _ in range(min(at_most, len(self._moments)))]
        if not self._moments:
            self._stride = _STRIDE
        frames: list[bytes] = []
        for moment in moments:
            # What stands still looks the same.
            if self._last is None or not _alike(self._last[0], moment):
                self._last = (moment, self._renderer.film(self._scene, [moment], SCENE)[0])
            frames.append(self._last[1])
        return frames


def _alike(one: Posture, other: Posture) -> bool:
    """Whether two moments look the same: nothing has moved by as much as a fifth of a pixel."""
    return all(
        abs(a - b) < 2e-4
        for first, second in zip([*one.objects, one.joints], [*other.objects, other.joints], strict=True)
        for a, b in zip(first, second, strict=True)
    )
