"""Threads that a script leaves running when it ends: they are ended, and the script's output says so.

Python can end a thread only where that thread runs Python code. One that waits in C code ends when it wakes; one that
catches everything goes on. Both are named, so that nobody takes them for gone.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Set
from concurrent.futures import thread as pool
from types import FrameType

_GRACE_S = 0.1
_CHECK_S = 0.002
_MAX_NAMED = 5
_MAX_NAME = 40

# Taken here, so that a script that replaces them changes nothing.
_sleep, _monotonic, _frames = time.sleep, time.monotonic, sys._current_frames
_enumerate, _get_ident = threading.enumerate, threading.get_ident
_raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
_raise_in.argtypes = (ctypes.c_ulong, ctypes.py_object)


def end_threads(in_message: Set[int]) -> str:
    """End all threads but the calling one, and return what the script is to be told; empty where there was none.

    Those ``in_message`` are not ended before they have left it: half a message would spoil the channel for all.
    """
    names: dict[int, str] = {}
    told: set[int] = set()
    until = _monotonic() + _GRACE_S
    # Looked for anew each time: a thread may start others as it ends.
    while (left := _running()) and _monotonic() < until:
        names |= {thread: _name(thread) for thread in left - names.keys()}
        for thread in left - told:
            if thread not in in_message:
                _raise_in(thread, SystemExit)
                told.add(thread)
        _sleep(_CHECK_S)
    notes = []
    if ended := names.keys() - left:
        notes.append(f"(Threads that were still running when the script ended were ended: {_listed(ended, names)}.")
    if left:
        notes.append(
            f"(Threads that were still running when the script ended could not be ended yet: {_listed(left, names)}; "
            "primitives cannot be used in them between scripts."
        )
    return "".join(f"{note} Join threads before the end of a script.)\n" for note in notes)


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


def _listed(threads: set[int], names: dict[int, str]) -> str:
    shown = sorted(names.get(thread) or _name(thread) for thread in threads)
    more = f" and {len(shown) - _MAX_NAMED} more" if len(shown) > _MAX_NAMED else ""
    return ", ".join(shown[:_MAX_NAMED]) + more
