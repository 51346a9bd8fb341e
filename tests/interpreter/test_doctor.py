"""The doctor says what the machine gives, and agrees with the interpreter."""

from __future__ import annotations

from embodied_codeact import doctor
from embodied_codeact.interpreter.host import Interpreter
from embodied_codeact.interpreter.sandbox import LAYERS


def test_the_report_agrees_with_the_interpreter() -> None:
    report = doctor.examine()
    found = {check.name: check.ok for check in report.checks if check.group == "sandbox"}
    assert list(found) == [layer.name for layer in LAYERS]
    with Interpreter(sandbox="best") as interpreter:
        assert interpreter.layers == [name for name, ok in found.items() if ok]
    assert report.strict == all(found.values())
    assert report.ok
    missing = [check for check in report.checks if not check.ok]
    assert all(check.detail and check.remedy for check in missing)
