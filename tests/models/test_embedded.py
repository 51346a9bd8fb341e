"""The model that is shipped: small, whole, and at work in its environments."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied_codeact.contracts import Message, Model
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.models import resolve_model
from embodied_codeact.models.embedded import CHECKPOINT
from embodied_codeact.models.embedded.shipping import FILES, MOST_BYTES, MOST_PARAMETERS, TRAINING
from tests.cli.support import invoke

pytest.importorskip("torch", reason="torch is not installed: pip install '.[models]'")
pytest.importorskip("transformers", reason="transformers is not installed: pip install '.[models]'")

HOME = (
    "You are in the middle of a room. Looking quickly around you, you see a bed 1, a cabinet 1, a desk 1, a drawer 1, "
    "and a shelf 1.\nYour task is to: {}"
)


@pytest.fixture(scope="module")
def embedded() -> Iterator[Model]:
    from embodied_codeact.models.embedded import load_embedded

    model = load_embedded({})
    yield model
    model.close()


def test_it_is_small_and_says_where_it_comes_from() -> None:
    training = json.loads((CHECKPOINT / TRAINING).read_text(encoding="utf-8"))
    assert training["parameters"] <= MOST_PARAMETERS
    assert sum((CHECKPOINT / name).stat().st_size for name in FILES) <= MOST_BYTES
    assert all("/" not in file["name"] for file in training["data"])
    assert training["result"]["seconds"] > 0
    card = (CHECKPOINT / "README.md").read_text(encoding="utf-8")
    assert f"{training['parameters'] / 1e6:.1f} million parameters" in card


def test_it_reads_what_it_is_asked_for(embedded: Model) -> None:
    """Its first script is about the thing and the place of the task, whichever they are."""
    api = "code\nhouse: goto take put open close use clean heat cool examine look inventory"
    for thing, place in (("mug", "shelf"), ("pencil", "drawer"), ("book", "desk")):
        embedded.start_episode()
        asked = Message("user", HOME.format(f"put a {thing} in the {place}."))
        text = embedded.reply([Message("system", api), asked], stop=["</execute>"], max_tokens=700).text
        assert f'\nthing = "{thing}"\ntarget = "{place}"\n' in text


def test_it_solves_a_household_task(tmp_path: Path) -> None:
    words = ("household", "--model", "embedded", "--sandbox", "best", "--out", tmp_path / "one.jsonl")
    result = invoke("run", *words)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("looks", [True, False])
def test_loading_leaves_the_look_for_garbage_as_it_was(looks: bool) -> None:
    was = gc.isenabled()
    try:
        gc.enable() if looks else gc.disable()
        with pytest.raises(ConfigurationError):
            resolve_model("hf:./no/such/folder", "household")
        assert gc.isenabled() == looks
    finally:
        gc.enable() if was else gc.disable()
