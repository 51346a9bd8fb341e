"""A script as source and syntax tree together: where things stand in it, so that one of them can be changed and all
else (comments, spacing) stays as it is."""

from __future__ import annotations

import ast
import builtins
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Edit(NamedTuple):
    """Bytes ``start`` to ``end`` of a script become ``text``."""

    start: int
    end: int
    text: str


@dataclass
class Script:
    """A script that can be parsed.

    Raises:
        SyntaxError: it cannot.
    """

    source: str
    tree: ast.Module = field(init=False)
    parents: dict[ast.AST, ast.AST] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.source)
        self._bytes = self.source.encode()
        # Columns of the tree count bytes, and only \n, \r and \r\n end a line of Python.
        self._lines = [0, *itertools.accumulate(map(len, self._bytes.splitlines(keepends=True)))]
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node begins and ends."""
        last, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self._lines[node.lineno - 1] + node.col_offset, self._lines[last - 1] + column

    def lines(self, node: ast.stmt) -> tuple[int, int]:
        """Where the whole lines of a statement begin and end, its decorators and line break included."""
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
        return self._lines[first - 1], self._lines[min(node.end_lineno or node.lineno, len(self._lines) - 1)]

    def text(self, node: ast.expr | ast.stmt) -> str:
        """The source of a node."""
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def slice(self, start: int, end: int | None = None) -> str:
        """The source between two places."""
        return self._bytes[start:end].decode()

    def edited(self, *edits: Edit) -> str:
        """Return the source with edits that do not overlap."""
        data = self._bytes
        for edit in sorted(edits, reverse=True):
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
        return data.decode()

    def replaced(self, node: ast.expr | ast.stmt, text: str) -> str:
        """Return the source with a node written otherwise."""
        return self.edited(Edit(*self.span(node), text))

    def without(self, statement: ast.stmt) -> str:
        """Return the source without a statement; where its block would be empty, it passes."""
        if self.alone(statement):
            return self.replaced(statement, "pass")
        return self.edited(Edit(*self.lines(statement), ""))

    def alone(self, statement: ast.stmt) -> bool:
        """Whether a statement is all of its block."""
        parent = self.parents[statement]
        blocks = [value for _, value in ast.iter_fields(parent) if isinstance(value, list) and statement in value]
        return not isinstance(parent, ast.Module) and any(len(block) == 1 for block in blocks)

    def nodes(self) -> Iterator[ast.AST]:
        """All nodes, in the order of the source as far as blocks go."""
        return ast.walk(self.tree)

    def own_names(self) -> set[str]:
        """Names that the script itself binds: variables, parameters, functions, imports."""
        names: set[str] = set()
        for node in self.nodes():
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                    names.add(name)
                case ast.alias(name=name, asname=asname):
                    names.add((asname or name).partition(".")[0])
                case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                    names.add(name)
        return names

    def given_names(self) -> set[str]:
        """Names that the script uses and does not bind: what the environment gives it."""
        used = {node.id for node in self.nodes() if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        return used - self.own_names() - set(dir(builtins))
