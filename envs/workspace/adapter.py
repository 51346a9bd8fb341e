"""One task of the workspace in play."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from embodied_codeact.contracts import Observation, Status, Task
from embodied_codeact.envs.workspace.catalog import FREE, KINDS
from embodied_codeact.envs.workspace.problems import Problem
from embodied_codeact.envs.workspace.state import NothingAsked, WorkspaceState
from embodied_codeact.errors import ConfigurationError, InvalidArgument, unknown_name
from embodied_codeact.primitives.workspace import Submission, Workspace


class WorkspaceAdapter:
    """Satisfies :class:`~embodied_codeact.contracts.EnvironmentAdapter`, and the ``workspace`` primitive's backend.

    The answer that was submitted last is judged. The verdict neither ends the task nor reaches the script, so that
    nothing can be found by submitting guesses. The free task has no problem and is never judged a success.
    """

    def __init__(self) -> None:
        self._primitives = {"workspace": Workspace(self)}
        self._problem: Problem[Any] | None = None
        self._answer: Any = None
        self._submissions = 0

    # The adapter

    def primitives(self) -> Mapping[str, Any]:
        """Return ``workspace``."""
        return self._primitives

    def reset(self, task: Task) -> Observation:
        """Lay out the problem of the task's kind and seed.

        Raises:
            ConfigurationError: there is no such task.
        """
        kind = next((kind for kind in KINDS if kind.name == task.id), None)
        if kind is None and task.id != FREE:
            raise ConfigurationError(unknown_name("task", task.id, [*(known.name for known in KINDS), FREE]))
        self._problem = kind.problem(task.seed) if kind is not None else None
        self._answer, self._submissions = None, 0
        instruction = self._problem.instruction if self._problem is not None else ""
        return msgspec.structs.replace(self.observe(), text=self._layout(), instruction=instruction)

    def _layout(self) -> str:
        if self._problem is None:
            return "You are in an empty workspace."
        if not self._problem.files:
            return "There are no files; the answer is handed in with workspace.submit."
        lines = []
        for name, text in sorted(self._problem.files.items()):
            header, *rows = text.splitlines()
            lines.append(f"{name} ({len(rows)} rows: {header})")
        return f"Files: {'; '.join(lines)}. The answer is handed in with workspace.submit."

    def observe(self) -> Observation:
        """Return the state, and what would be judged now."""
        state = WorkspaceState(files=self.file_names(), submissions=self._submissions)
        return Observation(state=msgspec.to_builtins(state), status=self.judge())

    def judge(self) -> Status:
        """Judge the answer that was submitted last."""
        if self._problem is None:
            return Status(reason="a free task is not judged")
        if not self._submissions:
            return Status(reason="nothing was submitted")
        right = self._problem.is_right(self._answer)
        return Status(right, float(right), reason=f"the answer submitted last is {'right' if right else 'wrong'}")

    def close(self) -> None:
        """There is nothing to release."""

    # The primitive's backend

    def file_names(self) -> list[str]:
        """Return the names of the task's files."""
        return sorted(self._problem.files) if self._problem is not None else []

    def read(self, name: str) -> str:
        """Return a file's text.

        Raises:
            InvalidArgument: there is no such file.
        """
        files = self._problem.files if self._problem is not None else {}
        if name not in files:
            raise InvalidArgument(
                f"{unknown_name('file of this task', name, files)} Files that you wrote yourself: use open()."
            )
        return files[name]

    def submit(self, answer: Any) -> Submission:
        """Keep the answer in the place of an earlier one.

        Raises:
            InvalidArgument: it has not the form that the task asks for.
            NothingAsked: the task is free.
        """
        if self._problem is None:
            raise NothingAsked("this task has no answer to hand in: tell the user the result in words")
        self._answer = self._problem.read(answer)
        self._submissions += 1
        return Submission(self._submissions, self._problem.shown(self._answer))
