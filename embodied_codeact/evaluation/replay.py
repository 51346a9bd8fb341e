"""Replays episodes that MINT recorded through the real agent, and reports where our environment answers otherwise.

The recorded replies are all that is taken from a recording while an episode runs; the observations are compared
afterwards. Of each recording

- a reply in which a solution was taken, or that was answered with a verdict or a complaint, is left out: there is no
  output to compare;
- a last reply that runs a script has no recorded observation, since the episode ended with it: it counts as
  ``unanswered``, and what it did shows in the outcome;
- every other reply is compared, also one that is never reached here because the episode ended earlier: that is a
  difference.

So ``turns + left_out + unanswered`` is the number of recorded replies. The outcome is success and the reason of the
end, as MINT names it; it also differs where an episode asks for more replies than were recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from embodied_codeact.agent import MINT, CodeActAgent, Limits
from embodied_codeact.agent.events import EventSink
from embodied_codeact.contracts import EnvironmentSession, Episode, Finish, InvalidReply, Task
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.evaluation.compare import is_verdict, recorded_output, replayed_output, same_output
from embodied_codeact.models.replay import ReplayModel
from embodied_codeact.trajectories.recordings import Recording

_NOT_REACHED = "(the episode had ended before this turn)"
_NOT_RUN = "(no script was run)"


class Difference(msgspec.Struct, frozen=True):
    """Where a replay differs. ``turn`` counts from 0; None where it is the outcome that differs."""

    task: str
    turn: int | None
    expected: str
    got: str


class ReplayReport(msgspec.Struct, frozen=True):
    """What came of replaying recordings; the counts of turns are explained above."""

    episodes: int = 0
    turns: int = 0
    left_out: int = 0
    unanswered: int = 0
    observations_equal: int = 0
    outcomes_equal: int = 0
    differences: list[Difference] = msgspec.field(default_factory=list)


def replay_recordings(
    session: EnvironmentSession,
    recordings: Sequence[Recording],
    *,
    limits: Limits | None = None,
    on_episode: Callable[[Episode], None] | None = None,
    on_event: EventSink | None = None,
) -> ReplayReport:
    """Replay each recording in ``session`` by MINT's rules and compare.

    Raises:
        ConfigurationError: a recorded task is not among the session's tasks.
        OperatorError: the bridge or the environment failed.
    """
    known = session.describe().tasks
    tasks = [_task_of(recording, known) for recording in recordings]
    report = ReplayReport()
    for recording, task in zip(recordings, tasks, strict=True):
        model = ReplayModel([recording], f"replay:{recording.model}", pinned=True)
        agent = CodeActAgent(model, dialect=MINT, limits=limits, on_event=on_event)
        try:
            episode = agent.run(session, task)
        finally:
            if on_episode is not None and agent.episode is not None:
                on_episode(agent.episode)
        report = _added(report, compare_episode(recording, episode, exhausted=model.exhausted))
    return report


def compare_episode(recording: Recording, episode: Episode, *, exhausted: bool = False) -> ReplayReport:
    """Compare one replayed episode with its recording; ``exhausted`` where it asked for more replies."""
    turns = left_out = unanswered = equal = 0
    differences: list[Difference] = []
    for index, reply in enumerate(recording.replies):
        answered = index < len(recording.observations)
        if isinstance(MINT.parse(reply), Finish | InvalidReply) or (
            answered and is_verdict(recording.observations[index])
        ):
            left_out += 1
        elif not answered:
            unanswered += 1
        else:
            turns += 1
            difference = _turn_difference(recording, episode, index)
            differences += [difference] if difference else []
            equal += difference is None
    expected = _outcome(recording.success, recording.end)
    got = _outcome(episode.status.success, episode.end)
    if exhausted or len(episode.turns) != len(recording.replies):
        got += f" after {len(episode.turns)} turns instead of {len(recording.replies)}"
    if got != expected:
        differences.append(Difference(recording.task_id, None, expected, got))
    return ReplayReport(1, turns, left_out, unanswered, equal, int(got == expected), differences)


def _task_of(recording: Recording, tasks: Sequence[Task]) -> Task:
    """The recorded task. Ids of games are paths from the folder that was listed, which may lie higher up here."""
    wanted = recording.task_id
    for task in tasks:
        if task.id == wanted:
            return task
    longer = [task for task in tasks if task.id.endswith(f"/{wanted}")]
    if len(longer) == 1:
        return longer[0]
    raise ConfigurationError(f"cannot replay: {unknown_name('task', wanted, [task.id for task in tasks])}")


def _turn_difference(recording: Recording, episode: Episode, index: int) -> Difference | None:
    expected = recorded_output(recording.observations[index])
    if index >= len(episode.turns):
        return Difference(recording.task_id, index, expected.shown(), _NOT_REACHED)
    result = episode.turns[index].result
    if result is None:
        return Difference(recording.task_id, index, expected.shown(), _NOT_RUN)
    got = replayed_output(result)
    if same_output(expected, got):
        return None
    return Difference(recording.task_id, index, expected.shown(), got.shown())


def _outcome(success: bool, end: str) -> str:
    """MINT has one word for all successes, whatever ended the episode."""
    return "success" if success else f"no success, ended by {end}"


def _added(total: ReplayReport, one: ReplayReport) -> ReplayReport:
    return ReplayReport(*(getattr(total, name) + getattr(one, name) for name in ReplayReport.__struct_fields__))
