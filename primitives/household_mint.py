"""The tools of the MINT benchmark's ALFWorld tasks (arXiv 2309.10691), as flat functions.

Names, signatures and descriptions are the benchmark's, word for word: models were measured, and trajectories
published, with exactly these.
"""

# ruff: noqa: A002 - the parameter names are the benchmark's.

from __future__ import annotations

from collections.abc import Callable

from embodied_codeact.contracts import text_commands
from embodied_codeact.primitives.household import HouseBackend, put_command


def mint_functions(backend: HouseBackend) -> dict[str, Callable[..., str]]:
    """Return the benchmark's functions by name, in its order.

    As in the benchmark, whatever is passed is written into the command: ``goto(1)`` is answered "Nothing happens.".
    """

    @text_commands(
        "put {object} in/on {receptacle}", "move {object} to {receptacle}", "put {object} into/onto {receptacle}"
    )
    def put(object: str, receptacle: str) -> str:
        """Put an object in/on a receptacle.
        For example: put("mug 1", "desk 2")"""
        return backend.command(put_command(backend, object, receptacle))

    @text_commands("go to {receptacle}", "goto {receptacle}")
    def goto(receptacle: str) -> str:
        """Go to a location of the receptacle.
        For example: goto("drawer 1")"""
        return backend.command(f"go to {receptacle}")

    @text_commands("take {object} from {receptacle}", "pick up {object} from {receptacle}")
    def take_from(object: str, receptacle: str) -> str:
        """Take an object from a receptacle.
        For example: take_from("mug 1", "shelf 2")"""
        return backend.command(f"take {object} from {receptacle}")

    @text_commands("open {receptacle}")
    def open_receptacle(receptacle: str) -> str:
        """Open a receptacle.
        For example: open_receptacle("fridge 1")"""
        return backend.command(f"open {receptacle}")

    @text_commands("toggle {object_or_receptacle}")
    def toggle(object_or_receptacle: str) -> str:
        """Toggle an object or receptacle.
        For example: toggle("light 2")"""
        return backend.command(f"toggle {object_or_receptacle}")

    @text_commands("close {receptacle}")
    def close_receptacle(receptacle: str) -> str:
        """Close a receptacle.
        For example: close_receptacle("microwave 1")"""
        return backend.command(f"close {receptacle}")

    @text_commands("clean {object} with {receptacle}")
    def clean(object: str, receptacle: str) -> str:
        """Clean an object with a receptacle.
        For example: clean("cloth 1", "sinkbasin 1")"""
        return backend.command(f"clean {object} with {receptacle}")

    @text_commands("heat {object} with {receptacle}")
    def heat(object: str, receptacle: str) -> str:
        """Heat an object with a receptacle.
        For example: heat("egg 1", "microwave 1")"""
        return backend.command(f"heat {object} with {receptacle}")

    @text_commands("cool {object} with {receptacle}")
    def cool(object: str, receptacle: str) -> str:
        """Cool an object with a receptacle.
        For example: cool("bottle 1", "fridge 1")"""
        return backend.command(f"cool {object} with {receptacle}")

    @text_commands("use {receptacle}")
    def use(receptacle: str) -> str:
        """Use a receptacle.
        For example: use("lamp 1")"""
        return backend.command(f"use {receptacle}")

    @text_commands("look", "look around")
    def look() -> str:
        """Look around. It will return what you see in the room.
        For example: look()"""
        return backend.command("look")

    functions = (
        put,
        goto,
        take_from,
        open_receptacle,
        toggle,
        close_receptacle,
        clean,
        heat,
        cool,
        use,
        look,
    )
    return {function.__name__: function for function in functions}
