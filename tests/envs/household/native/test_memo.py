"""A result is found again by what it was computed from, whatever else has changed."""

from __future__ import annotations

from typing import Any

from embodied_codeact.envs.household.native.memo import Facts, Memo, Trace
from embodied_codeact.envs.household.native.recent import Recent

ON: Facts = frozenset({("on",)})


def traced(*reads: tuple[int, Facts | None]) -> Trace:
    trace = Trace(None, {}.get)  # type: ignore[arg-type]  # no world is needed to note what was read
    trace.reads.update(reads)
    return trace


def test_only_what_was_read_decides() -> None:
    memo = Memo()
    memo.keep(traced((1, ON), (2, None)), "lamp is on, nothing else matters")
    memo.keep(traced((1, None)), "lamp is off")
    memo.keep(traced((1, ON), (2, ON), (3, None)), "both")
    state: dict[int, Facts] = {1: ON, 9: ON}
    assert memo.find(state.get) == "lamp is on, nothing else matters"
    assert memo.find({9: ON}.get) == "lamp is off"
    assert memo.find({1: ON, 2: ON}.get) == "both"
    assert memo.find({1: ON, 2: ON, 3: ON}.get) is None
    assert memo.find({1: frozenset({("off",)})}.get) is None


def test_a_result_of_no_reading_holds_always() -> None:
    memo = Memo()
    empty: dict[int, Facts] = {}
    assert memo.find(empty.get) is None
    memo.keep(traced(), False)
    assert memo.find({1: ON}.get) is False


def test_the_longest_unused_thing_is_forgotten() -> None:
    made: list[str] = []

    def make(name: str) -> Any:
        made.append(name)
        return name.upper()

    recent: Recent[str, str] = Recent(most=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert recent.get(name, lambda name=name: make(name)) == name.upper()  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
