"""Gymnasium's spaces: said in words, values made plain, and actions of scripts checked against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from embodied_codeact.errors import InvalidArgument

Space = spaces.Space[Any]
_SHOWN_BOUNDS = 8


def describe(space: Space, indent: str = "") -> str:
    """Say in words what a value of the space is.

    >>> describe(spaces.Box(-1.0, 1.0, (4,)))
    'array of shape (4,), float32, each from -1 to 1'
    >>> describe(spaces.Dict({"gear": spaces.Discrete(3), "horn": spaces.MultiBinary(2)}))
    "dict with\\n  'gear': whole number from 0 to 2\\n  'horn': list of 2 numbers, each 0 or 1"
    """
    match space:
        case spaces.Box():
            return f"array of shape {space.shape}, {space.dtype}, {_bounds(space)}"
        case spaces.Discrete():
            return f"whole number from {space.start} to {space.start + space.n - 1}"
        case spaces.MultiDiscrete():
            pairs = zip(_flat(space.start), _flat(space.nvec), strict=True)
            limits = [[low, low + count - 1] for low, count in pairs]
            return f"list of whole numbers of shape {space.shape}, each [lowest, highest]: {limits}"
        case spaces.MultiBinary():
            return f"list of {' x '.join(map(str, space.shape))} numbers, each 0 or 1"
        case spaces.Text():
            return f"text of {space.min_length} to {space.max_length} of the characters {space.characters!r}"
        case spaces.Dict():
            lines = [f"{indent}  {key!r}: {describe(part, indent + '  ')}" for key, part in space.items()]
            return "\n".join(["dict with", *lines])
        case spaces.Tuple():
            lines = [f"{indent}  {index}: {describe(part, indent + '  ')}" for index, part in enumerate(space)]
            return "\n".join(["list with", *lines])
    return str(space)


def _bounds(space: spaces.Box) -> str:
    low, high = space.low, space.high
    if low.size == 0:
        return "nothing"
    if np.all(low == low.flat[0]) and np.all(high == high.flat[0]):
        return f"each from {_number(low.flat[0])} to {_number(high.flat[0])}"
    if space.low.size <= _SHOWN_BOUNDS:
        lowest, highest = (", ".join(map(_number, bound.flat)) for bound in (low, high))
        return f"from [{lowest}] to [{highest}]"
    return f"from {_number(low.min())} to {_number(high.max())}, each with limits of its own"


def _number(value: Any) -> str:
    short = f"{float(value):g}"
    return short if type(value)(float(short)) == value else str(value)


def _flat(array: Any) -> list[int]:
    return [int(value) for value in np.asarray(array).flat]


def usable_for_actions(space: Space) -> bool:
    """Return whether a script can give values of the space."""
    match space:
        case spaces.Dict():
            return all(usable_for_actions(part) for part in space.values())
        case spaces.Tuple():
            return all(usable_for_actions(part) for part in space)
    return isinstance(space, spaces.Box | spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary | spaces.Text)


def action_for(space: Space, value: Any, name: str = "action") -> Any:
    """Return ``value`` as an element of the space.

    Raises:
        InvalidArgument: it is none; the message says what is.
    """
    match space:
        case spaces.Box():
            return _array(space, value, name)
        case spaces.Discrete():
            if not _is_whole(value) or not space.start <= int(value) < space.start + space.n:
                raise _unfit(space, value, name)
            return type(space.start)(value)
        case spaces.MultiDiscrete() | spaces.MultiBinary():
            return _whole_numbers(space, value, name)
        case spaces.Dict():
            return _mapping(space, value, name)
        case spaces.Tuple():
            if isinstance(value, str | Mapping) or not isinstance(value, Sequence) or len(value) != len(space.spaces):
                raise _unfit(space, value, name)
            return tuple(
                action_for(part, item, f"{name}[{index}]")
                for index, (part, item) in enumerate(zip(space.spaces, value, strict=True))
            )
        case _:
            if value not in space:
                raise _unfit(space, value, name)
            return value


def _unfit(space: Space, value: Any, name: str, why: str = "") -> InvalidArgument:
    shown = repr(value)
    shown = shown if len(shown) <= 100 else f"{shown[:100]}..."
    return InvalidArgument(f"{name} must be: {describe(space)}; got {shown}{f' ({why})' if why else ''}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _array(space: spaces.Box, value: Any, name: str) -> Any:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise _unfit(space, value, name) from error
    if array.shape != space.shape:
        raise _unfit(space, value, name, f"of shape {array.shape}")
    # A bound is often no number of more digits: 0.7 is above the nearest one that the space can hold.
    with np.errstate(over="ignore"):
        held = array.astype(space.dtype) if np.issubdtype(space.dtype, np.floating) else array
    if not np.all(np.isfinite(held)):
        raise _unfit(space, value, name, f"not all numbers are finite as {space.dtype}")
    outside = np.flatnonzero(((array < space.low) & (held < space.low)) | ((array > space.high) & (held > space.high)))
    if outside.size:
        number = array.flat[outside[0]]
        raise _unfit(space, value, name, f"number {outside[0]}, counted from 0, is {number:g}")
    if np.issubdtype(space.dtype, np.integer) and np.any(array != np.round(array)):
        raise _unfit(space, value, name, "not all numbers are whole")
    # Rounding to the space's own precision must not leave it.
    return np.asarray(np.clip(array.astype(space.dtype), space.low, space.high), space.dtype)


def _whole_numbers(space: spaces.MultiDiscrete | spaces.MultiBinary, value: Any, name: str) -> Any:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise _unfit(space, value, name) from error
    if array.shape != space.shape:
        raise _unfit(space, value, name, f"of shape {array.shape}")
    if array.dtype.kind not in "iu":
        raise _unfit(space, value, name, "not all of them whole numbers")
    held = array.astype(space.dtype)
    if held not in space or np.any(held != array):
        raise _unfit(space, value, name)
    return held


def _mapping(space: spaces.Dict, value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _unfit(space, value, name)
    missing, extra = space.keys() - value.keys(), value.keys() - space.keys()
    if missing or extra:
        keys = {"missing": missing, "unknown": extra}
        said = [f"{what}: {', '.join(sorted(map(repr, which)))}" for what, which in keys.items() if which]
        raise _unfit(space, dict(value), name, "; ".join(said))
    return {key: action_for(part, value[key], f"{name}[{key!r}]") for key, part in space.items()}


def plain(value: Any) -> Any:
    """Return a value of an environment as what can travel to a script: numbers, texts, arrays of numbers, lists, dicts.

    Anything else becomes its text.
    """
    if isinstance(value, np.longdouble):
        return float(value)
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return plain(value.item())
    if isinstance(value, bool | int | float | str | type(None)):
        return value
    if isinstance(value, np.ndarray):
        return value.copy() if value.dtype.kind in "biufc" else [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value)
