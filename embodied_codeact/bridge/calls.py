"""The calls of a script: what it may call, held in the world, and how each call is recorded."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from embodied_codeact import wire
from embodied_codeact.arguments import Arguments
from embodied_codeact.bridge.asking import check_functions
from embodied_codeact.bridge.stop import StopFlag, StopLevel
from embodied_codeact.contracts import ApiDescription, CallRecord, Permissions
from embodied_codeact.describe import public_methods
from embodied_codeact.errors import (
    CallLimitReached,
    CommandRefused,
    InvalidArgument,
    NotApproved,
    Stopped,
    unknown_name,
)

_SHOWN_CHARACTERS = 400


def kind_of(target: str, method: str) -> str:
    """Return the kind of a call, as :class:`~embodied_codeact.contracts.session.Permissions` names it.

    >>> kind_of("arm", "pick"), kind_of("goto", "")
    ('arm.pick', 'goto')
    """
    return f"{target}.{method}" if method else target


def kinds_of(api: ApiDescription) -> list[str]:
    """Return all kinds of calls that an environment offers."""
    kinds: list[str] = []
    for primitive in api.primitives:
        if primitive.function is not None:
            kinds.append(primitive.name)
        kinds += [kind_of(primitive.name, method.name) for method in primitive.methods]
    return kinds


def checked_permissions(permissions: Permissions, api: ApiDescription) -> Permissions | None:
    """Return permissions with each kind once; None where they restrict nothing.

    Raises:
        CommandRefused: they name a kind of call that the environment does not offer, or a negative number of calls.
    """
    most, allowed = permissions.max_calls, permissions.allowed
    if most is None and allowed is None:
        return None
    if most is not None and most < 0:
        raise CommandRefused(f"a script cannot make {most} calls; max_calls is 0 or more, or null")
    known = kinds_of(api)
    kinds = None if allowed is None else sorted(set(allowed))
    for kind in kinds or []:
        if kind not in known:
            raise CommandRefused(f"no such call can be allowed: {unknown_name('kind of call', kind, known)}")
    return Permissions(most, kinds)


class Permit:
    """What the running script may still do."""

    def __init__(self, permissions: Permissions) -> None:
        self._most = permissions.max_calls
        self._allowed = None if permissions.allowed is None else frozenset(permissions.allowed)
        self._made = 0

    def use(self, kind: str) -> None:
        """Count a call that is about to be made.

        Raises:
            NotApproved: calls of this kind are not allowed. This one does not count.
            CallLimitReached: the script has made all its calls.
        """
        if self._allowed is not None and kind not in self._allowed:
            raise NotApproved(
                f"{kind} was not carried out: a person has to approve calls of it first. They are asked when a script "
                f"names it plainly, as {kind}(...), not through another name."
            )
        if self._most is not None and self._made >= self._most:
            raise CallLimitReached(
                f"{kind} was not carried out: one script may make {_calls(self._most)} here, and this one has. "
                "End the script, and go on in the next turn."
            )
        self._made += 1


def _calls(count: int) -> str:
    return {0: "no calls", 1: "1 call"}.get(count, f"{count} calls")


class Callables:
    """All that a script may call in one episode."""

    def __init__(self, primitives: Mapping[str, object], stop: StopFlag) -> None:
        self._stop = stop
        self._functions: dict[tuple[str, str], tuple[Callable[..., Any], Arguments]] = {}
        for name, primitive in primitives.items():
            functions = {"": primitive} if inspect.isroutine(primitive) else public_methods(primitive)
            for key, function in functions.items():
                self._functions[name, key] = (function, Arguments(inspect.signature(function)))

    def call(self, target: str, method: str, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call one of them and return what it returns, ready to travel. Also raises whatever it raises.

        Raises:
            InvalidArgument: there is none of that name, or the arguments are not those that it takes.
            Stopped: a stop is latched.
        """
        function, arguments = self._functions.get((target, method), (None, None))
        if function is None or arguments is None:
            raise InvalidArgument(f"there is no primitive {target}.{method}" if method else f"no primitive {target}")
        level = self._stop.level
        if level is not StopLevel.NORMAL:
            raise Stopped(f"{level.words}: nothing is carried out until it is cleared")
        try:
            arguments.check(args, kwargs)
        except TypeError as error:
            raise InvalidArgument(f"{method or target}{arguments.signature}: {error}") from None
        check_functions(method or target, arguments.signature, args, kwargs)
        return wire.plain(function(*args, **kwargs))


class Called(NamedTuple):
    """The answer to a worker's request, and what the server is to be told of it, if a call was made."""

    answer: dict[str, Any]
    record: Callable[[], CallRecord] | None = None


def call_record(
    target: str,
    method: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    result: str,
    error: str | None,
    duration_s: float,
) -> CallRecord:
    """Return the record of a call that ended; long arguments are shortened, odd ones become text."""
    return CallRecord(
        target=target if method else "",
        method=method or target,
        args=[_shown_argument(value) for value in args],
        kwargs={str(name): _shown_argument(value) for name, value in kwargs.items()},
        result=result,
        error=error,
        duration_s=duration_s,
    )


def shorten(text: str) -> str:
    """Return a text as it goes into a record."""
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def _shown_argument(value: Any) -> Any:
    if isinstance(value, bool | int | float | type(None)):
        return value
    return shorten(value if isinstance(value, str) else repr(value))
