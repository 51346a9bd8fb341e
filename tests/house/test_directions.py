"""Who may import whom (DESIGN: the core never imports envs or primitives, ...), read from the sources themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

CORE = "embodied_codeact"

# From each layer, which of our modules it may import. The first prefix that fits a module decides.
ALLOWED: list[tuple[str, tuple[str, ...]]] = [
    ("embodied_codeact.errors", ()),
    ("embodied_codeact.contracts", ("embodied_codeact.contracts",)),
    (
        "embodied_codeact.primitives",
        ("embodied_codeact.primitives", "embodied_codeact.contracts", "embodied_codeact.errors"),
    ),
    (
        "embodied_codeact.envs",
        (
            "embodied_codeact.envs",
            "embodied_codeact.primitives",
            "embodied_codeact.contracts",
            "embodied_codeact.errors",
            "embodied_codeact.controller",
            "embodied_codeact.bridge.security",
        ),
    ),
    (
        "embodied_codeact.controller",
        (
            "embodied_codeact.controller",
            "embodied_codeact.bridge.framing",
            "embodied_codeact.bridge.endpoints",
            "embodied_codeact.bridge.security",
            "embodied_codeact.wire",
            "embodied_codeact.contracts",
            "embodied_codeact.errors",
        ),
    ),
]

# Layers of the core that must not know each other.
FORBIDDEN: list[tuple[str, tuple[str, ...]]] = [
    (
        "embodied_codeact.agent",
        ("embodied_codeact.bridge", "embodied_codeact.interpreter", "zmq", "textworld", "pybullet"),
    ),
    ("embodied_codeact.models", ("embodied_codeact.bridge", "embodied_codeact.interpreter", "zmq")),
    ("embodied_codeact.bridge", ("embodied_codeact.agent", "embodied_codeact.models", "textworld", "pybullet")),
    (
        "embodied_codeact.interpreter",
        (
            "embodied_codeact.agent",
            "embodied_codeact.models",
            "embodied_codeact.bridge",
            "embodied_codeact.registry",
            "zmq",
            "textworld",
        ),
    ),
    ("embodied_codeact", ("embodied_codeact.envs", "embodied_codeact.primitives")),
]


def imports_of(source: str) -> set[str]:
    """Every module that a source names in an import, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.ImportFrom):
            raise AssertionError("imports are written with the full name")
    return found


def below(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


def violations(module: str, imported: set[str]) -> list[str]:
    """The imports that a module of ours must not have."""
    for layer, allowed in ALLOWED:
        if below(module, layer):
            ours = {name for name in imported if below(name, CORE) and name != CORE}
            return sorted(name for name in ours if not any(below(name, prefix) for prefix in allowed))
    found: set[str] = set()
    for layer, forbidden in FORBIDDEN:
        if below(module, layer):
            found |= {name for name in imported if any(below(name, prefix) for prefix in forbidden)}
    return sorted(found)


def our_modules() -> list[tuple[str, Path]]:
    modules: list[tuple[str, Path]] = []
    for folder, package in (("embodied_codeact", CORE), ("envs", f"{CORE}.envs"), ("primitives", f"{CORE}.primitives")):
        root = REPOSITORY / folder
        for path in sorted(root.rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if path.name == "conftest.py" or (folder == CORE and parts[0] in ("envs", "primitives", "launch")):
                continue
            modules.append((".".join([package, *(part for part in parts if part != "__init__")]), path))
    return modules


def test_every_module_keeps_the_direction_rules() -> None:
    modules = our_modules()
    assert len(modules) > 40, "the sources were not found"
    broken = {name: bad for name, path in modules if (bad := violations(name, imports_of(path.read_text())))}
    assert not broken


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("embodied_codeact.agent.loop", "import zmq"),
        ("embodied_codeact.bridge.server", "from embodied_codeact.envs.household import environment"),
        ("embodied_codeact.interpreter.worker", "import embodied_codeact.registry"),
        ("embodied_codeact.envs.household.adapter", "from embodied_codeact import bridge"),
        ("embodied_codeact.controller.server", "from embodied_codeact.primitives import arm_types"),
        ("embodied_codeact.controller.client", "from embodied_codeact.bridge.client import EnvironmentClient"),
        ("embodied_codeact.primitives.household", "from embodied_codeact.envs import household"),
        ("embodied_codeact.contracts.records", "from embodied_codeact import errors"),
    ],
)
def test_a_planted_import_is_seen(module: str, source: str) -> None:
    assert violations(module, imports_of(source))


def test_the_links_point_to_the_top_level_folders() -> None:
    for name in ("envs", "primitives", "launch"):
        link = REPOSITORY / "embodied_codeact" / name
        assert link.is_symlink()
        assert link.resolve() == REPOSITORY / name


def test_nothing_else_stands_at_the_top_level() -> None:
    allowed = {"embodied_codeact", "envs", "primitives", "tests", "launch", "docs", "examples"}
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    folders = {line.split("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    assert {name for name in folders if not name.startswith(".")} <= allowed
