"""A world of a few primitives, answered by a thread over real channels as the world process answers."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from typing import Any

import numpy as np

from embodied_codeact.channel import Channel, ChannelClosed
from embodied_codeact.contracts import ApiDescription, ErrorSpec, FieldSpec, MethodSpec, PrimitiveSpec
from embodied_codeact.wire import Record

API = ApiDescription(
    primitives=[
        PrimitiveSpec(
            name="arm",
            doc="A small arm.",
            methods=[
                MethodSpec("move_to", "(position: Vector, *, speed: float = 0.5) -> MotionResult", "Move the hand."),
                MethodSpec("echo", "(value)", "Return the value."),
                MethodSpec("wait", "(seconds: float)", "Take a while."),
            ],
        ),
        PrimitiveSpec(
            name="look", doc="Look.", function=MethodSpec("look", "(target: str = 'here') -> str", "Look at a target.")
        ),
    ],
    state=[FieldSpec("holding", "str | None", "What is in the hand."), FieldSpec("place", "str", "Where it is.")],
    errors=[
        ErrorSpec("OutOfReach", ["PrimitiveError"], "Too far away."),
        ErrorSpec("PrimitiveError", ["Exception"], "A primitive failed."),
        ErrorSpec("NoSuchThing", ["PrimitiveError", "LookupError"], "There is no such thing."),
    ],
)


class LittleWorld:
    """Serves every channel that is asked for, each on a thread that ends with it."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.connections = 0
        self._channels: list[Channel] = []
        self._threads: list[threading.Thread] = []

    def connect(self) -> socket.socket:
        """Return the worker's end of a new channel."""
        ours, theirs = Channel.pair()
        self.connections += 1
        channel = Channel(ours)
        thread = threading.Thread(target=self._serve, args=(channel,), daemon=True)
        self._channels.append(channel)
        self._threads.append(thread)
        thread.start()
        return theirs

    def hang_up(self) -> None:
        """End all channels, as a world process that dies does."""
        for channel in self._channels:
            with contextlib.suppress(OSError):
                channel._sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _serve(self, channel: Channel) -> None:
        try:
            while True:
                request = channel.receive()
                self.calls.append(request)
                for place, _ in request.get("functions", ()):
                    self._ask(channel, request["id"], place)
                channel.send({"id": request["id"], **self._answer(request)})
        except ChannelClosed:
            channel.close()

    def _ask(self, channel: Channel, call: int, place: int | str) -> None:
        """Ask a function of the script, with a sensor that counts, until it holds."""
        for count in itertools.count():
            channel.send({"id": call, "ask": place, "sensors": {"count": count}})
            answer = channel.receive()
            assert (answer["op"], answer["id"]) == ("answer", call)
            if answer["holds"]:
                return

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["op"] == "state":
            return {"ok": {"holding": None, "place": f"place {len(self.calls)}"}}
        args = request["args"]
        if request["target"] == "look":
            if args == ["unicorn"]:
                return {"error": {"kind": "NoSuchThing", "message": "there is no unicorn"}}
            return {"ok": "nothing special"}
        if request["method"] == "move_to":
            if np.linalg.norm(args[0]) > 1:
                return {"error": {"kind": "OutOfReach", "message": "1.7 m is too far; at most 1 m"}}
            return {"ok": Record.of("MotionResult", {"reached": np.asarray(args[0]), "position_error_m": 0.001})}
        if request["method"] == "wait":
            time.sleep(args[0])
        return {"ok": args[0]}
