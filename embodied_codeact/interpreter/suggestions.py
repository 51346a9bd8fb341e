"""What a failed name, attribute, import or key was probably meant to be. Python 3.11 says it only at a console."""

from __future__ import annotations

import builtins
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

from embodied_codeact.errors import did_you_mean

_ALIASES = {
    "np": "numpy as np",
    "pd": "pandas as pd",
    "plt": "matplotlib.pyplot as plt",
    "sp": "sympy as sp",
    "sns": "seaborn as sns",
    "deepcopy": "from copy import deepcopy",
    "defaultdict": "from collections import defaultdict",
    "Counter": "from collections import Counter",
    "dataclass": "from dataclasses import dataclass",
    "sqrt": "from math import sqrt",
    "pi": "from math import pi",
    "sleep": "from time import sleep",
}
_CONFINED = (
    "Scripts are confined: they cannot start processes, use the network, or touch files outside their own folder, "
    "which is the current one."
)
_CANNOT_IMPORT = re.compile(r"cannot import name '([^']+)' from '([^']+)'")
_MAX_NAMES = 5000
_OF_A_CONSOLE = frozenset({"copyright", "credits", "exit", "help", "license", "quit"})
"""Builtins that ``site`` adds for people at a prompt: nobody misspells a variable into one of them."""


def suggest(error: BaseException, message: str, namespace: dict[str, Any]) -> str:
    """Return a hint for the model, or an empty string."""
    if "Did you mean" in message:
        return ""
    try:
        if isinstance(error, NameError):
            return _for_name(error, namespace)
        if isinstance(error, AttributeError):
            return _for_attribute(error)
        if isinstance(error, ImportError):
            return _for_import(error, message)
        if isinstance(error, KeyError):
            return _for_key(error)
        if isinstance(error, PermissionError):
            return _CONFINED
    except Exception:  # noqa: BLE001 - __dir__, __eq__ and the like are the script's own code; a hint is optional
        return ""
    return ""


def _nearest(name: str, known: Iterable[object]) -> str:
    texts = [text for text in known if isinstance(text, str) and text.startswith("_") == name.startswith("_")]
    return did_you_mean(name, (text for text in texts[:_MAX_NAMES] if text != name)).strip()


def _for_name(error: NameError, namespace: dict[str, Any]) -> str:
    name = error.name
    if not isinstance(name, str) or isinstance(error, UnboundLocalError):
        return ""
    if name in _ALIASES:
        what = _ALIASES[name]
        return f"Did you forget '{what if what.startswith('from') else 'import ' + what}'?"
    if name in _top_level_modules():
        return f"Did you forget 'import {name}'?"
    frame = _last_frame(error)
    local = list(frame.f_locals) if frame else []
    known = [*local, *namespace, *(each for each in dir(builtins) if each not in _OF_A_CONSOLE)]
    return _nearest(name, known)


def _for_attribute(error: AttributeError) -> str:
    if not isinstance(error.name, str) or error.obj is None:
        return ""
    return _nearest(error.name, dir(error.obj))


def _for_import(error: ImportError, message: str) -> str:
    found = _CANNOT_IMPORT.match(message)
    if found:
        module = sys.modules.get(found[2])
        return _nearest(found[1], dir(module)) if module else ""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    top = error.name.partition(".")[0]
    modules = _top_level_modules()
    if top in modules:
        return ""
    return _nearest(top, modules) or f"The package '{top}' is not installed, and none can be installed from a script."


def _for_key(error: KeyError) -> str:
    """Look for the dictionary among the variables that the failing line's function uses."""
    key = error.args[0] if len(error.args) == 1 else None
    frame = _last_frame(error)
    if not isinstance(key, str) or frame is None:
        return ""
    for candidate in _variables(frame):
        if type(candidate) is dict and 0 < len(candidate) <= _MAX_NAMES and key not in candidate:
            hint = did_you_mean(key, [known for known in candidate if isinstance(known, str)]).strip()
            if hint:
                return hint
    return ""


def _variables(frame: FrameType) -> Iterator[Any]:
    yield from list(frame.f_locals.values()) if frame.f_locals is not frame.f_globals else ()
    for name in frame.f_code.co_names:
        if name in frame.f_globals:
            yield frame.f_globals[name]


def _last_frame(error: BaseException) -> FrameType | None:
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step.tb_frame if step else None


def _top_level_modules() -> set[str]:
    installed = {module.name for module in pkgutil.iter_modules()}
    return {name for name in installed | set(sys.stdlib_module_names) if not name.startswith("_")}
