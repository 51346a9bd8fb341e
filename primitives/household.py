"""The ``house`` object: what a script calls to act in a household."""

# ruff: noqa: A002 - a parameter called ``object`` is the word that scripts and published trajectories use.

from __future__ import annotations

from typing import Protocol

from embodied_codeact.contracts import text_commands
from embodied_codeact.errors import InvalidArgument


class HouseBackend(Protocol):
    """A household that understands ALFWorld's text commands."""

    @property
    def put_template(self) -> str:
        """How this household spells putting, with fields ``{object}`` and ``{receptacle}``; games differ in it."""
        ...

    def command(self, text: str) -> str:
        """Carry out one command and return the household's answer, ``"Nothing happens."`` where it cannot be done."""
        ...


def check_name(parameter: str, value: str) -> str:
    """Return the name without blanks around it.

    Raises:
        InvalidArgument: ``value`` is not text, or is empty.
    """
    if not isinstance(value, str):
        raise InvalidArgument(
            f"{parameter} must be a name in quotes such as 'drawer 1', not {type(value).__name__} {value!r:.60}"
        )
    if not value.strip():
        raise InvalidArgument(f"{parameter} is empty: pass a name such as 'drawer 1'")
    return value.strip()


def put_command(backend: HouseBackend, object: str, receptacle: str) -> str:
    """Return the command that puts ``object`` in or on ``receptacle``, as this household spells it."""
    return backend.put_template.format(object=object, receptacle=receptacle)


class House:
    """The household you act in. Every method does one thing and returns what happened as text.

    Objects and receptacles go by name and number, exactly as they are shown: 'mug 1', 'drawer 2'. The answer
    'Nothing happens.' means that it could not be done: you are not there (or, for ``goto``, are there already), it is
    closed, your hand is full or empty, or there is no such thing.
    """

    def __init__(self, backend: HouseBackend) -> None:
        self._backend = backend

    @text_commands("go to {receptacle}", "goto {receptacle}")
    def goto(self, receptacle: str) -> str:
        """Go to a receptacle and see what is in or on it, or that it is closed.

        'Nothing happens.' if you stand there already. Receptacles side by side, such as the shelves of one rack, share
        one place to stand: then ``examine`` shows what is in or on the others.

        >>> house.goto("countertop 1")
        'You arrive at countertop 1. On the countertop 1, you see a egg 1, and a mug 1.'
        >>> house.goto("countertop 1")
        'Nothing happens.'
        >>> house.goto("drawer 1")
        'You arrive at drawer 1. The drawer 1 is closed.'
        """
        return self._backend.command(f"go to {check_name('receptacle', receptacle)}")

    @text_commands("take {object} from {receptacle}", "pick up {object} from {receptacle}")
    def take(self, object: str, receptacle: str) -> str:
        """Take an object from the receptacle you are at. It must be open; you can hold one object at a time.

        >>> answer = house.goto("countertop 1")
        >>> house.take("mug 1", "countertop 1")
        'You pick up the mug 1 from the countertop 1.'
        >>> house.take("egg 1", "countertop 1")
        'Nothing happens.'
        """
        return self._backend.command(f"take {check_name('object', object)} from {check_name('receptacle', receptacle)}")

    @text_commands(
        "put {object} in/on {receptacle}", "move {object} to {receptacle}", "put {object} into/onto {receptacle}"
    )
    def put(self, object: str, receptacle: str) -> str:
        """Put the object you hold in or on the receptacle you are at. It must be open.

        >>> answer = house.goto("countertop 1"), house.take("mug 1", "countertop 1")
        >>> answer = house.goto("drawer 1"), house.open("drawer 1")
        >>> house.put("mug 1", "drawer 1")
        'You move the mug 1 to the drawer 1.'
        """
        command = put_command(self._backend, check_name("object", object), check_name("receptacle", receptacle))
        return self._backend.command(command)

    @text_commands("open {receptacle}")
    def open(self, receptacle: str) -> str:
        """Open the closed receptacle you are at and see what is in it.

        >>> answer = house.goto("drawer 1")
        >>> house.open("drawer 1")
        'You open the drawer 1. The drawer 1 is open. In it, you see a spoon 1.'
        """
        return self._backend.command(f"open {check_name('receptacle', receptacle)}")

    @text_commands("close {receptacle}")
    def close(self, receptacle: str) -> str:
        """Close the open receptacle you are at.

        >>> answer = house.goto("drawer 1"), house.open("drawer 1")
        >>> house.close("drawer 1")
        'You close the drawer 1.'
        """
        return self._backend.command(f"close {check_name('receptacle', receptacle)}")

    @text_commands("use {object}", "toggle {object}", "turn on {object}", "turn off {object}")
    def use(self, object: str) -> str:
        """Switch a lamp on or off. Go first to the receptacle that it stands on.

        >>> answer = house.goto("desk 1")
        >>> house.use("desklamp 1")
        'You turn on the desklamp 1.'
        """
        return self._backend.command(f"use {check_name('object', object)}")

    @text_commands("clean {object} with {receptacle}")
    def clean(self, object: str, receptacle: str) -> str:
        """Clean the object you hold with the sinkbasin or bathtubbasin you are at.

        >>> answer = house.goto("countertop 1"), house.take("mug 1", "countertop 1"), house.goto("sinkbasin 1")
        >>> house.clean("mug 1", "sinkbasin 1")
        'You clean the mug 1 using the sinkbasin 1.'
        """
        return self._with("clean", object, receptacle)

    @text_commands("heat {object} with {receptacle}")
    def heat(self, object: str, receptacle: str) -> str:
        """Heat the object you hold with the microwave you are at. You keep it in your hand.

        >>> answer = house.goto("countertop 1"), house.take("egg 1", "countertop 1"), house.goto("microwave 1")
        >>> house.heat("egg 1", "microwave 1")
        'You heat the egg 1 using the microwave 1.'
        """
        return self._with("heat", object, receptacle)

    @text_commands("cool {object} with {receptacle}")
    def cool(self, object: str, receptacle: str) -> str:
        """Cool the object you hold with the fridge you are at. You keep it in your hand.

        >>> answer = house.goto("countertop 1"), house.take("egg 1", "countertop 1"), house.goto("fridge 1")
        >>> house.cool("egg 1", "fridge 1")
        'You cool the egg 1 using the fridge 1.'
        """
        return self._with("cool", object, receptacle)

    @text_commands("examine {name}", "look at {name}")
    def examine(self, name: str) -> str:
        """Look closely at an object you hold or stand before, or at the receptacle you are at.

        >>> answer = house.goto("countertop 1"), house.take("egg 1", "countertop 1"), house.goto("microwave 1")
        >>> answer = house.heat("egg 1", "microwave 1")
        >>> house.examine("egg 1")
        'This is a hot egg 1.'
        """
        return self._backend.command(f"examine {check_name('name', name)}")

    @text_commands("look", "look around")
    def look(self) -> str:
        """Say where you are. It does not list what is in or on a receptacle: ``goto`` and ``examine`` do.

        >>> answer = house.goto("desk 1")
        >>> house.look()
        'You are facing the desk 1. Next to it, you see nothing.'
        """
        return self._backend.command("look")

    @text_commands("inventory")
    def inventory(self) -> str:
        """Say what you hold.

        >>> house.inventory()
        'You are not carrying anything.'
        """
        return self._backend.command("inventory")

    def _with(self, verb: str, object: str, receptacle: str) -> str:
        return self._backend.command(
            f"{verb} {check_name('object', object)} with {check_name('receptacle', receptacle)}"
        )
