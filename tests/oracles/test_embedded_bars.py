"""The table of bars: a bar that is missed, or that has no figure, is never counted as met."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracles.embedded_bars import Bar, NotMeasuredError, Wishes, _rate_bar, command, measure


def wishes(out: Path, **changes: object) -> Wishes:
    usual = {"model": "expert", "out": out, "share": 0.01, "games": "", "sandbox": "best", "workers": 1}
    return Wishes(**{**usual, **changes})  # type: ignore[arg-type]


def test_a_rate_below_its_bar_is_missed() -> None:
    figures = {"success_rate": 0.96, "episodes": 500, "interval": [0.94, 0.97]}
    assert _rate_bar("homes", figures, 0.97).met is False
    assert _rate_bar("homes", figures, 0.96).met is True


def test_episodes_that_the_system_failed_do_not_make_a_rate_better() -> None:
    bar = _rate_bar("homes", {"success_rate": 1.0, "episodes": 9, "interval": [0.7, 1.0], "not_scored": 1}, 0.97)
    assert (bar.met, "1 not scored" in bar.measured) == (False, True)


def test_a_command_without_an_answer_says_why() -> None:
    with pytest.raises(NotMeasuredError, match="no-such"):
        command("eval", "no-such-suite", "--json")


def test_what_is_not_measured_is_missed(tmp_path: Path) -> None:
    bars = list(measure(wishes(tmp_path), ["reads", "real-games"]))
    assert [bar.met for bar in bars] == [False, False]
    assert "measure household first" in bars[0].measured
    assert "--games" in bars[1].measured


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_expert_is_measured_end_to_end(tmp_path: Path, data_dir: Path) -> None:
    games = str(data_dir / "alfworld" / "valid_unseen")
    words = ["--model", "expert", "--share", "0.01", "--sandbox", "best", "--out", str(tmp_path), "--games", games]
    chosen = [
        word
        for name in ("household", "reads", "real-games", "phrasings", "declines", "speed")
        for word in ("--only", name)
    ]
    module = [sys.executable, "-m", "tests.oracles.embedded_bars"]
    ended = subprocess.run([*module, *words, *chosen, "--json"], capture_output=True, text=True)
    bars = {bar.name: bar for bar in (Bar(**line) for line in json.loads(ended.stdout))}
    assert ended.returncode == 1  # the expert knows no words but those of the templates
    assert bars["household, kept floor plans"].met
    assert bars["first script on another task"].met
    assert bars["real games, k = 5"].met
    assert bars["phrasings of people"].met is False
    assert bars["says what is not there"].measured == "1 of 1"
    assert "first reply after the start" in bars
    assert bars["distinct first scripts"].met is None
