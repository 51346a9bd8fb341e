"""What a program finds in the place of primitives and state while it is unrolled."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from embodied_codeact.envs.unrolled.answers import Answer, Change


@dataclass(frozen=True)
class Offer:
    """What an environment's programs may use.

    Args:
        primitives: by the name in a script, the class of an object, or a plain function.
        errors: the kinds that calls may raise, besides Python's own.
        reads: names, or patterns such as ``"scene.*"``, of calls that only look: asked twice with no other call in
            between, they would be answered alike, so the second is not asked at all.
        state: fields of the state that the conversation tells before the first call.
    """

    primitives: Mapping[str, Any]
    errors: Collection[type[Exception]] = ()
    reads: Collection[str] = ()
    state: Mapping[str, Any] = field(default_factory=dict)

    def only_looks(self, name: str) -> bool:
        """Whether a call of that name changes nothing."""
        return any(fnmatchcase(name, pattern) for pattern in self.reads)


Invoke = Callable[[str, Callable[..., Any], inspect.Signature, tuple[Any, ...], dict[str, Any]], Any]
"""Makes a call: name, function, signature without ``self``, arguments."""


class Record(dict[str, Any]):
    """A result with named parts, as an object and as a mapping.

    >>> Record(yaw=0.5).yaw
    0.5
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the answer has no {name!r}, only {', '.join(self)}") from None


def as_objects(value: Any) -> Any:
    """Return plain data as a program expects it: records with attributes, and arrays, with which it can calculate.

    >>> as_objects({"position": [0.4, 0.1, 0.02], "name": "red block"}).position
    array([0.4 , 0.1 , 0.02])
    """
    if isinstance(value, Mapping):
        return Record({key: as_objects(item) for key, item in value.items()})
    if not isinstance(value, list | tuple):
        return value
    if value and all(isinstance(item, int | float) and not isinstance(item, bool) for item in value):
        return np.array(value, dtype=float)
    return [as_objects(item) for item in value]


class Primitive:
    """Stands for an object of the API: its public methods become calls."""

    def __init__(self, name: str, kind: type, invoke: Invoke) -> None:
        self._name, self._kind, self._invoke = name, kind, invoke

    def __getattr__(self, method: str) -> Callable[..., Any]:
        function = getattr(self._kind, method, None)
        if method.startswith("_") or not inspect.isfunction(function):
            raise AttributeError(f"{self._name} has no method {method!r}")
        signature = inspect.signature(function)
        bound = signature.replace(parameters=list(signature.parameters.values())[1:])
        return standing_for(f"{self._name}.{method}", function, bound, self._invoke)


def standing_for(
    name: str, function: Callable[..., Any], signature: inspect.Signature, invoke: Invoke
) -> Callable[..., Any]:
    """Return what a program calls in the place of ``function``."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return invoke(name, function, signature, args, kwargs)

    return call


class Knowledge:
    """What is known of the state: kept up to date by what observations tell. ``fetch`` asks for all of it, when
    something is read that is not known."""

    def __init__(self, known: Mapping[str, Any], fetch: Callable[[], Mapping[str, Any]]) -> None:
        self._known = dict(known)
        self._fetch = fetch

    def read(self, name: str) -> Any:
        """Return a field.

        Raises:
            AttributeError: there is none of that name.
        """
        if name not in self._known:
            # In the state's own order, which is that in which changes are told.
            self._known = dict(self._fetch())
        if name not in self._known:
            raise AttributeError(f"the state has no field {name!r}, only {', '.join(self._known)}")
        return as_objects(self._known[name])

    def follow(self, answer: Answer) -> None:
        """Take over what an observation tells."""
        for change in answer.changes:
            self._apply(change)
        if answer.more:
            # What comes after the last field that was told may have changed as well.
            fields = list(self._known)
            last = answer.changes[-1].field if answer.changes else ""
            for name in fields[fields.index(last) if last in fields else 0 :]:
                del self._known[name]

    def _apply(self, change: Change) -> None:
        if not change.known:
            self._known.pop(change.field, None)
        elif change.key is None:
            self._known[change.field] = change.value
        elif change.field in self._known:
            entries = {key: value for key, value in self._known[change.field].items() if key != change.key}
            self._known[change.field] = entries if change.gone else {**entries, change.key: change.value}


class State:
    """Stands for the state: reads fields, and has nothing else."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.__knowledge = knowledge

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.__knowledge.read(name)
