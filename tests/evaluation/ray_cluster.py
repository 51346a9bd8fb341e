"""A Ray cluster of several nodes on one machine, in a process of its own, for tests and measurements.

Ray's own ``ray.cluster_utils.Cluster`` starts it. Its process is told what to do by lines on its standard input:
``add`` and ``remove`` a node, ``end`` the head node without a word; it ends, with all of it, when that is closed.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
_OBJECTS_BYTES = 80 * 1024 * 1024


class RayCluster:
    """A head node with ``cpus`` CPUs, and as many more nodes as are added. A context manager."""

    def __init__(self, *, cpus: int = 1) -> None:
        # The path of Ray's sockets is long, and may not be longer than 107 characters.
        self._temporary = tempfile.TemporaryDirectory(prefix="eca-ray-", dir="/tmp")
        environment = {
            **os.environ,
            "RAY_TMPDIR": self._temporary.name,
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_worker_niceness": "0",
        }
        environment.pop("RAY_ADDRESS", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.evaluation.ray_cluster", str(cpus)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        try:
            self.address = str(self._answer()["address"])
        except BaseException:
            self.close()
            raise

    def add_node(self) -> None:
        """Add a node with one CPU, and wait until it is there."""
        self._ask("add")

    def remove_node(self) -> None:
        """End the node that was added last, at once and with all of its workers."""
        self._ask("remove")

    def end_head(self) -> None:
        """End the head node at once, so that the cluster is gone."""
        self._ask("end")

    def workers(self) -> list[psutil.Process]:
        """The processes of the actors that attempt trials, the oldest first."""
        return sorted(self._named("ray::RayWorker"), key=lambda process: process.create_time())

    def servers(self) -> list[psutil.Process]:
        """The environments that those have started."""
        return self._named("embodied_codeact")

    def close(self) -> None:
        """End all. May be called twice."""
        assert self.process.stdin is not None
        left = _descendants(self.process)
        self.process.stdin.close()
        try:
            self.process.wait(timeout=30)
        finally:
            for process in left:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            self.process.kill()
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()
            psutil.wait_procs(left, timeout=5)
            self._temporary.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _named(self, word: str) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for process in _descendants(self.process):
            with contextlib.suppress(psutil.NoSuchProcess):
                if word in " ".join(process.cmdline()) and process.pid != self.process.pid:
                    found.append(process)
        return found

    def _ask(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())
        self.process.stdin.flush()
        self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the Ray cluster did not start"
        answer: dict[str, Any] = json.loads(line)
        return answer


def _descendants(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid).children(recursive=True)
    return []


def main() -> None:
    """Serve, until standard input is closed."""
    from ray.cluster_utils import Cluster

    # What Ray prints is not for whoever reads the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.makedirs(os.path.join(os.environ["RAY_TMPDIR"], "ray"), exist_ok=True)
    small = {"object_store_memory": _OBJECTS_BYTES, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": int(sys.argv[1]), **small})
    nodes: list[Any] = []

    def answer(value: dict[str, Any]) -> None:
        print(json.dumps(value), file=answers, flush=True)

    answer({"address": cluster.address})
    for line in sys.stdin:
        match line.strip():
            case "add":
                nodes.append(cluster.add_node(num_cpus=1, object_store_memory=_OBJECTS_BYTES))
            case "remove":
                cluster.remove_node(nodes.pop(), allow_graceful=False)
            case "end":
                cluster.remove_node(cluster.head_node, allow_graceful=False)
        answer({})
    cluster.shutdown()


if __name__ == "__main__":
    main()
