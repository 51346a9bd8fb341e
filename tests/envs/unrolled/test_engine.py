"""Programs carried out call by call: what is asked, what is read from answers, and that nothing else is needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from embodied_codeact.contracts import Message, text_commands
from embodied_codeact.envs.unrolled import Conclusion, Decision, EndedProgram, Form, Offer, Program, reply_with_calls
from embodied_codeact.errors import PrimitiveError

OPENING = [Message("system", "Act."), Message("user", "Do it.")]


class Shaky(PrimitiveError):
    """Something went wrong."""


class Hand:
    """A hand."""

    @text_commands("grab {thing}")
    def grab(self, thing: str, *, force: float = 1.0) -> dict[str, Any]: ...  # type: ignore[empty-body]

    def look(self, thing: str) -> dict[str, Any]: ...  # type: ignore[empty-body]

    def drop(self) -> None: ...


def ring(times: int = 1) -> str:
    return str(times)


OFFER = Offer({"hand": Hand, "ring": ring}, errors=[Shaky], reads=["hand.look"], state={"room": "kitchen"})


class Play:
    """Plays programs against given answers; one after the other, whatever the reply."""

    def __init__(self, *programs: str, form: Form = "json", messages: Sequence[Message] = OPENING) -> None:
        self.programs, self.form = programs, form
        self.messages = list(messages)
        self.ended: list[EndedProgram] = []

    def decide(self, ended: Sequence[EndedProgram]) -> Decision:
        self.ended = list(ended)
        if len(ended) < len(self.programs):
            return Program(f"Plan {len(ended) + 1}.", self.programs[len(ended)])
        return Conclusion("That was it.", "done")

    def reply(self) -> str:
        return reply_with_calls(self.messages, self.form, OFFER, self.decide)

    def answer(self, observation: str) -> str:
        """Give an observation to the present reply, and return the next one."""
        told = f"Observation:\n{observation}\n\n3 turns left."
        self.messages += [Message("assistant", self.reply()), Message("user", told)]
        return self.reply()


def tool(reply: str) -> tuple[str, dict[str, Any]]:
    action = json.loads(reply)
    return action["tool"], action["arguments"]


def test_the_first_call_without_an_answer_is_the_reply_and_the_thought_is_said_once() -> None:
    play = Play('hand.grab("mug 1", force=2)\nhand.drop()\nprint("over")')
    first = json.loads(play.reply())
    assert first == {"thought": "Plan 1.", "tool": "hand.grab", "arguments": {"thing": "mug 1", "force": 2}}
    assert json.loads(play.answer("Done.")) == {"tool": "hand.drop", "arguments": {}}
    assert tool(play.answer("Done.")) == ("finish", {"answer": "done"})
    assert [(program.printed, program.error) for program in play.ended] == [("over\n", "")]


def test_text_uses_the_primitive_s_own_words_where_they_hold_all_arguments() -> None:
    play = Play('hand.grab("mug 1")\nhand.grab("mug 1", force=0.12345678)\nring(2)', form="text")
    assert play.reply() == "Thought: Plan 1.\nAction: grab mug 1"
    assert play.answer("Done.") == 'Action: hand.grab("mug 1", force=0.123457)'
    assert play.answer("Done.") == "Action: ring(2)"
    assert play.answer("2") == "Thought: That was it.\nAction: finish(done)"


def test_text_calls_a_tool_by_the_name_that_is_documented() -> None:
    documented = [Message("system", "The commands:\n\ngrab(thing, force=1.0)\n    Grab it.\n\nhand.look(thing)")]
    play = Play('hand.grab("a", force=2)\nhand.look("a")', form="text", messages=[*documented, OPENING[1]])
    assert play.reply().endswith('Action: grab("a", force=2)')
    assert play.answer("Done.") == 'Action: hand.look("a")'


def test_an_answer_belongs_to_the_whole_call() -> None:
    play = Play('hand.grab("mug 1")\nhand.grab("mug 2")', form="text")
    play.messages += [Message("assistant", "Action: grab mug 10"), Message("user", "Observation:\nDone.")]
    assert play.reply().endswith("grab mug 1")
    assert play.answer("Done.").endswith("grab mug 2")


def test_answers_become_objects_to_calculate_with() -> None:
    program = (
        'thing = hand.look("red block")\nspot = thing.position[:2] + 0.5 * thing.size[:2]\n'
        'hand.grab(f"{thing.name} at {spot.round(3).tolist()}, {thing.inside}, {thing.sides[chr(120)][1]}")'
    )
    play = Play(program)
    seen = {"name": "red", "position": [1, 2, 0], "size": [0.2, 0.4, 1], "inside": None, "sides": {"x": [0, 7]}}
    assert tool(play.answer(json.dumps(seen))) == ("hand.grab", {"thing": "red at [1.1, 2.2], None, 7.0"})


@pytest.mark.parametrize("answer", ["The mug is too hot.", "Nothing happens.", "mug: 1, and {more}"])
def test_a_text_stands_as_it_is(answer: str) -> None:
    play = Play("print(ring())")
    play.answer(f"{answer}\nChanges of state:\nstate.room: 'kitchen' -> 'hall'")
    assert play.ended[0].printed == f"{answer}\n"


def test_errors_are_raised_by_kind_and_can_be_caught() -> None:
    caught = 'try:\n    hand.grab("mug")\nexcept Shaky as error:\n    print("caught:", error)\nhand.drop()'
    play = Play(caught)
    assert tool(play.answer("Error:\nShaky: it slipped\nTry again.")) == ("hand.drop", {})
    play.answer("Error:\nOutOfOrder: the hand is broken")
    assert play.ended[0].printed == "caught: it slipped\nTry again.\n"
    assert play.ended[0].error == "PrimitiveError: OutOfOrder: the hand is broken"


def test_a_program_that_failed_is_followed_by_the_next_in_the_same_namespace() -> None:
    play = Play("noted = ring()\nundefined", 'assert "noted" in globals()\nhand.grab(noted)')
    assert json.loads(play.answer("five bells")) == {
        "thought": "Plan 2.",
        "tool": "hand.grab",
        "arguments": {"thing": "five bells"},
    }
    assert play.ended[0].error == "NameError: name 'undefined' is not defined"
    assert play.ended[0].messages == 4


def test_what_only_looks_is_asked_once_until_something_is_done() -> None:
    play = Play('for _ in range(2):\n    hand.look("a").pop("x")\nhand.drop()\nhand.look("a")')
    assert tool(play.answer('{"x": 1}')) == ("hand.drop", {})
    assert tool(play.answer("Done.")) == ("hand.look", {"thing": "a"})


def test_the_state_is_asked_for_once_and_then_followed() -> None:
    program = "for _ in range(3):\n    hand.grab(f'{state.room}, {state.holding}, {state.seen}, {state.width}')"
    play = Play(program)
    assert tool(play.reply()) == ("state", {})
    told = tool(play.answer('{"room": "kitchen", "width": 0.5, "holding": null, "seen": {"a": ["b"]}}'))
    assert told[1] == {"thing": "kitchen, None, {'a': ['b']}, 0.5"}
    news = (
        "state.width: 0.5 -> 0.7\nstate.holding: None -> 'mug -> 1'\nstate.seen['c']: now ['d']\nstate.seen['a']: gone"
    )
    told = tool(play.answer(f"Done.\nChanges of state:\n{news}"))
    assert told[1] == {"thing": "kitchen, mug -> 1, {'c': ['d']}, 0.7"}
    # The changes after the last one told are not known, nor is what was too long to be told.
    assert tool(play.answer("Done.\nChanges of state:\nstate.width: 0.7 -> 0.1\n... and 1 more"))[0] == "state"


def test_a_value_that_was_cut_is_asked_for_and_what_is_known_from_the_start_is_not() -> None:
    play = Play("hand.grab(state.room)\nring(state.room)")
    assert tool(play.reply()) == ("hand.grab", {"thing": "kitchen"})
    assert tool(play.answer("Done.\nChanges of state:\nstate.room: 'kitchen' -> 'the long ...")) == ("state", {})


def test_scripts_of_one_call_print_it_and_its_answer_is_read_as_python_prints_it() -> None:
    play = Play('thing = hand.look("a")\nhand.grab(thing.name, force=thing.size[0])\nring(state.w)', form="atomic")
    assert play.reply() == '<thought>\nPlan 1.\n</thought>\n<execute>\nprint(hand.look("a"))\n</execute>'
    second = play.answer("Thing(name='b', size=array([0.5, 1. ]), error=nan, at={'x': (1, 2)}, none=None)")
    assert second == '<execute>\nprint(hand.grab("b", force=0.5))\n</execute>'
    assert play.answer("None") == "<execute>\nprint(state)\n</execute>"
    assert play.answer("State(w=3)") == "<execute>\nprint(ring(3))\n</execute>"
    raised = 'Error:\nTraceback (most recent call last):\n  line 1, in <module>\n    print(ring(3))\nShaky: no "bell"'
    assert play.answer(raised).endswith("<solution>done</solution>")
    assert play.ended[0].error == 'Shaky: no "bell"'


def test_replies_of_others_are_passed_over() -> None:
    talk = [Message("assistant", "Which mug?"), Message("user", "The red one.")]
    play = Play("hand.drop()\nring()", messages=[*OPENING, *talk])
    assert tool(play.reply()) == ("hand.drop", {})
    play.answer("Done.")
    play.messages += [Message("assistant", '{"tool": "hand.grab", "arguments": {}}'), Message("user", "Done.")]
    assert tool(play.answer("One.")) == ("finish", {"answer": "done"})


def test_wrong_calls_fail_in_the_program_and_endless_ones_are_ended() -> None:
    play = Play("hand.fly()", "hand.grab()", "hand._secret()", "while True:\n    pass", "def f(): f()\nf()", "if")
    assert tool(play.reply())[0] == "finish"
    kinds = [program.error.partition(":")[0] for program in play.ended]
    assert kinds == ["AttributeError", "TypeError", "AttributeError", "TimeoutError", "RecursionError", "SyntaxError"]


def test_a_call_without_an_answer_cannot_be_caught() -> None:
    play = Play("try:\n    hand.drop()\nexcept Exception:\n    ring()")
    assert tool(play.reply()) == ("hand.drop", {})
