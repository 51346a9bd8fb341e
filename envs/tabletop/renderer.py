"""Pictures of the simulation, made in a process of its own, so that a camera never holds up the physics' process.

The world process loads nothing that is only looked at. The renderer's process starts with the first picture, holds
nothing that could not be sent again, and ends with the process that started it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from embodied_codeact.envs.tabletop.cameras import CAMERAS, OVERHEAD, CameraSpec
from embodied_codeact.envs.tabletop.messages import (
    Answer,
    Failed,
    Film,
    Look,
    ObjectPose,
    Posture,
    Request,
    Seen,
    SetScene,
    TakePicture,
    receive,
    send,
    unpack_picture,
)
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.table import Table
from embodied_codeact.envs.tabletop.view import Point, Quaternion
from embodied_codeact.errors import EnvironmentFailure, InvalidArgument, unknown_name
from embodied_codeact.primitives.arm_types import CameraImage

_MODULE = "embodied_codeact.envs.tabletop.renderer_process"
_ANSWER_S = 60.0
"""A renderer that is silent for longer is broken. Its start, on a busy machine, is part of the first answer."""
_END_S = 2.0
_MEANWHILE_S = 0.002


def _nothing() -> None:
    pass


class Begun(NamedTuple):
    """A picture that is not waited for: the camera, for which sensors it is taken, and the monotonic time, ns, of what
    it shows."""

    camera: CameraSpec
    sensors: tuple[str, ...]
    time_ns: int


class Renderer:
    """The world's end of the pipe to its renderer. For one thread.

    A forked copy of this process lets go of the pipe at once (:meth:`after_fork`) and starts a renderer of its own when
    it needs one: two worlds must not talk into one pipe, and one that sleeps must not hold it open when the other has
    ended.
    """

    def __init__(self, meanwhile: Callable[[], None] = _nothing) -> None:
        """``meanwhile`` is called every few milliseconds while a picture is waited for."""
        self._meanwhile = meanwhile
        self._asking = False
        self._begun: deque[Begun] = deque()
        self._ready: list[tuple[Begun, CameraImage]] = []
        self._pipe: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._scene: SceneSpec | None = None
        # What is registered stays so for good, and must not keep this object alive.
        myself = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _after_fork(myself))

    @property
    def pid(self) -> int | None:
        """The id of the renderer's process, None while there is none."""
        return self._process.pid if self._process is not None else None

    def render(self, scene: SceneSpec, posture: Posture, camera: CameraSpec) -> CameraImage:
        """Take a picture.

        Raises:
            EnvironmentFailure: the renderer does not work.
        """
        message, buffers = self._ask(scene, TakePicture(camera, posture))
        return unpack_picture(message, buffers)

    def look(self, scene: SceneSpec, posture: Posture, probes: Sequence[Point] = ()) -> Seen:
        """Take an overhead picture and return what is seen in it: only the picture and the arm's joints are used.
        ``probes``: points (world, m) of which is told whether they were seen through, met or hidden.

        Raises:
            EnvironmentFailure: the renderer does not work.
        """
        seen: Seen = self._ask(scene, Look(OVERHEAD, posture, list(probes)))[0]
        return seen

    def film(self, scene: SceneSpec, postures: Sequence[Posture], camera: CameraSpec) -> list[bytes]:
        """Take a picture of each moment; return them as JPEG.

        Raises:
            EnvironmentFailure: the renderer does not work.
        """
        _, buffers = self._ask(scene, Film(camera, list(postures)))
        return buffers

    def begin(self, scene: SceneSpec, posture: Posture, begun: Begun) -> bool:
        """Have a picture taken without waiting for it; return whether it is. None is while others are under way."""
        if self._asking or self._begun:
            return False
        pipe = self._connected()
        try:
            self._set_scene(pipe, scene)
            send(pipe, TakePicture(begun.camera, posture))
        except OSError:
            self.close()  # the next picture starts another one
            return False
        self._begun.append(begun)
        return True

    def ready(self) -> list[tuple[Begun, CameraImage]]:
        """Return the pictures that were begun and have become ready, without waiting.

        Raises:
            EnvironmentFailure: the renderer could not take one.
        """
        pipe = self._pipe
        try:
            while self._begun and pipe is not None and not self._asking and pipe.poll():
                self._take_begun(pipe)
        except (EOFError, OSError):
            self.close()  # the next picture starts another one
        ready, self._ready = self._ready, []
        return ready

    def _take_begun(self, pipe: Connection) -> None:
        begun = self._begun.popleft()
        answer, buffers = receive(pipe, Answer)
        if isinstance(answer, Failed):
            self.close()  # what is under way besides would be taken for the answer to the next request
            raise EnvironmentFailure(f"the renderer failed: {answer.reason}")
        self._ready.append((begun, unpack_picture(answer, buffers)))

    def after_fork(self) -> None:
        """This process is a copy of the one that started the renderer: let go of the pipe. The next picture starts a
        renderer anew. Every ``os.fork`` sees to it."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            # The original's child, so there is nothing to wait for here.
            self._process.returncode = 0
        self._forget()

    def close(self) -> None:
        """End the renderer. May be called twice; a later picture starts a new one."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._forget()

    def _forget(self) -> None:
        self._pipe = self._process = self._scene = None
        self._begun.clear()
        self._ready.clear()

    def _set_scene(self, pipe: Connection, scene: SceneSpec) -> None:
        if scene is not self._scene:
            send(pipe, SetScene(scene))
            self._scene = scene

    def _wait(self, pipe: Connection) -> None:
        until = time.monotonic() + _ANSWER_S
        while not pipe.poll(_MEANWHILE_S):
            if time.monotonic() > until:
                raise OSError(f"no answer in {_ANSWER_S:g} s")
            self._meanwhile()

    def _ask(self, scene: SceneSpec, request: Request) -> tuple[Any, list[bytes]]:
        self._asking = True
        try:
            return self._ask_twice(scene, request)
        finally:
            self._asking = False

    def _ask_twice(self, scene: SceneSpec, request: Request) -> tuple[Any, list[bytes]]:
        """Ask, and once more with a new renderer where the old one has died."""
        for attempt in (1, 2):
            pipe = self._connected()
            try:
                self._set_scene(pipe, scene)
                send(pipe, request)
                while self._begun:
                    self._wait(pipe)
                    self._take_begun(pipe)
                self._wait(pipe)
                answer, buffers = receive(pipe, Answer)
            except (EOFError, OSError) as error:
                self.close()
                if attempt == 2:
                    raise EnvironmentFailure(f"the renderer's process has failed: {error!r}") from error
                continue
            if isinstance(answer, Failed):
                raise EnvironmentFailure(f"the renderer failed: {answer.reason}")
            return answer, buffers
        raise AssertionError("unreachable")

    def _connected(self) -> Connection:
        if self._pipe is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", _MODULE, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                )
            self._pipe = Connection(ours.detach())
        return self._pipe


