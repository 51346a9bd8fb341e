"""Holds the leashes of episodes that other threads are at, so that all can be ended at once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.agent.streaming import Abandoned, Leash
from embodied_codeact.contracts import EnvironmentSession


class Leashes:
    """The episodes under way. May be used from any thread."""

    def __init__(self) -> None:
        self._held: set[Leash] = set()
        self._pulled = False
        self._lock = threading.Lock()

    @property
    def pulled(self) -> bool:
        """Whether all were to end."""
        return self._pulled

    @contextlib.contextmanager
    def hold(self, agent: CodeActAgent, session: EnvironmentSession) -> Iterator[None]:
        """While an agent is at its episode, keep it where it can be ended.

        Raises:
            Abandoned: all were to end before.
        """
        leash = Leash(session, agent.on_event)
        agent.on_event = leash
        with self._lock:
            if self._pulled:
                raise Abandoned
            self._held.add(leash)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(leash)

    def pull(self) -> None:
        """End the episodes under way soon, and let none begin. May be called again."""
        with self._lock:
            self._pulled = True
            leashes = list(self._held)
        for leash in leashes:
            leash.pull()
