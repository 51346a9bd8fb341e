"""Self-debugging: recorded replies run into each error of the arm, react to what it says, and solve the task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from embodied_codeact.agent import CodeActAgent, Limits
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Episode, Task
from embodied_codeact.models.replay import ReplayModel
from embodied_codeact.trajectories.recordings import Recording

pytestmark = pytest.mark.keeps_processes

FINISH = "<solution>done</solution>"


class Recorded(NamedTuple):
    """An episode as it was recorded: scripts in order, and the error that the first one meets."""

    error: str
    says: str
    task: str
    level: str
    scripts: tuple[str, ...]


EPISODES = (
    Recorded(
        "UnknownObject",
        "yellow block",
        "lift",
        "skills",
        ('arm.pick("yelow block")', 'arm.pick("yellow block")\narm.move_by([0, 0, 0.1])'),
    ),
    Recorded(
        "OutOfReach",
        "nearest",
        "place-on-zone",
        "skills",
        (
            'arm.pick("green block")\narm.move_to([0.79, 0.55, 0.7])',
            'print(arm.can_reach([0.5, 0.0, 0.3]))\narm.place("yellow zone")',
        ),
    ),
    Recorded(
        "Collision",
        "cyan block",
        "stack-two",
        "motion",
        (
            # Straight into the lower block, at its own height.
            'lower = scene.find("cyan block")\n'
            "x, y, _ = lower.position\n"
            "gripper.close()\n"
            "arm.move_to([x, y, 0.15], yaw=lower.yaw)\n"
            "arm.move_linear([x, y, 0.02], yaw=lower.yaw)",
            "def grasp(name):\n"
            "    thing = scene.find(name)\n"
            "    x, y, z = thing.position\n"
            "    gripper.open()\n"
            "    arm.move_to([x, y, z + 0.12], yaw=thing.yaw)\n"
            "    arm.move_linear([x, y, z], yaw=thing.yaw)\n"
            "    return gripper.close()\n"
            'print(grasp("yellow block"))\n'
            'lower = scene.find("cyan block")\n'
            "x, y, _ = lower.position\n"
            "arm.move_by([0, 0, 0.15])\n"
            "arm.move_to([x, y, 0.2], yaw=lower.yaw)\n"
            "arm.move_linear([x, y, lower.top + 0.021], yaw=lower.yaw)\n"
            "gripper.open()\n"
            "arm.move_by([0, 0, 0.1])",
        ),
    ),
    Recorded(
        "NothingGrasped",
        "pick",
        "stack-two",
        "skills",
        ('arm.place("cyan block")', 'arm.pick("yellow block")\narm.place("cyan block")'),
    ),
    Recorded(
        "ObjectSlipped",
        "force",
        "lift",
        "skills",
        ('arm.pick("yellow block", force=0.3)', 'arm.pick("yellow block", force=25)\narm.move_by([0, 0, 0.1])'),
    ),
    Recorded(
        "LimitExceeded",
        "0.08",
        "place-on-zone",
        "skills",
        ("gripper.open(0.12)", 'gripper.open(0.08)\narm.pick("green block")\narm.place("yellow zone")'),
    ),
    Recorded(
        "Collision",
        "takes that place",
        "place-on-zone",
        "skills",
        (
            # Onto the bowl's rim first; then where it was asked for.
            'arm.pick("green block")\n'
            'other = next(thing for thing in scene.objects() if thing.kind != "zone" and thing.name != "green block")\n'
            "x, y, _ = other.position\n"
            "arm.place([x + other.size[0] / 2, y, 0.0])",
            'arm.place("yellow zone")',
        ),
    ),
)


@pytest.fixture(scope="module")
def sessions() -> Iterator[dict[str, EnvironmentClient]]:
    with (
        local_session("tabletop", sandbox="best") as skills,
        local_session("tabletop", {"level": "motion"}, sandbox="best") as motion,
    ):
        yield {"skills": skills, "motion": motion}


def play(session: EnvironmentClient, recorded: Recorded) -> Episode:
    replies = [f"<execute>\n{script}\n</execute>" for script in recorded.scripts]
    recording = Recording(
        task_id=recorded.task,
        model="recorded",
        instruction="",
        opening="",
        replies=[*replies, FINISH],
        observations=[],
        success=True,
        end="finish",
        dialect="native",
    )
    agent = CodeActAgent(ReplayModel([recording], pinned=True), limits=Limits(turns=5))
    return agent.run(session, Task(recorded.task, "tabletop", "", seed=0))


@pytest.mark.parametrize("recorded", EPISODES, ids=lambda recorded: f"{recorded.error}-{recorded.task}")
def test_an_agent_that_reacts_to_the_error_solves_the_task(
    sessions: dict[str, EnvironmentClient], recorded: Recorded
) -> None:
    episode = play(sessions[recorded.level], recorded)
    first = episode.turns[0].result
    assert first is not None
    assert first.error is not None
    assert first.error.kind == recorded.error
    assert recorded.says in first.error.text()
    # What the error said was shown to the model.
    assert recorded.says in episode.turns[0].observation
    assert all(turn.result is None or turn.result.error is None for turn in episode.turns[1:]), episode.turns[1]
    assert episode.status.success, episode.status.reason
    assert episode.end == "finish"
