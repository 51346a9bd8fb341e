"""Replies of real models to one action."""

from __future__ import annotations

import collections
from pathlib import Path

import pytest

from embodied_codeact.agent.dialects import MINT, NATIVE, Dialect, parse_mint_reply
from embodied_codeact.agent.parser import EMPTY_SCRIPT, REPAIR, clean_script, parse_reply
from embodied_codeact.agent.tools import Toolbox
from embodied_codeact.contracts import Action, ApiDescription, CodeAction, Finish, InvalidReply, UserMessage
from tests.agent.mint_table import kind_of, published_episodes

SCRIPTS = {
    "plain block": ("<execute>\nprint(1)\n</execute>", "print(1)"),
    "on one line": ('<execute> print("Hello") </execute>', 'print("Hello")'),
    "with a role before it": ("Assistant:\n<execute>\nx = 1\n</execute>", "x = 1"),
    "two blocks are one script": ("<execute>a = 1</execute> then <execute>print(a)</execute>", "a = 1\nprint(a)"),
    "unclosed last block": ("<execute>\nprint(1)\n", "print(1)"),
    "closed, then unclosed": ("<execute>a = 1</execute>\n<execute>\nprint(a)", "a = 1\nprint(a)"),
    "stopped inside the closing tag": ("<execute>\nprint(1)\n</exec", "print(1)"),
    "a comparison is no closing tag": ("<execute>\nprint(1 <", "print(1 <"),
    "windows line ends": ("<execute>\r\nif x:\r\n    y()\r\n</execute>\r\n", "if x:\n    y()"),
    "old mac line ends": ("<execute>\rx = 1\ry = 2\r</execute>", "x = 1\ny = 2"),
    "upper case": ("<EXECUTE>\nprint(1)\n</Execute>", "print(1)"),
    "blanks in the tags": ("< execute >\nprint(1)\n</ execute >", "print(1)"),
    "common indentation": ("<execute>\n    if x:\n        y()\n    z()\n</execute>", "if x:\n    y()\nz()"),
    "first line on the tag's line": ("<execute> a = 1\n    b = 2\n</execute>", "a = 1\nb = 2"),
    "first line opens a block": ("<execute>for i in x:\n    print(i)\n</execute>", "for i in x:\n    print(i)"),
    "prompts": (
        "<execute>\n>>> for i in x:\n...     print(i)\n...\n0\n1\n>>> y\n</execute>",
        "for i in x:\n    print(i)\n\ny",
    ),
    "fence": ("Here:\n```python\nprint(1)\n```\nDone.", "print(1)"),
    "short fence name": ("```py\nprint(1)\n```", "print(1)"),
    "fence with tildes": ("~~~python\nprint(1)\n~~~", "print(1)"),
    "unclosed fence": ("```python\nprint(1)", "print(1)"),
    "two fences": ("```python\na = 1\n```\nand\n```python\nb = 2\n```", "a = 1\nb = 2"),
    "fence in a list": ("1. Look:\n   ```python\n   look()\n   ```", "look()"),
    "fence of output beside one of code": ("```python\nlook()\n```\n```\nYou see.\n```", "look()"),
    "bare fence alone": ("```\nlook()\n```", "look()"),
    "fence inside the tags": ("<execute>\n```python\nprint(1)\n```\n</execute>", "print(1)"),
    "unclosed fence inside the tags": ("<execute>```python\nprint(1)</execute>", "print(1)"),
    "closing fence left over": ("<execute>\nprint(1)\n```\n</execute>", "print(1)"),
    "tags inside a fence": ("```python\n<execute>\nprint(1)\n</execute>\n```", "print(1)"),
    "tags win over fences": ("```python\nexample()\n```\n<execute>real()</execute>", "real()"),
    "closed thought mentions the tag": ("<thought>I use <execute> now.</thought>\n<execute>go()</execute>", "go()"),
    "prose mentions the tag": ("I use the <execute> tag.\n<execute>\ngo()\n</execute>", "go()"),
    "unclosed thought": ("<thought>I look.\n<execute>\nlook()\n</execute>", "look()"),
    "unclosed thought on one line": ("<thought>I look. <execute>look()</execute>", "look()"),
    "thought around the script": ("<thought>\nI look.\n<execute>\nlook()\n</execute>\n</thought>", "look()"),
    "draft of a reasoning model": ("<think>\n<execute>\nbad()\n</execute>\n</think>\n<execute>ok()</execute>", "ok()"),
    "solution tag inside code": (
        '<execute>print("<solution>x</solution>")</execute>',
        'print("<solution>x</solution>")',
    ),
    "script not closed before a thought": ("<execute>\na()\n<thought>b</thought>", "a()"),
    "blank lines inside stay": ("<execute>\n\na = 1\n\n\nb = 2\n\n</execute>", "a = 1\n\n\nb = 2"),
    "dollars, backslashes, angles": ("<execute>print('\\n$x <b>')</execute>", "print('\\n$x <b>')"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_is_found(name: str) -> None:
    reply, code = SCRIPTS[name]
    action = parse_reply(reply)
    assert isinstance(action, CodeAction)
    assert action.code == code
    assert action.then_finish is None


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("The answer is <solution> 42 </solution>.", "42"),
        ("<thought>ok</thought>\n<solution>done", "done"),
        ("<solution>4</solution> wait <solution>5</solution>", "5"),
        ("<SOLUTION>a\nb</SOLUTION>", "a\nb"),
        ("```\n5\n```\n<solution>5</solution>", "5"),
        ("<solution></solution>", ""),
    ],
)
def test_solution_alone_finishes(reply: str, answer: str) -> None:
    action = parse_reply(reply)
    assert isinstance(action, Finish)
    assert action.answer == answer


