"""Every standard task is said in many ways, each with all that was asked for, and never in words that are kept back."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pytest

from embodied_codeact.envs.tabletop.rephrasing import rephraser
from embodied_codeact.envs.tabletop.rephrasing_words import in_words
from embodied_codeact.envs.tabletop.tasks import ATOMIC, TASKS
from embodied_codeact.envs.tabletop.tasks.things import COLOR_NAMES

SAMPLES = 300
EXAMPLES_OF_COLORS = {"sort-by-color", "matching-pairs"}
"""These are explained by colours of no object in particular ("red on red")."""
SAID = {
    "clockwise": r"(?<!counter)(?<!counter-)(?<!anti)(?<!anti-)clockwise",
    "counterclockwise": r"counter-?clockwise|anti-?clockwise|against the clock",
    "left": r"\bleft",
    "right": r"\bright",
    "near": r"\b(near|front|closest|nearest)\b",
    "far": r"\b(far|back|farthest|rear)\b",
    "to the left of": r"\bleft\b",
    "to the right of": r"\bright\b",
    "in front of": r"in front of|on the near side of|nearer to you than",
    "behind": r"behind|on the far side of|farther away from you than",
    "left to right": r"(from|read) (the )?(left to (the )?right|right to (the )?left)",
    "near to far": r"from (near to far|the near side|front to back|far to near|the far side|back to front)",
    "nearest to": r"nearest|closest",
    "farthest from": r"farthest|furthest|most distant",
    "largest": r"largest|biggest",
    "smallest": r"smallest|littlest|tiniest",
    "duck": r"duck",
    "mug": r"mug",
    "lego brick": r"lego",
    "teddy bear": r"teddy",
    "soccer ball": r"ball",
    "jenga piece": r"jenga",
    "cylinder": r"cylinder",
    "block": r"block|cube",
}


def instructions(name: str) -> list[str]:
    return [TASKS[name].sample(np.random.default_rng(seed)).instruction for seed in range(20)]


def rephrased(name: str) -> list[tuple[str, str]]:
    """Pairs of an instruction and another way of saying it."""
    rng, originals = random.Random(name), instructions(name)
    pairs = [(original, rephraser.rephrase(original, rng)) for original in originals * (SAMPLES // len(originals))]
    return [(original, text) for original, text in pairs if text is not None]


def numbers(number: int, unit: str) -> str:
    """A pattern for a number, as it may be written in other units."""
    if unit == "length":
        hundredths = re.escape(f"{number / 100:g}")
        return rf"\b({number}|{in_words(number)}) ?(cm|centi)|\b{10 * number} (mm|milli)|\b{hundredths} m(eter|etre|\b)"
    return rf"\b({number}|{in_words(number)})( deg|°)" if unit == "angle" else rf"\b({number}|{in_words(number)})\b"


def patterns(field: str, value: Any) -> list[str]:
    """What a text must hold for a parameter."""
    if field in ("height", "distance", "spacing", "radius"):
        return [numbers(value, "length")]
    if isinstance(value, int):
        return [numbers(value, "angle" if field == "angle" else "number")]
    if isinstance(value, tuple):
        return [SAID[value[0]], *([value[1]] if value[1] else [])]
    if field == "corner":
        return [SAID[word] for word in value.split()]
    if isinstance(value, str) and value not in SAID:
        color, _, kind = value.partition(" ")
        kinds = {
            "block": "block|cube|bar|brick|piece|box|one",
            "bowl": "bowl|dish",
            "zone": "zone|area|square|patch|field",
            "": "",
        }
        return [rf"\b{color}\b", kinds[kind]]
    return [rf"\b{one}\b" for one in value] if isinstance(value, list) else [SAID[value]]


@pytest.mark.parametrize("name", TASKS)
def test_it_asks_for_all_that_was_asked_for_and_nothing_else(name: str) -> None:
    pairs = rephrased(name)
    assert len(pairs) == SAMPLES
    for original, text in pairs:
        said = text.lower()
        parameters = TASKS[name].phrasing.read(original)
        assert parameters is not None
        for field, value in parameters.items():
            for pattern in patterns(field, value):
                assert re.search(pattern, said), (pattern, original, text)
        if name not in EXAMPLES_OF_COLORS:
            colors = [{word for word in COLOR_NAMES if re.search(rf"\b{word}\b", one)} for one in (original, said)]
            assert colors[0] == colors[1], (original, text)


@pytest.mark.parametrize("name", TASKS)
def test_the_same_is_said_in_many_ways_by_seed(name: str) -> None:
    (original, *_), kept = instructions(name), TASKS[name].phrasing.kept
    said = [rephraser.rephrase(original, random.Random(seed)) for seed in range(SAMPLES)]
    assert said == [rephraser.rephrase(original, random.Random(seed)) for seed in range(SAMPLES)]
    assert len(set(said)) >= 0.85 * SAMPLES, len(set(said))
    forms = [re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(one.lower().rstrip(".")))) for one in kept]
    assert not any(form.search((text or "").lower()) for text in said for form in forms)


@pytest.mark.parametrize("name", ["stack-tower", "line-up-in-order"])
def test_an_order_that_is_told_backwards_says_so(name: str) -> None:
    backwards = (
        r"top to|top down|right to (the )?left|far to near|far side to|back to front|roof to the foundation|"
        r"tip to base|highest first|uppermost first|topmost first|head to foot|highest to the lowest|top floor to|"
        r"above to below|list at the (top|tip|summit)|peak downwards|(look|read|go) down"
    )
    seen = set()
    for original, text in rephrased(name):
        parameters = TASKS[name].phrasing.read(original)
        assert parameters is not None
        told = re.findall(rf"\b(?:{'|'.join(COLOR_NAMES)})\b", text.lower())
        colors = parameters["colors"]
        # The ends may be told once more: "the red one at the bottom".
        whole = [told[start : start + len(colors)] for start in range(len(told) - len(colors) + 1)]
        back = re.search(backwards, text.lower()) is not None
        assert (colors[::-1] if back else colors) in whole, (original, text)
        assert (colors if back else colors[::-1]) not in whole, (original, text)
        seen.add(back)
    assert seen == {True, False}


def test_other_instructions_are_left_alone() -> None:
    atomic = ATOMIC["go-home"].sample(np.random.default_rng(0)).instruction
    assert rephraser.rephrase(atomic, random.Random(0)) is None
    assert rephraser.rephrase("Make me a coffee.", random.Random(0)) is None
