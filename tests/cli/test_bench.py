"""``bench``: each figure stands beside a reference from the same run. No test asserts how fast anything is."""

from __future__ import annotations

import json

import pytest

from tests.cli.support import error_line, invoke


@pytest.mark.usefixtures("counter_installed")
def test_each_figure_has_a_reference_and_their_ratio() -> None:
    done = invoke("bench", "--environment", "counter", "--sandbox", "best", "--json")
    assert done.exit_code == 0, done.output
    measures = json.loads(done.stdout)
    assert [measure["name"] for measure in measures] == [
        "fresh worker and its first script",
        "print(1)",
        "200,000 loops",
        "ping (control thread)",
        "observe (through the world)",
        "execute `1`",
    ]
    for measure in measures:
        assert measure["reference"]
        assert measure["value"] > 0
        assert measure["unit"] == "us"
        assert measure["ratio"] == pytest.approx(measure["value"] / measure["reference_value"])


def test_an_unknown_subject_is_named() -> None:
    assert "Did you mean 'bridge'?" in error_line(invoke("bench", "brige"))
    assert "unknown sandbox" in error_line(invoke("bench", "interpreter", "--sandbox", "strictt"))
