"""Looks at a Z-machine file before it is played: the interpreter ends the whole process over one that is damaged.

The header is that of The Z-Machine Standards Document 1.1, section 11: the version in byte 0, the length of the file,
divided by 2, 4 or 8, in the word at 0x1A, and the sum of all bytes from 0x40 on in the word at 0x1C.
"""

from __future__ import annotations

from pathlib import Path

from embodied_codeact.errors import ConfigurationError

_HEADER = 0x40
_LENGTH, _CHECKSUM = 0x1A, 0x1C


def check_story_file(path: Path) -> None:
    """Look whether a file is a whole story file.

    Raises:
        ConfigurationError: it cannot be read, is none, or is damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    version = content[0] if content else 0
    if len(content) < _HEADER or path.suffix != f".z{version}":
        raise ConfigurationError(f"{path}: is no {path.suffix} story file: make it anew")
    length = _word(content, _LENGTH) * (2 if version <= 3 else 4 if version <= 5 else 8)
    # Early files give neither, and are played as they are.
    if length and (len(content) < length or sum(content[_HEADER:length]) & 0xFFFF != _word(content, _CHECKSUM)):
        raise ConfigurationError(f"{path}: is damaged (its length or checksum is wrong): make it anew")


def _word(content: bytes, place: int) -> int:
    return int.from_bytes(content[place : place + 2], "big")
