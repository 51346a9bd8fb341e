"""The figures of a report are those that a few lines find in the trajectories themselves, in every form of report."""

from __future__ import annotations

import csv
import json
import math
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.bridge.local import local_session
from embodied_codeact.cli.agents import AgentMaker
from embodied_codeact.contracts import Task
from embodied_codeact.errors import ModelError
from embodied_codeact.evaluation import evaluate
from embodied_codeact.tasks import with_seeds
from embodied_codeact.trajectories import TrajectoryWriter
from tests.agent.fakes import Pantry, ScriptedModel, pantry_task
from tests.cli.support import invoke

WIN = "<execute>take('jam')\nbox.put('jam')</execute>"
REPLIES: dict[str, list[str | BaseException]] = {
    "straight": [WIN],
    "recovers": ["<execute>box.put('jam')</execute>", "<execute>oops</execute>", WIN],
    "asks": ["Which box?", WIN],
    "gives up": ["<execute>oops</execute>", "<thought>hm</thought>", "<solution>no</solution>"],
    "waits": ["<execute>1</execute>"] * 5,
    "breaks": ["<execute>1</execute>", ModelError("gone")],
}


def expert(maker: AgentMaker) -> Callable[[Task], CodeActAgent]:
    return lambda _: maker.make(None)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What the expert did in six homes with scripts and with single calls, and a model that errs."""
    folder = tmp_path_factory.mktemp("kept")
    kept = {name: folder / f"{name}.jsonl" for name in ("code", "json", "erring")}
    with local_session("household", sandbox="best") as session:
        tasks = session.describe().tasks[:6]
        for action in ("code", "json"):
            maker = AgentMaker("household", "expert", action=action)
            with TrajectoryWriter(kept[action]) as writer:
                evaluate(session, tasks, expert(maker), writer.write)
    tasks = with_seeds([pantry_task(name, kind=name[0]) for name in REPLIES], 0, 2)
    with TrajectoryWriter(kept["erring"]) as writer:
        evaluate(Pantry(), tasks, lambda task: CodeActAgent(ScriptedModel(REPLIES[task.id])), writer.write)
    return kept


def read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def recomputed(episodes: list[dict[str, Any]]) -> dict[str, Any]:
    """By plain loops over plain data: nothing here is of the code that it checks."""
    scored = [e for e in episodes if e["end"] != "error"]
    solved = [e for e in scored if e["status"]["success"]]
    erring, acted = [], []
    for e in scored:
        results = [t["result"] for t in e["turns"]]
        if any(r is not None and r["error"] is not None for r in results):
            erring.append(e)
        acted.append(max((n for n, r in enumerate(results, 1) if r is not None), default=1))
    kinds: dict[str, int] = {}
    for e in scored:
        for t in e["turns"]:
            if t["result"] is not None and t["result"]["error"] is not None:
                kinds[t["result"]["error"]["kind"]] = kinds.get(t["result"]["error"]["kind"], 0) + 1
    types: dict[str, list[int]] = {}
    for e in scored:
        counted = types.setdefault(e["task"]["metadata"]["type"], [0, 0])
        counted[0] += 1
        counted[1] += e["status"]["success"]
    return {
        "episodes": len(scored),
        "solved": len(solved),
        "faults": len(episodes) - len(scored),
        "types": types,
        "curve": [
            sum(e["status"]["success"] and last <= k for e, last in zip(scored, acted, strict=True))
            for k in range(1, max(len(e["turns"]) for e in scored) + 1)
        ],
        "kinds": kinds,
        "erring": len(erring),
        "recovered": len([e for e in erring if e["status"]["success"]]),
        "invalid": sum(t["action"]["type"] == "invalid" for e in scored for t in e["turns"]),
        "scored": scored,
        "solved_episodes": solved,
    }


COSTS: dict[str, Callable[[dict[str, Any]], float]] = {
    "turns": lambda e: len(e["turns"]),
    "calls": lambda e: sum(t["result"]["calls_total"] for t in e["turns"] if t["result"]),
    "prompt_tokens": lambda e: sum(t["usage"]["prompt_tokens"] for t in e["turns"]),
    "completion_tokens": lambda e: sum(t["usage"]["completion_tokens"] for t in e["turns"]),
    "seconds": lambda e: e["duration_s"],
    "model_s": lambda e: sum(t["usage"]["seconds"] for t in e["turns"]),
    "execution_s": lambda e: sum(t["result"]["duration_s"] for t in e["turns"] if t["result"]),
}
COSTS["tokens"] = lambda e: COSTS["prompt_tokens"](e) + COSTS["completion_tokens"](e)
COSTS["rest_s"] = lambda e: COSTS["seconds"](e) - COSTS["model_s"](e) - COSTS["execution_s"](e)


def bounds(solved: int, episodes: int) -> tuple[float, float]:
    """Wilson's interval as the roots of its equation."""
    z2, rate = 1.959963985**2, solved / episodes
    a, b, c = 1 + z2 / episodes, -(2 * rate + z2 / episodes), rate * rate
    root = math.sqrt(max(b * b - 4 * a * c, 0))
    return ((-b - root) / (2 * a), (-b + root) / (2 * a))