@pytest.mark.parametrize(
    "reply",
    [
        "<execute>go()</execute>\n<solution>done</solution>",
        "<solution>done</solution>\n<execute>\ngo()\n</execute>",
        "<execute>\ngo()\n<solution>done</solution>",
        "```python\ngo()\n```\n<solution>done</solution>",
    ],
)
def test_script_wins_over_solution_and_finishes_after_it(reply: str) -> None:
    action = parse_reply(reply)
    assert isinstance(action, CodeAction)
    assert (action.code, action.then_finish) == ("go()", "done")


@pytest.mark.parametrize(
    ("reply", "thought"),
    [
        ("<thought> a </thought><execute>go()</execute>", "a"),
        ("<thought>a</thought><execute>go()</execute><thought>b</thought>", "a\nb"),
        ("Assistant:\nFirst I look.\n<execute>go()</execute>", "First I look."),
        ("I look.\n```python\ngo()\n```\nThen I stop.", "I look."),
        ("<think>hm</think>\n<execute>go()</execute>", "hm"),
    ],
)
def test_thought_is_kept(reply: str, thought: str) -> None:
    action = parse_reply(reply)
    assert isinstance(action, CodeAction)
    assert action.thought == thought


def test_prose_is_a_message_for_the_user() -> None:
    assert parse_reply("Assistant: Which drawer do you mean?") == UserMessage("Which drawer do you mean?")
    assert parse_reply("<thought>unclear</thought>\nWhich one?") == UserMessage("Which one?")


@pytest.mark.parametrize("reply", ["", " \n ", "<thought>I think.</thought>", "</execute>", "<thought>", "Assistant:"])
def test_reply_without_action_is_told_how_to_reply(reply: str) -> None:
    assert parse_reply(reply) == InvalidReply(REPAIR)


@pytest.mark.parametrize("reply", ["<execute></execute>", "<execute>\n\n</execute>", "```python\n```", "<execute>"])
def test_empty_script_is_told_so(reply: str) -> None:
    assert parse_reply(reply) == InvalidReply(EMPTY_SCRIPT)


def test_string_lines_keep_their_indentation() -> None:
    assert clean_script('x = """\n    a\n  b\n"""') == 'x = """\n    a\n  b\n"""'


@pytest.mark.parametrize(
    "unit",
    ["<execute>", "<thought>", "<thought><execute>", "<solution>\n", "<", "< ", "```\n", "```a\n", "\n", " ", "</"],
)
@pytest.mark.parametrize("dialect", [NATIVE, MINT], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("before", ["", "<execute>"])
@pytest.mark.timeout(60)
def test_huge_reply_takes_linear_time(before: str, unit: str, dialect: Dialect) -> None:
    """A megabyte of what makes careless patterns backtrack; quadratic work would run into the timeout."""
    reply = before + unit * (1_000_000 // len(unit))
    assert isinstance(dialect.parse(reply, Toolbox(ApiDescription())), Action)


def test_every_published_reply_is_one_action(data_dir: Path) -> None:
    kinds: collections.Counter[str] = collections.Counter()
    complaints = 0
    for episode in published_episodes(data_dir):
        for reply, answer in episode.exchanges:
            kinds[kind_of(reply)] += 1
            if answer is None:
                continue
            action = parse_mint_reply(reply)
            complained = "I don't understand your input." in answer
            complaints += complained
            assert complained == isinstance(action, InvalidReply)
            assert ("Your answer is wrong." in answer) == isinstance(action, Finish)
    assert complaints == 13
    assert kinds == {
        "CodeAction (tags)": 424,
        "CodeAction (tags, then_finish)": 11,
        "Finish": 166,
        "UserMessage": 3,
    }
