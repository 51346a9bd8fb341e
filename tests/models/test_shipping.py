"""The model that is shipped: loading it, and putting a trained one in its place."""

from __future__ import annotations

import json
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from embodied_codeact import models
from embodied_codeact.contracts import Model
from embodied_codeact.errors import ConfigurationError, ModelError
from embodied_codeact.models import ScriptModel, default_model, resolve_model
from embodied_codeact.models.embedded import load_embedded
from embodied_codeact.models.embedded.shipping import FILES, TRAINING, cost, main, ship
from tests.cli.support import error_line, invoke

RESULT = {"tokens": 16_501_619, "seconds": 4436.0}


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    folder = tmp_path / "trained"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text("{}", encoding="utf-8")
    data = [{"name": str(tmp_path / "collected"), "conversations": 3}]
    (folder / TRAINING).write_text(
        json.dumps({"parameters": 5_000_000, "data": data, "result": RESULT}), encoding="utf-8"
    )
    (folder / "config.json").write_text(json.dumps({"prompt_form": "condensed"}), encoding="utf-8")
    return folder


def test_a_trained_model_takes_the_place_of_the_one_before(trained: Path, tmp_path: Path) -> None:
    place = tmp_path / "package" / "checkpoint"
    assert ship(trained, place) == sum((trained / name).stat().st_size for name in FILES)
    assert json.loads((place / TRAINING).read_text(encoding="utf-8"))["data"] == [
        {"name": "collected", "conversations": 3}
    ]
    (place / "README.md").write_text("figures", encoding="utf-8")
    (trained / "model.safetensors").write_text("new", encoding="utf-8")
    ship(trained, place)
    assert (place / "model.safetensors").read_text(encoding="utf-8") == "new"
    assert (place / "README.md").read_text(encoding="utf-8") == "figures"


def test_what_the_training_took_is_told_with_the_machine() -> None:
    machine = {"processor": "AMD EPYC", "cores": 2, "gpus": []}
    told = cost({"result": RESULT, "machine": machine})
    assert told == "trained on 16,501,619 tokens in 74 minutes (AMD EPYC, 2 cores)"
    on_a_gpu = cost({"result": RESULT, "machine": {**machine, "gpus": ["NVIDIA H100"]}})
    assert on_a_gpu.endswith("(AMD EPYC, 2 cores, NVIDIA H100)")


def test_what_is_not_finished_too_large_or_trained_on_other_prompts_is_refused(trained: Path, tmp_path: Path) -> None:
    place = tmp_path / "checkpoint"
    (trained / TRAINING).write_text(json.dumps({"parameters": 13_000_000, "result": RESULT}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="13,000,000 parameters"):
        ship(trained, place)
    (trained / TRAINING).write_text(json.dumps({"parameters": 1, "result": RESULT}), encoding="utf-8")
    (trained / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="prompts of the form None"):
        ship(trained, place)
    (trained / TRAINING).write_text(json.dumps({"parameters": 1, "result": {}}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="has not come to its end: go on with --resume"):
        ship(trained, place)
    (trained / "tokenizer.json").unlink()
    with pytest.raises(ConfigurationError, match="tokenizer.json missing"):
        ship(trained, place)
    assert not place.exists()


def test_the_command_says_what_is_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert main([str(tmp_path)]) == ConfigurationError.exit_code
    assert "no finished model here" in capsys.readouterr().err


def test_it_acts_where_it_is_good_and_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "is_shipped", lambda: True)
    for name in ("household", "tabletop"):
        assert default_model(name, "code", {"seed": 3}) == "embedded"
        assert default_model(name, "json", {}) == "expert"
    for name in ("counter", "robot:ipc:///x"):
        assert default_model(name, "code", {}) == "expert"
    for changed in ({"level": "joints"}, {"perception": "vision"}, {"tasks": "atomic"}, {"controller": "tcp://x:1"}):
        assert default_model("tabletop", "code", changed) == "expert"
    assert default_model("tabletop", "code", {"level": "skills", "tasks": "standard"}) == "embedded"
    monkeypatch.setattr(models, "is_shipped", lambda: False)
    assert default_model("household", "code", {}) == "expert"


def test_an_installation_without_the_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no embedded model"):
        load_embedded({}, tmp_path)
    with pytest.raises(ConfigurationError, match="'embedded' takes nothing after it"):
        resolve_model("embedded:small", "household")


def test_the_shipped_model_is_loaded_while_others_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be known to be wrong is said at once; what only loading shows, where the model is asked for."""
    going_on = threading.Event()

    def slow(spec: str, *others: object) -> ScriptModel:
        del spec, others
        assert going_on.wait(30), "it was waited for"
        raise ModelError("its weights are broken")

    monkeypatch.setattr(models, "resolve_model", slow)
    with pytest.raises(ConfigurationError, match="Did you mean 'dtype'"):
        models.begin_to_load("embedded", "household", {"dtyp": "float32"})
    loading = models.begin_to_load("embedded", "household")
    assert not loading.done()
    going_on.set()
    with pytest.raises(ModelError, match="weights are broken"):
        loading.result(timeout=30)
    with pytest.raises(ModelError):
        models.begin_to_load("expert", "household")


def test_a_command_says_what_is_wrong_with_its_model_once_all_else_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> Future[Model]:
        del given
        loading: Future[Model] = Future()
        loading.set_exception(ModelError("its weights are broken"))
        return loading

    monkeypatch.setattr("embodied_codeact.cli.agents.begin_to_load", broken)
    said = error_line(invoke("run", "household", "--model", "embedded"), ModelError.exit_code)
    assert said == "its weights are broken"
