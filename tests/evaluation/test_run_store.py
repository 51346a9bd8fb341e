"""The folder of a run: what is kept, what is taken up again, and what is refused without touching it."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from embodied_codeact.contracts import Episode, Status, Task, Turn, UserMessage
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.engine import Ended, Fault
from embodied_codeact.evaluation.run_folder import EPISODES, FAULTS, MANIFEST, RunManifest, read_run
from embodied_codeact.evaluation.run_store import RunStore, Seen, check_folder
from embodied_codeact.evaluation.suites import Part, Suite, Trial
from embodied_codeact.trajectories.codec import encode_episode

SUITE = Suite("mine", [Part("counter")])
ASKED = RunManifest(suite=SUITE, model="expert", limits={"turns": 5})


def trials(count: int = 4, words: str = "count") -> list[Trial]:
    return [Trial(n, "counter", Task(f"t{n}", "counter", words)) for n in range(count)]


def ended(trial: Trial, *, success: bool = True) -> Ended:
    turn = Turn(0, "hello", UserMessage("hello"))
    episode = Episode(trial.task, "expert", turns=[turn], status=Status(success), metadata={"trial": trial.key})
    return Ended(trial, encode_episode(episode), success, 1, 0, 0.5)


def contents(folder: Path) -> dict[str, str]:
    """A digest of every file of a folder."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


def begun(folder: Path, done: int = 2) -> Path:
    with RunStore(folder, ASKED, trials()) as store:
        for trial in trials()[:done]:
            store.keep(ended(trial, success=trial.index == 0))
    return folder


def test_what_was_kept_is_there_and_is_taken_up_again(tmp_path: Path) -> None:
    folder = begun(tmp_path / "run")
    run = read_run(folder)
    assert run.manifest is not None
    assert (run.name, run.manifest.model, run.manifest.trials, len(run.trials)) == ("run", "expert", 4, 4)
    assert [episode.task.id for episode in run.episodes()] == ["t0", "t1"]
    with RunStore(folder, ASKED, trials(), resume=True) as store:
        assert store.done == {"counter/t0#0": Seen(True, 1, 0), "counter/t1#0": Seen(False, 1, 0)}
        assert store.note is None
        store.keep(ended(trials()[2]))
        store.keep_fault(Fault(trials()[3], "environment", "gone", ended(trials()[3]).line))
    assert len(list(read_run(folder).episodes())) == 3
    assert (folder / FAULTS).read_bytes().count(b"\n") == 1


