"""A small workspace that really holds a file and takes numbers, for examples in docstrings and for tests."""

from __future__ import annotations

from typing import Any

from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.workspace import Submission

SALES = "region,revenue\nnorth,120\nsouth,80"


class FakeWorkspace:
    """Satisfies :class:`~embodied_codeact.primitives.workspace.WorkspaceBackend`."""

    def __init__(self) -> None:
        self.answers: list[float] = []

    def file_names(self) -> list[str]:
        return ["sales.csv"]

    def read(self, name: str) -> str:
        if name != "sales.csv":
            raise InvalidArgument("there is only sales.csv")
        return SALES

    def submit(self, answer: Any) -> Submission:
        if not isinstance(answer, int | float):
            raise InvalidArgument("the answer must be a number")
        self.answers.append(float(answer))
        return Submission(len(self.answers), f"the number {answer:g}")
