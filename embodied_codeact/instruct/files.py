"""Files of training data: each is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct.conversations import COLLECTION, CONVERSATIONS


def refuse_input(out: Path, read: Path) -> None:
    """Refuse to write over what is read.

    Raises:
        ConfigurationError: ``out`` is ``read``, or the file of conversations in that folder.
    """
    if out.resolve() in (read.resolve(), (read / CONVERSATIONS).resolve()):
        raise ConfigurationError(f"{out} is what is read here; choose another file")


def refuse_collection(folder: Path) -> None:
    """Refuse to write conversations into a folder that a collection was begun in.

    Raises:
        ConfigurationError: it is one; its episodes would be lost.
    """
    if (folder / COLLECTION).exists():
        raise ConfigurationError(f"{folder} holds a collection, whose episodes would be lost; choose another file")


@contextlib.contextmanager
def replacing(*files: Path) -> Iterator[list[Path]]:
    """Yield where to write; what is written there takes the place of ``files`` when all went well.

    Raises:
        ConfigurationError: they cannot be written there.
    """
    drafts = [file.with_name(f".{file.name}.{os.getpid()}.part") for file in files]
    try:
        for file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
        yield drafts
        for draft, file in zip(drafts, files, strict=True):
            draft.replace(file)
    except OSError as error:
        raise ConfigurationError(f"{', '.join(map(str, files))}: cannot be written: {error.strerror}") from error
    finally:
        for draft in drafts:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)


def parquet_module() -> Any:
    """Return ``pyarrow.parquet``.

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise ConfigurationError(
            "Parquet needs pyarrow, which is not installed: pip install 'embodied-codeact[train]'"
        ) from error
    return parquet