def test_half_an_episode_that_a_kill_left_is_removed_and_said(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    whole = (folder / EPISODES).read_bytes()
    for cut in (1, len(whole) // 4):
        (folder / EPISODES).write_bytes(whole[:-cut])
        with RunStore(folder, ASKED, trials(), resume=True) as store:
            assert set(store.done) == ({"counter/t0#0", "counter/t1#0"} if cut == 1 else {"counter/t0#0"})
            assert (store.note is None) == (cut == 1)


def test_a_run_that_was_killed_before_it_had_a_manifest_is_begun(tmp_path: Path) -> None:
    folder = begun(tmp_path, done=0)
    (folder / MANIFEST).unlink()
    with RunStore(folder, ASKED, trials()) as store:
        assert not store.done
    assert read_run(folder).manifest is not None


def test_episodes_of_a_run_that_lost_its_manifest_are_not_taken_for_another_ones(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    (folder / MANIFEST).unlink()
    before = (folder / EPISODES).read_bytes()
    for resume in (False, True):
        with pytest.raises(ConfigurationError, match="holds episodes of a run without its run.json"):
            RunStore(folder, ASKED, trials(), resume=resume)
    assert (folder / EPISODES).read_bytes() == before


CHANGED = [
    ({"model": "hf:other"}, trials(), "model was 'expert' and is 'hf:other'"),
    ({"action": "json"}, trials(), "action was 'code' and is 'json'"),
    ({"limits": {"turns": 6}}, trials(), "limits was"),
    ({"suite": Suite("mine", [Part("counter", limit=4)])}, trials(), "suite has changed"),
    ({}, trials(6), "2 new"),
    ({}, trials(3), "1 gone"),
    ({}, trials(words="count twice"), "the tasks have changed"),
]


@pytest.mark.parametrize(("fields", "now", "says"), CHANGED)
def test_a_run_goes_on_only_with_what_it_was_begun_with(
    tmp_path: Path, fields: dict[str, object], now: Sequence[Trial], says: str
) -> None:
    folder = begun(tmp_path)
    before = contents(folder)
    with pytest.raises(ConfigurationError) as raised:
        RunStore(folder, msgspec.structs.replace(ASKED, **fields), now, resume=True)
    assert says in str(raised.value)
    assert contents(folder) == before


def test_a_run_is_not_overwritten_and_strangers_are_left_alone(tmp_path: Path) -> None:
    folder = begun(tmp_path / "run")
    before = contents(folder)
    with pytest.raises(ConfigurationError, match="go on with it by --resume"):
        RunStore(folder, ASKED, trials())
    assert contents(folder) == before
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-ann.txt").write_text("dear Ann")
    with pytest.raises(ConfigurationError, match="not empty"):
        check_folder(tmp_path / "letters", resume=True)
    with pytest.raises(ConfigurationError, match="cannot write a run"):
        RunStore(tmp_path / "letters" / "to-ann.txt" / "run", ASKED, trials())
    assert contents(tmp_path / "letters").keys() == {"to-ann.txt"}


def test_two_runs_never_write_to_one_folder(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    with (
        RunStore(folder, ASKED, trials(), resume=True),
        pytest.raises(ConfigurationError, match="another run is writing"),
    ):
        RunStore(folder, ASKED, trials(), resume=True)


def damaged(folder: Path, old: bytes, new: bytes) -> dict[str, str]:
    file = folder / EPISODES
    assert old in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(old, new))
    return contents(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'"schema":1', b'"schema":0', "line 1 was written by another version (schema 0)"),
        (b'"schema":1', b'"schema":9', "line 1 was written by another version (schema 9)"),
        (b"counter/t0#0", b"counter/t9#0", "line 1 holds an episode of another run (counter/t9#0)"),
        (b'{"task"', b'{"tusk" oh', "line 1 is damaged"),
    ],
)
def test_episodes_that_cannot_be_read_are_named_and_left_alone(
    tmp_path: Path, old: bytes, new: bytes, says: str
) -> None:
    folder = begun(tmp_path)
    before = damaged(folder, old, new)
    with pytest.raises(ConfigurationError) as raised:
        RunStore(folder, ASKED, trials(), resume=True)
    assert says in str(raised.value)
    assert contents(folder) == before


@pytest.mark.parametrize(("schema", "says"), [(0, "older version"), (9, "newer version")])
def test_a_run_of_another_schema_is_refused(tmp_path: Path, schema: int, says: str) -> None:
    folder = begun(tmp_path)
    file = folder / MANIFEST
    file.write_text(file.read_text().replace('"schema": 1', f'"schema": {schema}'))
    with pytest.raises(ConfigurationError, match=says):
        read_run(folder)
    file = folder / EPISODES
    (tmp_path / "old.jsonl").write_bytes(file.read_bytes().replace(b'"schema":1', b'"schema":%d' % schema))
    with pytest.raises(ConfigurationError, match=says):
        list(read_run(tmp_path / "old.jsonl").episodes())


_FILLS = """
import sys
from pathlib import Path
from embodied_codeact.errors import OperatorError
from embodied_codeact.evaluation.run_store import RunStore
from tests.evaluation.test_run_store import ASKED, ended, trials

with RunStore(Path(sys.argv[1]), ASKED, trials(1000)) as store:
    for trial in trials(1000):
        try:
            store.keep(ended(trial))
        except OperatorError as error:
            sys.exit(str(error))
"""


def test_a_full_disk_ends_the_run_with_everything_before_it_whole(tmp_path: Path) -> None:
    """The size of files is limited instead of the disk: to the writer it is the same."""
    limit = 200_000
    done = subprocess.run(
        [sys.executable, "-c", _FILLS, str(tmp_path / "run")],
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 1
    assert "cannot write the episode to" in done.stderr
    assert "File too large" in done.stderr
    kept = list(read_run(tmp_path / "run").episodes())
    assert [episode.task.id for episode in kept] == [f"t{n}" for n in range(len(kept))]
    assert 10 < len(kept) < 1000
    with RunStore(tmp_path / "run", ASKED, trials(1000), resume=True) as store:
        assert (len(store.done), store.note) == (len(kept), None)
