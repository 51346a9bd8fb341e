"""``bench``: each figure stands beside a reference from the same run. No test asserts how fast anything is."""

from __future__ import annotations

import json
import sys

import pytest

from embodied_codeact.bench import bench_bridge, bench_interpreter
from embodied_codeact.contracts import Measure
from tests.cli.support import error_line, invoke

BRIDGE = {
    "ping (control thread)": "us",
    "observe (through the world)": "us",
    "execute `1`": "us",
    "call that does nothing (tcp)": "us",
    "VGA RGB-D stream, raw": "Hz",
    "VGA RGB-D stream, raw, beside one message for both": "Hz",
    "VGA RGB-D stream, raw, all sent (tcp)": "Hz",
    "VGA RGB-D beside a slow subscriber": "Hz",
    "call that does nothing (tcp, CURVE)": "us",
    "joint states while a camera streams": "Hz",
    "gap between joint states, 99 %": "ms",
    "gap between joint states, longest": "ms",
    "VGA RGB-D pictures meanwhile (rendered)": "Hz",
}


@pytest.mark.slow  # it starts a server for each of many figures
@pytest.mark.usefixtures("counter_installed")
def test_each_figure_of_the_bridge_has_a_reference_and_their_ratio() -> None:
    measures = bench_bridge("counter", "best", arm="tabletop", calls=20, seconds=0.5)
    assert {measure.name: measure.unit for measure in measures} == BRIDGE
    for measure in measures[:-1]:
        assert measure.reference
        assert measure.value > 0
        assert measure.reference_value
        assert measure.ratio == pytest.approx(measure.value / measure.reference_value)


@pytest.mark.slow
@pytest.mark.usefixtures("counter_installed")
def test_the_bridge_is_measured_from_the_command_line() -> None:
    done = invoke("bench", "bridge", "--environment", "counter", "--sandbox", "best", "--json")
    assert done.exit_code == 0, done.output
    assert [measure["name"] for measure in json.loads(done.stdout)] == list(BRIDGE)


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


def test_a_fault_that_is_none_is_told_with_those_that_there_are() -> None:
    line = error_line(invoke("bench", "stop", "--fault", "earthquake"))
    assert "no fault is called so" in line
    assert "operator's halt" in line


@pytest.mark.slow
def test_stops_are_measured_on_a_controller() -> None:
    (figure,) = json.loads(invoke("bench", "stop", "--rounds", "2", "--fault", "operator", "--json").stdout)
    assert figure["fault"] == "operator's halt"
    assert (figure["rounds"], figure["latched"], figure["refused"], figure["still"]) == (2, 2, 2, 2)
    assert figure["beyond"] == ""
    assert 0 < figure["worst_ms"] < 2000
