"""The worker's end of the channel to the world process: primitive calls and reads of the state.

A request is ``{"op": "call", "id", "target", "method", "args", "kwargs"}`` or ``{"op": "state", "id"}``; the reply is
``{"id", "ok": value}`` or ``{"id", "error": {"kind", "message"}}``. One request is under way at a time.

A call whose arguments hold functions of the script says so by ``"functions": [[place, label], ...]``; while it runs,
``{"id", "ask": place, "sensors"}`` may come, and is answered with ``{"op": "answer", "id", "holds"}``.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.interpreter.interrupts import Interrupts
from embodied_codeact.interpreter.streams import Streams


class EnvironmentGone(RuntimeError):
    """The world process ended; no primitive can be called any more."""


class RemoteError(Exception):
    """The world answered with an error; ``kind`` names the class that the script is to see."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class CannotTravel(TypeError):
    """An argument is of a kind that no message can hold."""


class WorldLink:
    """Sends requests and waits for their replies; an interrupt of the script ends the waiting."""

    def __init__(self, sock: socket.socket | None, interrupts: Interrupts) -> None:
        self._channel = Channel(sock) if sock else None
        self._interrupts = interrupts
        self._lock = threading.Lock()
        self._last_id = 0
        self._asking: int | None = None
        """The thread in which a function of the script is asked."""

    def call(self, target: str, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call a primitive and return its result.

        Functions among the arguments are conditions, which the world asks meanwhile with what the sensors say; what one
        of them raises ends the motion, and is raised then.

        Raises:
            RemoteError: the primitive failed.
            TypeError: an argument cannot travel.
            EnvironmentGone: there is no world any more.
        """
        request = {"op": "call", "target": target, "method": method, "args": list(args), "kwargs": kwargs}
        given: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
        functions = {place: value for place, value in given if callable(value)}
        if functions:
            request["args"] = [None if index in functions else value for index, value in enumerate(args)]
            request["kwargs"] = {name: value for name, value in kwargs.items() if name not in functions}
            request["functions"] = [[place, _label(function)] for place, function in functions.items()]
        return self._ask(request, functions)

    def state(self) -> dict[str, Any]:
        """Return the fields of the high-level state as they are now. Raises as :meth:`call`."""
        fields = self._ask({"op": "state"})
        if not isinstance(fields, dict):
            raise EnvironmentGone("the environment's state could not be read")
        return fields

    def _ask(self, request: dict[str, Any], functions: Mapping[int | str, Callable[..., Any]] | None = None) -> Any:
        if self._channel is None:
            raise EnvironmentGone("no environment is connected")
        if not self._interrupts.active:
            raise RuntimeError("primitives can be used only while a script runs: join threads before the script ends")
        if self._asking == threading.get_ident():
            raise RuntimeError(
                "a condition is asked while a primitive runs, and cannot use primitives itself: it looks at what it is "
                'given, as in until=lambda sensors: sensors["gripper"][1] > 5'
            )
        Streams.flush()
        with self._lock:
            self._last_id += 1
            request["id"] = self._last_id
            try:
                self._guard(self._send, request)
                reply, problem = self._await(self._channel, functions or {})
            except (ChannelClosed, ChannelCorrupt) as error:
                raise EnvironmentGone("the environment is gone: its process ended") from error
        if problem is not None:
            raise problem
        if "error" in reply:
            told = reply["error"]
            raise RemoteError(str(told.get("kind", "PrimitiveError")), str(told.get("message", "")))
        return reply.get("ok")

    def _await(
        self, channel: Channel, functions: Mapping[int | str, Callable[..., Any]]
    ) -> tuple[dict[str, Any], Exception | None]:
        """Wait for the reply, and answer questions meanwhile; also return what a function raised."""
        problem: Exception | None = None
        while True:
            # Only here, and in a function of the script, may an interrupt strike: never within a message.
            channel.wait()
            for reply in self._guard(channel.receive_available):
                if not isinstance(reply, dict) or reply.get("id") != self._last_id:
                    continue
                if "ask" not in reply:
                    return reply, problem
                try:
                    holds = self._holds(functions[reply["ask"]], reply["sensors"])
                except Exception as error:  # noqa: BLE001 - whatever the script's function raises is raised in the script
                    holds, problem = True, error
                self._guard(self._send, {"op": "answer", "id": self._last_id, "holds": holds})

    def _holds(self, function: Callable[..., Any], sensors: Any) -> bool:
        self._asking = threading.get_ident()
        try:
            return bool(function(sensors))
        finally:
            self._asking = None

    def _send(self, request: dict[str, Any]) -> None:
        assert self._channel is not None
        try:
            self._channel.send(request)
        except TypeError as error:
            raise CannotTravel(str(error)) from None
        except (ValueError, OverflowError, RecursionError) as error:
            raise CannotTravel(f"cannot travel: {error}") from None

    def _guard(self, step: Callable[..., Any], *args: Any) -> Any:
        self._interrupts.shield()
        try:
            return step(*args)
        finally:
            self._interrupts.unshield()


def _label(function: Callable[..., Any]) -> str:
    """What a function is called where it has ended a motion."""
    code = getattr(function, "__code__", None)
    name = getattr(function, "__name__", "a function").strip("<>")
    return name if code is None else f"{name} (line {code.co_firstlineno})"