def _after_fork(renderer: weakref.ref[Renderer]) -> None:
    living = renderer()
    if living is not None:
        living.after_fork()


def posture(simulation: Table) -> Posture:
    """How everything stands now."""
    return posture_of(simulation.time, simulation.poses(), simulation.joints()[0].tolist())


def posture_of(time: float, poses: Mapping[str, tuple[Point, Quaternion]], joints: Sequence[float]) -> Posture:
    """A moment, from poses by name in the scene's order and joints (9,)."""
    objects: list[ObjectPose] = [(*position, *orientation) for position, orientation in poses.values()]
    return Posture(time, objects, list(joints))


class SimulatedCameras:
    """The cameras of a simulation. Satisfies :class:`~embodied_codeact.primitives.arm_backend.CameraBackend`."""

    def __init__(self, simulation: Table, renderer: Renderer) -> None:
        self._simulation = simulation
        self._renderer = renderer

    def camera_names(self) -> list[str]:
        """Return the names of the cameras."""
        return list(CAMERAS)

    def capture(self, name: str) -> CameraImage:
        """Take a picture now.

        Raises:
            InvalidArgument: there is no camera of that name.
        """
        if name not in CAMERAS:
            raise InvalidArgument(unknown_name("camera", name, CAMERAS))
        return self._renderer.render(self._simulation.scene, posture(self._simulation), CAMERAS[name])
