"""Malformed replies: each has one action, or is told how to reply; none breaks or slows anything."""

from __future__ import annotations

import random

import pytest

from embodied_codeact.agent import ACTION_DIALECTS
from embodied_codeact.contracts import Action, InvalidReply, ToolCall
from tests.agent.bodies import TOOLS
from tests.agent.malformed import MALFORMED, Case

CASES = [pytest.param(form, case, id=f"{form}: {case.name}") for form, cases in MALFORMED.items() for case in cases]
HUGE = 200_000
UNITS = [
    *[
        "</think>",
        "<function=a>",
        "<parameter=a>",
        "<function=a><parameter=a>",
        "<arg_key>a</arg_key>",
        "<tool_call>a ",
    ],
    *["look; ", "Thought: a. Action: ", "<action>", "Observation:\n", "```{", "<|a|>", "[ARGS]", "a.b {'a': 1}"],
    *["<execute>", "<thought>", "<thought><execute>", "<solution>\n", "<", "< ", "```\n", "```a\n", "\n", " ", "</"],
    *[
        "{",
        "[",
        '{"',
        '{"a":',
        '{"a": "',
        "{'a'",
        '{"tool": "look"}',
        '"',
        "\\",
        '{"a": [',
        "/*",
        "{/*",
        "#\n",
        "{a: b ",
    ],
    *[
        "Action: ",
        "Action: look\n",
        "> ",
        ">>> a(",
        "look\n",
        "take a from ",
        "pick(",
        "**",
        "Thought: a\n",
        "go to (\n",
    ],
]


@pytest.mark.parametrize(("form", "case"), CASES)
def test_malformed_reply_has_its_action_or_its_repair(form: str, case: Case) -> None:
    action = ACTION_DIALECTS[form].parse(case.reply, TOOLS)
    if isinstance(case.expected, str):
        assert isinstance(action, InvalidReply)
        assert case.expected in action.repair
    else:
        assert action == case.expected
    if isinstance(action, ToolCall):
        compile(TOOLS.code(action), "<call>", "eval")


@pytest.mark.parametrize("form", MALFORMED)
def test_mutated_replies_never_break_a_parser(form: str) -> None:
    dialect = ACTION_DIALECTS[form]
    chance = random.Random(form)
    replies = [case.reply for case in MALFORMED[form]]
    for _ in range(3000):
        reply = chance.choice(replies)
        for _ in range(chance.randint(1, 4)):
            reply = mutated(reply, chance.choice(replies), chance)
        action = dialect.parse(reply, TOOLS)
        assert isinstance(action, Action), reply
        assert dialect.complete(reply).startswith(reply[:1])
        if isinstance(action, ToolCall):
            compile(TOOLS.code(action), "<call>", "eval")


def mutated(reply: str, other: str, chance: random.Random) -> str:
    place, until = sorted(chance.randint(0, len(reply)) for _ in range(2))
    match chance.randrange(5):
        case 0:
            return reply[:place]
        case 1:
            return reply[:place] + reply[until:]
        case 2:
            return reply[:place] + chance.choice("{}[]()<>\"'`\\,:=#/*\n\r\t \ud800\x00é") + reply[place:]
        case 3:
            return reply[:until] + reply[place:]
    return reply[:place] + other[len(other) // 2 :]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("form", "before"), [("json", ""), ("json", '{"tool": "'), ("text", ""), ("text", "Action: ")])
@pytest.mark.timeout(60)
def test_huge_reply_takes_linear_time(form: str, before: str, unit: str) -> None:
    """What makes careless patterns backtrack, many times; quadratic work would run into the timeout."""
    dialect = ACTION_DIALECTS[form]
    reply = before + unit * (HUGE // len(unit))
    assert isinstance(dialect.parse(reply, TOOLS), Action)
    assert dialect.complete(reply)


@pytest.mark.parametrize(
    ("form", "reply", "whole"),
    [
        ("code", "<execute>\nlook()\n", "<execute>\nlook()\n</execute>"),
        ("code", "<execute>\nlook()\n</", "<execute>\nlook()\n</execute>"),
        ("code", "<execute>\nlook()\n</exec", "<execute>\nlook()\n</execute>"),
        ("code", "<execute>\nlook()\n</execute", "<execute>\nlook()\n</execute>"),
        ("code", "<execute>look()</execute>", "<execute>look()</execute>"),
        ("code", "<thought>a</thought><solution>b", "<thought>a</thought><solution>b</solution>"),
        ("code", "<solution>b</sol", "<solution>b</solution>"),
        ("code", "<execute>look()</execute>\n<execute>look()", "<execute>look()</execute>\n<execute>look()</execute>"),
        ("code", "<execute>", "<execute></execute>"),
        ("code", "<execute></exe", "<execute></execute>"),
        ("code", "<thought>half a thought", "<thought>half a thought"),
        ("code", "Which one?", "Which one?"),
        ("code", "", ""),
        ("json", '{"tool": "state", "arguments": {', '{"tool": "state", "arguments": {}}'),
        ("json", '<tool_call>{"tool": "state"}\n', '<tool_call>{"tool": "state"}\n</tool_call>'),
        ("json", '{"tool": "state"}', '{"tool": "state"}'),
        ("json", "<solution>b", "<solution>b</solution>"),
        ("text", "Action: look", "Action: look"),
        ("text", "<solution>b", "<solution>b</solution>"),
    ],
)
def test_reply_stands_whole_in_the_conversation(form: str, reply: str, whole: str) -> None:
    dialect = ACTION_DIALECTS[form]
    assert dialect.complete(reply) == whole
    assert dialect.parse(whole, TOOLS) == dialect.parse(reply, TOOLS)
