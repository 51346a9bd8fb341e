"""ALFWorld's names for a game's objects: ``mug_bar__minus_00_dot_70...`` becomes ``mug 2``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

_SEPARATOR = "_bar_"
_ESCAPES = (("_minus_", "-"), ("_plus_", "+"), ("_dot_", "."), ("_comma_", ","))


def _kind(identifier: str) -> str:
    kind = identifier.partition(_SEPARATOR)[0]
    # The bowl of a sink is a part of it in ALFRED: ``sink_bar_..._bar_sinkbasin`` is a sinkbasin.
    return f"{kind}basin" if "basin" in identifier else kind


def object_names(identifiers: Iterable[str]) -> dict[str, str]:
    """Return the name of every identifier: kind and number, counted down through the sorted identifiers of a kind.

    An identifier without a place (``agent1``) keeps itself as its name, with the trailing blank that ALFWorld leaves.

    >>> object_names(["mug_bar__plus_01", "mug_bar__plus_00", "sink_bar_3_bar_sinkbasin", "agent1"])
    {'agent1': 'agent1 ', 'mug_bar__plus_00': 'mug 2', 'mug_bar__plus_01': 'mug 1', 'sink_bar_3_bar_sinkbasin': \
'sinkbasin 1'}
    """
    ordered = sorted(identifiers)
    left = Counter(_kind(identifier) for identifier in ordered if _SEPARATOR in identifier)
    names: dict[str, str] = {}
    for identifier in ordered:
        if _SEPARATOR in identifier:
            kind = _kind(identifier)
            names[identifier] = f"{kind} {left[kind]}"
            left[kind] -= 1
        else:
            names[identifier] = f"{_unescaped(identifier)} "
    return names


def _unescaped(identifier: str) -> str:
    for escape, character in _ESCAPES:
        identifier = identifier.replace(escape, character)
    return identifier
