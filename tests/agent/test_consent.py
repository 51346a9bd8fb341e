"""Consent: who is asked about what, what a refusal costs, and what the world is told to allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.agent.consent import Consent, ConsentMode, called_kinds
from embodied_codeact.agent.people import Verdict
from embodied_codeact.agent.tools import Toolbox
from embodied_codeact.contracts import CodeAction, Episode, Permissions, ToolCall
from tests.agent.fakes import DESCRIPTION, Pantry, ScriptedModel, pantry_task

YES, NO = Verdict(approved=True), Verdict(approved=False)
KINDS = ["house.goto", "house.take", "arm.pick", "goto"]
TAKE = "<execute>take('jam')</execute>"
PUT = "<execute>box.put('jam')</execute>"
PRINT = "<execute>print(6 * 7)</execute>"
DONE = "<solution>done</solution>"


class Asked:
    """A person who gives these answers, and remembers what was asked."""

    def __init__(self, verdicts: Iterable[Verdict | None]) -> None:
        self._verdicts = iter(verdicts)
        self.code: list[str] = []
        self.calls: list[list[str]] = []

    def review(self, action: CodeAction | ToolCall, code: str, calls: Sequence[str]) -> Verdict | None:
        del action
        self.code.append(code)
        self.calls.append(list(calls))
        return next(self._verdicts)


def play(mode: ConsentMode, person: Asked, replies: Sequence[str], pantry: Pantry | None = None) -> Episode:
    agent = CodeActAgent(ScriptedModel(replies), consent=Consent(mode, person))
    return agent.run(pantry or Pantry(), pantry_task())


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("house.take('a'); house.goto('b'); house.take('c')", ["house.take", "house.goto"]),
        ("goto('x')", ["goto"]),
        ("h = house\nh.goto('x')", ["house.goto"]),
        ("go = house.goto\ngo('x')", ["house.goto"]),
        ("def run(robot):\n    robot.pick('cup')\nrun(arm)", ["arm.pick"]),
        ("getattr(house, 'goto')('x')", ["house.goto"]),
        ("@retry\nasync def f():\n    return [f'{arm.pick(x)}' for x in y if goto(x)]", ["arm.pick", "goto"]),
        ("class Robot:\n    def go(self):\n        (lambda: house.goto(1))()", ["house.goto"]),
        ("mine.goto(1); other().pick(2); x = 'goto'; shop.house.goto(1)", []),
        ("house", []),
        ("'\\d' + house.goto", ["house.goto"]),
        ("def (:\n  arm.pick(", []),
        ("\0", []),
        ("(" * 3000 + "arm.pick" + ")" * 3000, []),
    ],
)
def test_the_calls_that_a_script_names_are_found(code: str, kinds: list[str]) -> None:
    assert called_kinds(code, KINDS) == kinds


def test_each_script_waits_for_consent_also_one_that_calls_nothing() -> None:
    person = Asked([YES, YES, YES])
    pantry = Pantry()
    episode = play("script", person, [TAKE, PRINT, PUT], pantry)
    assert person.calls == [["take"], [], ["box.put"]]
    assert person.code[1] == "print(6 * 7)"
    assert episode.status.success
    # Whoever has read the script allows all that it does.
    assert pantry.permissions == [None] * 3


def test_a_refused_script_costs_a_turn_and_nothing_runs() -> None:
    pantry = Pantry()
    person = Asked([Verdict(approved=False, comment="Not the jam, please."), NO, YES])
    episode = play("script", person, [TAKE, TAKE, PRINT, DONE], pantry)
    with_comment, without, ran = episode.turns[:3]
    assert with_comment.result is None
    assert (
        "Observation:\nThe user did not allow this to run, so nothing was done. Not the jam, please.\n\n4 turns left."
        in with_comment.observation
    )
    assert "so nothing was done.\n\n3 turns left." in without.observation
    assert ran.result is not None
    assert (len(pantry.permissions), pantry.holding) == (1, None)


def test_only_the_first_call_of_each_kind_is_asked_about() -> None:
    pantry = Pantry()
    both = "<execute>take('jam'); box.put('jam')</execute>"
    person = Asked([YES, NO, YES])
    episode = play("first", person, [PRINT, TAKE, TAKE, both, both], pantry)
    # The refused kind is asked about again; the one that was agreed to is not.
    assert person.calls == [["take"], ["box.put"], ["box.put"]]
    assert [turn.result is None for turn in episode.turns] == [False, False, False, True, False]
    allowed: list[list[str]] = [[], ["take"], ["take"], ["box.put", "take"]]
    assert pantry.permissions == [Permissions(allowed=kinds) for kinds in allowed]


def test_a_script_that_is_no_python_says_so_to_the_model_first() -> None:
    pantry = Pantry()
    person = Asked([YES])
    episode = play("first", person, ["<execute>take('jam'</execute>", TAKE, DONE], pantry)
    assert episode.turns[0].result is not None
    assert "SyntaxError" in episode.turns[0].observation
    assert pantry.permissions[0] == Permissions(allowed=[])
    assert person.calls == [["take"]]


def test_who_leaves_instead_ends_the_episode() -> None:
    pantry = Pantry()
    episode = play("script", Asked([None]), [TAKE, DONE], pantry)
    assert (episode.end, len(episode.turns), pantry.permissions) == ("user", 1, [])


def test_a_call_of_a_tool_is_shown_as_people_write_it() -> None:
    toolbox = Toolbox(DESCRIPTION.api)
    person = Asked([NO, YES])
    consent = Consent("first", person)
    call = ToolCall("put", {"thing": "jam"})
    for verdict in (NO, YES, YES):
        assert consent.review(call, toolbox.code(call), toolbox) == verdict
    assert person.code == ["box.put('jam')"] * 2
    assert person.calls == [["box.put"]] * 2
    assert consent.allowed == ["box.put"]


def test_never_asks_nobody() -> None:
    pantry = Pantry()
    assert play("never", Asked([]), [TAKE, PUT], pantry).status.success
    assert pantry.permissions == [None, None]
