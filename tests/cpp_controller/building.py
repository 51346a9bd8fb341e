"""Builds the C++ controller once for all tests of a run, with the sanitizers on."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import REPOSITORY

SOURCES = REPOSITORY / "examples" / "cpp_controller"


class Built(NamedTuple):
    """Where the programs lie."""

    controller: Path
    echo_frames: Path
    plan_stop: Path


def skip_without_tools() -> None:
    """Skip the test where the controller cannot be built, saying what is missing."""
    for tool in ("make", "g++"):
        if shutil.which(tool) is None:
            pytest.skip(f"the C++ controller cannot be built: there is no {tool}")
    probe = ["g++", "-std=c++17", "-fsyntax-only", "-x", "c++", "-"]
    found = subprocess.run(probe, input="#include <zmq.h>\n", text=True, capture_output=True, check=False)
    if found.returncode:
        pytest.skip("the C++ controller cannot be built: there is no zmq.h (Debian's libzmq3-dev has it)")


def build(shared: Path) -> Built:
    """Build into a folder that all processes of this test run share; the first one builds, the others wait. With the
    environment variable CPP_CONTROLLER_BUILD, into that folder, which may be kept from run to run."""
    skip_without_tools()
    shared = Path(os.environ.get("CPP_CONTROLLER_BUILD", shared))
    shared.mkdir(parents=True, exist_ok=True)
    with (shared / "cpp_controller.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = shared / "cpp_controller"
        words = [
            "make",
            "-j2",
            "-C",
            SOURCES,
            f"BUILD={folder}",
            "SANITIZE=1",
            "CXXFLAGS=-O0 -g1",
            "all",
            "checks",
        ]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return Built(folder / "eca-controller", folder / "echo-frames", folder / "plan-stop")
