"""The benchmark of ``hf:`` models. How fast anything is depends on the machine; what it says does not."""

from __future__ import annotations

import pytest

from embodied_codeact.models.hf.bench import TURNS, bench_hf


def test_each_figure_has_a_reference_and_the_replies_agree(capfd: pytest.CaptureFixture[str]) -> None:
    measures = {measure.name: measure for measure in bench_hf(hidden=64, layers=1, reply_tokens=8, repeats=1)}
    assert len(measures) == 5
    assert measures["their replies that are the same"].ratio == 1
    assert measures["replies that are the same"].ratio == 1
    computed = measures[f"tokens computed in turn {TURNS}"]
    assert computed.ratio is not None
    assert computed.ratio < 0.4
    assert all(measure.ratio and measure.value > 0 for measure in measures.values())
    assert capfd.readouterr() == ("", "")
