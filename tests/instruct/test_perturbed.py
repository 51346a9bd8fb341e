"""A teacher with mistakes: which mistakes, in which replies, and that the environment really answers them."""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from embodied_codeact.agent import ACTION_DIALECTS, CodeActAgent
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Message, Reply
from embodied_codeact.envs.household.builder import build_game, write_game
from embodied_codeact.envs.household.expert import HouseholdExpert
from embodied_codeact.instruct.perturbations import perturb
from embodied_codeact.instruct.perturbed import PerturbedModel
from embodied_codeact.instruct.script_mistakes import MISTAKES, with_mistake
from embodied_codeact.instruct.script_source import Script

HOUSE = '''\
import re

count = 2
places = sorted(state.places)  # in order

def look_into(place):
    """Go there."""
    answer = house.goto(place)
    if answer.endswith("is closed."):
        answer = house.open(place)
    print(answer)
    return re.findall(r"an? ([a-z]+ \\d+)", answer)

for place in places:
    things = look_into(place)
    if "mug 1" in things and state.holding is None:
        house.take("mug 1", place)
        break
house.goto("drawer 1")
house.put("mug 1", "drawer 1")
print(things[0], len(things) >= count)
'''
TABLE = """\
block = "red block"
height = 7
target = scene.find(block)
arm.move_to([target.position[0], target.position[1], target.top + height / 100], speed=0.5)
arm.pick(block)
arm.place("blue bowl", yaw=0.3)
print("done:", scene.is_inside(block, "blue bowl"))
"""


@pytest.mark.parametrize("kind", MISTAKES)
def test_each_kind_of_mistake_is_found_in_ordinary_scripts(kind: str) -> None:
    make, _ = MISTAKES[kind]
    ways = [way for code in (HOUSE, TABLE) for way in make(Script(code), random.Random(3))]
    changed = [way for way in ways if way not in (HOUSE, TABLE)]
    assert changed
    for way in changed:
        if kind == "syntax error":
            continue
        ast.parse(way)
        assert way.count("\n") >= TABLE.count("\n") - 1


def test_one_mistake_leaves_all_else_as_it_is() -> None:
    for seed in range(300):
        made = with_mistake(HOUSE, random.Random(seed))
        assert made is not None
        code, kind = made
        assert code != HOUSE
        before, after = HOUSE.splitlines(), code.splitlines()
        untouched = sum(line in after for line in before)
        assert untouched >= len(before) - (8 if kind == "forgotten definition" else 2), (kind, code)


def test_characters_of_several_bytes_do_not_move_the_mistake() -> None:
    code = 'note = "größer als ü"; house.goto("drawer 1")\n'
    for seed in range(40):
        made = with_mistake(code, random.Random(seed))
        assert made is not None
        assert "größer als ü" in made[0] or made[1] in ("wrong type", "forgotten definition")


@pytest.mark.parametrize(
    "reply",
    [
        "<thought>\nWhy.\n</thought>\n<execute>\nhouse.goto('drawer 1')\n",
        '{"thought": "Why.", "tool": "house.take", "arguments": {"object": "mug 1", "receptacle": "drawer 1"}}',
        "Thought: Why.\nAction: go to drawer 1",
        'Thought: Why.\nAction: arm.pick("red block")',
    ],
)
def test_replies_of_every_form_keep_thought_and_form(reply: str) -> None:
    kinds = set()
    for seed in range(60):
        made = perturb(reply, random.Random(seed))
        assert made is not None
        assert made.reply != reply
        assert "Why." in made.reply
        kinds.add(made.kind)
        if reply.startswith("{"):
            assert set(json.loads(made.reply)) == {"thought", "tool", "arguments"}
    assert len(kinds) >= 3


@pytest.mark.parametrize(
    "reply",
    ["<solution>done</solution>", '{"tool": "finish", "arguments": {"answer": "x"}}', "Action: finish(x)", "Hm?"],
)
def test_what_does_nothing_stays(reply: str) -> None:
    assert perturb(reply, random.Random(0)) is None


class Constant:
    """A model that gives one reply."""

    name = "constant"

    def start_episode(self) -> None:
        """Nothing to drop."""

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        del messages, stop, max_tokens
        return Reply(f"<execute>\n{HOUSE}")


def first_replies(model: PerturbedModel) -> list[str]:
    replies = []
    for number in range(200):
        model.start_episode()
        replies.append(model.reply([Message("user", f"Your task is to: fetch mug {number}. <execute>")]).text)
        assert set(model.perturbed) == ({0} if HOUSE not in replies[-1] else set())
    return replies


def test_share_and_seed_choose_the_episodes() -> None:
    replies = first_replies(PerturbedModel(Constant(), 0.3, 1))
    assert 40 <= sum(HOUSE not in reply for reply in replies) <= 80
    assert replies == first_replies(PerturbedModel(Constant(), 0.3, 1).for_episode())
    assert replies != first_replies(PerturbedModel(Constant(), 0.3, 2))
    assert all(HOUSE in reply for reply in first_replies(PerturbedModel(Constant(), 0.0, 1)))
    with pytest.raises(ValueError, match="share"):
        PerturbedModel(Constant(), 1.5, 0)


def test_the_environment_answers_the_mistake_and_the_teacher_goes_on(tmp_path: Path) -> None:
    for number in range(4):
        write_game(build_game("pick_and_place_simple", 40 + number), tmp_path / str(number) / "game.tw-pddl")
    raised = solved = 0
    with local_session("household", {"games": str(tmp_path), "feedback": "explained"}, sandbox="best") as session:
        for form in ACTION_DIALECTS:
            for task in session.describe().tasks:
                model = PerturbedModel(HouseholdExpert(), 1.0, 11)
                episode = CodeActAgent(model, dialect=ACTION_DIALECTS[form]).run(session, task)
                solved += episode.status.success
                for turn in model.perturbed:
                    told = episode.turns[turn].observation
                    raised += "Error" in told
                    if "Error:" in told and turn + 1 not in model.perturbed:
                        answer = episode.turns[turn + 1].reply
                        assert "hought" in answer, answer
    assert solved == 12
    assert raised >= 6


def test_an_argument_that_has_the_wrong_name_already_is_not_given_it() -> None:
    reply = '{"tool": "arm.place", "arguments": {"target": "blue bowl"}}'
    made = [perturb(reply, random.Random(seed)) for seed in range(200)]
    assert None not in made
    assert reply not in [each.reply for each in made if each is not None]
