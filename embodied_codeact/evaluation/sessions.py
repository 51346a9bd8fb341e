"""Sessions for episodes, one after another or at the same time: kept while they are good, opened anew when not."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Self

from embodied_codeact.contracts import EnvironmentSession
from embodied_codeact.errors import ModelError

OpenSession = Callable[[], AbstractContextManager[EnvironmentSession]]


class SessionPool:
    """Lends sessions. There are as many as are lent at the same time; a context manager that closes them all.

    Args:
        open_session: opens one more, from any thread; what it gives closes it.
    """

    def __init__(self, open_session: OpenSession) -> None:
        self._open = open_session
        self._idle: list[tuple[EnvironmentSession, contextlib.ExitStack]] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def session(self) -> Iterator[EnvironmentSession]:
        """Lend a session, an idle one where there is one. After an error other than a model's it is closed, so that the
        next episode begins with another.

        Raises:
            OperatorError: no session can be opened.
        """
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        if idle is None:
            closing = contextlib.ExitStack()
            idle = closing.enter_context(self._open()), closing
        session, closing = idle
        try:
            yield session
        except ModelError:
            self._give_back(session, closing)
            raise
        except BaseException:
            closing.close()
            raise
        self._give_back(session, closing)

    def _give_back(self, session: EnvironmentSession, closing: contextlib.ExitStack) -> None:
        with self._lock:
            self._idle.append((session, closing))

    def close(self) -> None:
        """Close the sessions that are not lent. May be called twice."""
        with self._lock:
            idle, self._idle = self._idle, []
        if len(idle) < 2:
            for _, closing in idle:
                closing.close()
            return
        # Ending a server takes a moment, which many can take together.
        with ThreadPoolExecutor(len(idle)) as threads:
            for done in [threads.submit(closing.close) for _, closing in idle]:
                done.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
