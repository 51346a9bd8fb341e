"""Parameters of a primitive, read from its signature's source."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Parameter:
    """One parameter. ``kind``: ``"free"`` takes its argument by place or by name, ``"placed"`` by place only,
    ``"named"`` by name only; ``"rest"`` is ``*args``, ``"more"`` is ``**kwargs``. ``default`` and ``annotation`` are
    Python source."""

    name: str
    kind: Literal["placed", "free", "rest", "named", "more"]
    annotation: str
    required: bool
    default: str = ""

    @property
    def positional(self) -> bool:
        return self.kind in ("placed", "free")


def parse_parameters(signature: str) -> list[Parameter]:
    """Return the parameters of a signature such as ``(target: str, *, speed: float = 0.5) -> None``. What cannot be
    read may take anything: the world checks the arguments too.

    >>> [(each.name, each.kind, each.required) for each in parse_parameters("(target: str, *, speed: float = 0.5)")]
    [('target', 'free', True), ('speed', 'named', False)]
    """
    try:
        function = ast.parse(f"def f{signature}: ...").body[0]
    except SyntaxError:
        return parse_parameters("(*args, **kwargs)")
    if not isinstance(function, ast.FunctionDef):
        return parse_parameters("(*args, **kwargs)")
    given = function.args
    placed, free = given.posonlyargs, given.args
    defaults: list[ast.expr | None] = [None] * (len(placed) + len(free) - len(given.defaults)) + list(given.defaults)
    found = [_parameter(each, "placed", default) for each, default in zip(placed, defaults, strict=False)]
    found += [_parameter(each, "free", default) for each, default in zip(free, defaults[len(placed) :], strict=True)]
    if given.vararg:
        found.append(Parameter(given.vararg.arg, "rest", "", required=False))
    found += [_parameter(a, "named", default) for a, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    if given.kwarg:
        found.append(Parameter(given.kwarg.arg, "more", "", required=False))
    return found


def _parameter(
    argument: ast.arg, kind: Literal["placed", "free", "rest", "named", "more"], default: ast.expr | None
) -> Parameter:
    annotation = "" if argument.annotation is None else ast.unparse(argument.annotation)
    source = "" if default is None else ast.unparse(default)
    return Parameter(argument.arg, kind, annotation, required=default is None, default=source)
