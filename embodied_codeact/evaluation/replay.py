"""Replays recorded episodes through the real agent, and reports where our environment answers otherwise.

The rules are those by which an episode was played: MINT's, or this project's own. The recorded replies are all that is
taken from a recording while an episode runs; the observations are compared afterwards. Of each recording

- a reply in which a solution was taken, or that was answered with a verdict or a complaint, is left out: there is no
  output to compare;
- a last reply that runs a script has no recorded observation, since the episode ended with it: it counts as
  ``unanswered``, and what it did shows in the outcome;
- every other reply is compared, also one that is never reached here because the episode ended earlier: that is a
  difference.

So ``turns + left_out + unanswered`` is the number of recorded replies. A trajectory of this project holds what each
script did, also the last, so there every reply with a script is compared and the others are left out; a script that
was never run, since a person refused it, is not run here either. The outcome is success and the reason of the end; it
also differs where an episode asks for more replies than were recorded. Where a recording was cut short from outside, by
its budget of tokens or time, its user or an error, that is its end here too.

A conversation with a person who stays cannot be replayed: what they did to the world is not in the recording.

A recorded task that the environment does not have, but which it can stand in for by its free task, is replayed there:
its observations are compared, and its outcome, which nobody can judge here, is counted as ``unjudged``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from embodied_codeact.agent import MINT, CodeActAgent, Dialect, Limits
from embodied_codeact.agent.consent import Consent
from embodied_codeact.agent.dialects import DIALECTS, parse_mint_reply
from embodied_codeact.agent.events import AgentEvent, EventSink, ReplyReceived
from embodied_codeact.agent.people import Verdict
from embodied_codeact.contracts import CodeAction, EnvironmentSession, Episode, Finish, InvalidReply, Task, ToolCall
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.evaluation.compare import Output, is_verdict, recorded_output, replayed_output, same_output
from embodied_codeact.models.replay import ReplayModel
from embodied_codeact.tasks import is_free
from embodied_codeact.trajectories.recordings import Recording

_NOT_REACHED = "(the episode had ended before this turn)"
_NOT_RUN = "(no script was run)"
_CUT_SHORT = frozenset({"tokens", "time", "user", "error"})
"""Ends of which the replies do not tell."""


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
    unjudged: int = 0
    differences: list[Difference] = msgspec.field(default_factory=list)


def replay_recordings(
    session: EnvironmentSession,
    recordings: Sequence[Recording],
    *,
    limits: Limits | None = None,
    on_episode: Callable[[Episode], None] | None = None,
    on_event: EventSink | None = None,
    marks: Mapping[str, Any] | None = None,
) -> ReplayReport:
    """Replay each recording in ``session`` by the rules that it was played by, and compare. ``marks`` go into the
    metadata of the episodes.

    Raises:
        ConfigurationError: a recorded task is not among the session's tasks, it was played by rules unknown here, or a
            person stayed with the agent.
        OperatorError: the bridge or the environment failed.
    """
    known = session.describe().tasks
    tasks = [_task_of(recording, known) for recording in recordings]
    report = ReplayReport()
    for recording, task in zip(recordings, tasks, strict=True):
        model = ReplayModel([recording], f"replay:{recording.model}", pinned=True)
        dialect = _dialect(recording)
        budget = limits or _limits(recording, dialect, task)
        agent = CodeActAgent(model, dialect=dialect, limits=budget, on_event=on_event)
        agent.marks = dict(marks or {})
        if recording.results:
            approver = _AsRecorded(recording, on_event)
            agent.consent, agent.on_event = Consent("script", approver), approver.follow
        try:
            episode = agent.run(session, task)
        finally:
            if on_episode is not None and agent.episode is not None:
                on_episode(agent.episode)
        report = _added(report, compare_episode(recording, episode, exhausted=model.exhausted))
    return report


class _AsRecorded:
    """Allows the scripts that were run."""

    def __init__(self, recording: Recording, on_event: EventSink | None) -> None:
        self._results = recording.results
        self._on_event = on_event
        self._turn = 0

    def follow(self, event: AgentEvent) -> None:
        """Receive an event of the episode, and pass it on."""
        if isinstance(event, ReplyReceived):
            self._turn = event.turn
        if self._on_event is not None:
            self._on_event(event)

    def review(self, action: CodeAction | ToolCall, code: str, calls: Sequence[str]) -> Verdict:
        """Allow the present turn's script if the recording holds what it did."""
        del action, code, calls
        return Verdict(self._turn >= len(self._results) or self._results[self._turn] is not None)


