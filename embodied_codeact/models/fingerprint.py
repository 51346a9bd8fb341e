"""Tells whether a model that is named alike is still the same one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.models.embedded import CHECKPOINT

_PART = 1 << 20
_FILES = (".json", ".jinja", ".safetensors", ".bin", ".pt", ".model", ".txt")


def fingerprint(spec: str) -> str:
    """Return a digest of the files that a model is made of; empty where it has none here (an endpoint, the expert), and
    for recordings, to which more may be added.

    Of large files it covers name, size, the first megabyte and the last: weights that were trained again differ there.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    kind, _, rest = spec.partition(":")
    place = CHECKPOINT if kind == "embedded" else Path(rest) if kind in ("hf", "script") and rest else None
    if place is None or not place.exists():
        return ""
    files = [place] if place.is_file() else sorted(path for path in place.iterdir() if path.suffix in _FILES)
    digest = hashlib.sha256()
    try:
        for file in files:
            digest.update(f"{file.name} {file.stat().st_size}\n".encode())
            with file.open("rb") as data:
                digest.update(data.read(_PART))
                if file.stat().st_size > 2 * _PART:
                    data.seek(-_PART, 2)
                digest.update(data.read())
    except OSError as error:
        raise ConfigurationError(f"cannot read {error.filename}: {error.strerror}") from error
    return digest.hexdigest()[:16]
