"""Reads episodes back from recordings in MCAP (``embodied_codeact.recording`` writes them).

A recording holds each episode three times over: as it began (``TASK``), each of its turns (``TURNS``), and as it ended
(``EPISODE``). The last is the trajectory itself; where a crash took it, the episode is put together from the others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec
from msgspec.structs import replace

from embodied_codeact.contracts import Episode, Message, Status, Turn
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.trajectories.codec import decode_episode

TASK, TURNS, EPISODE = "/task", "/turns", "/episode"
MAGIC = b"\x89MCAP0\r\n"
_MOST_BYTES = 1 << 30
"""Of one record: more is damage."""
CUT_OFF = "the recording breaks off here"

_log = logging.getLogger(__name__)


class _Kept(msgspec.Struct):
    """What a message keeps for whoever reads episodes."""

    record: str


def is_mcap(path: Path | str) -> bool:
    """Whether a file is a recording in MCAP, by its first bytes."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def read_mcap_episodes(path: Path | str) -> Iterator[Episode]:
    """Yield the episodes of a recording in order. One that a crash left without its end is put together from its turns,
    ends with ``"error"``, and is told of by a warning in the log.

    Raises:
        ConfigurationError: the file cannot be read, or is no recording of this project.
    """
    begun: Episode | None = None
    turns: list[Turn] = []
    try:
        for topic, data in _messages(path):
            record = msgspec.json.decode(data, type=_Kept).record.encode()
            if topic == TURNS:
                turns.append(msgspec.json.decode(record, type=Turn))
                continue
            if begun is not None and topic == TASK:
                yield _cut_off(path, begun, turns)
            begun = decode_episode(record)
            if topic == EPISODE:
                yield begun
                begun = None
            turns = []
    except ValueError as error:
        raise ConfigurationError(f"{path} is damaged, or no recording of this project: {error}") from error
    if begun is not None:
        yield _cut_off(path, begun, turns)


def _cut_off(path: Path | str, begun: Episode, turns: list[Turn]) -> Episode:
    _log.warning("%s: the last %d turns are of an episode that was cut off", path, len(turns))
    messages = list(begun.messages)
    for turn in turns:
        messages.append(Message("assistant", turn.reply))
        if turn.observation:
            messages.append(Message("user", turn.observation))
    status = turns[-1].status if turns else Status()
    return replace(begun, turns=turns, messages=messages, status=status, end="error", error=CUT_OFF)


def _messages(path: Path | str) -> Iterator[tuple[str, bytes]]:
    """Yield topic and data of what concerns episodes, as far as the file goes."""
    try:
        import mcap.exceptions
        import mcap.records
        import zstandard
    except ImportError as error:
        raise ConfigurationError(
            f"reading {path} needs mcap, which is not installed: pip install 'embodied-codeact[record]'"
        ) from error
    try:
        with Path(path).open("rb") as file:
            topics: dict[int, str] = {}
            for record in _records(file):
                if isinstance(record, mcap.records.Channel):
                    topics[record.id] = record.topic
                elif isinstance(record, mcap.records.Message):
                    topic = topics.get(record.channel_id, "")
                    if topic in (TASK, TURNS, EPISODE):
                        yield topic, record.data
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error
    except (mcap.exceptions.McapError, zstandard.ZstdError, MemoryError, OverflowError) as error:
        raise ConfigurationError(f"{path} is damaged, or no recording: {error or 'too large a record'}") from error


def _records(file: IO[bytes]) -> Iterator[object]:
    """Yield the records of a file in their order, up to where a crash cut it off. Not by the index: that is at the end,
    which such a file does not have."""
    import struct

    import mcap.exceptions
    from mcap.stream_reader import StreamReader

    try:
        yield from StreamReader(file, record_size_limit=_MOST_BYTES).records
    except (mcap.exceptions.EndOfFile, struct.error):
        _log.warning("%s was cut off; it is read as far as it goes", getattr(file, "name", "the recording"))