def compare_episode(recording: Recording, episode: Episode, *, exhausted: bool = False) -> ReplayReport:
    """Compare one replayed episode with its recording; ``exhausted`` where it asked for more replies."""
    counts: Counter[str] = Counter()
    differences: list[Difference] = []
    for index in range(len(recording.replies)):
        output = _expected(recording, index)
        if isinstance(output, str):
            counts[output] += 1
            continue
        counts["turns"] += 1
        difference = _turn_difference(recording.task_id, index, output, episode)
        differences += [difference] if difference else []
    equal = counts["turns"] - len(differences)
    expected = _outcome(recording.success, recording.end)
    cut_short = recording.end in _CUT_SHORT and episode.end == "turns"
    got = _outcome(episode.status.success, recording.end if cut_short else episode.end)
    if exhausted or len(episode.turns) != len(recording.replies):
        got += f" after {len(episode.turns)} turns instead of {len(recording.replies)}"
    free = is_free(episode.task)
    if got != expected and not free:
        differences.append(Difference(recording.task_id, None, expected, got))
    return ReplayReport(
        episodes=1,
        turns=counts["turns"],
        left_out=counts["left_out"],
        unanswered=counts["unanswered"],
        observations_equal=equal,
        outcomes_equal=int(got == expected and not free),
        unjudged=int(free),
        differences=differences,
    )


def _task_of(recording: Recording, tasks: Sequence[Task]) -> Task:
    """The recorded task with its seed. Ids of games are paths from the folder that was listed, which may lie higher up
    here."""
    wanted = recording.task_id
    if recording.instructed:
        raise ConfigurationError(
            f"cannot replay {wanted!r}: a person stayed with the agent, and may have changed the world"
        )
    found = [task for task in tasks if task.id == wanted] or [task for task in tasks if task.id.endswith(f"/{wanted}")]
    free = [task for task in tasks if is_free(task)]
    if not found and len(free) == 1:
        return msgspec.structs.replace(free[0], instruction=recording.instruction)
    if len(found) == 1:
        return found[0] if recording.seed is None else msgspec.structs.replace(found[0], seed=recording.seed)
    raise ConfigurationError(
        f"cannot replay: {unknown_name('task', wanted, [task.id for task in tasks])} "
        "Replay in the environment, and with the games, that were recorded."
    )


def _dialect(recording: Recording) -> Dialect:
    if recording.dialect not in DIALECTS:
        raise ConfigurationError(f"cannot replay: {unknown_name('dialect', recording.dialect, DIALECTS)}")
    return DIALECTS[recording.dialect]


def _limits(recording: Recording, dialect: Dialect, task: Task) -> Limits:
    """MINT's budget of turns. Otherwise that of the turns that were recorded: a trajectory may have run out of its own,
    and a task that nobody judges does not end where it is solved."""
    if dialect is MINT and not is_free(task):
        return Limits()
    limits = Limits(turns=max(len(recording.replies), 1), calls=recording.max_calls)
    seconds = recording.script_timeout_s
    return limits if seconds is None else msgspec.structs.replace(limits, script_timeout_s=seconds)


def _expected(recording: Recording, index: int) -> Output | Literal["left_out", "unanswered"]:
    """What a reply's script is to say here, or why there is nothing to compare."""
    if recording.results:
        result = recording.results[index]
        return "left_out" if result is None else replayed_output(result)
    answered = index < len(recording.observations)
    if isinstance(parse_mint_reply(recording.replies[index]), Finish | InvalidReply):
        return "left_out"
    if not answered:
        return "unanswered"
    observation = recording.observations[index]
    return "left_out" if is_verdict(observation) else recorded_output(observation)


def _turn_difference(task: str, index: int, expected: Output, episode: Episode) -> Difference | None:
    if index >= len(episode.turns):
        return Difference(task, index, expected.shown(), _NOT_REACHED)
    result = episode.turns[index].result
    if result is None:
        return Difference(task, index, expected.shown(), _NOT_RUN)
    got = replayed_output(result)
    return None if same_output(expected, got) else Difference(task, index, expected.shown(), got.shown())


def _outcome(success: bool, end: str) -> str:
    """MINT has one word for all successes, whatever ended the episode."""
    return "success" if success else f"no success, ended by {end}"


def _added(total: ReplayReport, one: ReplayReport) -> ReplayReport:
    return ReplayReport(*(getattr(total, name) + getattr(one, name) for name in ReplayReport.__struct_fields__))
