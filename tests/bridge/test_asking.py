"""Functions of a script as conditions, at the world's end of the worker's channel."""

from __future__ import annotations

import inspect
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from embodied_codeact.bridge.asking import Questions, ScriptFunction, check_functions, is_answer, put_functions
from embodied_codeact.channel import Channel, ChannelCorrupt
from embodied_codeact.errors import InvalidArgument

Predicate = Callable[[Mapping[str, Any]], bool]
Ends = tuple[Channel, Channel]


@pytest.fixture
def ends() -> Iterator[Ends]:
    world, worker = map(Channel, Channel.pair())
    yield world, worker
    world.close()
    worker.close()


def asked(worker: Channel) -> dict[str, Any]:
    message = worker.receive(timeout_s=10)
    assert isinstance(message, dict)
    return message


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline


def test_a_question_is_answered_while_the_motion_goes_on(ends: Ends) -> None:
    world, worker = ends
    function = ScriptFunction(Questions(world, 5, deque()), "until", "near")
    assert not function({"height": 1.0})
    assert not function({"height": 2.0}), "nobody waits"
    assert asked(worker) == {"id": 5, "ask": "until", "sensors": {"height": 1.0}}
    worker.send({"op": "answer", "id": 5, "holds": False})
    until(lambda: function({"height": 3.0}) is False and worker.wait(0.0))
    assert asked(worker)["sensors"] == {"height": 3.0}, "the next question is about what is sensed then"
    worker.send({"op": "answer", "id": 5, "holds": True})
    until(lambda: function({}))
    assert function({}), "it has held"
    assert function.told.startswith("near, by what was sensed ")


def test_answers_of_a_call_that_is_over_do_not_count(ends: Ends) -> None:
    world, worker = ends
    function = ScriptFunction(Questions(world, 5, deque()), 0, "f")
    function({})
    worker.send({"op": "answer", "id": 4, "holds": True})
    worker.send({"op": "answer", "id": 5, "holds": False})
    time.sleep(0.01)
    assert not function({})
    assert not function({})


def test_what_else_the_worker_sends_waits(ends: Ends) -> None:
    world, worker = ends
    requests: deque[Any] = deque()
    function = ScriptFunction(Questions(world, 5, requests), 0, "f")
    function({})
    worker.send({"op": "state", "id": 6})
    until(lambda: not function({}) and bool(requests))
    assert list(requests) == [{"op": "state", "id": 6}]


def test_a_worker_that_floods_or_dies_does_not_hold_up_the_motion(ends: Ends) -> None:
    world, worker = ends
    requests: deque[Any] = deque()
    function = ScriptFunction(Questions(world, 5, requests), 0, "f")
    function({})
    for _ in range(2000):
        worker.send_soon("garbage")
        assert not function({})
    assert len(requests) < 500
    worker.close()
    for _ in range(100):
        assert not function({})


@pytest.mark.parametrize("functions", [7, [7], [["x"]], [[0, "f"]], [[-1, "f"]], [[None, "f"]], [["x", 3]]])
def test_what_no_worker_of_ours_sends_is_corrupt(functions: object, ends: Ends) -> None:
    with pytest.raises(ChannelCorrupt):
        put_functions(functions, [], {}, Questions(ends[0], 1, deque()))


def test_functions_stand_only_where_the_primitive_takes_one(ends: Ends) -> None:
    def move(place: list[float], *rest: int, until: str | Predicate | None = None, **more: int) -> None: ...

    signature = inspect.signature(move)
    for functions, fits in (([["until", "f"]], True), ([[0, "f"]], False), ([[1, "f"]], False), ([["x", "f"]], False)):
        args: list[Any] = [None, None]
        kwargs: dict[str, Any] = {}
        put_functions(functions, args, kwargs, Questions(ends[0], 1, deque()))
        if fits:
            check_functions("move", signature, args, kwargs)
            continue
        with pytest.raises(InvalidArgument, match="takes no function"):
            check_functions("move", signature, args, kwargs)


def test_an_answer_is_no_request() -> None:
    assert is_answer({"op": "answer", "id": 1, "holds": True})
    assert not is_answer({"op": "state", "id": 1})
    assert not is_answer("answer")
