"""A model that runs one script and finishes: for oracles, baselines and tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from embodied_codeact.contracts import Message, Reply
from embodied_codeact.errors import ConfigurationError

DONE = "<solution>The script has run.</solution>"


class ScriptModel:
    """Replies with the same script in each episode, whatever the task says, and then finishes."""

    def __init__(self, code: str, name: str = "script") -> None:
        self.name = name
        self._code = code
        self._replies = [f"<execute>\n{code}\n</execute>", DONE]
        self._position = 0

    @classmethod
    def from_file(cls, path: Path | str) -> Self:
        """Read the script from a Python file.

        Raises:
            ConfigurationError: the file cannot be read, or holds what would end the script early.
        """
        try:
            code = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"cannot read the script {path}: {error}") from error
        if "</execute>" in code:
            raise ConfigurationError(f"{path} holds '</execute>', which would end the script there")
        return cls(code.strip("\n"), name=f"script:{Path(path).name}")

    def for_episode(self) -> ScriptModel:
        """Return a model with the same script, for an episode at the same time."""
        return ScriptModel(self._code, self.name)

    def start_episode(self) -> None:
        self._position = 0

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        """Return the script; after that, the finish."""
        del messages, stop, max_tokens
        reply = self._replies[min(self._position, 1)]
        self._position += 1
        return Reply(reply)
