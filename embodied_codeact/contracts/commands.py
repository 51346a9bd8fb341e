"""How a primitive's calls are written where actions are text: ``go to fridge 1`` for ``house.goto("fridge 1")``."""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter
from typing import Any, TypeVar

_ATTRIBUTE = "__text_commands__"
_F = TypeVar("_F", bound=Callable[..., Any])


def text_commands(*templates: str) -> Callable[[_F], _F]:
    """Give a primitive's method other ways to be written as text. Each template is words with the method's parameters
    in braces; two parameters have words between them. Where text is an action's form, models are told of the first, and
    all of them are understood, in any case and with any blanks.

    >>> class House:
    ...     @text_commands("take {object} from {receptacle}")
    ...     def take(self, object: str, receptacle: str) -> str: ...
    >>> commands_of(House.take)
    ['take {object} from {receptacle}']
    """

    def decorate(function: _F) -> _F:
        setattr(function, _ATTRIBUTE, list(templates))
        return function

    return decorate


def commands_of(function: Callable[..., Any]) -> list[str]:
    """Return the templates that a function was given, an empty list where none."""
    return list(getattr(function, _ATTRIBUTE, []))


def parameters_of(template: str) -> list[str]:
    """Return the names of a template's parameters, in order.

    >>> parameters_of("heat {object} with {receptacle}")
    ['object', 'receptacle']
    """
    return [name for _, name, _, _ in Formatter().parse(template) if name]
