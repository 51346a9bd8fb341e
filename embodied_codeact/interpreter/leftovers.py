"""Threads that a script leaves running when it ends: they are ended, and the script's output says so.

Python can end a thread only where that thread runs Python code. One that waits in C code ends when it wakes, and is
named, so that nobody takes it for gone. One that catches what is to end it, and goes on, ends with its process.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Set
from concurrent.futures import thread as pool
from dataclasses import dataclass
from types import FrameType

from embodied_codeact.interpreter.records import LOST

_GRACE_S = 0.1
_CLEAN_UP_S = 0.5
"""For a thread that was told to end, and has something to do first."""
_CHECK_S = 0.002
_MAX_NAMED = 5
_MAX_NAME = 40

# Taken here, so that a script that replaces them changes nothing.
_sleep, _monotonic, _frames = time.sleep, time.monotonic, sys._current_frames
_enumerate, _get_ident = threading.enumerate, threading.get_ident
_raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
_raise_in.argtypes = (ctypes.c_ulong, ctypes.py_object)


@dataclass(frozen=True)
class Leftovers:
    """What became of the threads that were left. ``note``: what the script is to be told; empty where there was none.
    ``stubborn``: one goes on that was told to end, so its process has to end."""

    note: str = ""
    stubborn: bool = False


def end_threads(in_message: Set[int]) -> Leftovers:
    """End all threads but the calling one.

    Those ``in_message`` are not ended before they have left it: half a message would spoil the channel for all.
    """
    names: dict[int, str] = {}
    told: set[int] = set()
    heard: set[int] = set()
    end = _end_that_is_heard(heard)
    began = _monotonic()
    # Looked for anew each time: a thread may start others as it ends.
    while (left := _running()) and _monotonic() - began < (_CLEAN_UP_S if left & heard else _GRACE_S):
        names |= {thread: _name(thread) for thread in left - names.keys()}
        for thread in left - told:
            if thread not in in_message:
                _raise_in(thread, end)
                told.add(thread)
        _sleep(_CHECK_S)
    stubborn = left & heard
    return Leftovers(_note(names, names.keys() - left, left - stubborn, stubborn), bool(stubborn))


def _end_that_is_heard(heard: set[int]) -> type[SystemExit]:
    """What ends a thread, and notes that it has got there: Python makes one in the thread in which it is raised."""

    class ThreadEnd(SystemExit):
        def __init__(self) -> None:
            heard.add(_get_ident())

    return ThreadEnd


def _note(names: dict[int, str], ended: Set[int], waiting: Set[int], stubborn: Set[int]) -> str:
    notes = []
    if ended:
        notes.append(f"were ended: {_listed(ended, names)}.")
    if waiting:
        notes.append(
            f"could not be ended yet: {_listed(waiting, names)}; primitives cannot be used in them between scripts."
        )
    if stubborn:
        notes.append(f"would not end: {_listed(stubborn, names)}; the interpreter was ended to end them. {LOST}")
    beginning = "(Threads that were still running when the script ended"
    return "".join(f"{beginning} {note} Join threads before the end of a script.)\n" for note in notes)


def _running() -> set[int]:
    """The threads that do something; those of an executor that wait for work do not."""
    own = _get_ident()
    return {thread for thread, frame in _frames().items() if thread != own and not _waits_for_work(frame)}


def _waits_for_work(frame: FrameType) -> bool:
    return frame.f_code is pool._worker.__code__


def _name(ident: int) -> str:
    for thread in _enumerate():
        # The script's own class may have other ideas of what an attribute does.
        known: dict[str, object] = object.__getattribute__(thread, "__dict__")
        name = known.get("_name")
        if known.get("_ident") == ident and type(name) is str:
            return name[:_MAX_NAME]
    return f"thread {ident}"


def _listed(threads: Set[int], names: dict[int, str]) -> str:
    shown = sorted(names.get(thread) or _name(thread) for thread in threads)
    more = f" and {len(shown) - _MAX_NAMED} more" if len(shown) > _MAX_NAMED else ""
    return ", ".join(shown[:_MAX_NAMED]) + more
