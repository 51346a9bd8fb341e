"""The C++ controller passes what proves any controller; and it is built by CMake as well, without the sanitizers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from embodied_codeact.bridge.security import create_keys
from embodied_codeact.controller import conformance
from tests.cpp_controller.building import SOURCES, skip_without_tools
from tests.cpp_controller.commanding import controller


def test_every_check_of_conformance_passes(endpoint: str) -> None:
    probe, _ = conformance.connect(endpoint)
    try:
        verdicts = conformance.prove(probe)
    finally:
        probe.close()
    assert len(verdicts) == len(conformance.ALL)
    assert [verdict for verdict in verdicts if not verdict.passed] == []


@pytest.mark.slow
def test_a_release_build_by_cmake_conforms_over_curve_at_1_khz(tmp_path: Path) -> None:
    skip_without_tools()
    for tool in ("cmake", "pkg-config"):
        if shutil.which(tool) is None:
            pytest.skip(f"there is no {tool}")
    build = tmp_path / "build"
    for words in (["-S", str(SOURCES), "-B", str(build)], ["--build", str(build), "--parallel", "2"]):
        done = subprocess.run(["cmake", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    server, client = create_keys(tmp_path, "controller"), create_keys(tmp_path / "allowed", "commander")
    options = ("--rate", "1000", "--key", str(server.secret), "--allow", str(client.public.parent))
    with controller(build / "eca-controller", *options) as endpoint:
        command = [sys.executable, "-m", "embodied_codeact", "conformance", endpoint]
        keys = ["--key", str(client.secret), "--server-key", str(server.public)]
        done = subprocess.run([*command, *keys], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
