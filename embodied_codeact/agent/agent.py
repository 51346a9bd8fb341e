"""The agent that one constructs: a model, the rules and budgets it acts by, and the people around it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from embodied_codeact.agent.consent import Consent
from embodied_codeact.agent.dialects import NATIVE, Dialect
from embodied_codeact.agent.events import AgentEvent, EpisodeFinished, EventSink
from embodied_codeact.agent.limits import Limits, default_limits
from embodied_codeact.agent.loop import Attempt
from embodied_codeact.agent.people import Commentator, Person, User
from embodied_codeact.agent.streaming import Abandoned, stream_episode
from embodied_codeact.contracts import EnvironmentSession, Episode, HasTask, Model, Task
from embodied_codeact.errors import ConfigurationError, OperatorError


class CodeActAgent:
    """Acts by writing Python (arXiv 2402.01030), or as its ``dialect`` says: each reply of the model is one action.

    ``user`` answers the agent's messages; without one the agent is told that nobody is there. ``commentator`` says
    something after each turn. ``consent`` is asked for before scripts run. A ``person`` stays for a whole conversation:
    where the episode would end they may give the next instruction, in the same world. ``on_event`` is told of
    everything as it happens, on the thread that called ``run``.
    """

    def __init__(
        self,
        model: Model,
        *,
        dialect: Dialect = NATIVE,
        limits: Limits | None = None,
        user: User | None = None,
        commentator: Commentator | None = None,
        consent: Consent | None = None,
        person: Person | None = None,
        on_event: EventSink | None = None,
    ) -> None:
        self.model = model
        self.dialect = dialect
        self.limits = limits or default_limits(dialect)
        self.user = person.answer if person is not None else user
        self.commentator = commentator
        self.consent = consent
        self.person = person
        self.on_event = on_event
        self.episode: Episode | None = None
        """The latest episode, complete as far as it went also where ``run`` raised."""
        self.marks: dict[str, Any] = {}
        """What else the metadata of its episodes hold: plain data."""

    def run(self, session: EnvironmentSession, task: Task | None = None) -> Episode:
        """Attempt one task; without one, the session's own.

        Raises:
            ConfigurationError: no task was given, and the session has none of its own.
            OperatorError: model, bridge or environment failed. ``episode`` then ends with ``"error"``.
            KeyboardInterrupt: passed on, as is ``Abandoned``; ``episode`` then ends with ``"user"``.
        """
        attempt = Attempt(self, session, _task(session, task))
        try:
            attempt.play()
        except (KeyboardInterrupt, Abandoned):
            attempt.end = "user"
            raise
        except OperatorError as error:
            attempt.end, attempt.error = "error", str(error)
            raise
        except BaseException as error:
            attempt.end, attempt.error = "error", f"{type(error).__name__}: {error}"
            raise
        finally:
            self.episode = attempt.record()
            attempt.emit(EpisodeFinished(self.episode))
        return self.episode

    def stream(self, session: EnvironmentSession, task: Task | None = None) -> Generator[AgentEvent, None, None]:
        """Attempt one task as :meth:`run` does, and yield its events as they happen; ``EpisodeFinished`` is the last.

        The episode runs on a thread of its own, which is begun with the first event. Whoever stops before the last
        (``break``, an exception, Ctrl-C, ``close()``) ends the episode: a running script is interrupted, and the
        session can be used again. Keep the session to itself meanwhile.

        Raises:
            What :meth:`run` raises, after the last event.
        """
        return stream_episode(self, session, task)


def _task(session: EnvironmentSession, task: Task | None) -> Task:
    if task is None and isinstance(session, HasTask):
        return session.task
    if task is None:
        raise ConfigurationError("no task was given, and the session is for many: choose one of describe().tasks")
    return task
