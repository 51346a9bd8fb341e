"""Fixtures for all tests: real data where it is, and no process left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support import counter

# A run in the background ignores Ctrl-C and hang-ups, and all that a test starts would too.
for _number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number is signal.SIGINT else signal.SIG_DFL)

# The expert plays where a test names no model: it is there at once, and always does the same.
os.environ["EMBODIED_CODEACT_MODEL"] = "expert"

REPOSITORY = Path(__file__).resolve().parent.parent


def find_data() -> Path | None:
    """Return the folder of real games and recorded episodes, None where there is none."""
    named = os.environ.get("EMBODIED_CODEACT_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real games and recorded episodes; a test that needs it is skipped where it is missing."""
    folder = find_data()
    if folder is None:
        pytest.skip("real data are missing: set EMBODIED_CODEACT_DATA, or put them at ../shared/data")
    return folder


@pytest.fixture(autouse=True)
def no_process_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a child process of its own behind."""
    me = psutil.Process()
    before = {child.pid for child in me.children(recursive=True)}
    yield
    # A fixture of wider scope may keep its server; it says so by the marker.
    if request.node.get_closest_marker("keeps_processes"):
        return
    left = [child for child in me.children(recursive=True) if child.pid not in before]
    _, alive = psutil.wait_procs(left, timeout=5)
    assert not alive, f"processes left behind: {[' '.join(child.cmdline()) for child in alive]}"


@pytest.fixture
def counter_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environments ``counter`` and ``faulty-counter``, installed as a third party's package would be."""
    folder = tmp_path / "site"
    folder.mkdir()
    counter.install(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(REPOSITORY)]))
