"""``bench``: each figure stands beside a reference from the same run. No test asserts how fast anything is."""

from __future__ import annotations

import json
import sys

import pytest

from embodied_codeact.bench import bench_interpreter
from embodied_codeact.contracts import Measure
from tests.cli.support import error_line, invoke


@pytest.mark.usefixtures("counter_installed")
def test_each_figure_of_the_bridge_has_a_reference_and_their_ratio() -> None:
    done = invoke("bench", "bridge", "--environment", "counter", "--sandbox", "best", "--json")
    assert done.exit_code == 0, done.output
    measures = json.loads(done.stdout)
    assert [measure["name"] for measure in measures] == [
        "ping (control thread)",
        "observe (through the world)",
        "execute `1`",
    ]
    for measure in measures:
        assert measure["reference"]
        assert measure["value"] > 0
        assert measure["unit"] == "us"
        assert measure["ratio"] == pytest.approx(measure["value"] / measure["reference_value"])


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # jupyter_client's own
def test_the_figures_of_the_interpreter_are_those_of_its_measures() -> None:
    figures = bench_interpreter("best", rounds=1)
    measures = {(measure.name, measure.reference): measure for measure in figures.measures}
    call = measures["primitive call", "bare echo between two processes"]
    assert (figures.primitive_call_us, figures.primitive_call_ratio) == (call.value, call.ratio)
    assert figures.loop_ratio == measures["200,000 loops", "exec in this process"].ratio
    if any(line.startswith("Jupyter kernel") for line in figures.left_out):
        pytest.skip("the reference is not installed")

    def kernel_by_ours(name: str) -> float:
        measure: Measure = measures[name, "Jupyter kernel"]
        assert measure.reference_value is not None
        return measure.reference_value / measure.value

    assert figures.start_ratio == kernel_by_ours("fresh worker and its first script")
    assert figures.round_trip_ratio == kernel_by_ours("print(1)")
    assert figures.bridge_round_trip_ratio == kernel_by_ours("print(1) through the bridge")


def test_references_that_are_not_installed_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("ipykernel", "smolagents", "smolagents.local_python_executor"):
        monkeypatch.setitem(sys.modules, package, None)
    done = invoke("bench", "interpreter", "--sandbox", "best", "--json")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert [line.partition(":")[0] for line in figures["left_out"]] == ["Jupyter kernel", "smolagents"]
    assert all("embodied-codeact[bench]" in line for line in figures["left_out"])
    assert "start_ratio" not in figures
    assert figures["loop_ratio"] > 0
    assert figures["primitive_call_us"] > 0


def test_an_unknown_subject_is_named() -> None:
    assert "Did you mean 'bridge'?" in error_line(invoke("bench", "brige"))
    assert "unknown sandbox" in error_line(invoke("bench", "interpreter", "--sandbox", "strictt"))
