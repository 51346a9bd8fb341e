"""The engine on a Ray cluster: the same episodes as by processes of this machine, once each, whatever is lost."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psutil
import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.engine import Job, Place
from embodied_codeact.evaluation.engine_local import LocalEngine
from embodied_codeact.evaluation.engine_ray import RayEngine, files_of
from embodied_codeact.evaluation.plan import Plan
from embodied_codeact.evaluation.ray_worker import RayWorker, Setup
from embodied_codeact.evaluation.run_folder import read_run
from tests.cli.support import CommandProcess, error_line, invoke
from tests.evaluation.attempted import attempt_all, expert_job, households
from tests.evaluation.ray_cluster import RayCluster

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed: pip install 'embodied-codeact[ray]'"
)
HOMES, SEEDS = 6, 4
Test = TypeVar("Test", bound=Callable[..., None])


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return households(tmp_path_factory.mktemp("homes"), HOMES, SEEDS)


@pytest.fixture(scope="module")
def undisturbed(plan: Plan) -> dict[str, dict[str, Any]]:
    """What the engine of local processes gives."""
    with LocalEngine(expert_job(plan), 2) as engine:
        return attempt_all(engine, plan.trials).essences


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    """Two nodes with one CPU each."""
    with RayCluster() as cluster:
        cluster.add_node()
        yield cluster


@pytest.fixture
def no_worker_left(cluster: RayCluster) -> Iterator[None]:
    yield
    left = [*cluster.workers(), *cluster.servers()]
    psutil.wait_procs(left, timeout=10)
    assert not cluster.workers()
    assert not cluster.servers()


def on_cluster(test: Test) -> Test:
    """A test on the cluster, which is still there after it, but without workers."""
    marked: Test = needs_ray(pytest.mark.keeps_processes(pytest.mark.usefixtures("no_worker_left")(test)))
    return marked


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'embodied-codeact\[ray\]'"):
        RayEngine(Job(places={}, model="expert"))


def test_a_worker_says_what_its_node_lacks(tmp_path: Path, plan: Plan) -> None:
    setup = Setup(job=expert_job(plan), version="0.0.0", folder=str(tmp_path))
    said = RayWorker(msgspec.msgpack.encode(setup)).open()
    assert said is not None
    assert said["kind"] == "ConfigurationError"
    assert "0.0.0 where the run was started: install the same version" in said["message"]

    from importlib import metadata

    missing = str(tmp_path / "games")
    setup = Setup(
        job=expert_job(plan), version=metadata.version("embodied-codeact"), folder=str(tmp_path), files=[missing]
    )
    said = RayWorker(msgspec.msgpack.encode(setup)).open()
    assert said is not None
    assert f"{missing} is missing here: games, models and other files must be at the same path" in said["message"]


_CLAIMS = """
import os, subprocess, sys, threading
from embodied_codeact.evaluation.ray_worker import claim_core
threading.Thread(target=threading.Event().wait, daemon=True).start()
claim = claim_core(sys.argv[1])
seen = {frozenset(os.sched_getaffinity(int(thread))) for thread in os.listdir("/proc/self/task")}
seen.add(frozenset(eval(subprocess.check_output([sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"]))))
print(claim is not None, sorted(map(sorted, seen)), flush=True)
sys.stdin.read()
"""


def test_each_worker_has_a_core_that_no_other_has() -> None:
    """With all its threads and what it starts; one more than there are cores is left where it is, until one is free."""
    cores = sorted(os.sched_getaffinity(0))
    with contextlib.ExitStack() as stack:

        def claims() -> tuple[subprocess.Popen[str], str]:
            words = [sys.executable, "-c", _CLAIMS, f"test-{os.getpid()}"]
            process = stack.enter_context(subprocess.Popen(words, stdin=-1, stdout=-1, text=True))
            assert process.stdout is not None
            return process, process.stdout.readline().strip()

        first, *others = [claims() for _ in cores]
        assert sorted(said for _, said in (first, *others)) == sorted(f"True [[{core}]]" for core in cores)
        assert claims()[1] == f"False [{cores}]"
        first[0].kill()
        first[0].wait()
        assert claims()[1] == first[1]


def test_the_files_that_have_to_be_on_every_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "games").mkdir()
    (tmp_path / "fast").mkdir()
    replies = tmp_path / "replies.jsonl"
    replies.touch()
    monkeypatch.chdir(tmp_path)
    place = Place("household", {"games": "./games", "engine": "fast", "limit": 3})
    job = Job(places={"p": place}, model=f"replay:{replies}", model_options={"x": "/nowhere/at/all"})
    assert files_of(job) == [str(tmp_path / "games"), str(replies)]


@on_cluster
@pytest.mark.parametrize(("workers", "lanes"), [(None, 1), pytest.param(1, 2, marks=pytest.mark.slow)])
def test_two_nodes_give_the_same_episodes(
    cluster: RayCluster, plan: Plan, undisturbed: dict[str, dict[str, Any]], workers: int | None, lanes: int
) -> None:
    with RayEngine(expert_job(plan, lanes), workers, address=cluster.address) as engine:
        kept = attempt_all(engine, plan.trials)
        assert engine.capacity == 2
        assert len(cluster.workers()) == (workers or 2)
    assert kept.essences == undisturbed
    assert not kept.again_because


@on_cluster
def test_a_worker_that_is_killed_is_replaced(
    cluster: RayCluster, plan: Plan, undisturbed: dict[str, dict[str, Any]]
) -> None:
    killed: list[int] = []

    def kill(done: int) -> None:
        if done in (5, 12):
            killed.append(cluster.workers()[0].pid)
            os.kill(killed[-1], signal.SIGKILL)

    with RayEngine(expert_job(plan), 2, address=cluster.address) as engine:
        kept = attempt_all(engine, plan.trials, kill)
    assert len(set(killed)) == 2
    assert kept.again_because
    assert all("is gone" in why for why in kept.again_because)
    assert kept.essences == undisturbed


@pytest.mark.slow
@on_cluster
def test_a_node_that_is_lost_in_the_middle(
    cluster: RayCluster, plan: Plan, undisturbed: dict[str, dict[str, Any]]
) -> None:
    notes: list[str] = []
    with RayEngine(expert_job(plan), 2, address=cluster.address, on_note=notes.append) as engine:
        kept = attempt_all(engine, plan.trials, lambda done: cluster.remove_node() if done == 6 else None)
        assert engine.capacity == 1
        assert kept.essences == undisturbed
        cluster.add_node()
        # Ray has started the lost worker again where there is a CPU now.
        kept = attempt_all(engine, plan.trials, lambda _: time.sleep(0.1) if engine.capacity == 1 else None)
        _until(lambda: engine.outcomes(0.2) == [] and engine.capacity == 2)
    assert kept.essences == undisturbed


@pytest.mark.slow
@on_cluster
def test_the_connection_to_the_cluster_is_killed(
    cluster: RayCluster, plan: Plan, undisturbed: dict[str, dict[str, Any]]
) -> None:
    with RayEngine(expert_job(plan), 2, address=cluster.address) as engine:
        kept = attempt_all(engine, plan.trials, lambda done: os.kill(engine.pid, signal.SIGKILL) if done == 6 else None)
    assert any("killed by SIGKILL" in why for why in kept.again_because)
    assert kept.essences == undisturbed


@pytest.mark.slow
@on_cluster
def test_a_cluster_without_a_free_cpu_is_waited_for(cluster: RayCluster, plan: Plan) -> None:
    notes: list[str] = []
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(RayEngine(expert_job(plan), 2, address=cluster.address))
        attempt_all(first, plan.trials[:2])
        second = stack.enter_context(RayEngine(expert_job(plan), 1, address=cluster.address, on_note=notes.append))
        second.submit(plan.trials[0])
        _until(lambda: second.outcomes(0.5) == [] and bool(notes))
        assert notes == [
            "0 of 1 workers are ready; the others wait for a free CPU in the Ray cluster (0 of 2 are free)"
        ]
        first.close()
        _until(lambda: len(second.outcomes(1.0)) == 1)


@needs_ray
def test_no_cluster_at_the_address(plan: Plan) -> None:
    with pytest.raises(ConfigurationError, match="no Ray cluster answers at 127.0.0.1:9"):
        RayEngine(expert_job(plan), 1, address="127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="write HOST:PORT"):
        RayEngine(expert_job(plan), 1, address="ray://127.0.0.1:10001")
    line = error_line(invoke("eval", "counter", "--ray-address", "127.0.0.1:9"))
    assert line == "--ray-address goes with --engine ray"


@pytest.mark.slow
@needs_ray
def test_a_cluster_of_our_own_ends_with_ctrl_c(tmp_path: Path) -> None:
    before = _temporary_folders()
    out = tmp_path / "run"
    command = CommandProcess(
        *(
            "eval",
            "household",
            "--seeds",
            500,
            "--engine",
            "ray",
            "--ray-address",
            "local",
            "--workers",
            1,
            "--out",
            out,
        )
    )
    with command:
        episodes = out / "episodes.jsonl"
        _until(lambda: episodes.exists() and episodes.read_bytes().count(b"\n") > 2, 60)
        assert len(_temporary_folders() - before) >= 1
        command.process.send_signal(signal.SIGINT)
        _, errors = command.process.communicate(timeout=40)
    assert command.process.returncode == 130, errors
    assert "Traceback" not in errors
    keys = [episode.metadata["trial"] for episode in read_run(out).episodes()]
    assert len(keys) == len(set(keys)) > 2
    assert not _temporary_folders() - before


@needs_ray
@pytest.mark.slow
def test_a_cluster_that_goes_away(plan: Plan) -> None:
    notes: list[str] = []
    with (
        RayCluster(cpus=2) as cluster,
        RayEngine(expert_job(plan), 2, address=cluster.address, on_note=notes.append) as engine,
        pytest.raises(ConfigurationError, match="no Ray cluster answers at"),
    ):
        attempt_all(engine, plan.trials, lambda done: cluster.end_head() if done == 6 else None)
    assert notes == [f"0 of 2 workers are ready; the Ray cluster at {cluster.address} does not answer at present"]


def _temporary_folders() -> set[Path]:
    return set(Path("/tmp").glob("eca-ray-*"))


def _until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
