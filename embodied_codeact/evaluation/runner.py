"""Runs tasks one after the other. Scale beyond one session belongs to other tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.contracts import EnvironmentSession, Episode, Task
from embodied_codeact.evaluation.scores import EvaluationReport, score


def evaluate(
    session: EnvironmentSession,
    tasks: Iterable[Task],
    make_agent: Callable[[Task], CodeActAgent],
    on_episode: Callable[[Episode], None] | None = None,
) -> EvaluationReport:
    """Attempt each task with the agent that ``make_agent`` gives for it, and sum up.

    ``on_episode`` receives every episode as it ends, also the one that an error or the user cut short.

    Raises:
        OperatorError: model, bridge or environment failed; the tasks after it are not attempted.
    """
    episodes: list[Episode] = []
    for task in tasks:
        agent = make_agent(task)
        try:
            agent.run(session, task)
        finally:
            if agent.episode is not None:
                episodes.append(agent.episode)
                if on_episode is not None:
                    on_episode(agent.episode)
    return score(episodes)
