"""The page in a real browser."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from embodied_codeact.evaluation.report import make_report
from embodied_codeact.evaluation.report.html import write_report
from embodied_codeact.evaluation.scored_run import read_scored_runs
from tests.evaluation.made import episode, trials, write_run
from tests.evaluation.report import browser_check
from tests.evaluation.report.pages import full_episode, hostile, spoilt_type

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(browser_check.missing()), reason=f"no look at the page: {browser_check.missing()}"),
]


def film(file: Path) -> None:
    if importlib.util.find_spec("imageio_ffmpeg") is None:
        pytest.skip("imageio-ffmpeg is not installed, which makes the video")
    from embodied_codeact.recording.video import VideoWriter

    writer = VideoWriter(file, (64, 48), 10)
    for shade in range(20):
        writer.write(np.full((48, 64, 3), 10 * shade, np.uint8))
    writer.close()


def look(page: Path) -> browser_check.Seen:
    """Look from a process of its own: playwright leaves an event loop behind."""
    module = "tests.evaluation.report.browser_check"
    done = subprocess.run([sys.executable, "-m", module, str(page)], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return msgspec.json.decode(done.stdout, type=browser_check.Seen)


@pytest.mark.parametrize("embed", [True, False])
def test_readers_can_use_it(tmp_path: Path, embed: bool) -> None:
    """Videos, figures, errors, all kinds of turns, several runs; both widths, light and dark; see ``browser_check``."""
    one = msgspec.structs.replace(full_episode(), metadata={"video": "media/film.mp4"})
    runs = []
    for place, action in enumerate(("code", "json")):
        rest = [episode(str(n), ["KeyError", "run"], success=n % 3 > place, kind=f"kind-{n % 4}") for n in range(120)]
        episodes = [one, *(full_episode(n, success=n % 2 > 0) for n in range(1, 4)), *rest]
        formed = [msgspec.structs.replace(made, action_format=action, model=f"model-{place}") for made in episodes]
        runs.append(write_run(tmp_path / f"run{place}", formed, trials("0", "1", "more")))
        film(runs[-1] / "media" / "film.mp4")
    write_report(make_report(read_scored_runs(runs), compare=True), tmp_path / "page.html", videos=embed)
    seen = look(tmp_path / "page.html")
    assert seen.wrong == []
    assert seen.videos > 0


def test_markup_in_everything_stays_text(tmp_path: Path) -> None:
    bad = [spoilt_type(hostile(full_episode(n, success=n > 1))) for n in range(4)]
    run = write_run(tmp_path / "run", bad)
    write_report(make_report(read_scored_runs([run])), tmp_path / "page.html")
    assert look(tmp_path / "page.html").wrong == []
