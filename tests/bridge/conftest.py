"""Servers of the counter for the tests of the bridge."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.errors import CommandRefused
from tests.conftest import REPOSITORY
from tests.support import counter


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnvironmentClient]:
    """A session with a counter, shared by the tests of a module; afterwards no process of it may be left."""
    folder = tmp_path_factory.mktemp("site")
    counter.install(folder)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), str(REPOSITORY)])
    try:
        with local_session("counter", sandbox="best") as session:
            yield session
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    left = [child for child in psutil.Process().children(recursive=True) if "embodied_codeact" in str(child.cmdline())]
    assert not left


@pytest.fixture
def endpoint(tmp_path: Path) -> str:
    """An ipc endpoint in a folder whose path is short enough for a socket."""
    return f"ipc://{tmp_path}" if len(str(tmp_path)) < 90 else f"ipc:///tmp/eca-test-{os.getpid()}"


def when_free(session: EnvironmentClient) -> None:
    """Run a script once nothing else runs any more."""
    for _ in range(500):
        try:
            session.execute("counter.add()", timeout_s=10)
            return
        except CommandRefused:
            time.sleep(0.02)
    pytest.fail("the server stayed busy")
