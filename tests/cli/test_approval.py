"""``--approve`` and ``--max-calls`` as a person meets them, at a pseudo-terminal and without one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embodied_codeact.contracts import Episode
from embodied_codeact.trajectories import read_episodes
from tests.cli.support import error_line, invoke, write_trace
from tests.cli.terminal import Terminal
from tests.support.counter import GOAL

pytestmark = pytest.mark.usefixtures("counter_installed")

REAL = ("run", "real-counter", "--sandbox", "best")
ANSWER = "[y]es, [n]o, or say why not> "


def script(code: str) -> str:
    return f"<execute>\n{code}\n</execute>"


def replayed(tmp_path: Path, *replies: str) -> tuple[str, Path, list[str]]:
    """A model that gives these replies, and where the episode is kept; both as options too."""
    trace, kept = write_trace(tmp_path / "trace.jsonl", replies), tmp_path / "kept.jsonl"
    return f"replay:{trace}", kept, ["--model", f"replay:{trace}", "--out", str(kept)]


def only_episode(kept: Path) -> Episode:
    (episode,) = read_episodes(kept)
    return episode


def test_where_something_real_moves_each_script_waits_for_the_person(tmp_path: Path) -> None:
    _, kept, options = replayed(tmp_path, script("counter.add(3)"), script("1 + 1"), script("counter.add(3)"))
    with Terminal(*REAL, *options) as terminal:
        terminal.type("y\n")  # early: no answer to a question that was not there yet
        assert "1 counter.add(3)" in terminal.wait_for("Run this? It calls for the first time counter.add. " + ANSWER)
        terminal.type("\n")
        terminal.wait_for(ANSWER)
        terminal.type("add one at a time, please\n")
        terminal.wait_for("Not run, and the agent is told why.")
        terminal.wait_for("Run this? It names nothing of the environment to call. " + ANSWER)
        terminal.type("n\n")
        terminal.wait_for(ANSWER)
        terminal.type("yes\n")
        terminal.wait_for("solved")
        assert terminal.end()[0] == 0
    episode = only_episode(kept)
    refused, also_refused, solved = episode.turns
    assert (refused.result, also_refused.result) == (None, None)
    assert "so nothing was done. add one at a time, please" in refused.observation
    assert solved.result is not None
    assert episode.status.success


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_a_person_may_leave_and_standard_output_stays_json(tmp_path: Path, key: str) -> None:
    _, kept, options = replayed(tmp_path, script("counter.add(3)"))
    with Terminal(*REAL, *options, "--json", piped=True) as terminal:
        terminal.wait_for(ANSWER)
        terminal.type(key)
        code, output = terminal.end()
    summary = json.loads(output)
    assert (code, output.count("\n")) == (1, 1)
    assert (summary["end"], summary["success"]) == ("user", False)
    assert only_episode(kept).turns[0].result is None


def test_only_new_kinds_of_calls_are_asked_about_and_the_world_holds_scripts_to_it(tmp_path: Path) -> None:
    hidden = "try:\n    getattr(counter, 'wa' + 'it')(0)\nexcept NotApproved as error:\n    print(error)"
    replies = (script("counter.add()"), script(f"counter.add()\n{hidden}"), script("counter.wait(0); counter.add()"))
    _, kept, options = replayed(tmp_path, *replies)
    with Terminal("run", "counter", "--sandbox", "best", *options, "--approve", "first") as terminal:
        terminal.wait_for("Run this? It calls for the first time counter.add. " + ANSWER)
        terminal.type("y\n")
        terminal.wait_for("Run this? It calls for the first time counter.wait. " + ANSWER)
        terminal.type("y\n")
        assert terminal.end()[0] == 0
    first, second, third = (turn.result for turn in only_episode(kept).turns)
    assert first is not None
    assert second is not None
    assert third is not None
    assert "a person has to approve calls of it first" in second.stdout
    assert [call.error is None for call in second.calls] == [True, False]
    assert [call.error for call in third.calls] == [None, None]


@pytest.mark.parametrize("command", ["run", "eval"])
def test_without_a_person_nothing_real_moves(tmp_path: Path, command: str) -> None:
    model, kept, options = replayed(tmp_path, script(f"counter.add({GOAL})"))
    line = error_line(invoke(command, "real-counter", "--sandbox", "best", *options))
    assert line == (
        "scripts wait for a person's consent here (--approve script), and nobody is there to give it: "
        "use `run` at a terminal, or say --approve never"
    )
    assert not list(read_episodes(kept))
    result = invoke(command, "real-counter", "--sandbox", "best", "--model", model, "--approve", "never", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout).get("successes", 1) == 1


def test_a_wish_for_consent_that_does_not_exist() -> None:
    assert "Did you mean 'script'?" in error_line(invoke(*REAL, "--approve", "scripts"))


def test_a_script_of_one_call(tmp_path: Path) -> None:
    _, kept, options = replayed(tmp_path, script("for _ in range(3): counter.add()"), script("state.value"))
    result = invoke("run", "counter", "--sandbox", "best", *options, "--max-calls", "1")
    assert result.exit_code == 1
    turn = only_episode(kept).turns[0]
    assert turn.state["value"] == 1
    assert "CallLimitReached: counter.add was not carried out: one script may make 1 call here" in turn.observation
