"""The whole agent through a line that fails all the time: no episode is lost, none is scored as the model's failure."""

from __future__ import annotations

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.agent.events import AgentEvent, ReplyText
from embodied_codeact.contracts import Episode
from embodied_codeact.evaluation import evaluate
from tests.agent.fakes import Pantry, pantry_task
from tests.models.openai_endpoint import server as plays
from tests.models.openai_endpoint.conftest import Connect
from tests.models.openai_endpoint.server import Play, ScriptedServer, fails, refuses, says

TASKS = [pantry_task("t1", "jam"), pantry_task("t2", "salt"), pantry_task("t3", "tea")]
FAULTS: list[Play] = [
    fails(429, Retry_After="9"),
    fails(500),
    plays.is_cut,
    plays.stalls,
    plays.says_nothing,
    plays.speaks_nonsense,
    plays.floods_in_one_event,
    plays.closes_at_once,
    refuses("stream_options"),
    plays.fails_inside,
    plays.is_cut_inside_a_chunk,
    fails(503),
]


def turns_of(thing: str) -> list[Play]:
    """Two scripts that solve a task. A server that ignores the stop goes on after the first."""
    return [
        says(f"<execute>\ntake('{thing}')\n</execute>\nand so on"),
        says(f"<execute>\nbox.put('{thing}')\n", finish="stop"),
    ]


def test_no_episode_is_lost_or_scored_as_failed(connect: Connect) -> None:
    sound = [play for task in TASKS for play in turns_of(task.metadata["thing"])]
    script = [play for number, good in enumerate(sound) for play in (*FAULTS[2 * number : 2 * number + 2], good)]
    events: list[AgentEvent] = []
    with ScriptedServer(*script) as server:
        model = connect(server.url, idle_s=1)
        report = evaluate(Pantry(), TASKS, lambda _: CodeActAgent(model.for_episode(), on_event=events.append))
        assert not server.script, "faults that were not met"
    assert (report.episodes, report.successes, report.not_scored) == (3, 3, 0)
    assert shown_replies(events) == [
        text
        for task in TASKS
        for text in (
            f"<execute>\ntake('{task.metadata['thing']}')\n",
            f"<execute>\nbox.put('{task.metadata['thing']}')\n",
        )
    ]


def test_an_endpoint_that_stays_away_ends_the_episode_without_a_score(connect: Connect) -> None:
    script = [turns_of("jam")[0], *[fails(503)] * 3, *turns_of("salt"), *turns_of("tea")]
    episodes: list[Episode] = []
    with ScriptedServer(*script) as server:
        model = connect(server.url, retries=2)
        report = evaluate(Pantry(), TASKS, lambda _: CodeActAgent(model.for_episode()), episodes.append)
    assert (report.episodes, report.successes, report.not_scored) == (2, 2, 1)
    assert (episodes[0].end, len(episodes[0].turns)) == ("error", 1)
    assert "did not answer in 3 attempts: status 503" in (episodes[0].error or "")


def shown_replies(events: list[AgentEvent]) -> list[str]:
    """The replies of an evaluation as a person saw them grow, what was taken back left out."""
    replies: list[str] = []
    previous: AgentEvent | None = None
    for event in events:
        if isinstance(event, ReplyText):
            if not isinstance(previous, ReplyText):
                replies.append("")
            replies[-1] = "" if event.restarted else replies[-1] + event.text
        previous = event
    return replies
