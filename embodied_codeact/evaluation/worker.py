"""What attempts trials in one process, whichever engine the process belongs to."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.agent.dialects import DIALECTS, Dialect
from embodied_codeact.agent.events import EventSink
from embodied_codeact.agent.feedback import SimulatedUser
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import ClosableModel, EnvironmentSession, Episode, Model, Perturbs, SharedModel
from embodied_codeact.errors import ConfigurationError, ModelError, ModelUnavailable, OperatorError, unknown_name
from embodied_codeact.evaluation.engine import Ended, Fault, FaultKind, Job, Outcome, Place
from embodied_codeact.evaluation.leashes import Leashes
from embodied_codeact.evaluation.sessions import SessionPool
from embodied_codeact.evaluation.suites import Trial
from embodied_codeact.evaluation.videos import filmed
from embodied_codeact.models import resolve_model
from embodied_codeact.registry import base_name
from embodied_codeact.trajectories.codec import encode_episode
from embodied_codeact.workplace import confinement_warning

OpenPlace = Callable[[Place], AbstractContextManager[EnvironmentSession]]


class TrialWorker:
    """Attempts trials of one job, from any number of threads. A context manager.

    Sessions and models are opened when they are first needed, and kept from trial to trial.

    Args:
        job: what there is to do.
        open_place: opens a session in an environment of its own; without it a server beside this process.
        on_event: is told of everything as it happens.

    Raises:
        ConfigurationError: the job names what there is not here.
        ModelError: the model cannot be loaded.
    """

    def __init__(self, job: Job, *, open_place: OpenPlace | None = None, on_event: EventSink | None = None) -> None:
        self._job = job
        self._on_event = on_event
        self._dialect = dialect_of(job)
        self._models = _Models(job)
        environments = sorted({base_name(place.environment) for place in job.places.values()})
        self._user = _simulated_user(job.user, environments)
        for environment in environments:
            self._models.give_back(environment, self._models.lend(environment))
        opener = open_place or self._local
        self._pools = {name: SessionPool(_opening(opener, place)) for name, place in job.places.items()}
        self._lock = threading.Lock()
        self._leashes = Leashes()
        self.notes: list[str] = []
        """What the operator should know of the environments that were started, each once."""

    def attempt(self, trial: Trial) -> Outcome:
        """Attempt one trial, and say what came of it.

        Raises:
            Abandoned: :meth:`abandon` was called meanwhile.
        """
        agent: CodeActAgent | None = None
        try:
            with (
                self._pools[trial.part].session() as session,
                self._agent(trial) as agent,
                self._leashes.hold(agent, session),
                filmed(self._job.media, self._job.places[trial.part], session, agent, trial) as film,
            ):
                agent.marks = self._options_of(trial)
                agent.run(session, trial.task)
        except OperatorError as error:
            episode = agent.episode if agent is not None else None
            line = encode_episode(_marked(episode, trial)) if episode is not None else b""
            return Fault(trial, fault_kind(error), str(error), line)
        assert agent.episode is not None
        return _ended(trial, _marked(agent.episode, trial, film, agent.model))

    def _options_of(self, trial: Trial) -> dict[str, Any]:
        """The options of its environment, without where the games of a run lie and whether it is filmed, which are no
        part of what its episodes are."""
        options = self._job.places[trial.part].options
        kept = {name: str(value) for name, value in options.items() if name not in ("games", "record")}
        return {"options": kept} if kept else {}

    def abandon(self) -> None:
        """End the episodes that other threads are at, and begin no more. May be called again."""
        self._leashes.pull()

    def close(self) -> None:
        """Close the sessions and models that are not in use. May be called twice."""
        for pool in self._pools.values():
            pool.close()
        self._models.close()
        if self._user is not None and isinstance(self._user.model, ClosableModel):
            self._user.model.close()

    def __enter__(self) -> TrialWorker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _agent(self, trial: Trial) -> Iterator[CodeActAgent]:
        environment = base_name(self._job.places[trial.part].environment)
        model = self._models.lend(environment)
        agent = CodeActAgent(
            model,
            dialect=self._dialect,
            limits=self._job.limits,
            commentator=None if self._user is None else self._user.for_episode(),
            on_event=self._on_event,
        )
        try:
            yield agent
        finally:
            self._models.give_back(environment, model)

    @contextlib.contextmanager
    def _local(self, place: Place) -> Iterator[EnvironmentSession]:
        with local_session(place.environment, place.options, sandbox=self._job.sandbox) as session:
            note = confinement_warning(session.describe())
            with self._lock:
                if note and note not in self.notes:
                    self.notes.append(note)
            yield session


class _Models:
    """The models of a job: one for all environments, or (the experts) one for each. One that cannot be shared is loaded
    as often as it is lent at the same time."""

    def __init__(self, job: Job) -> None:
        self._spec, self._options = job.model, job.model_options
        self._shared: dict[str, SharedModel] = {}
        self._idle: dict[str, list[Model]] = {}
        self._loading = threading.Lock()

    def lend(self, environment: str) -> Model:
        name = self._name(environment)
        with self._loading:
            if name in self._shared:
                return self._shared[name].for_episode()
            if self._idle.get(name):
                return self._idle[name].pop()
            model = resolve_model(self._spec, environment, self._options)
            if isinstance(model, SharedModel):
                self._shared[name] = model
                return model.for_episode()
            return model

    def give_back(self, environment: str, model: Model) -> None:
        name = self._name(environment)
        with self._loading:
            if name not in self._shared:
                self._idle.setdefault(name, []).append(model)

    def close(self) -> None:
        with self._loading:
            for model in [*self._shared.values(), *(each for idle in self._idle.values() for each in idle)]:
                if isinstance(model, ClosableModel):
                    model.close()

    def _name(self, environment: str) -> str:
        return environment if self._spec == "expert" else ""


def dialect_of(job: Job) -> Dialect:
    """The rules that a job is played by.

    Raises:
        ConfigurationError: there are none of that name.
    """
    name = job.dialect if job.dialect != "native" or job.action == "code" else job.action
    if name not in DIALECTS:
        raise ConfigurationError(unknown_name("dialect", name, DIALECTS))
    return DIALECTS[name]


def fault_kind(error: OperatorError) -> FaultKind:
    """Sort an error by what can be done about it."""
    if isinstance(error, ModelUnavailable):
        return "endpoint"
    if isinstance(error, ModelError):
        return "model"
    return "configuration" if error.exit_code == ConfigurationError.exit_code else "environment"


def _opening(opener: OpenPlace, place: Place) -> Callable[[], AbstractContextManager[EnvironmentSession]]:
    return lambda: opener(place)


def _ended(trial: Trial, episode: Episode) -> Ended:
    tokens = sum(turn.usage.prompt_tokens + turn.usage.completion_tokens for turn in episode.turns)
    return Ended(trial, encode_episode(episode), episode.status.success, len(episode.turns), tokens, episode.duration_s)


def _simulated_user(spec: str | None, environments: list[str]) -> SimulatedUser | None:
    if spec is None:
        return None
    return SimulatedUser(resolve_model(spec, environments[0] if environments else ""))


def _marked(episode: Episode, trial: Trial, film: Path | None = None, model: object = None) -> Episode:
    """The episode with the key of its trial, where its video lies from the run's folder, and which of its replies
    the model spoilt on purpose."""
    marks: dict[str, Any] = {} if film is None else {"video": film.as_posix()}
    if isinstance(model, Perturbs):
        marks["perturbed"] = {str(index): kind for index, kind in model.perturbed.items()}
    return msgspec.structs.replace(episode, metadata={**episode.metadata, "trial": trial.key, **marks})
