"""What the world process and its renderer say to each other, and how it travels.

A message is a MessagePack document that counts the raw buffers that follow it, each a message of the pipe of its own.
The pipe is a pair of sockets; its end is the end of the renderer.
"""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import msgspec
import numpy as np

from embodied_codeact.envs.tabletop.cameras import CameraSpec
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.vision.records import Detection, Point, Sight
from embodied_codeact.primitives.arm_types import CameraImage

ObjectPose = tuple[float, float, float, float, float, float, float]
"""Position (m) and orientation (xyzw)."""

T = TypeVar("T")


class Posture(msgspec.Struct, frozen=True):
    """How everything stands at one moment. ``objects``: in the scene's order; ``joints``: (7,) arm and (2,) fingers."""

    time: float
    objects: list[ObjectPose]
    joints: list[float]


class SetScene(msgspec.Struct, frozen=True, tag="scene"):
    """From now on, pictures show these objects. Not answered."""

    scene: SceneSpec


class TakePicture(msgspec.Struct, frozen=True, tag="picture"):
    """Answered by a Picture with two buffers: RGB and depth."""

    camera: CameraSpec
    posture: Posture


class Look(msgspec.Struct, frozen=True, tag="look"):
    """Take a picture and say what is seen in it, and for each point in ``probes`` whether it is hidden. Answered by
    Seen."""

    camera: CameraSpec
    posture: Posture
    probes: list[Point]


class Film(msgspec.Struct, frozen=True, tag="film"):
    """Take a picture of each moment. Answered by Filmed with one JPEG for each as buffers."""

    camera: CameraSpec
    postures: list[Posture]


Request = SetScene | TakePicture | Look | Film


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """The geometry of a picture: intrinsics (3, 3) and extrinsics (4, 4), row by row."""

    width: int
    height: int
    intrinsics: list[float]
    extrinsics: list[float]
    time: float


class Seen(msgspec.Struct, frozen=True, tag="seen"):
    """What a picture shows."""

    detections: list[Detection]
    probes: list[Sight]


class Filmed(msgspec.Struct, frozen=True, tag="filmed"):
    """The pictures are in the buffers."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The renderer could not do it, and says why."""

    reason: str


Answer = Picture | Seen | Filmed | Failed


def send(pipe: Connection, message: msgspec.Struct, buffers: Sequence[Any] = ()) -> None:
    """Send a message and its buffers.

    Raises:
        OSError: the other end is gone.
    """
    pipe.send_bytes(msgspec.msgpack.encode((len(buffers), message)))
    for buffer in buffers:
        pipe.send_bytes(buffer)


def receive(pipe: Connection, kind: Any) -> tuple[Any, list[bytes]]:
    """Wait for a message of that kind; return it and its buffers.

    Raises:
        EOFError, OSError: the other end is gone.
    """
    count, message = msgspec.msgpack.decode(pipe.recv_bytes(), type=tuple[int, kind])
    return message, [pipe.recv_bytes() for _ in range(count)]


def pack_picture(image: CameraImage) -> tuple[Picture, list[Any]]:
    """Take a picture apart into a message and its buffers."""
    height, width = image.depth.shape
    message = Picture(
        width, height, image.intrinsics.reshape(-1).tolist(), image.extrinsics.reshape(-1).tolist(), image.time
    )
    return message, [np.ascontiguousarray(image.rgb).data.cast("B"), np.ascontiguousarray(image.depth).data.cast("B")]


def unpack_picture(message: Picture, buffers: Sequence[bytes]) -> CameraImage:
    """Put a picture together again."""
    rgb, depth = buffers
    shape = (message.height, message.width)
    return CameraImage(
        rgb=np.frombuffer(rgb, dtype=np.uint8).reshape(*shape, 3),
        depth=np.frombuffer(depth, dtype=np.float32).reshape(shape),
        intrinsics=np.array(message.intrinsics).reshape(3, 3),
        extrinsics=np.array(message.extrinsics).reshape(4, 4),
        time=message.time,
    )
