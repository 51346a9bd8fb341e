"""The wheel holds what it should, and works beside a user's own packages ``envs`` and ``primitives``."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

_NEEDED_SETUPTOOLS = 77
"""As in pyproject.toml: older ones do not know its licence field."""


def run(*command: object, cwd: Path, check: bool = True) -> str:
    """Run a command in a folder, without what would let this checkout be imported; return its standard output."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{words}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources: setuptools writes into the folder that it builds from."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("embodied_codeact", "envs", "primitives", "launch", "tests"):
        shutil.copytree(REPOSITORY / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, copy)
    major = int(importlib.metadata.version("setuptools").partition(".")[0])
    isolation = ["--no-isolation"] if major >= _NEEDED_SETUPTOOLS else []
    run(sys.executable, "-m", "build", "--wheel", *isolation, "--outdir", copy / "dist", copy, cwd=copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of a new environment: the wheel, and this environment's packages without our editable install."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--quiet"]
    run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=home)
    own = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    # Folders named in a .pth come last, and the .pth files within them, an editable install's among them, do not count.
    (Path(own) / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return home / "bin"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's project with packages of its own that have the names of our folders, and must not be imported."""
    for name in ("envs", "primitives", "launch", "tests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise AssertionError('the user's own {name!r} was imported')\n")
    return tmp_path


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"embodied_codeact"}

    expected = {f"embodied_codeact/{name}" for name in ("py.typed", "__main__.py", "cli/__init__.py")}
    for folder, pattern in (("envs", "*.py"), ("primitives", "*.py"), ("launch", "*.yaml")):
        found = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / folder).rglob(pattern)}
        assert found
        expected |= {f"embodied_codeact/{name}" for name in found if not name.endswith("conftest.py")}
    prompts = list((REPOSITORY / "embodied_codeact" / "agent" / "prompts").glob("*.txt"))
    assert prompts
    expected |= {path.relative_to(REPOSITORY).as_posix() for path in prompts}
    assert expected <= names
    assert not {name for name in names if "/test_" in name or "/tests/" in name or "__pycache__" in name}


def test_the_installed_package_is_the_one_that_runs(installed: Path, project: Path) -> None:
    code = "import embodied_codeact, embodied_codeact.envs.household as h; print(embodied_codeact.__file__, h.__file__)"
    for file in run(installed / "python", "-c", code, cwd=project).split():
        assert Path(file).is_relative_to(installed.parent)


def test_doctor_beside_packages_of_the_same_names(installed: Path, project: Path) -> None:
    shown = run(installed / "embodied-codeact", "doctor", "--json", cwd=project, check=False)
    report = json.loads(shown)
    assert report["ok"] is True, report
    assert "household" in report["environments"]


def test_an_episode_beside_packages_of_the_same_names(installed: Path, project: Path) -> None:
    """With ``-m`` the user's folder is where Python looks first for modules, in the server's processes too."""
    words = ["-m", "embodied_codeact", "run", "household", "--sandbox", "best", "--json", "--out", "kept.jsonl"]
    summary = json.loads(run(installed / "python", *words, cwd=project))
    assert summary["success"] is True
    assert (project / "kept.jsonl").stat().st_size > 0
