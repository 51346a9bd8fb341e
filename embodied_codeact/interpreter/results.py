"""How the result of a primitive reads where actions are single calls: what the script of such a call prints.

Text stands as it is, None reads ``Done.``, and everything else is JSON on one line, with numbers to six significant
digits. Runs in the worker.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from embodied_codeact.wire import Record

DONE = "Done."
_MAX_ITEMS = 1000
"""Numbers of an array that are written out; of a larger one (a picture) the shape alone says more."""
_MAX_DEPTH = 32


def show(result: object, *, left_out: int = 0) -> None:
    """Print a result. ``left_out``: how many more calls stood in the same reply, which were not carried out."""
    if left_out:
        calls = "1 more call was" if left_out == 1 else f"{left_out} more calls were"
        print(f"(Only the first call of your reply counts, one call a turn: {calls} not carried out.)")
    print(result_text(result))


def result_text(result: object) -> str:
    """Return the words for a result.

    >>> result_text("You open the fridge 1."), result_text(None), result_text("")
    ('You open the fridge 1.', 'Done.', '""')
    >>> result_text({"holding": None, "position": np.array([0.1234567, 2.0])})
    '{"holding": null, "position": [0.123457, 2.0]}'
    """
    if result is None:
        return DONE
    if isinstance(result, str) and result.strip():
        return result
    return json.dumps(_plain(result, 0), ensure_ascii=False)


def _plain(value: Any, depth: int) -> Any:
    """The value as what JSON has. Measured numbers that are not finite stay so: ``NaN`` tells that nothing was seen."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else value
    if depth > _MAX_DEPTH:
        return "..."
    if isinstance(value, np.ndarray | np.generic):
        if value.size > _MAX_ITEMS:
            return {"shape": list(value.shape), "dtype": str(value.dtype)}
        return _plain(value.tolist(), depth + 1)
    if isinstance(value, Record):
        return {name: _plain(getattr(value, name), depth + 1) for name in value._fields}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, depth + 1) for item in value]
    try:
        return _plain(msgspec.to_builtins(value), depth + 1)
    except TypeError:
        return repr(value)
