"""A type error and a wrong doctest planted in envs/ and primitives/ are caught through the links of the package."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources, links included."""
    for name in ("embodied_codeact", "envs", "primitives", "launch"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.slow  # each checks the whole package
@pytest.mark.parametrize("folder", ["envs", "primitives"])
def test_a_planted_type_error_is_caught(copy: Path, folder: str) -> None:
    (copy / folder / "planted.py").write_text('"""Planted."""\n\nwrong: int = "text"\n')
    # The rest of the package is checked by `make lint`; here its modules are only looked up.
    command = [sys.executable, "-m", "mypy", "--follow-imports=silent", "-m", f"embodied_codeact.{folder}.planted"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{folder}/planted.py:3: error" in done.stdout


def test_the_configured_check_reaches_the_linked_folders(copy: Path) -> None:
    """`mypy` without arguments, as `make lint` calls it, sees the modules behind the links."""
    # What `make lint` has found of the modules that are as they were need not be found again.
    if (REPOSITORY / ".mypy_cache").is_dir():
        shutil.copytree(REPOSITORY / ".mypy_cache", copy / ".mypy_cache")
    for folder in ("envs", "primitives"):
        (copy / folder / "planted.py").write_text('"""Planted."""\n\nwrong: int = "text"\n')
    command = [sys.executable, "-m", "mypy"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    for folder in ("envs", "primitives"):
        assert f"{folder}/planted.py:3: error" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("folder", ["envs", "primitives"])
def test_a_wrong_doctest_is_caught(copy: Path, folder: str) -> None:
    (copy / folder / "planted.py").write_text('"""Planted.\n\n>>> 1 + 1\n3\n"""\n')
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0", f"embodied_codeact/{folder}"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "planted.py" in done.stdout
    assert "Expected:" in done.stdout
