"""Checks what scripts pass to an arm, and says to the model what it should have passed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from embodied_codeact.errors import InvalidArgument, unknown_name
from embodied_codeact.primitives.arm_errors import LimitExceeded, OutOfReach, UnknownObject
from embodied_codeact.primitives.arm_types import ArmLimits, Array

SLOWEST = 0.02
"""The least share of the full speed that may be asked for: below it a motion takes minutes, and its plan gigabytes."""

_NEARLY_UNIT = 0.1
"""How far the length of a quaternion may be from 1; what a script has rounded is normalised."""


def shown(values: Iterable[float]) -> str:
    """Return coordinates as a model would write them.

    >>> shown([0.5, -0.0001, 0.12345])
    '[0.5, 0.0, 0.123]'
    """
    return f"[{', '.join(f'{round(float(value), 3) + 0.0}' for value in values)}]"


def check_number(parameter: str, value: Any, meaning: str) -> float:
    """Return a finite number. ``meaning`` says what is due, such as "a width in metres".

    Raises:
        InvalidArgument: it is no number, or not finite.
    """
    # To Python a boolean is an int; it is not meant as a number.
    numeric = isinstance(value, int | float | np.number | np.ndarray) and not isinstance(value, bool)
    if not numeric or np.size(value) != 1 or np.asarray(value).dtype.kind not in "iuf":
        raise InvalidArgument(f"{parameter} must be {meaning}, not {type(value).__name__} {value!r:.60}")
    number = float(np.asarray(value, dtype=float).reshape(()))
    if not math.isfinite(number):
        raise InvalidArgument(f"{parameter} must be {meaning}, not {number}")
    return number


def check_vector(parameter: str, value: Any, lengths: int | tuple[int, ...], meaning: str) -> Array:
    """Return finite numbers as a new array of one dimension.

    Raises:
        InvalidArgument: they are no numbers, not as many as due, or not finite.
    """
    due = (lengths,) if isinstance(lengths, int) else lengths
    if isinstance(value, str | bytes | dict):
        raise InvalidArgument(f"{parameter} must be {meaning}, not {type(value).__name__} {value!r:.60}")
    try:
        array = np.array(value)
    except ValueError as error:
        raise InvalidArgument(f"{parameter} must be {meaning}, not {value!r:.60}") from error
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise InvalidArgument(f"{parameter} must be {meaning}, not {value!r:.60}")
    if len(array) not in due:
        raise InvalidArgument(f"{parameter} must be {meaning}, not {len(array)} numbers")
    if not np.isfinite(array).all():
        raise InvalidArgument(f"{parameter} must be {meaning}, not {array.tolist()}")
    return array.astype(float)


def check_speed(speed: Any) -> float:
    """Return a share of the limits.

    Raises:
        InvalidArgument: it is no number.
        LimitExceeded: it is below ``SLOWEST`` or above 1.
    """
    number = check_number("speed", speed, f"a number from {SLOWEST} up to 1.0")
    if not SLOWEST <= number <= 1.0:
        raise LimitExceeded(f"speed is {number:g}: pass a share of the full speed, from {SLOWEST} up to 1.0")
    return number


def check_duration(parameter: str, value: Any, longest: float) -> float:
    """Return a time in seconds, above 0.

    Raises:
        InvalidArgument: it is no number above 0.
        LimitExceeded: it is longer than ``longest``.
    """
    number = check_number(parameter, value, "a time in seconds, above 0")
    if number <= 0.0:
        raise InvalidArgument(f"{parameter} must be a time in seconds, above 0, not {number:g}")
    if number > longest:
        raise LimitExceeded(f"{parameter} is {number:g} s: pass at most {longest:g} s, and call again for more")
    return number


def check_orientation(value: Any) -> Array:
    """Return a unit quaternion, xyzw.

    Raises:
        InvalidArgument: it is no quaternion, or far from length 1.
    """
    quaternion = check_vector("orientation", value, 4, "a unit quaternion [x, y, z, w]")
    length = float(np.linalg.norm(quaternion))
    if abs(length - 1.0) > _NEARLY_UNIT:
        raise InvalidArgument(
            f"orientation has length {length:.3g}: pass a unit quaternion [x, y, z, w]; [1, 0, 0, 0] points down"
        )
    return quaternion / length


def check_name(parameter: str, value: Any) -> str:
    """Return the name of an object, also when the object itself is passed, as ``scene.find`` gives it.

    Raises:
        InvalidArgument: it is no name.
    """
    name = value if isinstance(value, str) else getattr(value, "name", None)
    if not isinstance(name, str):
        raise InvalidArgument(
            f"{parameter} must be the name of an object such as 'red block', not {type(value).__name__} {value!r:.60}"
        )
    if not name.strip():
        raise InvalidArgument(f"{parameter} is empty: pass the name of an object such as 'red block'")
    return name.strip()


def check_touching(touching: Any) -> tuple[str, ...]:
    """Return the names of what may be touched; one name alone is taken too.

    Raises:
        InvalidArgument: they are no names.
    """
    if isinstance(touching, str) or hasattr(touching, "name"):
        return (check_name("touching", touching),)
    if not isinstance(touching, list | tuple | set | frozenset):
        raise InvalidArgument(
            f"touching must be a list of names such as ['red block'], not {type(touching).__name__} {touching!r:.60}"
        )
    return tuple(check_name("touching", name) for name in touching)


def check_known(name: str, known: Iterable[str]) -> str:
    """Return ``name`` if it is among the known names of objects.

    Raises:
        UnknownObject: it is not; the message names the nearest.
    """
    names = list(known)
    if name not in names:
        raise UnknownObject(unknown_name("object", name, names))
    return name


def check_workspace(position: Array, limits: ArmLimits) -> Array:
    """Return the position if the tool may be there.

    Raises:
        OutOfReach: it is outside of the workspace box; the message names the nearest point inside.
    """
    inside = np.clip(position, limits.workspace_lower, limits.workspace_upper)
    if not np.allclose(inside, position, rtol=0.0, atol=1e-6):
        box = " to ".join(shown(corner) for corner in (limits.workspace_lower, limits.workspace_upper))
        raise OutOfReach(
            f"{shown(position)} is outside of the workspace {box}; the nearest point in it is {shown(inside)}"
        )
    return inside


def check_force(force: Any, limits: ArmLimits) -> float:
    """Return a gripping force in newtons.

    Raises:
        InvalidArgument: it is no number above 0.
        LimitExceeded: it is more than the gripper has.
    """
    number = check_number("force", force, "a force in newtons, above 0")
    if number <= 0.0:
        raise InvalidArgument(f"force must be a force in newtons, above 0, not {number:g}")
    if number > limits.gripper_force:
        raise LimitExceeded(f"force is {number:g} N: the gripper has at most {limits.gripper_force:g} N")
    return number


def check_width(width: Any, limits: ArmLimits) -> float:
    """Return a distance between the fingers in metres.

    Raises:
        InvalidArgument: it is no number.
        LimitExceeded: the fingers cannot be that far apart, or it is negative.
    """
    number = check_number("width", width, "a width in metres")
    if not 0.0 <= number <= limits.gripper_width + 1e-9:
        raise LimitExceeded(f"width is {number:g} m: the gripper opens from 0 to {limits.gripper_width:g} m")
    return min(number, limits.gripper_width)
