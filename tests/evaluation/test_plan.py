"""Plans: which trials a suite comes to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from embodied_codeact.contracts import Task
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.engine import Place
from embodied_codeact.evaluation.plan import Plan, Selection, fingerprint, make_plan
from embodied_codeact.evaluation.suites import Generated, Part, Suite, Trial

KINDS = {"open-1": "open", "open-2": "open", "stack-1": "stack", "play": "free"}


def listed(place: Place) -> Sequence[Task]:
    return [Task(name, place.environment, f"do {name}", metadata={"type": kind}) for name, kind in KINDS.items()]


def planned(part: Part, selection: Selection | None = None, **suite: int) -> Plan:
    asked = msgspec.structs.replace(Suite("mine", [part]), **suite)
    return make_plan(asked, Path("nowhere"), selection or Selection(), tasks_of=listed)


def ids(plan: Plan) -> list[str]:
    return [trial.task.id for trial in plan.trials]


def test_all_tasks_but_those_that_nobody_judges() -> None:
    plan = planned(Part("household"))
    assert ids(plan) == ["open-1", "open-2", "stack-1"]
    assert [trial.index for trial in plan.trials] == [0, 1, 2]
    assert plan.trials[0].key == "household/open-1#0"
    assert not plan.incomplete


def test_what_a_part_takes() -> None:
    assert ids(planned(Part("household", tasks=["open-*", "play"]))) == ["open-1", "open-2", "play"]
    assert ids(planned(Part("household", types=["stack"]))) == ["stack-1"]
    assert ids(planned(Part("household", per_type=1))) == ["open-1", "stack-1"]
    assert ids(planned(Part("household", limit=2))) == ["open-1", "open-2"]


def test_what_the_command_line_takes_of_it() -> None:
    assert ids(planned(Part("household"), Selection(tasks=["stack"]))) == ["stack-1"]
    assert ids(planned(Part("household"), Selection(per_type=1, limit=1))) == ["open-1"]
    plan = planned(Part("household", limit=1), Selection(seeds=2, seed=7), seeds=5)
    assert [trial.task.seed for trial in plan.trials] == [7, 8]
    assert [trial.task.seed for trial in planned(Part("household", limit=1), seeds=2, first_seed=3).trials] == [3, 4]
    assert [trial.task.seed for trial in planned(Part("household", limit=1, seeds=3), seeds=2).trials] == [0, 1, 2]


def test_what_a_suite_lacks_is_said() -> None:
    assert planned(Part("household", expect=134)).incomplete == "3 of 134 tasks of part 'household' are there"


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (Part("household", tasks=["opn-1"]), "Did you mean 'open-1'"),
        (Part("household", types=["stck"]), "Did you mean 'stack'"),
        (Part("household", limit=0), "has no tasks"),
    ],
)
def test_tasks_that_are_not_there(part: Part, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        planned(part)


def test_generated_tasks_are_the_same_each_time_and_only_made_where_they_are_needed(tmp_path: Path) -> None:
    part = Part("household", generate=Generated(count=3, seed=5))
    made: list[tuple[str, int, int]] = []

    def tell(name: str, now: int, count: int) -> None:
        made.append((name, now, count))

    first = make_plan(Suite("mine", [part]), tmp_path / "first", on_made=tell)
    assert made == [("household", 1, 3), ("household", 2, 3), ("household", 3, 3)]
    again = make_plan(Suite("mine", [part]), tmp_path / "second")
    assert [fingerprint(trial) for trial in first.trials] == [fingerprint(trial) for trial in again.trials]
    assert first.places["household"].options == {"games": str(tmp_path / "first" / "household")}
    given = msgspec.structs.replace(part, options={"games": str(tmp_path / "first")})
    assert len(make_plan(Suite("mine", [given]), tmp_path / "third").trials) == 3
    assert not (tmp_path / "third").exists()


def test_a_fingerprint_goes_by_what_a_file_holds_not_by_where_it_lies(tmp_path: Path) -> None:
    def trial(file: Path, words: str = "do it") -> Trial:
        return Trial(0, "household", Task("t", "household", words, metadata={"game": str(file)}))

    here, there = tmp_path / "here", tmp_path / "there"
    here.write_text("a game")
    there.write_text("a game")
    assert fingerprint(trial(here)) == fingerprint(trial(there))
    there.write_text("another game")
    assert fingerprint(trial(here)) != fingerprint(trial(there))
    assert fingerprint(trial(here)) != fingerprint(trial(here, "do that"))
