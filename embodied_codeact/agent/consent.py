"""Consent: a person is asked before a script runs, or before the first call of each kind.

What a script calls is read from its source. Where consent is to kinds of calls, the world holds each script to those
that were agreed to: a call that was hidden from the reading (behind ``getattr``, say) raises ``NotApproved``, so the
reading need not be perfect. Where consent is to a whole script, the person has seen all of it, and the calls that are
named beside it only help them read.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple, get_args

from embodied_codeact.agent.people import Approver, Verdict
from embodied_codeact.agent.tools import Toolbox
from embodied_codeact.contracts import CodeAction, ToolCall

ConsentMode = Literal["script", "first", "never"]
CONSENT_MODES: tuple[str, ...] = get_args(ConsentMode)


class Consent:
    """Whom to ask, and what was agreed to so far in one conversation.

    ``mode``: ask before each script (also one that calls nothing), before a script that holds the first call of a kind,
    or never. What was refused is asked again when it comes again.
    """

    def __init__(self, mode: ConsentMode, approver: Approver) -> None:
        self.mode = mode
        self._approver = approver
        self._agreed: set[str] = set()

    @property
    def allowed(self) -> list[str] | None:
        """The kinds of calls that a script may make, None for all."""
        return sorted(self._agreed) if self.mode == "first" else None

    def review(self, action: CodeAction | ToolCall, code: str, toolbox: Toolbox) -> Verdict | None:
        """Ask about a script where it must be asked about; None when the person leaves."""
        if self.mode == "never":
            return Verdict(approved=True)
        # Of a tool's call, what a person reads, without the words that print its result.
        shown = toolbox.expression(action) if isinstance(action, ToolCall) else code
        calls = called_kinds(shown, toolbox.tools)
        if self.mode == "first":
            calls = [kind for kind in calls if kind not in self._agreed]
            if not calls:
                return Verdict(approved=True)
        verdict = self._approver.review(action, shown, calls)
        if verdict is not None and verdict.approved:
            self._agreed.update(calls)
        return verdict


def called_kinds(code: str, known: Collection[str]) -> list[str]:
    """Return the kinds of primitive calls that a script names, in order: ``["arm.pick", "gripper.open"]``.

    A method that is only mentioned counts too, since it may be called under another name; so does one that is mentioned
    at all where its object goes by another name. A script that is no Python names none, and none of it runs.

    >>> called_kinds("hand = gripper\\nhand.open()\\narm.pick('cup')", ["arm.pick", "arm.stop", "gripper.open"])
    ['gripper.open', 'arm.pick']
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd in a script is its interpreter's to say
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    named: list[_Named] = []
    words: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            words.add(node.attr)
            if isinstance(node.value, ast.Name):
                named.append(_Named(node.lineno, node.col_offset, node.value.id, node.attr))
        elif isinstance(node, ast.Name):
            named.append(_Named(node.lineno, node.col_offset, node.id))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
    return list(dict.fromkeys(kind for name in _in_order(named) for kind in _kinds(name, known, words)))


class _Named(NamedTuple):
    """Where a script says ``name`` or ``name.attribute``."""

    line: int
    column: int
    name: str
    attribute: str = ""


def _in_order(named: list[_Named]) -> list[_Named]:
    """Sort names by where they stand; of ``name.attribute`` and the ``name`` in it, keep the whole."""
    return list({name[:2]: name for name in sorted(named)}.values())


def _kinds(name: _Named, known: Collection[str], words: set[str]) -> Iterator[str]:
    if name.attribute:
        yield from (kind for kind in known if kind == f"{name.name}.{name.attribute}")
        return
    for kind in known:
        owner, _, method = kind.rpartition(".")
        # An object that is handed on may go by another name from here on.
        if kind == name.name or (owner == name.name and method in words):
            yield kind
