"""``experiment training``: what cannot be compared is refused, and what can be is trained alike."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import yaml

from embodied_codeact.agent import ACTION_DIALECTS
from tests.cli.support import CommandProcess, error_line, invoke


def test_a_recipe_without_some_form_of_action_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = error_line(invoke("experiment", "training", "--recipe", "embedded", "--out", out))
    assert said == "the recipe 'embedded' has no source with action: json"
    assert "Did you mean 'formats'?" in error_line(invoke("experiment", "training", "--suite", "formts", "--out", out))
    assert "Did you mean 'layers'" in error_line(invoke("experiment", "training", "-o", "layer=1", "--out", out))
    assert not out.exists()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_each_form_and_all_of_them_are_trained_alike_and_measured(tmp_path: Path) -> None:
    """Too small to solve anything; cut short once, and gone on with."""
    pytest.importorskip("accelerate", reason="training is not installed: pip install '.[train]'")
    suite = {"parts": [{"environment": "household", "generate": {"count": 1, "seed": 9}}]}
    (tmp_path / "one.yaml").write_text(yaml.safe_dump({**suite, "turns": dict.fromkeys(ACTION_DIALECTS, 2)}))
    small = {"vocabulary": 600, "hidden_size": 64, "intermediate_size": 128, "layers": 2, "heads": 2, "kv_heads": 2}
    options = [word for name, value in small.items() for word in ("-o", f"{name}={value}")]
    out = tmp_path / "out"
    words = ("experiment", "training", "--out", out, "--suite", tmp_path / "one.yaml", "--tokens", 10_000, *options)
    command = (*words, "--share", 0.01, "--sandbox", "best", "--json")
    with CommandProcess(*command) as process:
        while not (out / "models" / "code" / "model.safetensors").exists() and process.process.poll() is None:
            time.sleep(0.1)
        process.process.kill()
    done = invoke(*command)
    assert done.exit_code == 0, done.output
    trained = json.loads((out / "training.json").read_text())
    assert list(trained) == [*ACTION_DIALECTS, "all"]
    assert len({json.dumps(training["recipe"]) for training in trained.values()}) == 1
    assert all(training["result"]["tokens"] >= 10_000 for training in trained.values())
    assert json.loads(done.stdout)["training"] == trained, "nothing else is on standard output"
    other = invoke(*command, "--tokens", 20_000)
    assert "goes on with the same recipe only; tokens was 10000, now 20000" in other.stderr
    assert trained["all"]["counts"]["conversations"] == sum(
        trained[name]["counts"]["conversations"] for name in ACTION_DIALECTS
    )
    runs = {path.name for path in (out / "runs").iterdir()}
    assert runs == {f"{name}-{name}" for name in ACTION_DIALECTS} | {f"all-{name}" for name in ACTION_DIALECTS}
    assert (out / "report.html").stat().st_size > 10_000
