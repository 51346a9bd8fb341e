"""``report``: what it prints and writes, and how it fails."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from embodied_codeact.evaluation.run_folder import EPISODES, FAULTS, MANIFEST
from tests.cli.support import error_line, invoke
from tests.evaluation.made import episode, trials, write_episodes, write_run


def test_a_run_at_a_terminal(tmp_path: Path) -> None:
    made = [
        episode("a", ["KeyError", "run"]),
        episode("b", ["run"], success=False, end="turns", kind="hard"),
        episode("c", end="error", error="the endpoint is gone"),
    ]
    run = write_run(tmp_path / "night", made, trials("a", "b", "c", "d"))
    write_episodes(run / FAULTS, [episode("d", end="error", error=why) for why in ("no answer", "still none")])
    result = invoke("report", run)
    assert result.exit_code == 0, result.output
    shown = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert shown[0] == f"night: {run}"
    assert shown[1:5] == [
        "kitchen: m, code",
        "incomplete: 1 of 4 episodes have not ended",
        "1 episode not scored, since the system failed: the endpoint is gone",
        "2 attempts failed by the system are in faults.jsonl; the first: no answer",
    ]
    for line in (
        "night 2 1 50.0 % 9.5–90.5 % 1.50 3.00 165 2.0 s",
        "hard 1 0 0.0 % 0.0–79.3 %",
        "night 0.0 % 50.0 % 50.0 % 50.0 % 50.0 %",
        "KeyError 1 1 1 33.3 % 50.0 % 100.0 %",
        "fault the endpoint is gone 1",
        "Published: MINT, ALFWorld: success by turn budget",
        "CodeActAgent-Llama-2-7b 0.0 % 44.78 % 50.75 % 76.87 % 83.58 %",
    ):
        assert line in shown, result.stdout
    assert all("Traceback" not in line for line in shown)


def test_what_is_there_twice_is_said(tmp_path: Path) -> None:
    names = ["a", "b", "c", "d", "a", "b", "c", "d"]
    result = invoke("report", write_episodes(tmp_path / "kept.jsonl", [episode(name) for name in names]))
    said = "4 episodes recorded more than once, counted once: pantry/a#0, pantry/b#0, pantry/c#0, ..."
    assert f"  {said}\n" in result.stdout
    assert "kept 4 4 100.0 %" in " ".join(result.stdout.split())


def test_models_by_form_of_action_as_the_paper_has_them(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / f"{model}-{action}", [episode(turns=["run"] * turns, model=model, action=action)])
        for model, action, turns in [("m", "json", 4), ("m", "code", 1), ("n", "code", 2)]
    ]
    result = invoke("report", *runs)
    shown = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "suite model code json code json code json" in shown
    assert "kitchen m 100.0 % 100.0 % 1.00 4.00 110 440" in shown
    assert "kitchen n 100.0 % – 2.00 – 220 –" in shown


def test_a_comparison_at_a_terminal(tmp_path: Path) -> None:
    one = write_episodes(tmp_path / "one.jsonl", [episode(str(n)) for n in range(9)])
    two = write_episodes(tmp_path / "two.jsonl", [episode(str(n), success=n > 7) for n in range(1, 12)])
    shown = [" ".join(line.split()) for line in invoke("report", one, two, "--compare").stdout.splitlines()]
    assert "Compared: one (first) and two (second)" in shown
    assert "all 8 1 7 0 0 −87.5 −97.8 to −40.1 0.016" in shown
    assert "only in the first pantry/0#0" in shown
    assert "only in the second pantry/9#0" in shown


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    result = invoke("report", write_run(tmp_path / "night", [episode()], trials("a")), "--json")
    report = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert set(report) == {"runs", "formats", "comparisons", "published"}
    (run,) = report["runs"]
    assert (run["suite"], run["planned"], run["missing"], run["incomplete"]) == ("kitchen", 1, 0, "")
    assert [table["name"] for table in report["published"]] == ["mint-alfworld", "codeact-m3tooleval"]


def test_reports_are_written_beside_a_run_that_they_leave_alone(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("jinja2")
    run = write_run(tmp_path / "night", [episode()], trials("a"))
    before = {file.name: file.read_bytes() for file in run.iterdir()}
    places = {"markdown": run / "report.md", "csv": run, "parquet": run / "tables", "html": run / "report.html"}
    for _ in range(2):
        result = invoke("report", run, *(word for name, place in places.items() for word in (f"--{name}", place)))
        assert result.exit_code == 0, result.output
        assert result.stdout.endswith("".join(f"written: {place}\n" for place in places.values()))
    assert {name: (run / name).read_bytes() for name in before} == before
    assert (run / "report.md").read_text().startswith("# Evaluation\n")
    assert (run / "episodes.csv").read_text().count("\n") == 2
    assert not list(run.rglob(".*"))


def test_words_of_models_stay_words(tmp_path: Path) -> None:
    """Neither a cell of a table nor a tag nor the terminal is theirs to end."""
    nasty = "a|b <script>\x1b[2J\nnext"
    file = write_episodes(tmp_path / "x.jsonl", [episode(kind=nasty, model=nasty), episode("b", model="other")])
    result = invoke("report", file, "--markdown", tmp_path / "x.md", "--csv", tmp_path)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.stdout
    text = (tmp_path / "x.md").read_text()
    assert "<script>" not in text
    assert "| x: a\\|b &lt;script>" in text


def test_bad_input_is_one_line(tmp_path: Path) -> None:
    run = write_run(tmp_path / "night", [episode()], trials("a"))
    before = (run / EPISODES).read_bytes()
    assert "neither the folder of a run" in error_line(invoke("report", tmp_path / "none"))
    assert "choose another file" in error_line(invoke("report", run, "--markdown", run / EPISODES))
    assert "choose another file" in error_line(invoke("report", run, "--html", run / MANIFEST))
    assert "--html" in error_line(invoke("report", run, "--videos"))
    assert "name two runs" in error_line(invoke("report", run, "--compare", "--markdown", tmp_path / "not.md"))
    assert "named twice" in error_line(invoke("report", run, run))
    assert not (tmp_path / "not.md").exists()
    assert (run / EPISODES).read_bytes() == before
    (run / MANIFEST).write_bytes(b'{"schema": 99}')
    assert "newer version" in error_line(invoke("report", run))
    (run / MANIFEST).write_bytes(b"{")
    assert "damaged" in error_line(invoke("report", run))


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    file = write_episodes(tmp_path / "kept.jsonl", [episode()])
    for option in ("--csv", "--parquet", "--markdown"):
        line = error_line(invoke("report", file, option, file / "below"))
        assert line.startswith(f"cannot write the report to {file / 'below'}: ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_a_failure_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood there before is left whole."""
    file = write_episodes(tmp_path / "kept.jsonl", [episode()])
    (tmp_path / "r.md").write_text("before")
    opened = Path.open

    def full(path: Path, *args: object, **kwargs: object) -> object:
        return opened(Path("/dev/full") if path.name.startswith(".r.md") else path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    assert "No space left" in error_line(invoke("report", file, "--markdown", tmp_path / "r.md"), 3)
    assert (tmp_path / "r.md").read_text() == "before"
