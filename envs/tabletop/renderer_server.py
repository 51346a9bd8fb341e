"""What the renderer's process does: poses a stage as told, draws it, and says what is seen."""

from __future__ import annotations

import traceback
from multiprocessing.connection import Connection
from typing import Any

import msgspec
import simplejpeg

from embodied_codeact.envs.tabletop.cameras import CameraSpec
from embodied_codeact.envs.tabletop.messages import (
    Failed,
    Film,
    Filmed,
    Look,
    Posture,
    Request,
    Seen,
    SetScene,
    TakePicture,
    pack_picture,
    receive,
    send,
)
from embodied_codeact.envs.tabletop.stage import Stage
from embodied_codeact.envs.tabletop.vision.detection import detect
from embodied_codeact.envs.tabletop.vision.records import Point
from embodied_codeact.envs.tabletop.vision.selfview import SelfView
from embodied_codeact.envs.tabletop.vision.sight import sight
from embodied_codeact.primitives.arm_types import CameraImage

_JPEG_QUALITY = 90


class RendererServer:
    """Answers the requests of one world."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._stage = Stage()
        self._self_view: SelfView | None = None

    def serve(self) -> None:
        """Answer until the world closes the pipe or dies."""
        while True:
            try:
                request, _ = receive(self._pipe, Request)
                if isinstance(request, SetScene):
                    self._stage.set_scene(request.scene)
                else:
                    self._answer(request)
            except (EOFError, OSError):
                return

    def _answer(self, request: TakePicture | Look | Film) -> None:
        try:
            message, buffers = self._carry_out(request)
        except Exception as error:  # noqa: BLE001 - the world is told, and its person reads the traceback
            traceback.print_exc()
            message, buffers = Failed(repr(error)), []
        send(self._pipe, message, buffers)

    def _carry_out(self, request: TakePicture | Look | Film) -> tuple[msgspec.Struct, list[Any]]:
        match request:
            case TakePicture(camera, posture):
                self._pose(posture)
                return pack_picture(self._stage.picture(camera, time=posture.time))
            case Look(camera, posture, probes):
                self._pose(posture)
                image = self._stage.picture(camera, time=posture.time)
                return self._see(image, camera, posture.joints, probes), []
            case Film(_, postures):
                return Filmed(), [self._frame(request, posture) for posture in postures]

    def _see(self, image: CameraImage, camera: CameraSpec, joints: list[float], probes: list[Point]) -> Seen:
        """Say what a picture shows: nothing is known here but the picture and the robot's own joints."""
        self._self_view = self._self_view or SelfView()
        arm = self._self_view.mask(camera, joints, image.depth)
        return Seen(detect(image, arm), [sight(image, probe) for probe in probes])

    def _pose(self, posture: Posture) -> None:
        self._stage.pose(posture.objects, posture.joints)

    def _frame(self, request: Film, posture: Posture) -> bytes:
        self._pose(posture)
        image = self._stage.picture(request.camera, time=posture.time)
        return bytes(simplejpeg.encode_jpeg(image.rgb, quality=_JPEG_QUALITY))
