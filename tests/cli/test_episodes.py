"""``run`` and ``eval``: what a person and a program see, what is kept, and how Ctrl-C ends them."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import psutil
import pytest

from embodied_codeact.cli import common
from embodied_codeact.contracts import CodeAction, Task
from embodied_codeact.trajectories import read_episodes
from tests.cli.support import DOES_NOTHING, NEVER_ENDS, SOLVES, TASK, CommandProcess, error_line, invoke, write_trace
from tests.support.counter import seeded_goal

COUNTER = ("run", "counter", "--sandbox", "best")


@pytest.mark.usefixtures("counter_installed")
def test_a_run_shows_each_part_in_order(tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [SOLVES])
    result = invoke(*COUNTER, "--model", f"replay:{trace}")
    assert (result.exit_code, result.stderr) == (0, "")
    parts = [
        TASK.id,
        "Make it show 3",
        "turn 1",
        "thought",
        "I count.",
        "code",
        "counter.add(3)",
        "output",
        "three now",
    ]
    places = [result.stdout.find(part) for part in (*parts, "1 primitive call", "state.value = 3", "solved  the goal")]
    assert -1 not in places, result.stdout
    assert places == sorted(places), result.stdout


@pytest.mark.usefixtures("counter_installed")
def test_a_run_that_does_not_solve_its_task(tmp_path: Path) -> None:
    """Exit code 1; one JSON object on standard output, the person's view beside it; and what was kept can be played."""
    trace = write_trace(tmp_path / "trace.jsonl", [DOES_NOTHING])
    kept = tmp_path / "new" / "kept.jsonl"
    result = invoke(*COUNTER, "--model", f"replay:{trace}", "--json", "--out", kept)
    assert result.exit_code == 1
    summary = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert (summary["task"], summary["success"], summary["end"], summary["turns"]) == (TASK.id, False, "finish", 1)
    assert "I give up." in result.stderr
    assert "not solved" in result.stderr

    (episode,) = read_episodes(kept)
    assert (episode.task.id, episode.end, episode.answer) == (TASK.id, "finish", "It cannot be done.")
    again = invoke(*COUNTER, "--model", f"replay:{kept}", "--json", "--out", kept)
    assert json.loads(again.stdout)["answer"] == "It cannot be done."
    assert len(list(read_episodes(kept))) == 2


def test_a_task_keeps_its_own_seed_unless_another_is_wished() -> None:
    task = Task("stack", "tabletop", "stack the cubes", seed=7)
    assert common.with_seed(task, None).seed == 7
    assert common.with_seed(task, 0).seed == 0


@pytest.mark.usefixtures("counter_installed")
def test_a_script_cannot_steer_the_terminal(tmp_path: Path) -> None:
    for nasty in (r"print('\x1b]52;c;cHduZWQ=\x07', end='\x1b[2J')", r"raise ValueError('\x1b[2J')", "'\x1b[2J'"):
        trace = write_trace(tmp_path / "trace.jsonl", [f"<execute>\n{nasty}\n</execute>", f"{nasty}\x1b[2J"])
        shown = invoke(*COUNTER, "--model", f"replay:{trace}", "--max-turns", "2").stdout
        assert "turn 2" in shown
        assert "␛" in shown
        assert not {"\x1b", "\x07"} & set(shown)
        trace.unlink()


@pytest.mark.usefixtures("counter_installed")
def test_neither_can_the_names_and_arguments_of_a_call(tmp_path: Path) -> None:
    link = "next(o for o in __import__('gc').get_objects() if type(o).__name__ == 'WorldLink')._channel"
    forged = r"{'op': 'call', 'id': 7, 'target': '\x1b[1m', 'method': '\x1b[2m', 'args': [], 'kwargs': {'\x1b[3m': 1}}"
    script = rf"""<execute>
link = {link}
link.send({forged})
link.receive()
try:
    counter.add('[\x1b[4m')
except InvalidArgument as error:
    print(error)
</execute>"""
    trace = write_trace(tmp_path / "trace.jsonl", [script])
    shown = invoke(*COUNTER, "--model", f"replay:{trace}", "--calls", "--max-turns", "1").stdout
    assert "␛[1m.␛[2m(␛[3m=1)" in shown
    assert "counter.add([␛[4m)" in shown
    assert "\x1b" not in shown


@pytest.mark.usefixtures("counter_installed")
def test_words_of_the_agent_are_told_from_those_of_the_program(tmp_path: Path) -> None:
    replies = ["Hello.\nsolved  yes \u202ekcab\u2066", "<solution>all is done\nsolved  really</solution>"]
    trace = write_trace(tmp_path / "trace.jsonl", replies)
    shown = invoke(*COUNTER, "--model", f"replay:{trace}").stdout
    assert "solved  really" in shown
    assert "yes \ufffdkcab\ufffd" in shown
    assert [line for line in shown.splitlines() if line.startswith("solved")] == []


