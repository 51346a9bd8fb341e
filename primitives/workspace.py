"""The ``workspace`` object: files of the task to read, and the way to hand in an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from embodied_codeact.contracts import text_commands
from embodied_codeact.errors import InvalidArgument


@dataclass(frozen=True)
class Submission:
    """An answer that was handed in: which one it is, from 1, and how it was understood."""

    number: int
    understood: str


class WorkspaceBackend(Protocol):
    """What holds the files of a task and takes its answer."""

    def file_names(self) -> list[str]:
        """Return the names of the files, sorted."""
        ...

    def read(self, name: str) -> str:
        """Return a file's text.

        Raises:
            InvalidArgument: there is no such file.
        """
        ...

    def submit(self, answer: Any) -> Submission:
        """Keep the answer in the place of an earlier one.

        Raises:
            PrimitiveError: it has not the form that the task asks for, or the task asks for none.
        """
        ...


class Workspace:
    """Where the task's files lie and where its answer is handed in. Everything else is plain Python: the current folder
    is yours to write to, and the installed packages can be imported."""

    def __init__(self, backend: WorkspaceBackend) -> None:
        self._backend = backend

    @text_commands("list the files")
    def files(self) -> list[str]:
        """Return the names of the task's files.

        >>> workspace.files()
        ['sales.csv']
        """
        return self._backend.file_names()

    @text_commands("read {name}")
    def read(self, name: str) -> str:
        """Return the text of one of the task's files. For pandas: ``pd.read_csv(io.StringIO(workspace.read(name)))``.

        Raises InvalidArgument where there is no such file.

        >>> print(workspace.read("sales.csv"))
        region,revenue
        north,120
        south,80
        """
        if not isinstance(name, str):
            raise InvalidArgument(f"name must be a file's name in quotes, not {type(name).__name__}; see state.files")
        return self._backend.read(name)

    @text_commands("submit {answer}")
    def submit(self, answer: Any) -> Submission:
        """Hand in the task's answer, in the form that the task asks for: plain numbers, texts, lists, dicts or numpy
        arrays. It is judged at the end of the task, out of sight; only the answer that was submitted last counts.

        Raises InvalidArgument where it has another form; it then does not count.

        >>> workspace.submit(100.0)
        Submission(number=1, understood='the number 100')
        """
        return self._backend.submit(answer)
