"""Language models that act in the world by writing Python (after CodeAct, arXiv 2402.01030).

The layers, from those that import nothing of ours to those that import all:

    errors, contracts   the two families of errors; records and interfaces that all share
    wire, channel       values on the wire; messages between two processes of one machine
    describe, registry  primitives as plain data; environments by entry point
    primitives          what a script sees: House, ...            (contracts and errors only)
    envs                environment adapters: household, ...      (those, primitives, and controller)
    interpreter         runs scripts in a confined process        (never sees an adapter)
    bridge              ZeroMQ between agent and environment      (never sees the agent or a simulator)
    controller          ZeroMQ between an environment and a robot (never sees an environment or a primitive)
    agent, models       the turn loop and what answers in it      (never see ZeroMQ or a simulator)
    trajectories, evaluation
    workplace, cli      what people use, from Python and from the command line

The core never imports ``envs`` or ``primitives``: it finds environments by entry point.

From Python, ``make``, ``load_model`` and ``CodeActAgent`` are all that a first program needs. They are imported when
they are asked for: this package alone costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embodied_codeact.agent import CodeActAgent, Limits
    from embodied_codeact.evaluation import evaluate
    from embodied_codeact.trajectories import TrajectoryWriter, read_episodes
    from embodied_codeact.workplace import TaskSession, load_model, make

__version__ = "0.1.0"

__all__ = [
    "CodeActAgent",
    "Limits",
    "TaskSession",
    "TrajectoryWriter",
    "__version__",
    "evaluate",
    "load_model",
    "make",
    "read_episodes",
]

_PLACES = {
    "CodeActAgent": "agent",
    "Limits": "agent",
    "TaskSession": "workplace",
    "TrajectoryWriter": "trajectories",
    "evaluate": "evaluation",
    "load_model": "workplace",
    "make": "workplace",
    "read_episodes": "trajectories",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
