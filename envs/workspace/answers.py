"""Reads what a script hands in. Where it has not the form that was asked for, the error says which it must have."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from embodied_codeact.errors import InvalidArgument

Floats = npt.NDArray[np.float64]
_SHOWN_CHARACTERS = 60


def read_whole_number(value: Any) -> int:
    """Return a whole number.

    Raises:
        InvalidArgument: it is none.
    """
    value = _plain(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _unfit("a whole number, such as 12", value)


def read_number(value: Any, what: str = "a number, such as 1.5") -> float:
    """Return a finite number.

    Raises:
        InvalidArgument: it is none.
    """
    value = _plain(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise _unfit(what, value)


def read_numbers(value: Any, count: int | None = None) -> list[float]:
    """Return finite numbers, ``count`` of them where that is given.

    Raises:
        InvalidArgument: they are none, or not so many.
    """
    wanted = "a list of numbers" if count is None else f"a list of {count} numbers"
    items = _items(value, wanted)
    if count is not None and len(items) != count:
        raise InvalidArgument(f"the answer must be {wanted}; yours has {len(items)}")
    return [read_number(item, wanted) for item in items]


def read_points(value: Any, count: int) -> Floats:
    """Return ``count`` points of the plane, of shape (count, 2).

    Raises:
        InvalidArgument: they are none, or not so many.
    """
    wanted = f"a list of {count} points [x, y]"
    items = [_items(item, wanted) for item in _items(value, wanted)]
    if len(items) != count or any(len(item) != 2 for item in items):
        raise InvalidArgument(f"the answer must be {wanted}; yours has lengths {[len(item) for item in items]}")
    return np.array([[read_number(number, wanted) for number in item] for item in items])


def read_names(value: Any, known: Sequence[str]) -> list[str]:
    """Return names that are all known.

    Raises:
        InvalidArgument: they are none, or one is unknown.
    """
    wanted = f"a list of names, such as {list(known[:2])}"
    items = _items(value, wanted)
    for item in items:
        if not isinstance(item, str):
            raise _unfit(wanted, value)
        if item not in known:
            raise InvalidArgument(f"there is no {item:.{_SHOWN_CHARACTERS}}; the names are: {', '.join(known)}")
    return items


def read_fields(value: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return a dict with exactly these keys.

    Raises:
        InvalidArgument: it is none, or has others.
    """
    wanted = f"a dict with the keys {', '.join(map(repr, names))}"
    if not isinstance(value, Mapping):
        raise _unfit(wanted, value)
    if set(value) != set(names):
        raise InvalidArgument(f"the answer must be {wanted}; yours has {', '.join(map(repr, value)) or 'none'}")
    return dict(value)


def _items(value: Any, wanted: str) -> list[Any]:
    value = _plain(value)
    if isinstance(value, list | tuple):
        return list(value)
    raise _unfit(wanted, value)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _unfit(wanted: str, value: Any) -> InvalidArgument:
    shown = repr(value)
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}..."
    return InvalidArgument(f"the answer must be {wanted}, of plain numbers and texts; got {shown}")