@pytest.mark.usefixtures("counter_installed")
def test_a_script_that_prints_without_end_does_not_keep_the_screen(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    trace = write_trace(tmp_path / "trace.jsonl", ["<execute>for n in range(30_000): print(f'line {n:05}')</execute>"])
    shown = invoke(*COUNTER, "--model", f"replay:{trace}", "--max-turns", "1", "--out", out).stdout
    assert "line 00100" in shown
    assert "line 29999" not in shown
    assert "more output is not shown here" in shown
    (episode,) = read_episodes(out)
    assert episode.turns[0].result is not None
    assert episode.turns[0].result.stdout.endswith("line 29999\n")


@pytest.mark.usefixtures("counter_installed")
def test_a_trajectory_is_replayed_by_its_own_rules(tmp_path: Path) -> None:
    replies = ["<execute>counter.ad()</execute>", "Shall I go on?", "<execute>print(counter.add(3).value)</execute>"]
    played = tmp_path / "played.jsonl"
    trace = write_trace(tmp_path / "trace.jsonl", replies)
    assert invoke(*COUNTER, "--model", f"replay:{trace}", "--out", played).exit_code == 0
    again = ("--environment", "counter", "--sandbox", "best", "--json")
    same = invoke("replay", played, *again)
    assert same.exit_code == 0, same.output
    report = json.loads(same.stdout)
    counted = {name: report[name] for name in ("turns", "left_out", "observations_equal", "outcomes_equal")}
    assert counted == {"turns": 2, "left_out": 1, "observations_equal": 2, "outcomes_equal": 1}
    (tmp_path / "other.jsonl").write_text(played.read_text().replace('"stdout":"3\\n"', '"stdout":"4\\n"'))
    other = invoke("replay", tmp_path / "other.jsonl", *again)
    assert other.exit_code == 1
    assert [(d["turn"], d["expected"], d["got"]) for d in json.loads(other.stdout)["differences"]] == [(2, "4", "3")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("counter_installed")
def test_an_interrupted_run_keeps_its_episode(temporary: Path, tmp_path: Path, number: signal.Signals) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [NEVER_ENDS])
    kept = tmp_path / "kept.jsonl"
    with CommandProcess(*COUNTER, "--model", f"replay:{trace}", "--out", kept, "--script-timeout", "600") as command:
        shown = command.wait_for("the beginning")
        assert "make the counter show 3" in shown or "Make it show 3" in shown
        started = psutil.Process(command.process.pid).children(recursive=True)
        assert started
        command.process.send_signal(number)
        code, rest = command.end()
    assert code == 130, command.stderr()
    assert "ended by user" in rest
    assert command.stderr() == "interrupted\n"
    (episode,) = read_episodes(kept)
    assert episode.end == "user"
    assert isinstance(episode.turns[0].action, CodeAction)
    assert not psutil.wait_procs(started, timeout=5)[1]
    assert not list(temporary.iterdir())


def test_a_household_is_solved_as_its_user_sees_it() -> None:
    with CommandProcess("run", "household", "--sandbox", "best", "--task", "Tomato", "--calls") as command:
        code, shown = command.end()
    assert (code, command.stderr()) == (0, "")
    for part in ("Your task is to:", "thought", "code", "house.", "solved  the game is won"):
        assert part in shown


@pytest.mark.usefixtures("counter_installed")
def test_an_evaluation_over_seeds_that_choose_the_instruction(tmp_path: Path) -> None:
    """Each task with each seed; a replay by the instruction that the seed chose, then by the seed itself."""
    trace = tmp_path / "trace.jsonl"
    for seed in (5, 6, 7):
        task = Task("reach-any", "counter", f"make the counter show {seeded_goal(seed)}", seed=seed)
        write_trace(trace, [f"<execute>\ncounter.add({seeded_goal(seed)})\n</execute>"], task)
    kept = tmp_path / "kept.jsonl"
    seeded = ("-o", "seeded=true", "--sandbox", "best", "--json")
    wanted = ("--task", "reach-any", "--model", f"replay:{trace}", "--seed", "5", "--seeds", "3", "--out", kept)
    result = invoke("eval", "counter", *wanted, *seeded)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    row = {"episodes": 3, "successes": 3, "success_rate": 1.0}
    assert (report["by_type"], report["by_task"]) == ({"any": row}, {"reach-any": row})
    tasks = [episode.task for episode in read_episodes(kept)]
    assert [task.seed for task in tasks] == [5, 6, 7]
    assert [task.instruction for task in tasks] == [f"make the counter show {goal}" for goal in (4, 2, 3)]
    assert [episode.metadata["options"] for episode in read_episodes(kept)] == [{"seeded": "true"}] * 3
    replayed = invoke("replay", kept, "--sandbox", "best", "--json")
    assert replayed.exit_code == 0, replayed.output
    assert json.loads(replayed.stdout)["outcomes_equal"] == 3


@pytest.mark.usefixtures("counter_installed")
def test_a_replay_has_the_options_and_the_deadline_that_were_recorded(tmp_path: Path) -> None:
    trace, played = write_trace(tmp_path / "trace.jsonl", ["<execute>\n1\n</execute>"]), tmp_path / "played.jsonl"
    words = (*COUNTER, "--model", f"replay:{trace}", "--max-turns", "1", "--out", played)
    assert invoke(*words, "-o", "seeded=true", "--script-timeout", "77").exit_code == 1
    (episode,) = read_episodes(played)
    assert (episode.metadata["options"], episode.metadata["script_timeout_s"]) == ({"seeded": "true"}, 77.0)
    replayed = invoke("replay", played, "--sandbox", "best", "--out", tmp_path / "again.jsonl")
    assert replayed.exit_code == 0, replayed.output
    (again,) = read_episodes(tmp_path / "again.jsonl")
    assert again.metadata == episode.metadata
    invoke(*words)
    told = error_line(invoke("replay", played, "--sandbox", "best"))
    assert "played with different options" in told
    assert invoke("replay", played, "--sandbox", "best", "-o", "seeded=true").exit_code == 0


def test_an_evaluation_of_two_households(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    result = invoke("eval", "household", "--sandbox", "best", "--limit", "2", "--json", "--out", kept)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["episodes"], report["successes"]) == (2, 2)
    episodes = list(read_episodes(kept))
    assert len({episode.task.id for episode in episodes}) == 2
    assert all(episode.status.success for episode in episodes)
