"""What is asked for beyond ALFWorld's tasks: understood in other words, too, and told from ALFWorld's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from embodied_codeact.envs.household.builder_plans import Split
from embodied_codeact.envs.household.composed import TaskSet
from embodied_codeact.envs.household.expert_composed_reading import HELD, read_errand
from embodied_codeact.envs.household.games import MOVABLE_TASK, TASK_TYPES, list_tasks
from embodied_codeact.envs.household.generator import GeneratorOptions, generator
from tests.envs.household.composed_games import homes, make

HOME = ["desk 1", "drawer 1", "drawer 2", "fridge 1", "microwave 1", "sinkbasin 1", "countertop 1"]


@pytest.mark.parametrize(
    ("sentence", "kind", "words"),
    [
        ("Go to fridge 1.", "goto", {"place": "fridge 1"}),
        ("Open the drawer 2", "open", {"place": "drawer 2"}),
        ("Take the mug 1 from the desk 1!", "take", {"thing": "mug 1", "place": "desk 1"}),
        ("Put the mug 1 down on the desk 1", "put", {"thing": "mug 1", "place": "desk 1"}),
        ("put what you hold in the drawer 1", "put", {"thing": HELD, "place": "drawer 1"}),
        ("Rinse the fork 3 in the sinkbasin 1.", "clean", {"thing": "fork 3", "place": "sinkbasin 1"}),
        ("Use the microwave 1 to warm the egg 1.", "heat", {"thing": "egg 1", "place": "microwave 1"}),
        ("Switch the lamp on", "use", {"thing": "lamp"}),
        ("turn on the desklamp 1", "use", {"thing": "desklamp 1"}),
        ("Collect all knives in the drawer 2", "gather", {"a": "knife", "target": "drawer 2"}),
        ("close everything that is open", "close_all", {}),
        ("Swap the mug and the apple.", "swap", {"a": "mug", "b": "apple"}),
        ("put the mug where the keychain is", "beside", {"a": "mug", "b": "keychain"}),
        ("put the pen in the emptiest drawer", "fewest", {"a": "pen", "kind": "drawer"}),
        (
            "If there is an egg in the fridge 1, put it into the microwave 1, otherwise put the pen into the drawer 2.",
            "condition",
            {"a": "egg", "place": "fridge 1", "target": "microwave 1", "b": "pen", "other": "drawer 2"},
        ),
    ],
)
def test_understands(sentence: str, kind: str, words: dict[str, str]) -> None:
    errand = read_errand(sentence, HOME)
    assert errand is not None
    assert (errand.kind, errand.words) == (kind, words)


@pytest.mark.parametrize(
    "sentence",
    [
        "put a mug in desk",
        "clean some pan and put it in countertop.",
        "Go to the fridge 7.",  # there is none
        "put the pen in the emptiest piano",
        "open the box",
        "",
    ],
)
def test_leaves_what_is_none(sentence: str) -> None:
    assert read_errand(sentence, HOME) is None


def test_alfworlds_own_sentences_are_none(tmp_path: Path) -> None:
    options = GeneratorOptions(task_type=[*TASK_TYPES, MOVABLE_TASK])
    generator.generate(options, tmp_path, count=70, seed=0, on_made=lambda: None)
    everywhere = [f"{place.rpartition(' ')[0]} {number}" for place in HOME for number in range(1, 9)]
    assert not [
        task.instruction for task in list_tasks("household", str(tmp_path)) if read_errand(task.instruction, everywhere)
    ]


@pytest.mark.parametrize("split", ["training", "generalisation"])
@pytest.mark.parametrize(("name", "each"), [("atomic", 9), ("compositional", 13)])
def test_every_generated_sentence_is_read_as_it_was_meant(
    tmp_path: Path, name: TaskSet, each: int, split: Split
) -> None:
    make(tmp_path, name, 5 * each, split=split, difficulty="easy")
    for home in homes(tmp_path):
        errand: Any = read_errand(home.game.instruction, home.receptacles)
        assert errand is not None, home.game.instruction
        assert errand.kind == {"compositional-close": "close_all"}.get(home.kind, home.kind.partition("-")[2])
        for field, meant in home.fields.items():
            read = errand.words.get(field, meant if field.startswith("done") or home.kind == "atomic-use" else None)
            assert read in (meant, HELD if field == "thing" else meant, "lamp" if field == "thing" else meant)
