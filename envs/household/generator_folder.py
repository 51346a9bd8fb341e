"""The folder that homes are written to: what it is for stands in it, so that a run that was cut short can go on."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from embodied_codeact.envs.household.builder import BUILDER_VERSION, UNFINISHED, whole_file
from embodied_codeact.envs.household.builder_alfworld import alfworld_data
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, OperatorError

MANIFEST = "generated.json"
_COUNT = "count"


class OutputFolder:
    """``arguments`` is all that the homes depend on; more of the same may be added later."""

    def __init__(self, path: Path, arguments: Mapping[str, Any]) -> None:
        self.path = path
        self._content = {"builder": BUILDER_VERSION, "alfworld": alfworld_data().digest[:12], **arguments}

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Make the folder ours, or see that it is, and keep other runs out of it meanwhile.

        Raises:
            ConfigurationError: it holds something else, or homes of other arguments, or another run writes to it.
            EnvironmentFailure: it cannot be written.
        """
        try:
            if self.path.exists() and not self.path.is_dir():
                raise ConfigurationError(f"{self.path} is a file: name a folder with --out")
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise file_error(self.path, error) from error
        try:
            # The system takes the lock back when this process ends, however it does.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._claim()
            yield
        except BlockingIOError as error:
            raise ConfigurationError(f"another run writes to {self.path}: wait for its end") from error
        finally:
            os.close(handle)

    def _claim(self) -> None:
        manifest = self.path / MANIFEST
        try:
            if manifest.is_file():
                self._check(manifest)
                self._clear_unfinished()
            elif any(path for path in self.path.iterdir() if not path.name.startswith(UNFINISHED)):
                raise ConfigurationError(
                    f"{self.path} is not empty, and was not written by this command: name a new or empty folder"
                )
            with whole_file(manifest) as file:
                file.write(json.dumps(self._content, indent=1, sort_keys=True) + "\n")
        except OSError as error:
            raise file_error(self.path, error) from error

    def _check(self, manifest: Path) -> None:
        try:
            there = json.loads(manifest.read_text("utf-8"))
        except ValueError as error:
            raise ConfigurationError(f"{manifest} is damaged ({error}): name a new or empty folder") from error
        ours = {**self._content}
        differing = [name for name in ours if name != _COUNT and there.get(name) != ours[name]]
        if differing:
            name = differing[0]
            raise ConfigurationError(
                f"{self.path} holds homes made with {name} {there.get(name)}, not {ours[name]}: "
                "name a new or empty folder"
            )
        if there.get(_COUNT, 0) > ours[_COUNT]:
            raise ConfigurationError(
                f"{self.path} is for {there[_COUNT]} homes, not {ours[_COUNT]}: name a new or empty folder"
            )

    def _clear_unfinished(self) -> None:
        """Remove what a run left that was killed in the middle of a file."""
        for path in self.path.rglob(f"{UNFINISHED}*"):
            path.unlink(missing_ok=True)


def file_error(path: Path, error: OSError) -> OperatorError:
    """Return the error that says that ``path`` cannot be written, and what can be done about it."""
    return EnvironmentFailure(
        f"{path} cannot be written ({error.strerror}): make room there, or see to its permissions; the same command "
        "then goes on where it stopped"
    )
