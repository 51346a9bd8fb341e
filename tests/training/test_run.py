"""Whole runs: what they leave behind, going on after a kill, adapters on both 7B families, several processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from safetensors import safe_open

from embodied_codeact.contracts import Message
from embodied_codeact.models.hf import load_hf
from embodied_codeact.training.checkpoints import claimed
from embodied_codeact.training.progress import Step, read_steps
from tests.cli.support import error_line, invoke
from tests.models.hf.checkpoints import STYLES, make_checkpoint
from tests.training.conftest import SMALL, documented, write_collection


def same(steps: list[Step]) -> list[tuple[int, float, float, float | None, int]]:
    """All of the steps but their time."""
    return [(step.step, step.loss, step.learning_rate, step.grad_norm, step.tokens) for step in steps]


def test_a_run_leaves_a_model_that_speaks_and_says_how_it_came_to_be(trained: Path) -> None:
    training = json.loads((trained / "training.json").read_text())
    steps = read_steps(trained)
    assert [step.step for step in steps] == list(range(1, training["result"]["steps"] + 1))
    assert steps[-1].loss < steps[0].loss - 1
    assert steps[-1].tokens == training["result"]["tokens"] == 8 * training["counts"]["tokens"]
    assert 0 < training["counts"]["learnt_tokens"] < training["counts"]["tokens"] / 2
    assert training["data"][0]["conversations"] == training["counts"]["trained_on"] == 24
    assert len(training["data"][0]["sha256"]) == 64
    assert training["recipe"]["seed"] == 0
    assert {"processor", "cores", "gpus"} <= set(training["machine"])
    with Image.open(trained / "loss.png") as picture:
        assert len(picture.convert("RGB").getcolors(10**6) or []) > 50, "an empty picture"
    with safe_open(trained / "model.safetensors", "pt") as weights:
        assert {weights.get_slice(name).get_dtype() for name in weights.keys()} == {"BF16"}  # noqa: SIM118
    model = load_hf(str(trained), {})
    try:
        assert model.reply_tokens is not None
        assert 10 < model.reply_tokens < training["counts"]["learnt_tokens"] / 24, "the longest reply of them"
        asked = [Message("user", "Your task is to: put mug 37 on shelf 1.")]
        usage = model.reply(asked, max_tokens=5).usage
        assert usage is not None
        assert usage.completion_tokens > 0
    finally:
        model.close()


def test_killed_and_resumed_it_goes_on_as_if_nothing_had_been(trained: Path, tmp_path: Path) -> None:
    """The newest checkpoint is half written, as a kill at the worst moment leaves it."""
    words = [
        *documented("embodied-codeact train data --preset embedded --out runs/small"),
        "--out",
        str(tmp_path / "run"),
    ]
    place = trained.parent.parent
    with subprocess.Popen(
        [sys.executable, "-m", "embodied_codeact", *words], cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while len(read_steps(tmp_path / "run")) < 7 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert "holds a run already: go on with --resume" in error_line(invoke(*_in(words, place)))
    newest = max((tmp_path / "run" / "checkpoints").iterdir(), key=lambda path: int(path.name.partition("-")[2]))
    if (newest / "trainer_state.json").exists():
        (newest / "trainer_state.json").write_text('{"global_')
    with (tmp_path / "run" / "losses.jsonl").open("a") as losses:
        losses.write('{"step":8,"lo')
    assert "batch_size was 2, now 8" in error_line(invoke(*_in(words, place), "--resume", "-o", "batch_size=8"))
    result = invoke(*_in(words, place), "--resume", "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    assert json.loads(result.stdout)["result"]["steps"] == len(read_steps(trained))
    assert same(read_steps(tmp_path / "run")) == same(read_steps(trained))
    assert (tmp_path / "run" / "model.safetensors").read_bytes() == (trained / "model.safetensors").read_bytes()


def test_a_run_that_was_killed_while_it_wrote_the_model_only_writes_the_model(trained: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained, run)
    words = _in([*documented(SMALL), "--out", str(run)], trained.parent.parent)
    training = json.loads((run / "training.json").read_text())
    (run / "training.json").write_text(json.dumps({**training, "result": {}}))
    (run / "model.safetensors").write_bytes(b"half")
    result = invoke(*words, "--resume", "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    assert json.loads(result.stdout)["result"] == training["result"]
    assert same(read_steps(run)) == same(read_steps(trained))
    assert (run / "model.safetensors").read_bytes() == (trained / "model.safetensors").read_bytes()


def test_a_run_that_has_ended_is_not_trained_again(trained: Path) -> None:
    before = (trained / "training.json").read_bytes()
    result = invoke(*_in([*documented(SMALL), "--out", str(trained)], trained.parent.parent), "--resume")
    assert result.exit_code == 0, (result.output, result.exception)
    assert "nothing is left to do" in result.stderr
    assert (trained / "training.json").read_bytes() == before


def test_where_nothing_was_saved_another_run_may_begin(trained: Path, tmp_path: Path) -> None:
    """The first one has another tokenizer, and its loss is soon no number."""
    words = [*_in(documented(SMALL), trained.parent.parent), "--out", str(tmp_path / "run")]
    diverging = ("-o", "learning_rate=1e30", "-o", "warmup=0", "-o", "vocabulary=300")
    result = invoke(*words, *diverging)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert "error: the loss is nan at step" in result.stderr
    assert "lower learning_rate" in result.stderr
    assert not (tmp_path / "run" / "model.safetensors").exists()
    result = invoke(*words, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    assert (tmp_path / "run" / "model.safetensors").read_bytes() == (trained / "model.safetensors").read_bytes()


def test_a_model_that_no_run_made_is_not_trained_over(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    words = [*_in(documented(SMALL), trained.parent.parent), "--out", str(tmp_path)]
    for more in ((), ("--resume",)):
        assert "holds a model that no run made there" in error_line(invoke(*words, *more))
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


def test_a_folder_has_one_run_at_a_time(trained: Path, tmp_path: Path) -> None:
    words = [*_in(documented(SMALL), trained.parent.parent), "--out", str(tmp_path / "run")]
    with claimed(tmp_path / "run"):
        assert "another run trains in" in error_line(invoke(*words))
    (tmp_path / "file").write_text("")
    words[-1] = str(tmp_path / "file" / "run")
    assert "cannot be written: Not a directory" in error_line(invoke(*words))


def _in(words: list[str], place: Path) -> list[str]:
    return [str(place / word) if word == "data" else word for word in words]


@pytest.mark.parametrize(("preset", "style"), [("mistral-7b", "mistral"), ("llama-2-7b", "llama")])
def test_adapters_are_trained_through_the_7b_presets(
    preset: str, style: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two steps on tiny random weights; the merged model loads, and it knows the marks of ChatML as tokens."""
    base = make_checkpoint(tmp_path / "models" / preset, STYLES[style], max_position_embeddings=16384)
    write_collection(tmp_path / "data", 8)
    monkeypatch.chdir(tmp_path)
    words = documented(f"embodied-codeact train data --preset {preset}")
    assert f"models/{base.name}" in words
    result = invoke(*words, "-o", "tokens=2", "-o", "sequence_length=1000", "-o", "batch_size=1", "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    training = json.loads(result.stdout)
    assert training["trained_parameters"] < training["parameters"]
    out = tmp_path / words[words.index("--out") + 1]
    assert (out / "adapter" / "adapter_model.safetensors").is_file()
    load_hf(str(out), {}).close()


def test_muon_is_for_the_matrices_and_goes_on_exactly(trained: Path, tmp_path: Path) -> None:
    words = ["train", trained.parent.parent / "data", "--preset", "embedded", "-o", "optimizer=muon", "-o", "layers=1"]
    words += ["-o", "hidden_size=32", "-o", "intermediate_size=32", "-o", "heads=2", "-o", "kv_heads=1"]
    words += ["-o", "vocabulary=400", "-o", "batch_size=4", "-o", "save_steps=3", "-o", "epochs=3", "--out"]
    for name in ("whole", "again"):
        assert invoke(*words, tmp_path / name).exit_code == 0
        assert same(read_steps(tmp_path / name)) == same(read_steps(tmp_path / "whole"))
    losses = tmp_path / "again" / "losses.jsonl"
    losses.write_text("".join(losses.read_text().splitlines(keepends=True)[:4]))
    newest = max((tmp_path / "again" / "checkpoints").iterdir(), key=lambda path: int(path.name.partition("-")[2]))
    (newest / "trainer_state.json").unlink()
    result = invoke(*words, tmp_path / "again", "--resume")
    assert result.exit_code == 0, (result.output, result.exception)
    assert same(read_steps(tmp_path / "again")) == same(read_steps(tmp_path / "whole"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_train_as_one(trained: Path, tmp_path: Path) -> None:
    """As torchrun starts them, which tells them by environment variables who they are."""
    words = [*documented(SMALL), "--out", str(tmp_path / "run")]
    together = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port()), "OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "embodied_codeact", *words],
            cwd=trained.parent.parent,
            env={**os.environ, **together, "RANK": str(rank), "LOCAL_RANK": str(rank)},
        )
        for rank in range(2)
    ]
    try:
        assert [process.wait(550) for process in processes] == [0, 0]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    both, one = read_steps(tmp_path / "run"), read_steps(trained)
    assert len(both) == len(one)
    assert both[0].loss == pytest.approx(one[0].loss, abs=0.2)
    assert both[-1].loss == pytest.approx(one[-1].loss, abs=0.5)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
