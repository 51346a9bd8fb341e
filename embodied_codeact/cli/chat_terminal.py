"""A person's lines at a terminal: history, completion and editing by prompt_toolkit."""

from __future__ import annotations

import contextlib
import sys
import termios
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from embodied_codeact.cli.chat_input import completions

_PROMPT, _WARNING = "bold ansicyan", "bold ansired"
_MENU_LINES = 5


class TerminalInput:
    """Satisfies :class:`~embodied_codeact.cli.chat_input.LineInput`."""

    def __init__(
        self, choices: Callable[[str], Sequence[str]], names: Callable[[], Sequence[str]], history: Path
    ) -> None:
        self._instructions: PromptSession[str] = PromptSession(
            history=_history(history),
            completer=_ChatCompleter(choices, names),
            # As one types, a completion would come in between when it is asked for.
            complete_while_typing=False,
            reserve_space_for_menu=_MENU_LINES,
        )
        self._answers: PromptSession[str] = PromptSession(history=InMemoryHistory())

    def instruction(self, prompt: str, *, warning: str = "", draft: str = "") -> str:
        """Read a line; the tabulator completes commands and names."""
        shown = [(_WARNING, f"{warning} ")] if warning else []
        return self._instructions.prompt(FormattedText([*shown, (_PROMPT, prompt)]), default=draft)

    def answer(self, prompt: str) -> str:
        """Read a line."""
        with contextlib.suppress(termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        return self._answers.prompt(FormattedText([(_PROMPT, prompt)]))


class _ChatCompleter(Completer):
    def __init__(self, choices: Callable[[str], Sequence[str]], names: Callable[[], Sequence[str]]) -> None:
        self._choices = choices
        self._names = names

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        del complete_event
        line = document.text_before_cursor.lstrip()
        for text, replaced in completions(line, self._choices, self._names()):
            yield Completion(text, start_position=-replaced)


def _history(path: Path) -> History:
    """The lines of earlier chats; those of this one alone where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
