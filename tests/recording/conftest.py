"""Fixtures for recordings: an installed environment that can be filmed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.recording import filmed


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for files; the filmed counter is installed, as a third party's package would be."""
    with tempfile.TemporaryDirectory(prefix="film-", dir="/tmp") as name:
        folder = Path(name)
        (folder / "site").mkdir()
        filmed.install(folder / "site")
        monkeypatch.syspath_prepend(str(folder / "site"))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder / "site"), str(REPOSITORY)]))
        monkeypatch.setenv("TMPDIR", name)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield folder
