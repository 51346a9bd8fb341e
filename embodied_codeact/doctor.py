"""What this machine gives: each layer of confinement, tried for real, and the packages that the extras need."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import msgspec

from embodied_codeact.errors import OperatorError
from embodied_codeact.interpreter.forkserver import ForkServer
from embodied_codeact.interpreter.records import ScriptLimits
from embodied_codeact.interpreter.sandbox import LAYERS

_CORE = ("pyzmq", "msgspec", "numpy", "typer", "rich", "pyyaml", "prompt-toolkit", "landlockpy", "pyseccomp")
_EXTRAS = {
    "household": ("textworld", "alfworld"),
    "tabletop": ("pybullet", "gymnasium"),
    "models": ("transformers", "torch"),
    "science": ("scipy", "sympy", "pandas", "scikit-learn", "matplotlib"),
}


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at. ``detail`` is what was found or what is missing; ``remedy`` says what to do."""

    group: Literal["system", "sandbox", "core", "extra"]
    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""


class Report(msgspec.Struct, frozen=True):
    """Everything that was looked at. ``strict`` says whether scripts can be confined by all layers."""

    checks: list[Check]
    strict: bool

    @property
    def ok(self) -> bool:
        """Whether the core works here; missing extras and layers do not count."""
        return all(check.ok for check in self.checks if check.group in ("system", "core"))


def examine() -> Report:
    """Look at this machine. Starts a process for a moment, in which the layers are tried."""
    sandbox = _sandbox()
    checks = [_python(), *sandbox, *(_package("core", name, "embodied-codeact") for name in _CORE)]
    for extra, names in _EXTRAS.items():
        checks += [_package("extra", name, f"embodied-codeact[{extra}]") for name in names]
    return Report(checks, strict=all(check.ok for check in sandbox))


def _python() -> Check:
    return Check("system", "python", True, f"{platform.python_version()} on {platform.system()} {platform.release()}")


def _sandbox() -> list[Check]:
    server = None
    try:
        server = ForkServer((), ScriptLimits())
        missing = server.probe()
    except OperatorError as error:
        missing = {layer.name: str(error) for layer in LAYERS}
    finally:
        if server is not None:
            server.close()
    return [
        Check("sandbox", layer.name, not missing[layer.name], missing[layer.name] or layer.purpose, layer.remedy)
        for layer in LAYERS
    ]


def _package(group: Literal["core", "extra"], name: str, requirement: str) -> Check:
    try:
        return Check(group, name, True, version(name))
    except PackageNotFoundError:
        return Check(group, name, False, "not installed", f"pip install '{requirement}'")
