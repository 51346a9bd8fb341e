"""What docs/security.md says about attacks is what is tested."""

from __future__ import annotations

from tests.interpreter.adversarial.attacks import ATTACKS
from tests.interpreter.adversarial.table import PAGE, in_page, table


def test_the_page_shows_the_attacks_as_they_are_tested() -> None:
    _, found, _ = in_page(PAGE.read_text())
    assert found == table(), "run: python -m tests.interpreter.adversarial.table"


def test_names_are_unique() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 50
