"""The two families of errors, sorted by who reads them.

*Model-facing* errors are part of an observation: the script broke, or a primitive could not do what was asked. Their
message says what to do next. *Operator-facing* errors end the run with one clear line and never reach a model.

This module imports nothing of ours, so every layer may use it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ModelFacingError(Exception):
    """Becomes part of the observation. The message tells a model what to do next."""


class PrimitiveError(ModelFacingError):
    """A primitive could not do what the script asked.

    An environment derives its own kinds from this class (``class OutOfReach(PrimitiveError)``); scripts can catch
    each by its name.
    """


class InvalidArgument(PrimitiveError):
    """A primitive was called with arguments that it does not take."""


class Stopped(PrimitiveError):
    """A stop was requested while the primitive ran, or is latched. Nothing moves until a person clears it."""


class CallLimitReached(PrimitiveError):
    """The script has made as many primitive calls as one script may make here. End it, and go on in the next turn."""


class NotApproved(PrimitiveError):
    """A person has to approve this kind of call first. Write the call plainly, by its name, so that they are asked."""


class OperatorError(Exception):
    """Ends the run with a clear message for the person at the keyboard; never shown to a model.

    ``exit_code`` is what the command line exits with: 2 for bad input, 3 for a failure of the system at run time.
    """

    exit_code = 3


class ConfigurationError(OperatorError):
    """Bad input: an unknown name, an unreadable file, an option that does not exist."""

    exit_code = 2


class EnvironmentFailure(OperatorError):
    """The environment (its world process, simulator or robot) failed, not the script."""


class BridgeError(OperatorError):
    """The other side of the bridge is gone, did not answer in time, or spoke nonsense."""


class CommandRefused(BridgeError):
    """The environment's side understood a command and would not carry it out."""


class StopLatched(CommandRefused):
    """A protective or emergency stop is latched. A person must clear it first."""


class NotInCommand(CommandRefused):
    """The command needs the lease of the environment, which this client does not have, or no longer."""


class WorldChanged(CommandRefused):
    """Another commander has begun another world since; reset to start over."""


class SandboxUnavailable(OperatorError):
    """This machine cannot give the confinement that was asked for."""

    exit_code = 2


class ModelError(OperatorError):
    """The language model could not be loaded or did not answer."""


class ModelUnavailable(ModelError):
    """The model's endpoint does not answer at present. The same request may be answered later."""


OPERATOR_ERRORS: dict[str, type[OperatorError]] = {
    kind.__name__: kind
    for kind in (
        OperatorError,
        ConfigurationError,
        EnvironmentFailure,
        BridgeError,
        CommandRefused,
        StopLatched,
        NotInCommand,
        WorldChanged,
        SandboxUnavailable,
        ModelError,
        ModelUnavailable,
    )
}
"""Operator-facing errors by name, so that one raised on the environment's side is raised again on the agent's."""


_SHOWN_CHARACTERS = 120


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the nearest known name, or an empty string where none is near.

    >>> did_you_mean("househld", ["household", "tabletop"])
    " Did you mean 'household'?"
    >>> did_you_mean("moon", ["household", "tabletop"])
    ''
    """
    candidates = sorted(set(known))
    lowered = {candidate.lower(): candidate for candidate in candidates}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    return f" Did you mean {lowered[near[0]]!r}?" if near else ""


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    """Say that ``name`` is not a known ``what``, with the nearest name or else the list of them.

    >>> unknown_name("environment", "househld", ["household"])
    "unknown environment 'househld'. Did you mean 'household'?"
    """
    names = sorted(set(known))
    hint = did_you_mean(name, names)
    if not hint:
        shown = ", ".join(_first(names))
        hint = f" Known: {shown}." if names else " None is known."
    return f"unknown {what} {name!r}.{hint}"


def _first(names: list[str]) -> list[str]:
    """As many names as fit a line, and how many there are in all."""
    length = 0
    shown: list[str] = []
    for name in names:
        length += len(name) + 2
        if shown and length > _SHOWN_CHARACTERS:
            return [*shown, f"... ({len(names)} in all)"]
        shown.append(name)
    return shown
