"""The published documentation of the tasks is what the tasks say."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.envs.tabletop.tasks import ALL_TASKS
from embodied_codeact.envs.tabletop.tasks.documentation import with_tasks

DOCUMENT = Path(__file__).parents[4] / "docs" / "tabletop.md"


def test_the_document_is_up_to_date() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == with_tasks(text), "run python -m embodied_codeact.envs.tabletop.tasks.documentation docs/tabletop.md"
    assert all(f"### {name}\n" in text for name in ALL_TASKS)


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a line"):
        with_tasks("# Another document\n")
