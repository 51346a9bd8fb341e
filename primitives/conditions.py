"""Conditions on sensors, as scripts write them: a small language, checked when it is read and cheap to evaluate.

    gripper[1] > 5 and tool_pose[2] < 0.1
    norm(tool_pose[:3] - [0.5, 0.0, 0.1]) < 0.05
    'red block|the table' in contacts

Sensors by name, numbers, comparisons, ``and``, ``or``, ``not``, ``+ - *``, division by a number, ``abs``, ``min``,
``max``, ``norm``, indices and slices by whole numbers, and ``in`` for texts. A condition is parsed by :mod:`ast` and
turned into functions of its own: nothing of it is ever run as Python.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embodied_codeact.contracts import SensorSpec
from embodied_codeact.errors import InvalidArgument, unknown_name

LONGEST = 500
"""Characters of a condition."""
_MOST_NODES = 150
_EXAMPLE = 'a condition on sensors, such as "gripper[1] > 5 and tool_pose[2] < 0.1"'

Read = Callable[[str], Any]
"""Returns the value that a sensor has now."""
_Term = Callable[[Read], Any]

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS = ("abs", "min", "max", "norm")
_NUMBER, _TEXT, _TRUTH = -1, -2, -3
"""Kinds of terms beside vectors, which are known by their length."""


@dataclass(frozen=True)
class _Typed:
    """A term, and what it gives: a number, a text, a truth, or a vector of so many numbers."""

    kind: int
    term: _Term

    @property
    def words(self) -> str:
        named = {_NUMBER: "a number", _TEXT: "a text", _TRUTH: "true or false"}
        return named.get(self.kind, f"{self.kind} numbers")


class Condition:
    """A condition that was read and checked.

    >>> specs = [SensorSpec("gripper", "gripper", "float64", [2])]
    >>> condition = Condition("gripper[1] > 5", specs)
    >>> condition.holds(lambda name: [0.03, 6.0])
    True
    """

    def __init__(self, text: Any, sensors: Sequence[SensorSpec]) -> None:
        """Read a condition on these sensors.

        Raises:
            InvalidArgument: it is none; says where, and what to write instead.
        """
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
            raise InvalidArgument(f"expected {_EXAMPLE}, of {LONGEST} characters at most")
        self.text = text.strip()
        self._term = _Reader(self.text, sensors).condition()

    def holds(self, read: Read) -> bool:
        """Whether it holds, by what ``read`` says of each sensor by name; each is read once at most, and only if
        needed. A number that is not a number fulfils no comparison."""
        values: dict[str, Any] = {}

        def once(name: str) -> Any:
            if name not in values:
                values[name] = read(name)
            return values[name]

        return bool(self._term(once))


class _Reader:
    """Turns the syntax tree of one condition into a term."""

    def __init__(self, text: str, sensors: Sequence[SensorSpec]) -> None:
        self._text = text
        self._sensors: Mapping[str, SensorSpec] = {spec.name: spec for spec in sensors}

    def condition(self) -> _Term:
        try:
            tree = ast.parse(self._text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            raise InvalidArgument(f"condition {self._text!r}: {reason}; write {_EXAMPLE}") from None
        if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
            raise self._problem("it is too long; split it, or compute in the script")
        found = self._term(tree)
        if found.kind != _TRUTH:
            raise self._problem(f"it is {found.words}, neither true nor false: compare it, as in {_EXAMPLE}")
        return found.term

    def _problem(self, what: str) -> InvalidArgument:
        return InvalidArgument(f"condition {self._text!r}: {what}")

    def _term(self, node: ast.expr) -> _Typed:
        match node:
            case ast.BoolOp():
                return self._junction(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.Call():
                return self._call(node)
            case ast.Subscript():
                return self._part(node)
            case ast.Name():
                return self._sensor(node.id)
            case ast.Constant() | ast.List() | ast.Tuple():
                return self._constant(node)
            case _:
                source = ast.get_source_segment(self._text, node)
                raise self._problem(
                    f"{source!r} cannot stand in a condition, which has sensors, numbers, comparisons, and, or, not, "
                    f"+ - * /, {', '.join(FUNCTIONS)}; compute other things in the script before"
                )

    def _sensor(self, name: str) -> _Typed:
        spec = self._sensors.get(name)
        if spec is None:
            raise self._problem(unknown_name("sensor", name, self._sensors))
        if spec.dtype == "str":
            return _Typed(_TEXT, lambda read: str(read(name)))
        if len(spec.shape) > 1:
            raise self._problem(f"{name!r} is no vector: a condition cannot look at pictures")
        if not spec.shape:
            return _Typed(_NUMBER, lambda read: float(read(name)))
        return _Typed(spec.shape[0], lambda read: np.asarray(read(name), dtype=float))

    def _constant(self, node: ast.expr) -> _Typed:
        match node:
            case ast.Constant(value=bool() as truth):
                return _Typed(_TRUTH, lambda _: truth)
            case ast.Constant(value=int() | float() as number):
                value = self._finite(number, node)
                return _Typed(_NUMBER, lambda _: value)
            case ast.Constant(value=str() as text):
                return _Typed(_TEXT, lambda _: text)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) if parts:
                terms = [self._number(part, "in a list") for part in parts]
                return _Typed(len(terms), lambda read: np.array([term(read) for term in terms]))
        raise self._problem(f"{ast.unparse(node)} cannot stand in a condition")

    def _finite(self, number: float, node: ast.expr) -> float:
        try:
            return float(number)
        except OverflowError:
            raise self._problem(f"{ast.unparse(node):.20}... is too large a number") from None

    def _number(self, node: ast.expr, where: str) -> _Term:
        found = self._term(node)
        if found.kind != _NUMBER:
            raise self._problem(f"{ast.unparse(node)} is {found.words}; {where} stand single numbers")
        return found.term

    def _part(self, node: ast.Subscript) -> _Typed:
        whole = self._term(node.value)
        if whole.kind < 0:
            raise self._problem(f"{ast.unparse(node.value)} is {whole.words}, and has no parts")
        size, name = whole.kind, ast.unparse(node.value)
        if isinstance(node.slice, ast.Slice):
            if node.slice.step is not None:
                raise self._problem("a slice has no step here")
            ends = [None if end is None else self._index(end) for end in (node.slice.lower, node.slice.upper)]
            part = slice(*ends)
            count = len(range(*part.indices(size)))
            if not count:
                raise self._problem(f"{ast.unparse(node)} is empty: {name} has {size} numbers")
            return _Typed(count, lambda read: whole.term(read)[part])
        index = self._index(node.slice)
        if not -size <= index < size:
            raise self._problem(f"{name} has {size} numbers, from {name}[0] to {name}[{size - 1}]")
        return _Typed(_NUMBER, lambda read: float(whole.term(read)[index]))

    def _index(self, node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int() as index) if not isinstance(index, bool):
                return index
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as index)):
                return -index
        raise self._problem(f"{ast.unparse(node)} is no index: an index is a whole number")

    def _junction(self, node: ast.BoolOp) -> _Typed:
        terms = [self._truth(value) for value in node.values]
        if isinstance(node.op, ast.And):
            return _Typed(_TRUTH, lambda read: all(term(read) for term in terms))
        return _Typed(_TRUTH, lambda read: any(term(read) for term in terms))

    def _truth(self, node: ast.expr) -> _Term:
        found = self._term(node)
        if found.kind != _TRUTH:
            raise self._problem(f"{ast.unparse(node)} is {found.words}: compare it with something")
        return found.term

    def _unary(self, node: ast.UnaryOp) -> _Typed:
        if isinstance(node.op, ast.Not):
            term = self._truth(node.operand)
            return _Typed(_TRUTH, lambda read: not term(read))
        found = self._term(node.operand)
        if isinstance(node.op, ast.Invert) or found.kind in (_TEXT, _TRUTH):
            raise self._problem(f"{ast.unparse(node)} is no number")
        sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
        return _Typed(found.kind, lambda read: sign * found.term(read))

    def _comparison(self, node: ast.Compare) -> _Typed:
        sides = [self._term(side) for side in (node.left, *node.comparators)]
        tests: list[_Term] = []
        for index, kind in enumerate(node.ops):
            tests.append(self._compared(sides[index], kind, sides[index + 1], node))
        return _Typed(_TRUTH, lambda read: all(test(read) for test in tests))

    def _compared(self, left: _Typed, kind: ast.cmpop, right: _Typed, node: ast.Compare) -> _Term:
        a, b = left.term, right.term
        if isinstance(kind, ast.In | ast.NotIn) and left.kind == right.kind == _TEXT:
            wanted = isinstance(kind, ast.In)
            return lambda read: (a(read) in b(read)) is wanted
        test = _COMPARISONS.get(type(kind))
        same = isinstance(kind, ast.Eq | ast.NotEq)
        if test is None or left.kind != right.kind or left.kind not in ((_NUMBER, _TEXT) if same else (_NUMBER,)):
            raise self._problem(
                f"{ast.unparse(node)} compares {left.words} with {right.words}: compare single numbers, such as one "
                "part of a sensor, name[0], or its norm(name)"
            )
        return lambda read: bool(test(a(read), b(read)))

    def _arithmetic(self, node: ast.BinOp) -> _Typed:
        compute = _ARITHMETIC.get(type(node.op))
        left, right = self._term(node.left), self._term(node.right)
        kinds = {left.kind, right.kind}
        if compute is None or kinds & {_TEXT, _TRUTH}:
            raise self._problem(f"{ast.unparse(node)} cannot be computed here: there are + - * / of numbers")
        if isinstance(node.op, ast.Div) and not self._divides(node.right):
            raise self._problem(
                f"{ast.unparse(node)}: divide by a number that is not 0; multiply the other side instead"
            )
        if len(kinds) == 2 and _NUMBER not in kinds:
            raise self._problem(f"{ast.unparse(node)} has {left.words} and {right.words}: they need the same length")
        a, b = left.term, right.term
        return _Typed(max(kinds), lambda read: compute(a(read), b(read)))

    @staticmethod
    def _divides(node: ast.expr) -> bool:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            node = node.operand
        return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and bool(node.value)

    def _call(self, node: ast.Call) -> _Typed:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name not in FUNCTIONS:
            raise self._problem(unknown_name("function", name, FUNCTIONS))
        if node.keywords or not node.args or any(isinstance(each, ast.Starred) for each in node.args):
            raise self._problem(f"{name} takes numbers, as in {name}(gripper[0])")
        parts = [self._term(each) for each in node.args]
        if any(part.kind in (_TEXT, _TRUTH) for part in parts) or (len(parts) > 1 and name in ("abs", "norm")):
            raise self._problem(f"{ast.unparse(node)}: {name} takes a number or a vector of a sensor")
        terms = [part.term for part in parts]
        if name == "abs":
            return _Typed(parts[0].kind, lambda read: abs(terms[0](read)))
        if name == "norm":
            return _Typed(_NUMBER, lambda read: float(np.linalg.norm(terms[0](read))))
        choose = np.min if name == "min" else np.max
        return _Typed(_NUMBER, lambda read: _over_all(choose, [term(read) for term in terms]))


def _over_all(choose: Callable[[Any], Any], values: Sequence[Any]) -> float:
    """The least, or greatest, of all numbers in these numbers and vectors."""
    return float(choose(np.concatenate([np.atleast_1d(value) for value in values])))
