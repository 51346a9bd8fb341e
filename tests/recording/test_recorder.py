"""Videos of real episodes, through the whole path: world, bridge, agent, encoder."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import FRAMES_PER_SECOND
from embodied_codeact.errors import CommandRefused, ConfigurationError
from embodied_codeact.recording.captions import PICTURE, SIZE, Caption, compose
from embodied_codeact.recording.recorder import EpisodeRecorder
from embodied_codeact.recording.video import VideoWriter
from tests.cli.support import error_line, invoke, write_trace
from tests.recording import filmed
from tests.recording.filmed import TASK, TURNS


def read_video(path: Path) -> list[NDArray[np.uint8]]:
    """All frames of a video."""
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    read = subprocess.run(ffmpeg, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    stream = next(line for line in read.stderr.decode().splitlines() if "Video: h264" in line)
    assert "yuv420p" in stream
    assert f"{SIZE[0]}x{SIZE[1]}" in stream
    assert f"{FRAMES_PER_SECOND} fps" in stream
    return list(np.frombuffer(read.stdout, np.uint8).reshape(-1, SIZE[1], SIZE[0], 3))


def brightness(frame: NDArray[np.uint8]) -> float:
    """Of the picture of the world in a frame."""
    return float(frame[200:400, 100:500].mean())


def test_run_record_writes_a_video_and_a_picture_of_each_turn(world: Path) -> None:
    trace = write_trace(world / "trace.jsonl", TURNS, TASK)
    result = invoke(
        "run", "filmed-counter", "--model", f"replay:{trace}", "--sandbox", "off", "--record-to", world / "films"
    )
    assert result.exit_code == 0, result.output
    video = world / "films" / "reach-3-seed0.mp4"
    assert f"video: {video}" in result.output.replace("\n", "")
    assert sorted(path.name for path in video.parent.iterdir()) == [
        "reach-3-seed0-turn01.png",
        "reach-3-seed0-turn02.png",
        "reach-3-seed0-turn03.png",
        "reach-3-seed0.mp4",
    ]
    frames = read_video(video)
    # Three counts of half a second, and the stills between.
    assert len(frames) > 3 * 0.5 * FRAMES_PER_SECOND + 6 * FRAMES_PER_SECOND
    shown = [brightness(frame) for frame in frames]
    assert abs(shown[0] - 40) < 3
    assert abs(shown[-1] - (40 + 2 * 36)) < 3
    assert all(later >= earlier - 2 for earlier, later in itertools.pairwise(shown))
    pictures = [np.asarray(Image.open(path)) for path in sorted(video.parent.glob("*.png"))]
    assert [picture.shape for picture in pictures] == [(SIZE[1], SIZE[0], 3)] * 3
    footers = [picture[-70:, :, :].astype(int) for picture in pictures]
    red = [np.count_nonzero(footer[:, :, 0] - footer[:, :, 1] > 60) for footer in footers]
    assert red[0] == 0, "the first turn went well"
    assert red[1] > 100, "the second turn's error is shown"


def test_what_cannot_be_filmed_is_said_before_anything_starts(counter_installed: None, tmp_path: Path) -> None:
    del counter_installed
    problem = error_line(invoke("run", "counter", "--sandbox", "off", "--record-to", tmp_path / "films"))
    assert problem == "counter cannot be recorded: it offers no film of its world"
    assert not (tmp_path / "films").exists()


def test_frames_are_refused_where_there_are_none(world: Path) -> None:
    del world
    with local_session("filmed-counter", sandbox="off") as session:
        with pytest.raises(CommandRefused, match="reset first"):
            session.frames(1)
        session.reset(TASK)
        with pytest.raises(ConfigurationError, match="record=true"):
            session.frames(1)


def test_an_episode_that_breaks_off_leaves_what_was_filmed(tmp_path: Path) -> None:
    from embodied_codeact.agent.events import EpisodeStarted

    frames = [[filmed._picture(0)], []]
    recorder = EpisodeRecorder(lambda _: frames.pop(0), tmp_path / "cut.mp4")
    recorder(EpisodeStarted(TASK, "go"))
    recorder.close()
    assert recorder.written == [tmp_path / "cut.mp4"]
    assert len(read_video(tmp_path / "cut.mp4")) >= FRAMES_PER_SECOND
    assert [path.name for path in tmp_path.iterdir()] == ["cut.mp4"]


def test_a_place_that_cannot_be_written_to_is_an_error_of_the_person(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot write the video"):
        VideoWriter(tmp_path / "file" / "film.mp4", (64, 64), FRAMES_PER_SECOND)


def test_a_video_whose_encoder_died_leaves_nothing_and_keeps_the_older_one(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(b"of an earlier run")
    frame = np.zeros((480, 640, 3), np.uint8)
    writer = VideoWriter(target, (640, 480), FRAMES_PER_SECOND)
    writer.write(frame)
    os.kill(writer._encoder.pid, signal.SIGKILL)
    with pytest.raises(ConfigurationError, match="cannot write the video"):
        writer.write(frame, times=20)
    assert [writer.close(), writer.close()] == [False, False]
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert target.read_bytes() == b"of an earlier run"


def test_an_encoder_that_fails_at_the_first_frame_says_why(tmp_path: Path) -> None:
    odd = np.zeros((481, 641, 3), np.uint8)
    writer = VideoWriter(tmp_path / "film.mp4", (641, 481), FRAMES_PER_SECOND)
    with pytest.raises(ConfigurationError, match="width not divisible by 2"):
        writer.write(odd, times=50)
    assert not writer.close()
    assert not list(tmp_path.iterdir())


def test_an_encoder_that_does_not_start_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "no-such-program"))
    with pytest.raises(ConfigurationError, match="no-such-program"):
        VideoWriter(tmp_path / "film.mp4", (64, 64), FRAMES_PER_SECOND)
    assert not list(tmp_path.iterdir())


def test_a_caption_shows_code_as_far_as_it_fits() -> None:
    picture = np.zeros((PICTURE[1], PICTURE[0], 3), np.uint8)
    plain = compose(picture, Caption("stack the blocks", "turn 1", "x = 1"))
    long = compose(picture, Caption("stack the blocks " * 30, "turn 1", "x = 1\n" * 500, "no " * 500, "bad"))
    assert plain.shape == long.shape == (SIZE[1], SIZE[0], 3)
    panel = slice(PICTURE[0] + 1, None)
    assert np.count_nonzero(plain[80:500, panel] != plain[300, -1]) > 50
    # Nothing is written over the picture, nor beyond the last line.
    assert not long[70:540, : PICTURE[0]].any()
    assert (long[-4:] == long[-1, -1]).all()
