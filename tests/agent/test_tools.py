"""Primitives as tools: names, arguments, and what the call's script does where scripts really run."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest

from embodied_codeact.agent import ACTION_DIALECTS, CodeActAgent, Limits
from embodied_codeact.agent.observation import ScriptOutcome, describe_call
from embodied_codeact.agent.prompt import opening_messages
from embodied_codeact.agent.tool_docs import json_tools_text, text_commands_text
from embodied_codeact.agent.tools import Toolbox
from embodied_codeact.contracts import ExecutionResult, Observation, ScriptError, ToolCall
from embodied_codeact.errors import InvalidArgument
from embodied_codeact.interpreter.host import Interpreter
from embodied_codeact.interpreter.results import result_text
from embodied_codeact.wire import Record
from tests.agent.bodies import API, TOOLS
from tests.agent.fakes import DESCRIPTION, Pantry, ScriptedModel, pantry_task
from tests.interpreter.little_world import API as LITTLE_API
from tests.interpreter.little_world import LittleWorld

LITTLE = Toolbox(LITTLE_API)


@pytest.fixture(scope="module")
def interpreter() -> Iterator[Interpreter]:
    world = LittleWorld()
    with Interpreter(sandbox="best", connect_world=world.connect) as running:
        running.start(LITTLE_API)
        yield running
    world.hang_up()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("house.goto", "house.goto"),
        ("goto", "house.goto"),
        ("House.GoTo()", "house.goto"),
        ("house_goto", "house.goto"),
        ("functions.arm.moveTo", "arm.move_to"),
        ("move-to", "arm.move_to"),
        ("beep", "beep"),
        ("state", "state"),
        ("gripper.state", "gripper.state"),
    ],
)
def test_tool_is_found_by_name(name: str, found: str) -> None:
    assert TOOLS.find(name).name == found


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("house.gotoo", "Did you mean 'house.goto'"),
        ("gotoo", "Did you mean 'goto'"),
        ("open", "house.open or gripper.open"),
        ("", "unknown tool ''. Known: arm.home"),
        ("x" * 10_000, "unknown tool"),
    ],
)
def test_unknown_or_ambiguous_tool_names_the_nearest(name: str, told: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        TOOLS.find(name)
    assert told in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("call", "source"),
    [
        (ToolCall("goto", {"receptacle": "fridge 1"}), "house.goto('fridge 1')"),
        (ToolCall("take", {"receptacle": "desk 1", "object": "mug 1"}), "house.take('mug 1', 'desk 1')"),
        (ToolCall("arm.place", {"yaw": None, "target": [0.5, 0]}), "arm.place([0.5, 0], yaw=None)"),
        (ToolCall("home", {"speed": "0.5"}), "arm.home(0.5)"),
        (ToolCall("home"), "arm.home()"),
        (ToolCall("gripper.open", {"width": float("inf")}), "gripper.open(float('inf'))"),
        (ToolCall("beep", {"times": 2, "pauses": [1, 2], "loud": True}), "beep(2, 1, 2, loud=True)"),
        (ToolCall("state"), "{'holding': state.holding, 'place': state.place}"),
    ],
)
def test_call_is_written_as_a_person_would(call: ToolCall, source: str) -> None:
    assert TOOLS.expression(call) == source


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (ToolCall("goto", {}), "house.goto() needs 'receptacle'. Its signature: house.goto(receptacle: str) -> str"),
        (ToolCall("goto", {"receptacl": "x"}), "has no parameter 'receptacl'. Did you mean 'receptacle'?"),
        (ToolCall("take", {"object": "a", "Object": "b", "receptacle": "c"}), "was given 'object' twice"),
        (ToolCall("state", {"field": "holding"}), "state() has no parameter 'field'"),
        (ToolCall("beep", {"not a name": 1}), "has no parameter 'not a name'"),
    ],
)
def test_arguments_that_do_not_fit_show_the_signature(call: ToolCall, told: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        TOOLS.code(call)
    assert told in str(caught.value)
    assert "Its signature: " in str(caught.value)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("You open it.\nIn it, you see nothing.", "You open it.\nIn it, you see nothing."),
        ("", '""'),
        (None, "Done."),
        (True, "true"),
        (1 / 3, "0.333333"),
        ([1, "ä", None], '[1, "ä", null]'),
        (np.array([[0.1234567, 2.0]]), "[[0.123457, 2.0]]"),
        (np.zeros((480, 640, 3), np.uint8), '{"shape": [480, 640, 3], "dtype": "uint8"}'),
        (Record.of("Result", {"ok": True, "at": np.array([1.0])}), '{"ok": true, "at": [1.0]}'),
        (np.float32(float("nan")), "NaN"),
        ({1: (2, 3)}, '{"1": [2, 3]}'),
    ],
)
def test_result_reads_as_text_or_json(result: object, text: str) -> None:
    assert result_text(result) == text


def test_call_runs_in_the_interpreter_and_leaves_no_name_behind(interpreter: Interpreter) -> None:
    before = interpreter.run("sorted(globals())", timeout_s=20).value
    echoed = interpreter.run(LITTLE.code(ToolCall("echo", {"value": {"a": [1, 0.1234567]}})), timeout_s=20)
    assert (echoed.stdout, echoed.value, echoed.error) == ('{"a": [1, 0.123457]}\n', None, None)
    state = interpreter.run(LITTLE.code(ToolCall("state")), timeout_s=20)
    assert set(json.loads(state.stdout)) == {"holding", "place"}
    assert interpreter.run("sorted(globals())", timeout_s=20).value == before


def test_calls_that_were_left_out_are_told_also_beside_an_error(interpreter: Interpreter) -> None:
    several = ToolCall("arm.echo", {"value": "here"}, left_out=2)
    assert interpreter.run(LITTLE.code(several), timeout_s=20).stdout == (
        "(Only the first call of your reply counts, one call a turn: 2 more calls were not carried out.)\nhere\n"
    )


def test_error_of_a_call_shows_nothing_of_its_script() -> None:
    error = ScriptError("OutOfReach", "too far.", traceback='Traceback ...\n  File "<script 1>"', hint="Come nearer.")
    outcome = ScriptOutcome(ExecutionResult(error=error), {"holding": None}, {"holding": "mug 1"})
    assert describe_call(outcome, 1000) == (
        "Error:\nOutOfReach: too far.\nCome nearer.\nChanges of state:\nstate.holding: None -> 'mug 1'"
    )
    assert describe_call(ScriptOutcome(ExecutionResult()), 1000) == "Done."


@pytest.mark.parametrize(
    ("form", "replies"),
    [
        ("json", ['{"tool": "take", "arguments": {"thing": "jam"}}', '{"tool": "box.put", "arguments": ["jam"]}']),
        ("text", ["Thought: a\nAction: take(jam)", "Action: put jam"]),
    ],
)
def test_task_is_solved_by_single_calls(form: str, replies: list[str]) -> None:
    model = ScriptedModel(["Which jam?", *replies])
    episode = CodeActAgent(model, dialect=ACTION_DIALECTS[form]).run(Pantry(), pantry_task())
    assert episode.status.success
    assert "No user is present" in episode.turns[0].observation
    assert episode.turns[1].observation == (
        "Observation:\nYou take the jam.\nChanges of state:\nstate.holding: None -> 'jam'\n\n58 turns left."
    )


def test_tools_are_documented_without_python() -> None:
    as_json, as_text = json_tools_text(API), text_commands_text(API)
    assert (
        'Example: {"tool": "house.take", "arguments": {"object": "mug 1", "receptacle": "countertop 1"}}\n'
        "      -> You pick up the mug 1 from the countertop 1."
    ) in as_json
    assert "put {object} in/on {receptacle}\n" in as_text
    assert "Example: Action: move_to([0.5, 0.0, 0.3], yaw=0.4)" in as_text
    for text in (as_json, as_text):
        assert "holding: str | None - What the hand holds." in text
        assert "PrimitiveError - Could not be done." in text
        assert ">>>" not in text
        assert "CallLimitReached" not in text
        assert "NotApproved" not in text


@pytest.mark.parametrize("form", ["json", "text"])
def test_every_example_in_the_documentation_is_understood(form: str) -> None:
    text = json_tools_text(API) if form == "json" else text_commands_text(API)
    examples = [line.partition("Example: ")[2] for line in text.splitlines() if "Example: " in line]
    assert len(examples) > 10
    for example in examples:
        assert isinstance(ACTION_DIALECTS[form].parse(example, TOOLS), ToolCall), example


def test_prompt_of_each_form_tells_how_to_reply() -> None:
    for form, marks in (
        ("json", ('"tool"', '"arguments"', "finish")),
        ("text", ("\nAction: ", "\nThought: ", "finish(")),
    ):
        system, _ = opening_messages(
            DESCRIPTION, pantry_task(), Observation(), dialect=ACTION_DIALECTS[form], limits=Limits(turns=60)
        )
        for mark in (*marks, "60 turns", "You can hold one thing.", "Take a thing."):
            assert mark in system.content
        assert "<execute>" not in system.content
        assert "$" not in system.content
