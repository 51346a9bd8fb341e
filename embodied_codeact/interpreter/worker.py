"""One worker process: takes on its confinement, then runs the scripts that the host sends, until the host hangs up."""

from __future__ import annotations

import os
import random
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import msgspec
import numpy.random

from embodied_codeact.channel import Channel, ChannelClosed
from embodied_codeact.interpreter import proxies, sandbox
from embodied_codeact.interpreter.console import Console
from embodied_codeact.interpreter.interrupts import Interrupts
from embodied_codeact.interpreter.records import Failed, FromHost, FromWorker, Ready, Setup
from embodied_codeact.interpreter.streams import Streams
from embodied_codeact.interpreter.world import WorldLink


@dataclass(frozen=True)
class Descriptors:
    """What a worker inherits: its channel to the host, the write ends of its output, and (or -1) its channel to the
    world."""

    host: int
    output: int
    error: int
    null: int
    world: int = -1

    def all(self) -> list[int]:
        """The descriptors that exist."""
        return [fd for fd in (self.host, self.output, self.error, self.null, self.world) if fd >= 0]


def run(descriptors: Descriptors, confinement: sandbox.Confinement, layers: Sequence[str], template: int) -> NoReturn:
    """Live as a worker. Called in a freshly forked process; ends it."""
    code = 1
    try:
        # The session is the template's, which has no terminal; a session for each worker would cost 3 ms (autogroup).
        os.setpgid(0, 0)
        _close_all_but(descriptors)
        _tidy_environment(confinement.scratch)
        host = Channel(socket.socket(fileno=descriptors.host))
        try:
            sandbox.apply(confinement, layers)
            sandbox.die_with_parent(template)
            os.chdir(confinement.scratch)
        except ProcessLookupError:
            code = 0  # the template is gone, and this worker goes with it; the host starts both anew
        except OSError as error:
            _send(host, Failed(str(error)))
        else:
            _serve(host, descriptors, layers)
            code = 0
    except ChannelClosed:
        # The host is gone or does not want this worker any more: nothing is left to say to anybody.
        code = 0
    finally:
        os._exit(code)


def _serve(host: Channel, descriptors: Descriptors, layers: Sequence[str]) -> None:
    setup = _receive(host)
    if not isinstance(setup, Setup):
        return
    interrupts = Interrupts()
    interrupts.install()
    streams = Streams(descriptors.output, descriptors.error, descriptors.null, interrupts)
    streams.install()
    world = socket.socket(fileno=descriptors.world) if descriptors.world >= 0 else None
    names = proxies.build_namespace(setup.api, WorldLink(world, interrupts))
    console = Console(setup.limits, streams, interrupts, names)
    _send(host, Ready(list(layers)))
    while True:
        message = _receive(host)
        if isinstance(message, Setup):
            return
        _send(host, console.run(message.number, message.code))


def _send(channel: Channel, message: FromWorker) -> None:
    channel.send(message)


def _receive(channel: Channel) -> FromHost:
    message: FromHost = msgspec.convert(channel.receive(), FromHost)
    return message


def _close_all_but(descriptors: Descriptors) -> None:
    last = -1
    for fd in sorted(descriptors.all()):
        os.closerange(last + 1, fd)
        last = fd
    os.closerange(last + 1, 2**31 - 1)


def _tidy_environment(scratch: str) -> None:
    """Only what a script needs; the template had little more."""
    kept = {name: value for name, value in os.environ.items() if name.endswith("_NUM_THREADS") or name == "LANG"}
    os.environ.clear()
    os.environ.update(kept)
    os.environ.update(HOME=scratch, TMPDIR=scratch, MPLCONFIGDIR=scratch, MPLBACKEND="Agg", PATH="/usr/bin:/bin")
    tempfile.tempdir = None
    sys.argv = [""]
    time.tzset()
    random.seed()
    numpy.random.seed()  # the legacy global generator is what models' scripts use; forks must differ
