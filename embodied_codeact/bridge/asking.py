"""A script's own functions as conditions: the worker asks them, on samples of the sensors, while a motion goes on.

A call that has functions among its arguments says ``"functions": [[place, label], ...]``, where a place is a position
or a keyword. While it runs, the world sends ``{"id", "ask": place, "sensors"}``, one at a time, and the worker answers
``{"op": "answer", "id", "holds"}``. Nobody waits: the motion goes on until the answer is there, and so the function is
always some steps behind.
"""

from __future__ import annotations

import inspect
import time
from collections import deque
from collections.abc import Mapping, MutableMapping, MutableSequence
from typing import Any

from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.errors import InvalidArgument

ANSWER = "answer"
TAKES_FUNCTIONS = "Predicate"
"""What the annotation of a parameter names that takes a function of the sensors."""
_MOST_WAITING = 64
"""Other messages of a worker that are kept for after the call."""
_MOST_LABEL = 80


def is_answer(message: Any) -> bool:
    """Whether it answers a question; one whose call is over is of no use any more."""
    return isinstance(message, dict) and message.get("op") == ANSWER


class Questions:
    """Asks the worker that has made this call. One question is under way at a time."""

    def __init__(self, worker: Channel, call: int, requests: deque[Any]) -> None:
        self._worker = worker
        self._call = call
        self._requests = requests
        self._asked: tuple[int | str, float] | None = None
        self._gone = False

    def ask(self, place: int | str, sensors: Mapping[str, Any]) -> None:
        """Ask a function, unless a question is under way already."""
        if self._asked is not None or self._gone:
            return
        self._asked = place, time.monotonic()
        try:
            self._worker.send_soon({"id": self._call, "ask": place, "sensors": dict(sensors)})
        except ChannelClosed:
            self._gone = True

    def answer(self, place: int | str) -> tuple[bool, float] | None:
        """What this function has said since, and the age of the sample then, s."""
        if self._asked is None or self._asked[0] != place or self._gone or len(self._requests) > _MOST_WAITING:
            return None
        try:
            self._worker.flush()
            messages = self._worker.receive_available()
        except (ChannelClosed, ChannelCorrupt):
            # Its end is seen to where its next request would have been read.
            self._gone = True
            return None
        found = None
        for message in messages:
            if not is_answer(message):
                self._requests.append(message)
            elif message.get("id") == self._call:
                found = bool(message.get("holds")), time.monotonic() - self._asked[1]
        if found is not None:
            self._asked = None
        return found


class ScriptFunction:
    """A function of the script, as a primitive sees it: called with the sensors, it says whether the script's function
    has held for any sample so far. Only the samples that it is asked about are read."""

    def __init__(self, questions: Questions, place: int | str, label: str) -> None:
        self._questions = questions
        self._place = place
        self._label = label
        self._age_s: float | None = None

    def __call__(self, sensors: Mapping[str, Any]) -> bool:
        if self._age_s is not None:
            return True
        answer = self._questions.answer(self._place)
        if answer is not None and answer[0]:
            self._age_s = answer[1]
            return True
        self._questions.ask(self._place, sensors)
        return False

    def __repr__(self) -> str:
        return self._label

    @property
    def told(self) -> str:
        """Which function it was, and how old the sample for which it held."""
        return f"{self._label}, by what was sensed {(self._age_s or 0.0) * 1e3:.1f} ms before"


def put_functions(
    functions: Any, args: MutableSequence[Any], kwargs: MutableMapping[str, Any], questions: Questions
) -> None:
    """Put the functions that a request names into its arguments.

    Raises:
        ChannelCorrupt: it names them in a way that no worker of ours does.
    """
    if not isinstance(functions, list):
        raise ChannelCorrupt("not a request")
    for each in functions:
        match each:
            case [int() as place, str() as label] if 0 <= place < len(args):
                args[place] = ScriptFunction(questions, place, label[:_MOST_LABEL])
            case [str() as name, str() as label]:
                kwargs[name] = ScriptFunction(questions, name, label[:_MOST_LABEL])
            case _:
                raise ChannelCorrupt("not a request")


def check_functions(
    shown: str, signature: inspect.Signature, args: MutableSequence[Any], kwargs: Mapping[str, Any]
) -> None:
    """
    Raises:
        InvalidArgument: a function stands where the primitive takes none.
    """
    if not any(isinstance(value, ScriptFunction) for value in (*args, *kwargs.values())):
        return
    for name, value in signature.bind(*args, **kwargs).arguments.items():
        if isinstance(value, ScriptFunction):
            refused = TAKES_FUNCTIONS not in str(signature.parameters[name].annotation)
        else:
            # What *args and **kwargs have taken.
            inside = value if isinstance(value, tuple) else value.values() if isinstance(value, dict) else ()
            refused = any(isinstance(each, ScriptFunction) for each in inside)
        if refused:
            raise InvalidArgument(f"{shown}{signature}: {name} takes no function; call it, and give what it returns")
