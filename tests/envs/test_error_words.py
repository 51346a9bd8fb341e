"""What experts say after an error names what went wrong, and nothing else."""

from __future__ import annotations

import pytest

from embodied_codeact.envs.error_words import chooser, in_own_words


@pytest.mark.parametrize(
    ("error", "names"),
    [
        ("SyntaxError: expected ':'", ["expected ':'"]),
        ("NameError: name 'math' is not defined\nDid you forget 'import math'?", ["math"]),
        ("NameError: name 'whichs' is not defined\nDid you mean 'which'?", ["whichs", "which"]),
        ("NameError: name 'find' is not defined", ["find"]),
        ("AttributeError: 'house' has no attribute 'go_to'. Did you mean 'goto'?", ["goto"]),
        ("AttributeError: 'house' has no attribute 'pick'. It has: goto, take, put.", ["pick", "goto, take, put"]),
        ("AttributeError: 'str' object has no attribute 'text'", ["str", "text"]),
        ("TypeError: 'NoneType' object is not subscriptable", ["NoneType", "subscriptable"]),
        (
            "TypeError: arm.move_to(): missing a required argument: 'position'. Signature: ...",
            ["arm.move_to", "position"],
        ),
        ("InvalidArgument: house.use() needs 'object'. Its signature: ...", ["house.use", "object"]),
        ("InvalidArgument: house.goto() has no parameter 'place'. Its signature: ...", ["house.goto", "place"]),
        ("TypeError: arm.place(): too many positional arguments. Signature: ...", ["arm.place"]),
        ("InvalidArgument: unknown tool 'house.walk_to'. Did you mean 'house.goto'?", ["house.walk_to", "house.goto"]),
        ("UnknownObject: unknown object 'red cube'. Did you mean 'red block'?", ["red cube", "red block"]),
        ("KeyError: 'countertop'\nDid you mean 'counter'?", ["countertop", "counter"]),
        ("KeyError: 'mug 1'", ["'mug 1'"]),
        ("RuntimeError: there is no lamp.", ["there is no lamp"]),
        ("NotPossible: your hand is full", ["your hand is full"]),
        ("Nothing that is known", ["Nothing that is known"]),
    ],
)
def test_what_went_wrong_is_named(error: str, names: list[str]) -> None:
    said = {in_own_words(error, chooser(number)) for number in range(20)}
    for sentence in said:
        assert all(name in sentence for name in names), sentence
        assert "Signature" not in sentence
        assert "{" not in sentence
    assert said == {in_own_words(error, chooser(number)) for number in range(20)}


def test_it_is_not_always_said_in_the_same_words() -> None:
    assert len({in_own_words("IndexError: list index out of range", chooser(number)) for number in range(20)}) > 1
