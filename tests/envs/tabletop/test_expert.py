"""The expert knows only the conversation: it reads level and task from it, acts, checks, tries again, and knows when to
stop."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from embodied_codeact.agent import ACTION_DIALECTS
from embodied_codeact.agent.limits import default_limits
from embodied_codeact.agent.prompt import opening_messages
from embodied_codeact.contracts import Message, Observation, Task, WorldContext
from embodied_codeact.describe import describe_environment
from embodied_codeact.envs.tabletop import environment
from embodied_codeact.envs.tabletop.environment import TabletopOptions
from embodied_codeact.envs.tabletop.expert import TabletopExpert
from embodied_codeact.envs.tabletop.expert_reading import read_briefing
from embodied_codeact.envs.tabletop.tasks import ALL_TASKS, ATOMIC, LEVELS, TASKS, Level
from embodied_codeact.envs.unrolled import read_form

METHODS: dict[Level, str] = {
    "skills": "arm.move_to(position) -> MotionResult\n    Go.\n\narm.pick(object: str) -> MotionResult\n    Pick.",
    "motion": "arm.move_to(position) -> MotionResult\n    Go there; there is no arm.pick( here.",
    "joints": "arm.move_joints(positions) -> MotionResult\n    Go.",
}


def opening(instruction: str, level: Level = "skills") -> list[Message]:
    words = f"On the table: red block, blue bowl.\n\nYour task is to: {instruction}"
    return [Message("system", f"# arm\nThe arm.\n\n{METHODS[level]}\n"), Message("user", words)]


def reply(messages: list[Message]) -> str:
    return TabletopExpert().reply(messages).text


def script_of(text: str) -> str:
    return text.partition("<execute>\n")[2].partition("</execute>")[0]


@pytest.mark.parametrize("name", TASKS)
def test_its_thought_names_all_that_a_standard_task_names(name: str) -> None:
    task = TASKS[name]
    instruction = task.sample(np.random.default_rng(3)).instruction
    parameters = task.phrasing.read(instruction)
    assert parameters is not None
    thought = reply(opening(instruction)).partition("</thought>")[0]
    for words in task.phrasing.words(parameters).values():
        assert words in thought, (words, thought)
    # Else no other words could be put in the instruction's place.
    assert instruction.rstrip(".").lower() not in thought.lower()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ALL_TASKS)
def test_it_writes_a_program_for_each_task_with_what_the_level_has(name: str, level: Level) -> None:
    text = reply(opening(ALL_TASKS[name].sample(np.random.default_rng(3)).instruction, level))
    if ALL_TASKS[name].one_call and level not in ALL_TASKS[name].oracles:
        assert "<solution>I have no call for that</solution>" in text
        return
    script = script_of(text)
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "arm"
    }
    own = {"pose", "joints", "limits", "home", "wait"}
    motion = own | {"move_to", "move_linear", "move_by", "rotate"}
    allowed = {
        "skills": motion | {"pick", "place", "push", "turn", "stack"},
        "motion": motion,
        "joints": own | {"move_joints", "forward", "jacobian"},
    }
    assert called or name in ("open-gripper", "close-gripper", "set-gripper")
    assert called <= allowed[level]


@pytest.mark.parametrize("form", ACTION_DIALECTS)
@pytest.mark.parametrize("level", LEVELS)
def test_it_reads_the_level_from_the_prompt_as_it_really_is(level: Level, form: str) -> None:
    adapter = environment.adapter(TabletopOptions(level=level), WorldContext())
    try:
        description = describe_environment(environment, adapter, [])
    finally:
        adapter.close()
    task = Task(id="swap", environment="tabletop", instruction="Swap the red block and the blue block.")
    dialect = ACTION_DIALECTS[form]
    messages = opening_messages(description, task, Observation(), dialect=dialect, limits=default_limits(dialect))
    assert read_briefing(messages).level == level
    assert read_form(messages) == ("script" if form == "code" else form)


def test_the_program_holds_what_the_instruction_says() -> None:
    script = script_of(reply(opening("Put the red block 12 cm to the left of the blue block.")))
    for line in ('block = "red block"', "distance = 12", 'side = "to the left of"', 'reference = "blue block"'):
        assert line in script.splitlines()


def test_it_finishes_when_the_check_succeeded() -> None:
    messages = opening("Put the red block in the blue bowl.")
    messages += [Message("assistant", reply(messages)), Message("user", "done: True\nYou have 4 turns left.")]
    assert "<solution>done</solution>" in reply(messages)


@pytest.mark.parametrize(
    "observation",
    [
        "done: False",
        "Error:\nTraceback (most recent call last):\n  line 8, in <module>\nNothingGrasped: the fingers met nothing",
        "done: True\nError:\nObjectSlipped: it fell",
        "The script was interrupted before it ended. What it did until then stays done.",
    ],
)
def test_it_tries_again_with_an_empty_hand_and_then_gives_up(observation: str) -> None:
    messages = opening("Put the red block in the blue bowl.")
    for attempt in range(4):
        text = reply(messages)
        assert ("scene.free_spot" in script_of(text)) == (attempt > 0)
        if attempt and "Error" in observation:
            assert observation.splitlines()[-1] in text
        ast.parse(script_of(text))
        messages += [Message("assistant", text), Message("user", observation)]
    assert "<solution>not done</solution>" in reply(messages)


@pytest.mark.parametrize("instruction", ["Paint the red block blue.", "", "Put the red block in the oven."])
def test_it_says_so_when_it_does_not_understand(instruction: str) -> None:
    assert "<solution>I do not understand the task</solution>" in reply(opening(instruction))
    assert "<solution>" in reply([Message("user", "Put the red block in the blue bowl.")])


def test_it_stops_where_it_is_told() -> None:
    text = TabletopExpert().reply(opening("Put the red block in the blue bowl."), stop=["</execute>"]).text
    assert "<execute>" in text
    assert "</execute>" not in text


def test_it_carries_its_program_out_call_by_call_where_replies_hold_one() -> None:
    messages = opening("Put the red block in the blue bowl.")
    messages[0] = Message("system", f'{messages[0].content}\n{{"tool": ..., "arguments": ...}}')
    assert '"scene.is_inside", "arguments": {"inner": "red block", "outer": "blue bowl"}' in reply(messages)
    answers = ["false", '{"position_error": 0.001}', "Error:\nObjectSlipped: it fell", '{"position": [0.5, 0, 0.15]}']
    said = []
    for answer in answers:
        said.append(reply(messages))
        messages += [Message("assistant", said[-1]), Message("user", f"Observation:\n{answer}\n\n9 turns left.")]
    assert '"arm.pick"' in said[1]
    assert '"arm.place", "arguments": {"target": "blue bowl"}' in said[2]
    assert "ObjectSlipped: it fell" in said[3]
    assert '"arm.pose"' in said[3]
    assert '"touching": ' not in reply(messages), "the names of the scene were not asked for"


PLACES = "On the table: red block at [0.500, 0.100, 0.020], blue bowl at [0.400, -0.200, 0.025]. The tool is at"


@pytest.mark.parametrize("name", ATOMIC)
def test_one_call_is_one_call(name: str) -> None:
    """All that a script of the set does besides the call is to calculate, and to look at what the call returned."""
    script = script_of(reply(opening(ATOMIC[name].sample(np.random.default_rng(1)).instruction)))
    primitives = ("arm", "gripper", "scene")
    calls = [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Call) and ast.unparse(node.func).partition(".")[0] in primitives
    ]
    assert len(calls) == 1


def test_what_the_opening_says_need_not_be_asked_for() -> None:
    messages = opening("Push the red block 10 cm to the left.")
    words = messages[1].content.replace(
        "On the table: red block, blue bowl.", f"{PLACES} [0.432, 0.000, 0.235] and holds"
    )
    messages[0] = Message("system", f'{messages[0].content}\n{{"tool": ..., "arguments": ...}}')
    messages[1] = Message("user", words)
    assert read_briefing(messages).places == {
        "objects": {"red block": [0.5, 0.1, 0.02], "blue bowl": [0.4, -0.2, 0.025]},
        "tool_position": [0.432, 0.0, 0.235],
    }
    assert '"arm.push", "arguments": {"object": "red block", "target": [0.5, 0.2]}' in reply(messages)


def test_a_call_that_failed_is_made_again_as_it_is_and_not_for_ever() -> None:
    messages = opening("Pick up the red block.")
    for _ in range(4):
        messages += [Message("assistant", reply(messages)), Message("user", "Error:\nOutOfReach: too far away")]
    assert len({script_of(message.content) for message in messages if message.role == "assistant"}) == 1
    assert "<solution>not done</solution>" in reply(messages)
