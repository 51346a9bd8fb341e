"""Plays the suite ``phrasings`` with an expert that is told each task in words which it knows: what it does not win
has a wrong scene, not a hard sentence.

python -m tests.oracles.phrasings                  # the shipped file, told in known words
python -m tests.oracles.phrasings --file mine.jsonl
python -m tests.oracles.phrasings --as-written      # how many the plain expert understands
python -m tests.oracles.phrasings --sample 2000     # which of them the other words for training data yield, too
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from embodied_codeact.agent import CodeActAgent, Limits
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Episode, Message, Reply, Task
from embodied_codeact.envs.household.builder_alfworld import alfworld_data
from embodied_codeact.envs.phrasings import SHIPPED
from embodied_codeact.envs.tabletop.tasks import ALL_TASKS
from embodied_codeact.envs.tabletop.tasks.told import known_parameters
from embodied_codeact.evaluation.plan import Plan, make_plan
from embodied_codeact.evaluation.suite_files import fill_in, find_suite
from embodied_codeact.evaluation.suites import Trial
from embodied_codeact.models import resolve_model
from embodied_codeact.registry import load_rephraser


def phrasings_plan(folder: Path, file: str = SHIPPED) -> Plan:
    """The trials of the suite; the homes are made in the folder."""
    suite = find_suite("phrasings")
    assert suite is not None
    return make_plan(fill_in(suite, {"file": file}), folder)


def known_words(task: Task) -> str:
    """The task in a sentence of the templates."""
    if task.environment == "tabletop":
        known = ALL_TASKS[task.metadata["type"]]
        wanted = known_parameters(known, task.metadata["parameters"])
        return known.phrasing.write(wanted, np.random.default_rng(task.seed))
    kind, thing, _, target, *_ = Path(task.metadata["game"]).parts[-3].split("-")
    words = {"obj": thing.lower(), "recep": target.lower(), "toggle": target.lower(), "mrecep": ""}
    return alfworld_data().sentences[kind][0].format(**words)


class ToldInKnownWords:
    """The expert, for whom one sentence is put in the place of another wherever it stands."""

    name = "expert, told in known words"

    def __init__(self, environment: str, written: str, known: str) -> None:
        self._expert = resolve_model("expert", environment)
        self._written, self._known = written, known

    def start_episode(self) -> None:
        self._expert.start_episode()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        del messages
        return 0

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        told = [replace(each, content=each.content.replace(self._written, self._known)) for each in messages]
        return self._expert.reply(told, stop=stop, max_tokens=max_tokens)


def play(plan: Plan, trials: Sequence[Trial], *, as_written: bool = False) -> Iterator[tuple[Trial, Episode]]:
    """Attempt trials, those of one part after those of another."""
    for part, place in plan.places.items():
        mine = [trial for trial in trials if trial.part == part]
        with contextlib.ExitStack() as closing:
            session = closing.enter_context(local_session(place.environment, place.options, sandbox="best"))
            for trial in mine:
                words = trial.task.instruction
                model = ToldInKnownWords(part, words, words if as_written else known_words(trial.task))
                yield trial, CodeActAgent(model, limits=Limits(turns=5)).run(session, trial.task)


def yielded(trials: Sequence[Trial], count: int) -> list[str]:
    """The instructions that stand among ``count`` ways in which a rephraser asks for the same, but for capitals and
    marks."""
    rng = random.Random("phrasings")
    found = []
    for trial in trials:
        rephraser, known = load_rephraser(trial.part), known_words(trial.task)
        ways = {_bare(rephraser.rephrase(known, rng) or "") for _ in range(count)}
        if _bare(trial.task.instruction) in ways:
            found.append(trial.task.instruction)
    return found


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", text.lower()).strip()


def main() -> int:
    """Play all, and name those that were not won."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--file", default=SHIPPED)
    parser.add_argument("--as-written", action="store_true")
    parser.add_argument("--sample", type=int, default=0)
    options = parser.parse_args()
    won: dict[str, list[bool]] = {}
    with tempfile.TemporaryDirectory() as folder:
        plan = phrasings_plan(Path(folder), options.file)
        if options.sample:
            known = yielded(plan.trials, options.sample)
            print(*known, f"{len(known)} of {len(plan.trials)} are yielded", sep="\n")
            return 1 if known else 0
        for trial, episode in play(plan, plan.trials, as_written=options.as_written):
            won.setdefault(trial.part, []).append(episode.status.success)
            if not episode.status.success:
                print(f"not won: {trial.key}: {trial.task.instruction}: {episode.status.reason}", flush=True)
    for part, each in won.items():
        print(f"{part}: {sum(each)} of {len(each)}")
    return 0 if all(all(each) for each in won.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
