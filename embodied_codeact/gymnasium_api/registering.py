"""Which environments Gymnasium gets to know.

An installed package offers the tasks of an environment by an entry point of the group ``embodied_codeact.gymnasium``
under the environment's name. It names a function without arguments that registers whatever else there is. Where the
name is no environment's, only the function is called: tasks that come from files of a user have no ids of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

import gymnasium

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.registry import environment_names, open_environment

GROUP = "embodied_codeact.gymnasium"
_SCRIPT_ENV = "embodied_codeact.gymnasium_api.script_env:ScriptEnv"


def gymnasium_id(environment: str, task: str) -> str:
    """Return the id of a task.

    >>> gymnasium_id("tabletop", "place-in-bowl")
    'embodied_codeact/Tabletop-PlaceInBowl-v0'
    """
    return f"embodied_codeact/{_camel(environment)}-{_camel(task)}-v0"


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def register_tasks(environment: str, options: Mapping[str, Any] | None = None) -> list[str]:
    """Register each task of an environment, with these options, and return the ids.

    Raises:
        ConfigurationError: the environment or its options do not exist.
    """
    found, typed = open_environment(environment, options or {})
    ids: list[str] = []
    for task in found.tasks(typed):
        ids.append(gymnasium_id(found.name, task.id))
        if ids[-1] not in gymnasium.registry:
            kwargs = {"environment": environment, "task": task.id, "options": dict(options or {})}
            gymnasium.register(ids[-1], _SCRIPT_ENV, kwargs=kwargs)
    return ids


def register_all() -> None:
    """Register ``embodied_codeact/Script-v0``, which takes any environment and task, and what the installed packages
    offer. A package whose own requirements are missing is left out."""
    if "embodied_codeact/Script-v0" not in gymnasium.registry:
        gymnasium.register("embodied_codeact/Script-v0", _SCRIPT_ENV)
    for point in entry_points(group=GROUP):
        try:
            if point.name in environment_names():
                register_tasks(point.name)
            point.load()()
        except (ConfigurationError, ImportError):
            continue
