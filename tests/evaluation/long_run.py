"""A long run, and whether memory stays flat: ``python -m tests.evaluation.long_run [--episodes 10000] [--workers 2]``.

Plays generated homes with the expert through ``eval``, and prints one JSON object: minutes, episodes, successes, and
the memory (PSS, MB) of all processes at each tenth of the run. Exit code 1: it grew by more than a tenth after the
first one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

GROWTH = 1.1
_LOOK_S = 0.5


def memory_mb(process: psutil.Process) -> float:
    """Memory of a process and all below it, what they share counted once."""
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        with suppress(psutil.Error, OSError):
            total += each.memory_full_info().pss
    return total / 2**20


def episodes_in(file: Path) -> Iterator[int]:
    """Yield how many lines a growing file has, again and again, reading each byte once."""
    count = at = 0
    while True:
        if file.exists():
            with file.open("rb") as lines:
                lines.seek(at)
                while chunk := lines.read(1 << 20):
                    count += chunk.count(b"\n")
                    at += len(chunk)
        yield count


def main() -> int:
    """Run, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sandbox", default="strict")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        homes, out = Path(folder) / "homes", Path(folder) / "run"
        command = [sys.executable, "-m", "embodied_codeact"]
        made = ["generate", "household", "--count", str(wanted.episodes), "--seed", "5", "--out", str(homes)]
        subprocess.run([*command, *made], check=True, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        words = ["eval", "household", "--games", str(homes), "--workers", str(wanted.workers), "--out", str(out)]
        with subprocess.Popen(
            [*command, *words, "--sandbox", wanted.sandbox, "--json"], stdout=subprocess.PIPE, env=dict(os.environ)
        ) as process:
            assert process.stdout is not None
            memory: list[float] = []
            counts = episodes_in(out / "episodes.jsonl")
            while process.poll() is None and len(memory) < 9:
                if next(counts) >= (len(memory) + 1) * wanted.episodes // 10:
                    memory.append(round(memory_mb(psutil.Process(process.pid)), 1))
                time.sleep(_LOOK_S)
            report = json.loads(process.stdout.read())
        minutes = (time.monotonic() - began) / 60
    flat = bool(memory) and max(memory) <= GROWTH * memory[0]
    figures = {name: report[name] for name in ("episodes", "successes", "not_scored")}
    print(json.dumps({**figures, "minutes": round(minutes, 2), "memory_mb": memory, "flat": flat}))
    return 0 if flat and report["episodes"] == wanted.episodes else 1


if __name__ == "__main__":
    sys.exit(main())
