"""Reads episodes from files, whatever they were written as."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec

from embodied_codeact.contracts import Episode
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.trajectories.codec import decode_episode
from embodied_codeact.trajectories.mcap import is_mcap, read_mcap_episodes

_log = logging.getLogger(__name__)


def read_episodes(path: Path | str) -> Iterator[Episode]:
    """Yield the episodes of a file in order: of JSON Lines, or of a recording in MCAP. An incomplete last line, which a
    crash may leave, is passed over with a warning in the log.

    Raises:
        ConfigurationError: the file cannot be read, or a line is no episode or of a newer schema (named by number).
    """
    if is_mcap(path):
        yield from read_mcap_episodes(path)
        return
    for number, line in read_lines(path):
        try:
            yield decode_episode(line)
        except ValueError as error:
            if passes_over(path, number, line):
                return
            raise ConfigurationError(f"{path}, line {number}: {error}") from error


def read_lines(path: Path | str) -> Iterator[tuple[int, bytes]]:
    """Yield each line that is not blank with its number, from 1.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error


def passes_over(path: Path | str, number: int, line: bytes) -> bool:
    """Whether a line that cannot be read is the half of one that a crash left at the end; if so, the log says it."""
    if line.endswith(b"\n"):
        return False
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        _log.warning("%s, line %d: passed over an incomplete last line", path, number)
        return True
    return False