@pytest.mark.parametrize("name", ["code", "json", "erring"])
def test_the_figures_of_a_run(files: dict[str, Path], name: str) -> None:
    expected = recomputed(read(files[name]))
    result = invoke("report", files[name], "--json")
    assert result.exit_code == 0, result.output
    (run,) = json.loads(result.stdout)["runs"]
    summary = run["summary"]
    success = summary["success"]
    assert (success["episodes"], success["solved"]) == (expected["episodes"], expected["solved"])
    assert (success["low"], success["high"]) == pytest.approx(bounds(expected["solved"], expected["episodes"]))
    assert {kind: [rate["episodes"], rate["solved"]] for kind, rate in summary["by_type"].items()} == expected["types"]
    assert [rate["solved"] for rate in summary["curve"]] == expected["curve"]
    errors = summary["errors"]
    assert {kind: of["scripts"] for kind, of in errors["by_kind"].items()} == expected["kinds"]
    assert (errors["recovery"]["episodes"], errors["recovery"]["solved"]) == (expected["erring"], expected["recovered"])
    assert summary["invalid_replies"] == expected["invalid"]
    assert sum(summary["faults"].values()) == expected["faults"]
    for cost, measure in COSTS.items():
        for which, episodes in (("all", expected["scored"]), ("solved", expected["solved_episodes"])):
            values = [measure(e) for e in episodes]
            found = summary["costs"][cost][which]
            assert found["mean"] == pytest.approx(sum(values) / len(values)), cost
            assert found["median"] == pytest.approx(statistics.median(values)), cost


def test_the_erring_model_shows_every_kind_of_figure(files: dict[str, Path]) -> None:
    """So that the test above is not about zeros only."""
    expected = recomputed(read(files["erring"]))
    assert (expected["episodes"], expected["solved"], expected["faults"]) == (10, 6, 2)
    assert expected["curve"] == [2, 4, 6, 6, 6]
    assert (expected["erring"], expected["recovered"]) == (4, 2)
    assert set(expected["kinds"]) == {"NameError", "PrimitiveError"}
    assert expected["invalid"] == 2


def test_two_runs_are_compared_as_a_loop_compares_them(files: dict[str, Path]) -> None:
    result = invoke("report", files["code"], files["json"], "--compare", "--json")
    report = json.loads(result.stdout)
    (found,) = report["comparisons"]
    code, single = ({e["task"]["id"]: e for e in read(files[name])} for name in ("code", "json"))
    both = [
        (code[key], single[key]) for key in code if code[key]["status"]["success"] and single[key]["status"]["success"]
    ]
    assert (found["counts"]["pairs"], found["counts"]["both"]) == (6, len(both))
    assert len(both) > 3
    for cost in ("turns", "calls", "tokens", "seconds"):
        first, second = ([COSTS[cost](pair[side]) for pair in both] for side in (0, 1))
        assert found[cost]["difference"] == pytest.approx((sum(second) - sum(first)) / len(both)), cost
    (row,) = report["formats"]
    assert (row["suite"], row["model"], list(row["by_action"])) == ("household", "expert", ["code", "json"])
    assert row["by_action"]["json"]["turns"] == pytest.approx(sum(len(e["turns"]) for e in single.values()) / 6)


def test_all_forms_of_a_report_say_the_same(files: dict[str, Path], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    written = ("--markdown", tmp_path / "r.md", "--csv", tmp_path / "csv", "--parquet", tmp_path / "parquet")
    result = invoke("report", files["code"], files["erring"], files["json"], "--json", *written)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)

    def table(name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = parquet.read_table(tmp_path / "parquet" / f"{name}.parquet").to_pylist()
        with (tmp_path / "csv" / f"{name}.csv").open(newline="") as lines:
            as_csv = list(csv.DictReader(lines))
        assert [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows] == as_csv
        return rows

    runs = {run["name"]: run["summary"] for run in report["runs"]}
    for row in table("runs"):
        success, costs = runs[row["run"]]["success"], runs[row["run"]]["costs"]
        assert {key: row[key] for key in ("episodes", "solved", "rate", "low", "high")} == success
        assert row["turns"] == costs["turns"]["all"]["mean"]
    for row in table("curve"):
        curve = runs[row["run"]]["curve"][row["k"] - 1]
        assert {key: row[key] for key in curve} == curve
    for row in table("success"):
        rate = runs[row["run"]][f"by_{row['by']}"][row["name"]]
        assert {key: row[key] for key in rate} == rate
    assert len(table("costs")) == 3 * 9
    episodes = table("episodes")
    told = [(e["task"]["id"], e["end"], len(e["turns"])) for name in runs for e in read(files[name])]
    assert [(row["task"], row["end"], row["turns"]) for row in episodes] == told
    assert {row["error_kinds"] for row in episodes} >= {"{}", '{"PrimitiveError":1,"NameError":1}'}
    for name in ("formats", "errors", "ends", "published"):
        table(name)

    text = (tmp_path / "r.md").read_text()
    for name, summary in runs.items():
        success = summary["success"]
        line = f"| {name} | {success['episodes']} | {success['solved']} | {100 * success['rate']:.1f} % | "
        line += f"{100 * success['low']:.1f}–{100 * success['high']:.1f} % | "
        (rest,) = (row.removeprefix(line) for row in text.splitlines() if row.startswith(line))
        for cell, cost in zip(rest.split(" | "), ("turns", "calls", "tokens"), strict=False):
            assert float(cell.replace(",", "")) == pytest.approx(summary["costs"][cost]["all"]["mean"], rel=0.01)
        shown = [rate["rate"] for rate in summary["curve"]]
        assert f"| {name} | {' | '.join(f'{100 * rate:.1f} %' for rate in shown[:5])} |" in text
