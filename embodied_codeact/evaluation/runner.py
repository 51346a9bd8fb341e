"""Runs tasks, one after another or several at a time on one machine. Scale beyond one machine belongs to other tools.

An episode that the system failed (the model's endpoint, the bridge, the environment) is kept and not scored, and the
evaluation goes on; it ends with the error where that keeps happening.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.agent.streaming import Abandoned
from embodied_codeact.contracts import EnvironmentSession, Episode, Task
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.leashes import Leashes
from embodied_codeact.evaluation.scores import EvaluationReport, score
from embodied_codeact.evaluation.sessions import OpenSession

MOST_ERRORS_IN_A_ROW = 3
_LOOK_S = 0.2
"""How often the thread that waits looks whether it was interrupted."""
MakeAgent = Callable[[Task], CodeActAgent]


def evaluate(
    session: EnvironmentSession | OpenSession,
    tasks: Iterable[Task],
    make_agent: MakeAgent,
    on_episode: Callable[[Episode], None] | None = None,
    *,
    parallel: int = 1,
) -> EvaluationReport:
    """Attempt each task with the agent that ``make_agent`` gives for it, and sum up.

    Args:
        session: a session; for several episodes at a time what opens one, such as ``SessionPool(...).session``. It is
            called for each episode, also from other threads.
        tasks: each is attempted once, in this order.
        make_agent: called for each episode, also from other threads.
        on_episode: receives every episode as it ends, one at a time, also one that an error or the user cut short.
        parallel: episodes at a time.

    Raises:
        ConfigurationError: several episodes at a time, in one session.
        OperatorError: no session could be opened, or three episodes in a row ended with an error: the last of them.
            The tasks after it are not attempted.
        KeyboardInterrupt: passed on when the episodes under way have ended.
    """
    if parallel > 1 and not callable(session):
        raise ConfigurationError("several episodes at a time need a session each: give what opens one")
    open_session = session if callable(session) else lambda: contextlib.nullcontext(session)
    run = _Evaluation(open_session, list(tasks), make_agent, on_episode)
    if parallel > 1:
        run.side_by_side(parallel)
    else:
        run.work()
    return score(run.episodes)


class _Evaluation:
    """The episodes of one evaluation, by whichever threads attempt them."""

    def __init__(
        self,
        open_session: OpenSession,
        tasks: Sequence[Task],
        make_agent: MakeAgent,
        on_episode: Callable[[Episode], None] | None,
    ) -> None:
        self._open_session = open_session
        self._left: Iterator[tuple[int, Task]] = iter(enumerate(tasks))
        self._make_agent = make_agent
        self._on_episode = on_episode
        self._ended: dict[int, Episode] = {}
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._leashes = Leashes()
        self._threads: list[threading.Thread] = []
        self._stopped: set[threading.Thread] = set()
        self._changed = threading.Condition()

    @property
    def episodes(self) -> list[Episode]:
        """Those that were attempted, in the order of the tasks."""
        return [self._ended[index] for index in sorted(self._ended)]

    def side_by_side(self, count: int) -> None:
        """Attempt the tasks on so many threads."""
        try:
            for number in range(count):
                self._threads.append(threading.Thread(target=self._work_apart, name=f"episodes {number}", daemon=True))
                self._threads[-1].start()
            self._wait()
        except BaseException:
            self._end()
            self._wait()
            raise
        if self._failure is not None:
            raise self._failure

    def _wait(self) -> None:
        def all_stopped() -> bool:
            return self._stopped >= {thread for thread in self._threads if thread.ident}

        # Not by joining the threads: CPython before 3.13 takes a thread whose join was interrupted for ended. And not
        # in one go: a Ctrl-C that comes just before the main thread falls asleep does not wake it.
        with self._changed:
            while not self._changed.wait_for(all_stopped, timeout=_LOOK_S):
                pass

    def _work_apart(self) -> None:
        try:
            self.work(apart=True)
        except Abandoned:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            with self._lock:
                self._failure = self._failure or error
            self._end()
        finally:
            with self._changed:
                self._stopped.add(threading.current_thread())
                self._changed.notify_all()

    def _end(self) -> None:
        """Attempt no more tasks, and end the episodes that other threads are at."""
        self._leashes.pull()

    def work(self, *, apart: bool = False) -> None:
        """Attempt tasks while there are any. ``apart``: on a thread that another may have to end."""
        errors = 0
        while (next_one := self._next()) is not None:
            error = self._attempt(*next_one, apart=apart)
            errors = 0 if error is None else errors + 1
            if error is not None and errors >= MOST_ERRORS_IN_A_ROW:
                raise error

    def _next(self) -> tuple[int, Task] | None:
        with self._lock:
            return None if self._leashes.pulled else next(self._left, None)

    def _attempt(self, index: int, task: Task, *, apart: bool) -> OperatorError | None:
        """Attempt one task; return the error that ended its episode, if one did."""
        agent: CodeActAgent | None = None
        try:
            with self._open_session() as session:
                agent = self._make_agent(task)
                with self._leashes.hold(agent, session) if apart else contextlib.nullcontext():
                    agent.run(session, task)
        except OperatorError as error:
            # Without an episode there was no session or no agent for it, and there will be none for the next.
            if agent is None or agent.episode is None or agent.episode.end != "error":
                raise
            return error
        finally:
            if agent is not None and agent.episode is not None:
                self._keep(index, agent.episode)
        return None

    def _keep(self, index: int, episode: Episode) -> None:
        with self._lock:
            self._ended[index] = episode
            if self._on_episode is not None:
                self._on_episode(episode)
