"""Where a reply ends does not depend on how it came."""

from __future__ import annotations

import random

import pytest

from embodied_codeact.models.openai.growing import GrowingReply


@pytest.mark.parametrize(
    ("text", "stop", "most", "expected"),
    [
        ("abc</x>def", ["</x>"], 100, "abc"),
        ("abc</x", ["</x>"], 100, "abc</x"),
        ("aaab", ["aab"], 100, "a"),
        ("long abcX then", ["abcX", "bc"], 100, "long a"),
        ("no stop at all", [], 7, "no stop"),
        ("ends </x> before", ["</x>"], 5, "ends "),
        ("</x>", ["</x>", ""], 100, ""),
    ],
)
def test_it_ends_at_the_same_place_in_any_pieces(text: str, stop: list[str], most: int, expected: str) -> None:
    chance = random.Random(1)
    for _ in range(50):
        reply, shown, rest = GrowingReply(stop, most), "", text
        while rest and not reply.ended:
            size = chance.randint(1, len(rest))
            shown += reply.add(rest[:size])
            rest = rest[size:]
            assert expected.startswith(shown), "something was shown that does not belong to the reply"
        assert shown + reply.finish() == reply.text == expected
        assert reply.add("more") == ""


def test_only_what_may_become_a_stop_is_held_back() -> None:
    reply = GrowingReply(["</execute>"], 1000)
    assert [reply.add(piece) for piece in ("a < b", " <", "/ex", "it>", "!")] == ["a < b", " ", "", "</exit>", "!"]
