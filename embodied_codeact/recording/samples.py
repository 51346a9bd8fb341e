"""Readings of sensors as messages: in a schema of Foxglove's where one fits the sensor's kind, else in one of ours."""

from __future__ import annotations

import base64
import math
from typing import Any

import msgspec
import numpy as np

from embodied_codeact.contracts import SensorSpec
from embodied_codeact.recording.messages import (
    CompressedImage,
    JointState,
    JointStates,
    Pose,
    PoseInFrame,
    Quaternion,
    RawImage,
    Reading,
    TextReading,
    Time,
    Vector3,
)
from embodied_codeact.trajectories.codec import encode_plain

_JOINT_FIELDS = {
    **dict.fromkeys(("rad", "m"), "position"),
    **dict.fromkeys(("rad/s", "m/s"), "velocity"),
    **dict.fromkeys(("N*m", "Nm", "N"), "effort"),
}
_PIXELS = {("u1", 3): "rgb8", ("u1", 4): "rgba8", ("u1", 1): "mono8", ("u2", 1): "mono16", ("f4", 1): "32FC1"}
"""Encodings of raw images, by dtype and channels."""
_MOST_SIDE = 1 << 16


def sample_message(spec: SensorSpec, value: Any, time: Time) -> msgspec.Struct:
    """Return the message for one reading.

    A ``pose`` (position and quaternion, xyzw, as in ``spec.frame``) is a ``PoseInFrame``, ``joints`` are
    ``JointStates`` (named ``joint1`` and so on; the unit says which of their fields it is), a ``camera``'s picture is a
    ``RawImage`` where it is an array and a ``CompressedImage`` where it is an encoded file. Other numbers, and those
    that are not as their kind wants them, are a ``Reading``, what is left a ``TextReading``.

    >>> spec = SensorSpec("tool", "pose", "float64", [7], frame="world")
    >>> sample_message(spec, [0.5, 0.0, 0.25, 0.0, 0.0, 0.0, 1.0], Time(1, 0)).pose.position
    Vector3(x=0.5, y=0.0, z=0.25)
    """
    if isinstance(value, bytes | bytearray | memoryview):
        return _from_bytes(spec, bytes(value), time)
    if isinstance(value, str):
        return TextReading(time, spec.frame, spec.unit, value)
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        return TextReading(time, spec.frame, spec.unit, encode_plain(value).decode())
    special = _SPECIAL[spec.kind](spec, array, time) if spec.kind in _SPECIAL else None
    return special or Reading(time, spec.frame, spec.unit, list(array.shape), _numbers(array))


def _from_bytes(spec: SensorSpec, data: bytes, time: Time) -> msgspec.Struct:
    encoding = image_format(data)
    if encoding is not None:
        return CompressedImage(time, spec.frame, data, encoding)
    return TextReading(time, spec.frame, spec.unit, base64.b64encode(data).decode())


def image_format(data: bytes) -> str | None:
    """Which kind of picture file this is, None for none that is known.

    >>> image_format(bytes([0xFF, 0xD8, 0xFF, 0xE0])), image_format(b"hello")
    ('jpeg', None)
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _numbers(array: np.ndarray[Any, Any]) -> list[Any]:
    """Plain numbers; JSON has no others than finite ones."""
    return [value if math.isfinite(value) else None for value in array.astype(np.float64).ravel().tolist()]


def _pose(spec: SensorSpec, array: np.ndarray[Any, Any], time: Time) -> msgspec.Struct | None:
    if array.shape != (7,) or not np.isfinite(array).all():
        return None
    position, orientation = array[:3].tolist(), array[3:].tolist()
    return PoseInFrame(time, spec.frame or "world", Pose(Vector3(*position), Quaternion(*orientation)))


def _joints(spec: SensorSpec, array: np.ndarray[Any, Any], time: Time) -> msgspec.Struct | None:
    field = _JOINT_FIELDS.get(spec.unit)
    if field is None or array.ndim != 1 or not np.isfinite(array).all():
        return None
    joints = enumerate(array.astype(np.float64).tolist(), start=1)
    return JointStates(time, [JointState(f"joint{number}", **{field: value}) for number, value in joints])


def _picture(spec: SensorSpec, array: np.ndarray[Any, Any], time: Time) -> msgspec.Struct | None:
    if array.ndim not in (2, 3) or max(array.shape) > _MOST_SIDE:
        return None
    height, width, channels = (*array.shape, 1)[:3]
    encoding = _PIXELS.get((array.dtype.str[1:], channels))
    if encoding is None:
        return None
    data = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    return RawImage(time, spec.frame, width, height, encoding, width * channels * array.dtype.itemsize, data)


_SPECIAL = {"pose": _pose, "joints": _joints, "camera": _picture}
