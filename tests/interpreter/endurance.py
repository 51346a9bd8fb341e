"""Does anything leak? Many fresh workers one after another, and many scripts in one worker.

``python -m tests.interpreter.endurance [--workers 1000] [--scripts 10000] [--sandbox strict]`` prints what the
processes hold before and after.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from embodied_codeact.contracts import ApiDescription
from embodied_codeact.interpreter.host import Interpreter, SandboxMode

_WARM_UP = 20
"""Rounds before the first look: caches fill, allocators find their size."""
_SCRIPT = "import math\nprint(math.sqrt({number}))\nvalues = [n * n for n in range(100)]\nsum(values)"


@dataclass(frozen=True)
class Holdings:
    """What a process holds: itself and its children, open descriptors, resident memory that is its own in MiB."""

    processes: int
    descriptors: int
    memory_mib: float

    @classmethod
    def of(cls, pid: int) -> Holdings:
        """Look at a process of ours."""
        process = psutil.Process(pid)
        with process.oneshot():
            memory = process.memory_info()
            return cls(
                1 + len(process.children(recursive=True)), process.num_fds(), (memory.rss - memory.shared) / 2**20
            )


@dataclass(frozen=True)
class Endured:
    """One process before and after."""

    who: str
    before: Holdings
    after: Holdings

    def __str__(self) -> str:
        rows = [
            f"{name} {getattr(self.before, name):g} -> {getattr(self.after, name):g}"
            for name in ("processes", "descriptors", "memory_mib")
        ]
        return f"  {self.who}: {', '.join(rows)}"


def endure_workers(interpreter: Interpreter, workers: int) -> list[Endured]:
    """Start so many fresh workers one after another, each with a script."""

    def look() -> list[Holdings]:
        return [Holdings.of(psutil.Process().pid), Holdings.of(interpreter.template_pid)]

    def fresh() -> None:
        interpreter.start(ApiDescription())
        assert interpreter.run("6 * 7").value == "42"

    return _compare(("host", "template"), look, fresh, workers)


def endure_scripts(interpreter: Interpreter, scripts: int) -> list[Endured]:
    """Run so many scripts in one worker."""
    interpreter.start(ApiDescription())
    number = 0

    def look() -> list[Holdings]:
        worker = interpreter.worker_pid
        assert worker is not None
        return [Holdings.of(psutil.Process().pid), Holdings.of(worker)]

    def run() -> None:
        nonlocal number
        number += 1
        assert interpreter.run(_SCRIPT.format(number=number)).value == "328350"

    return _compare(("host", "worker"), look, run, scripts)


def _compare(
    names: tuple[str, ...], look: Callable[[], list[Holdings]], again: Callable[[], None], times: int
) -> list[Endured]:
    for _ in range(_WARM_UP):
        again()
    before = look()
    for _ in range(times):
        again()
    return [Endured(*row) for row in zip(names, before, look(), strict=True)]


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--scripts", type=int, default=10_000)
    parser.add_argument("--sandbox", default="strict")
    given = parser.parse_args()
    sandbox: SandboxMode = given.sandbox
    with Interpreter(sandbox=sandbox) as interpreter:
        print(f"{given.workers} fresh workers one after another:")
        print(*endure_workers(interpreter, given.workers), sep="\n", flush=True)
        print(f"{given.scripts} scripts in one worker:")
        print(*endure_scripts(interpreter, given.scripts), sep="\n", flush=True)


if __name__ == "__main__":
    main()
