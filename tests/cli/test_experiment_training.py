"""``experiment training``: what cannot be compared is refused before anything is made."""

from __future__ import annotations

from pathlib import Path

from tests.cli.support import error_line, invoke


def test_a_recipe_without_some_form_of_action_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = error_line(invoke("experiment", "training", "--recipe", "embedded", "--out", out))
    assert said == "the recipe 'embedded' has no source with action: json"
    assert "Did you mean 'formats'?" in error_line(invoke("experiment", "training", "--suite", "formts", "--out", out))
    assert "Did you mean 'layers'" in error_line(invoke("experiment", "training", "-o", "layer=1", "--out", out))
    assert not out.exists()
