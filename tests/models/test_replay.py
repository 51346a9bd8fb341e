"""Recorded replies as a model, and how models are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.contracts import Message
from embodied_codeact.errors import ConfigurationError, ModelError
from embodied_codeact.models import ReplayModel, resolve_model
from embodied_codeact.models.replay import OUT_OF_REPLIES
from embodied_codeact.trajectories import TrajectoryWriter
from tests.agent.fakes import Pantry, ScriptedModel, pantry_task


def mint_line(task_id: str, task: str, replies: list[str]) -> str:
    messages = [{"role": "user", "content": f"Rules.\n---\n\nTask:\nAn example.\n\n---\n\nTask:\nYou act.\n{task}\n"}]
    for reply in replies:
        messages += [{"role": "assistant", "content": reply}, {"role": "user", "content": "Observation:\nok\n"}]
    fields = {"model": "m", "task_id": task_id, "task": "x", "success": True, "terminate_reason": "task_success"}
    return json.dumps({**fields, "messages": messages[:-1]})


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "recorded.jsonl"
    lines = [
        mint_line("a", "In room 1.\nYour task is to: put a mug in shelf.", ["a0", "a1"]),
        mint_line("b", "In room 1.\nYour task is to: put a cup in shelf.", ["b0"]),
        mint_line("c", "In room 2.\nYour task is to: put a cup in shelf.", ["c0"]),
        mint_line("d", "In room 2.\nYour task is to: put a cup in shelf.", ["d0"]),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def ask(model: ReplayModel, opening: str) -> str:
    model.start_episode()
    return model.reply([Message("system", "..."), Message("user", opening)]).text


def test_task_is_recognised_by_its_text(recorded: Path) -> None:
    model = ReplayModel.from_file(recorded)
    assert ask(model, "In room 1.\nYour task is to:  put a mug in shelf.") == "a0"
    assert ask(model, "In room 1.\nTask: put a cup in shelf.") == "b0"
    assert [ask(model, "In room 2.\nTask: put a cup in shelf.") for _ in range(3)] == ["c0", "d0", "c0"]
    with pytest.raises(ModelError, match="no recording of this task"):
        ask(model, "In room 1.\nTask: fly.")


def test_replies_come_in_order_and_then_it_finishes(recorded: Path) -> None:
    model = ReplayModel.from_file(recorded).for_task("a")
    messages = [Message("user", "any text: the task was named")]
    model.start_episode()
    assert [model.reply(messages).text for _ in range(2)] == ["a0", "a1"]
    told = [model.exhausted]
    assert model.reply(messages).text == OUT_OF_REPLIES
    told.append(model.exhausted)
    assert told == [False, True]
    model.start_episode()
    assert model.reply(messages).text == "a0"
    with pytest.raises(ModelError, match="unknown recorded task 'z'"):
        model.for_task("z")


def test_own_trajectories_replay_to_the_same_episode(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    tasks = [pantry_task("t1", "jam"), pantry_task("t2", "tea")]
    first = []
    with TrajectoryWriter(path) as writer:
        for task in tasks:
            thing = task.metadata["thing"]
            agent = CodeActAgent(ScriptedModel([f"<execute>take('{thing}')\nbox.put('{thing}')</execute>"]))
            first.append(agent.run(Pantry(), task))
            writer.write(first[-1])
    model = resolve_model(f"replay:{path}", "pantry")
    for task, before in zip(reversed(tasks), reversed(first), strict=True):
        after = CodeActAgent(model).run(Pantry(), task)
        assert after.messages == before.messages
        assert after.status.success


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 3"),
        ("[1]", "line 3: not an object"),
        ('{"x": 1}', "line 3: neither a trajectory"),
        ('{"terminate_reason": "x"}', "line 3.*missing required field"),
        ('{"turns": [], "schema": 99, "task": {}}', "line 3.*newer version"),
        (mint_line("x", "y", ["z"]).replace('"assistant"', '"system"'), "line 3.*message 2 is of the system"),
        (mint_line("x", "y", []), "line 3.*first message"),
    ],
)
def test_broken_line_is_named(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(f"{mint_line('a', 't', ['r'])}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"broken\.jsonl, {words}"):
        ReplayModel.from_file(path)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("replay", "names no file"),
        ("replay:", "names no file"),
        ("replay:/nowhere/x.jsonl", "cannot read /nowhere/x.jsonl"),
        ("repaly:x", "Did you mean 'replay'"),
        ("hg:some/model", "unknown model.*expert, replay:FILE"),
        ("expert:x", "takes nothing after it"),
        ("expert", "expert for environment 'pantry'"),
    ],
)
def test_model_that_cannot_be_had_says_what_can(spec: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        resolve_model(spec, "pantry")


def test_a_model_without_options_refuses_them() -> None:
    with pytest.raises(ConfigurationError, match="takes no options .given: dtype"):
        resolve_model("script:x.py", "household", {"dtype": "float32"})


def test_an_expert_s_own_options() -> None:
    assert resolve_model("expert", "household", {"plain": "true"}).name == "expert"
    with pytest.raises(ConfigurationError, match="unknown option of the expert for 'household' 'dtype'. Known: plain"):
        resolve_model("expert", "household", {"dtype": "float32"})
    with pytest.raises(ConfigurationError, match="is true or false, not 'yes'"):
        resolve_model("expert", "household", {"plain": "yes"})
    with pytest.raises(ConfigurationError, match="None is known"):
        resolve_model("expert", "tabletop", {"plain": "true"})


def test_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    with pytest.raises(ConfigurationError, match="no recorded episode"):
        resolve_model(f"replay:{path}", "pantry")
