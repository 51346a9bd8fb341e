"""The worker's end of the channel to the world process: primitive calls and reads of the state.

A request is ``{"op": "call", "id", "target", "method", "args", "kwargs"}`` or ``{"op": "state", "id"}``; the reply is
``{"id", "ok": value}`` or ``{"id", "error": {"kind", "message"}}``. One request is under way at a time.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.interpreter.console import Interrupts


class EnvironmentGone(RuntimeError):
    """The world process ended; no primitive can be called any more."""


class RemoteError(Exception):
    """The world answered with an error; ``kind`` names the class that the script is to see."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class WorldLink:
    """Sends requests and waits for their replies; an interrupt of the script ends the waiting."""

    def __init__(self, sock: socket.socket | None, interrupts: Interrupts) -> None:
        self._channel = Channel(sock) if sock else None
        self._interrupts = interrupts
        self._lock = threading.Lock()
        self._last_id = 0

    def call(self, target: str, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call a primitive and return its result.

        Raises:
            RemoteError: the primitive failed.
            TypeError: an argument cannot travel.
            EnvironmentGone: there is no world any more.
        """
        return self._ask({"op": "call", "target": target, "method": method, "args": list(args), "kwargs": kwargs})

    def state(self) -> dict[str, Any]:
        """Return the fields of the high-level state as they are now. Raises as :meth:`call`."""
        fields = self._ask({"op": "state"})
        if not isinstance(fields, dict):
            raise EnvironmentGone("the environment's state could not be read")
        return fields

    def _ask(self, request: dict[str, Any]) -> Any:
        if self._channel is None:
            raise EnvironmentGone("no environment is connected")
        if not self._interrupts.active:
            raise RuntimeError("primitives can be used only while a script runs: join threads before the script ends")
        sys.stdout.flush()
        with self._lock:
            self._last_id += 1
            request["id"] = self._last_id
            try:
                self._guard(self._send, request)
                reply = self._await(self._channel)
            except (ChannelClosed, ChannelCorrupt) as error:
                raise EnvironmentGone("the environment is gone: its process ended") from error
        if "error" in reply:
            problem = reply["error"]
            raise RemoteError(str(problem.get("kind", "PrimitiveError")), str(problem.get("message", "")))
        return reply.get("ok")

    def _await(self, channel: Channel) -> dict[str, Any]:
        while True:
            # Only here may an interrupt strike: between the messages, never within one.
            channel.wait()
            for reply in self._guard(channel.receive_available):
                if isinstance(reply, dict) and reply.get("id") == self._last_id:
                    return reply

    def _send(self, request: dict[str, Any]) -> None:
        assert self._channel is not None
        try:
            self._channel.send(request)
        except (ValueError, OverflowError, RecursionError) as error:
            raise TypeError(f"cannot travel: {error}") from None

    def _guard(self, step: Callable[..., Any], *args: Any) -> Any:
        self._interrupts.shield()
        try:
            return step(*args)
        finally:
            self._interrupts.unshield()
