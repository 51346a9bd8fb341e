"""One episode as one line of JSON.

Bytes (figures) are base64. Arrays become nested lists: JSON has no arrays of a type, and a reader of trajectories
should need no numpy. What is not plain data at all is kept as its ``repr`` rather than losing the episode.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from embodied_codeact.contracts import SCHEMA_VERSION, Episode

OLDEST_SCHEMA = 1
EPISODE_START = b'{"task":'
"""How every line begins, since ``task`` is the first field of ``Episode``."""


class _Versioned(msgspec.Struct):
    schema: int = 1


def encode_episode(episode: Episode) -> bytes:
    """Return the line, without its end."""
    return encode_plain(episode)


def encode_plain(value: Any) -> bytes:
    """Return a record, or what an adapter or a script made, as JSON."""
    try:
        return msgspec.json.encode(value, enc_hook=_plain)
    except (UnicodeEncodeError, TypeError):
        # Lone surrogates and keys that are no strings: a script may print or return them.
        return msgspec.json.encode(_portable(msgspec.to_builtins(value, enc_hook=_plain)))


def decode_episode(line: bytes) -> Episode:
    """Read one line.

    Raises:
        ValueError: the line is not JSON, not an episode, or of a schema that this version does not read.
    """
    schema = msgspec.json.decode(line, type=_Versioned).schema
    if schema < OLDEST_SCHEMA:
        raise ValueError(
            f"written by an older version (schema {schema}, this version reads {OLDEST_SCHEMA} to {SCHEMA_VERSION}): "
            "read it with the embodied-codeact that wrote it"
        )
    if schema > SCHEMA_VERSION:
        raise ValueError(
            f"written by a newer version (schema {schema}, this version reads up to {SCHEMA_VERSION}): "
            "upgrade embodied-codeact"
        )
    return msgspec.json.decode(line, type=Episode)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return repr(value)


def _portable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_portable(key if isinstance(key, str) else repr(key)): _portable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_portable(item) for item in value]
    return value
