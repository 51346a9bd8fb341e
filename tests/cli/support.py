"""What the tests of the command line share: calling it in this process, and as a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from typer.testing import CliRunner

# Of this name, pytest would collect it as a test.
from typer.testing import Result as Invocation

from embodied_codeact.cli import app
from embodied_codeact.contracts import CodeAction, Episode, Message, Task, Turn
from embodied_codeact.trajectories import TrajectoryWriter
from tests.support.counter import GOAL

TASK = Task(id=f"reach-{GOAL}", environment="counter", instruction=f"make the counter show {GOAL}")
SOLVES = f"<thought>I count.</thought>\n<execute>\ncounter.add({GOAL})\nprint('three', 'now')\n</execute>"
NEVER_ENDS = "<execute>\nprint('the', 'beginning')\ncounter.wait(600)\n</execute>"
DOES_NOTHING = "<thought>I give up.</thought>\n<solution>It cannot be done.</solution>"


def invoke(*words: object) -> Invocation:
    """Run a command line in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


def error_line(result: Invocation, code: int = 2) -> str:
    """The one line on standard error of a command that had to fail with that exit code."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("error: "), result.stderr
    return result.stderr.removeprefix("error: ").strip()


def write_trace(path: Path, replies: Sequence[str], task: Task = TASK) -> Path:
    """Write a trajectory of this project in which a model gave these replies."""
    turns = [Turn(index=index, reply=reply, action=CodeAction(code="")) for index, reply in enumerate(replies)]
    opening = [Message("user", task.instruction)]
    with TrajectoryWriter(path) as writer:
        writer.write(Episode(task=task, model="written", messages=opening, turns=turns))
    return path


class CommandProcess:
    """``python -m embodied_codeact`` as a person starts it; a context manager that ends it at the latest."""

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "embodied_codeact", *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._errors: list[str] = []
        assert self.process.stderr is not None
        self._reader = threading.Thread(target=self._errors.extend, args=(self.process.stderr,), daemon=True)
        self._reader.start()

    def __enter__(self) -> CommandProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def wait_for(self, text: str) -> str:
        """Read standard output up to the line that holds ``text``; return what came until then."""
        assert self.process.stdout is not None
        seen = ""
        for line in self.process.stdout:
            seen += line
            if text in line:
                return seen
        raise AssertionError(f"{text!r} was not printed:\n{seen}\n{self.stderr()}")

    def end(self) -> tuple[int, str]:
        """Wait for the end; return exit code and the rest of standard output."""
        assert self.process.stdout is not None
        rest = self.process.stdout.read()
        return self.process.wait(timeout=60), rest

    def stderr(self) -> str:
        """Everything on standard error, after the end."""
        self._reader.join(timeout=30)
        return "".join(self._errors)
