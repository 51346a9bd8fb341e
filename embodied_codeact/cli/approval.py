"""A person at the terminal who is asked before scripts run."""

from __future__ import annotations

import sys
import termios
from collections.abc import Callable, Sequence

from rich.console import Console

from embodied_codeact.agent.people import Approver, Verdict
from embodied_codeact.cli.console import printable
from embodied_codeact.contracts import CodeAction, ToolCall

_YES, _NO = ("y", "yes"), ("n", "no")


class TerminalApprover:
    """Asks in one line, after the view has shown the script. The question goes to ``console``, so that standard output
    may carry something else; the answer comes from the terminal.

    Marks kinds of calls that it has not seen approved before. What was typed before the question is no answer to it.
    Ctrl-C and the end of input leave.

    ``ask`` puts the question in another way: it returns an answer that is not empty, or None where the person leaves.
    """

    def __init__(self, console: Console, ask: Callable[[str], str | None] | None = None) -> None:
        self._console = console
        self._ask = ask or self._ask_at_terminal
        self._approved: set[str] = set()

    def review(self, action: CodeAction | ToolCall, code: str, calls: Sequence[str]) -> Verdict | None:
        """Ask; an answer that is neither yes nor no is a comment for the agent, and refuses."""
        if any(not character.isascii() and not character.isprintable() for character in code):
            self._say("Careful: it holds characters that a terminal does not show.", style="yellow")
        question = f"Run {code}?" if isinstance(action, ToolCall) else f"Run this? It {self._in_words(calls)}."
        try:
            answer = self._ask(f"{printable(question)} [y]es, [n]o, or say why not> ")
        except KeyboardInterrupt:
            answer = None
        if answer is None:
            self._say("")
            return None
        if answer.lower() in _YES:
            self._approved.update(calls)
            return Verdict(approved=True)
        comment = "" if answer.lower() in _NO else answer
        self._say("Not run, and the agent is told so." if not comment else "Not run, and the agent is told why.")
        return Verdict(approved=False, comment=comment)

    def _in_words(self, calls: Sequence[str]) -> str:
        known = [kind for kind in calls if kind in self._approved]
        new = [kind for kind in calls if kind not in self._approved]
        parts = [_listed(known)] if known else []
        if new:
            parts.append(f"for the first time {_listed(new)}")
        return f"calls {', and '.join(parts)}" if parts else "names nothing of the environment to call"

    def _ask_at_terminal(self, question: str) -> str | None:
        """Return the answer, which is not empty, or None at the end of input."""
        termios.tcflush(sys.stdin, termios.TCIFLUSH)
        while True:
            self._say(question, end="")
            # Not input(): where it edits lines, it writes to standard output.
            line = sys.stdin.readline()
            if not line:
                return None
            if line.strip():
                return line.strip()

    def _say(self, text: str, *, end: str = "\n", style: str | None = None) -> None:
        self._console.print(printable(text), end=end, style=style, markup=False, soft_wrap=True)


def _listed(kinds: Sequence[str]) -> str:
    """Join names as a sentence does.

    >>> _listed(["arm.pick", "arm.stop", "gripper.open"])
    'arm.pick, arm.stop and gripper.open'
    """
    return " and ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)


def approver_at(console: Console) -> Approver | None:
    """The person at the terminal, if there is one."""
    return TerminalApprover(console) if sys.stdin.isatty() else None
