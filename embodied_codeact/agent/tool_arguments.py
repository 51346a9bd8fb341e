"""Brings arguments of tool calls into the form that a parameter's annotation asks for, where that cannot do harm."""

from __future__ import annotations

import ast
import re
from typing import Any

from embodied_codeact.agent.lenient import Unreadable, read_value, read_word

_TEXT = frozenset({"str"})
_NUMBERS = frozenset({"float", "int"})
_LISTS = frozenset({"Sequence", "list", "tuple", "Array", "ndarray", "NDArray", "Vector", "Iterable"})
_NOTHING = frozenset({"None", "null"})
_SEPARATED_NUMBERS = re.compile(r"[-+.\deE]{1,32}(?:(?:\s*,\s*|\s+)[-+.\deE]{1,32})+")


def fit(value: Any, annotation: str) -> Any:
    """Return the value, or what is surely meant by it.

    >>> fit("0.3", "float | None"), fit("[0.5, 0.1]", "str | Sequence[float]"), fit(1, "str"), fit("None", "str | None")
    (0.3, [0.5, 0.1], '1', None)
    """
    kinds = kinds_of(annotation)
    if isinstance(value, str):
        return _from_text(value, kinds)
    if kinds and kinds <= _TEXT | {"None"} and isinstance(value, list) and len(value) == 1:
        return fit(value[0], annotation)
    if isinstance(value, int | float) and not isinstance(value, bool) and kinds and kinds <= _TEXT | {"None"}:
        return str(value)
    return value


def kinds_of(annotation: str) -> frozenset[str]:
    """Return the outermost names of an annotation.

    >>> sorted(kinds_of("str | typing.Sequence[float] | None"))
    ['None', 'Sequence', 'str']
    """
    try:
        tree = ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return frozenset()
    return frozenset(_names(tree))


def _names(tree: ast.expr) -> list[str]:
    match tree:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_names(left), *_names(right)]
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return [*_names(inner), "None"]
        case ast.Subscript(value=ast.Name(id="Union"), slice=ast.Tuple(elts=members)):
            return [name for member in members for name in _names(member)]
        case ast.Subscript(value=outer):
            return _names(outer)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return [name]
        case ast.Constant(value=None):
            return ["None"]
    return []


def _from_text(value: str, kinds: frozenset[str]) -> Any:
    text = value.strip()
    if text in _NOTHING and "None" in kinds:
        return None
    if kinds & _LISTS and (items := _as_list(text)) is not None:
        return items
    if kinds & _TEXT or not kinds:
        return value
    word = read_word(text.capitalize() if text.lower() in ("true", "false") else text)
    if isinstance(word, bool):
        return word if "bool" in kinds else value
    if isinstance(word, int | float):
        return word if kinds & (_NUMBERS | {"Any"}) else value
    return value


def _as_list(text: str) -> list[Any] | None:
    if text[:1] in ("[", "("):
        try:
            reading = read_value(text)
        except Unreadable:
            return None
        return reading.value if not text[reading.end :].strip() and not reading.missing else None
    if len(text) <= 400 and _SEPARATED_NUMBERS.fullmatch(text):
        words = [read_word(word) for word in re.split(r"[\s,]+", text)]
        return words if all(isinstance(word, int | float) for word in words) else None
    return None
