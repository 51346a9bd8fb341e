"""ALFWorld's six types of task are said in many ways, each with the thing, the place and what is to be done."""

from __future__ import annotations

import random
import re

import pytest

from embodied_codeact.envs.household.builder_wordings import WORDINGS
from embodied_codeact.envs.household.expert_reading import TaskKind
from embodied_codeact.envs.household.rephrasing import read_plain_goal, rephraser
from embodied_codeact.envs.household.rephrasing_names import LAMPS, PLACES, PLURALS, THINGS

SAMPLES = 300
SENTENCES: dict[TaskKind, list[str]] = {
    "place": ["put some {thing} on {place}.", "put a {thing} in {place}."],
    "clean": ["clean some {thing} and put it in {place}.", "put a clean {thing} in {place}."],
    "heat": ["heat some {thing} and put it in {place}.", "put a hot {thing} in {place}."],
    "cool": ["cool some {thing} and put it in {place}.", "put a cool {thing} in {place}."],
    "two": ["put two {thing} in {place}.", "find two {thing} and put them in {place}."],
    "look": ["look at {thing} under the {place}.", "examine the {thing} with the {place}."],
}
DONE: dict[TaskKind, str] = {
    "place": "",
    "clean": r"clean|wash|rins|scrub|tap\b",
    "heat": r"heat|hot|warm|microwav|cook",
    "cool": r"cool|cold|chill|refrigerat|fridge",
    "two": r"two|\b2x?\b|pair of|couple of|both|another|one more|second|some more",
    "look": r"look|examin|inspect|check|stud|view|observ|see\b",
}


def originals(task: TaskKind) -> list[str]:
    rng = random.Random(task)
    places = LAMPS if task == "look" else PLACES
    # "Cool" and "the fridge" are checked apart.
    places = {name: said for name, said in places.items() if name not in ("fridge", "microwave", "coffeemachine")}
    return [
        rng.choice(SENTENCES[task]).format(thing=rng.choice(list(THINGS)), place=rng.choice(list(places)))
        for _ in range(SAMPLES)
    ]


def names_of(kind: str, names: dict[str, str]) -> str:
    return "|".join(re.escape(name.lower()) for name in names[kind].split("|"))


@pytest.mark.parametrize("task", SENTENCES)
def test_it_names_the_thing_and_the_place_and_what_to_do(task: TaskKind) -> None:
    rng = random.Random(7)
    for original in originals(task):
        goal = read_plain_goal(original)
        assert goal is not None, original
        assert goal.task == task
        text = (rephraser.rephrase(original, rng) or "").lower()
        things = names_of(goal.thing, {**THINGS})
        if goal.thing in PLURALS:
            things += f"|{names_of(goal.thing, {**PLURALS})}"
        assert re.search(rf"\b({things})(s|es)?\b", text), (original, text)
        assert re.search(rf"\b({names_of(goal.target, {**PLACES, **LAMPS})})\b", text), (original, text)
        assert re.search(DONE[task], text), (original, text)
        # What is said by the way ("the mug is too cold") names a state too, so only the orders are looked at.
        orders = {"clean": r"\b(wash|rinse|scrub)\b", "heat": r"\b(heat|microwave) it", "cool": r"\b(cool|chill) it"}
        rest = re.sub(f"{things}|wash basin", "", text)
        assert not any(re.search(order, rest) for other, order in orders.items() if other != task), (original, text)


@pytest.mark.parametrize("task", SENTENCES)
def test_the_same_is_said_in_many_ways_by_seed(task: TaskKind) -> None:
    original = SENTENCES[task][0].format(thing="mug", place="desklamp" if task == "look" else "sidetable")
    said = [rephraser.rephrase(original, random.Random(seed)) for seed in range(SAMPLES)]
    assert said == [rephraser.rephrase(original, random.Random(seed)) for seed in range(SAMPLES)]
    assert len(set(said)) >= 0.95 * SAMPLES, len(set(said))


@pytest.mark.parametrize(
    "instruction",
    [
        "put the mug 1 in the drawer 2",
        "put every mug on the desk",
        "put the mug where the apple is",
        "put a mug in a bowl and then put them in fridge.",
        "put the mug in the drawer and leave nothing open",
        "clean the mug 1 with the sinkbasin 1",
        "swap the mug and the apple",
        "tidy up",
    ],
)
def test_what_asks_for_something_else_is_left_alone(instruction: str) -> None:
    assert rephraser.rephrase(instruction, random.Random(0)) is None


def test_no_sentence_of_a_composed_task_is_taken_for_a_plain_one() -> None:
    fields = {
        **dict.fromkeys(("place",), "drawer 2"),
        **dict.fromkeys(("thing",), "mug 1"),
        **dict.fromkeys(("a", "c"), "mug"),
        **dict.fromkeys(("b", "d"), "apple"),
        **dict.fromkeys(("as", "bs"), "mugs"),
        **dict.fromkeys(("target", "kind"), "desk"),
        **dict.fromkeys(("other",), "shelf"),
        **{f"at_{name}": "on" for name in ("place", "target", "other", "kind")},
        **{f"{part}_{name}": "clean" for part in ("do", "done") for name in "ab"},
    }
    for wordings in WORDINGS.values():
        for template in (*wordings.usual, *wordings.kept):
            sentence = template.format(**fields)
            assert rephraser.rephrase(sentence, random.Random(0)) is None, sentence
