"""The table of ``docs/security.md``: every attack, and what stops it.

``python -m tests.interpreter.adversarial.table`` writes it anew.
"""

from __future__ import annotations

from pathlib import Path

from tests.conftest import REPOSITORY
from tests.interpreter.adversarial.attacks import ATTACKS, HOST
from tests.interpreter.adversarial.scene import ALL_LAYERS

PAGE = REPOSITORY / "docs" / "security.md"
_BEGIN, _END = "<!-- attacks: begin -->\n", "<!-- attacks: end -->\n"
_COLUMNS = (*(layer for layer in ALL_LAYERS if any(layer in attack.stopped_by for attack in ATTACKS)), HOST)


def table() -> str:
    """The table as Markdown."""
    rows = [["attempt", *_COLUMNS], ["---", *("---" for _ in _COLUMNS)]]
    aim = ""
    for attack in ATTACKS:
        if attack.aim != aim:
            aim = attack.aim
            rows.append([f"**{aim}**", *("" for _ in _COLUMNS)])
        rows.append([attack.name, *("x" if column in attack.stopped_by else "" for column in _COLUMNS)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def in_page(page: str) -> tuple[str, str, str]:
    """The page before its table, the table, and what follows."""
    before, begin, rest = page.partition(_BEGIN)
    found, end, after = rest.partition(_END)
    return before + begin, found, end + after


def write(path: Path = PAGE) -> None:
    """Put the table into the page."""
    before, _, after = in_page(path.read_text())
    path.write_text(before + table() + after)


if __name__ == "__main__":
    write()
