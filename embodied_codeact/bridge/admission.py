"""Whether a command is carried out now."""

from __future__ import annotations

import time
from typing import NamedTuple

from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.bridge.framing import Header
from embodied_codeact.bridge.lease import Lease
from embodied_codeact.bridge.stop import StopState
from embodied_codeact.bridge.verbs import VERBS, Verb
from embodied_codeact.errors import CommandRefused, EnvironmentFailure, OperatorError

_SHOWN_CHARACTERS = 2000


class Standing(NamedTuple):
    """How things stand. ``busy``: what is under way, empty for nothing; ``own``: for the same client; ``unready``: why
    no task is under way; ``lost``: how the world process ended, empty where it lives."""

    busy: str
    own: bool
    unready: OperatorError | None
    lost: str


class Admission:
    """The checks of one server."""

    def __init__(self, session: str, endpoint: Endpoint, lease: Lease, stop: StopState) -> None:
        self._session = session
        self._endpoint = endpoint
        self._lease = lease
        self._stop = stop

    def check_sender(self, header: Header, standing: Standing) -> Verb:
        """Return what the command is; before its body is read, so that nobody else's is.

        Raises:
            CommandRefused: it is unknown, for another server, too late, or another one is under way.
            NotInCommand: it needs the lease, and does not come under the living one.
        """
        verb = VERBS.get(header.type)
        if verb is None:
            raise CommandRefused(f"unknown command {header.type[:80]!r}; known: {', '.join(VERBS)}")
        if header.session not in ("", self._session):
            raise CommandRefused("the server was started anew since; connect again")
        if verb.idle and standing.busy:
            whose = "" if standing.own else " for another client"
            raise CommandRefused(f"{standing.busy}{whose}; wait for it or interrupt it")
        if verb.lease:
            self._lease.command(header.lease, header.seq)
        check_in_time(header, time.monotonic_ns())
        return verb

    def check_state(self, verb: Verb, standing: Standing) -> None:
        """See that the environment can carry it out now.

        Raises:
            EnvironmentFailure: it needs the world, which is gone.
            StopLatched: it would move something while a stop is latched.
            OperatorError: as ``standing.unready``, where it needs a task.
        """
        if verb.ready and standing.unready is not None:
            raise standing.unready.with_traceback(None)
        if (verb.ready or verb.moving) and standing.lost:
            raise EnvironmentFailure(f"the world process ended: {standing.lost}; reset to start a new one")
        if verb.moving and (latched := self._stop.latched_error(self._endpoint)) is not None:
            raise latched


def check_in_time(header: Header, now_ns: int) -> None:
    """See that a command with a time to live is read within it. ``time_ns`` is then by the clock of who reads.

    Raises:
        CommandRefused: it is past it, or says that it was sent in the future.
    """
    if header.ttl_s is None:
        return
    age_s = (now_ns - header.time_ns) / 1e9
    if not header.ttl_s > 0:
        raise CommandRefused("ttl_s is more than 0, or left out")
    if age_s > header.ttl_s:
        raise CommandRefused(
            f"the command came {age_s:.1f} s after it was sent, and was to live for {header.ttl_s:g} s"
        )
    if age_s < -header.ttl_s:
        raise CommandRefused(f"the command says that it is sent in {-age_s:.1f} s; time_ns is by the server's clock")


def shortened(message: str) -> str:
    """Return a refusal as it goes back: a client that sends much gets no more than this of it.

    >>> len(shortened("x" * 1_000_000)) < 3000
    True
    """
    if len(message) <= _SHOWN_CHARACTERS:
        return message
    half = _SHOWN_CHARACTERS // 2
    return f"{message[:half]} ... {message[-half:]}"
