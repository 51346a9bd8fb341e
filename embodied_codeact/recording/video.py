"""Writes images into an MP4 file: H.264, as every browser plays it. The encoder is the ffmpeg that imageio-ffmpeg
brings."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from embodied_codeact.errors import ConfigurationError

_CONSTANT_RATE_FACTOR = 20
_END_S = 60.0


class VideoWriter:
    """One video file, which appears under its name once it is complete. ``size``: width and height, pixels, even.

    Raises:
        ConfigurationError: the file cannot be written, or there is no encoder.
    """

    def __init__(self, path: Path, size: tuple[int, int], frames_per_second: int) -> None:
        self.path = path
        self._size = size
        self._partial = path.with_name(f".{path.stem}.partial.mp4")
        self._frames = 0
        self._failed = self._complete = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._partial.touch()
            # In a session of its own: a person's Ctrl-C ends the run, and the video is completed.
            self._encoder = subprocess.Popen(
                self._command(frames_per_second),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, RuntimeError) as error:
            with contextlib.suppress(OSError):
                self._partial.unlink()
            raise ConfigurationError(f"cannot write the video {path}: {error}") from error

    def _command(self, frames_per_second: int) -> list[str]:
        width, height = self._size
        given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(frames_per_second)]
        made = ["-c:v", "libx264", "-crf", str(_CONSTANT_RATE_FACTOR), "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
        ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error"]
        return [*ffmpeg, *given, "-i", "-", *made, str(self._partial)]

    def write(self, frame: NDArray[np.uint8], *, times: int = 1) -> None:
        """Append a frame, (height, width, 3) uint8, so many times.

        Raises:
            ConfigurationError: the encoder failed, for instance because the disk is full.
        """
        assert self._encoder.stdin is not None
        assert frame.shape == (self._size[1], self._size[0], 3), frame.shape
        data = np.ascontiguousarray(frame).data.cast("B")
        # Counted first, so that an encoder that fails at the first frame is asked for its reason.
        self._frames += times
        try:
            for _ in range(times):
                self._encoder.stdin.write(data)
        except (OSError, ValueError) as error:
            self._failed = True
            raise ConfigurationError(f"cannot write the video {self.path}: {self._end() or error}") from error

    def close(self) -> bool:
        """Complete the file. Returns whether it was written: a video without frames, or of which :meth:`write` has
        failed, leaves none, and what had that name before stays. May be called twice.

        Raises:
            ConfigurationError: the encoder failed.
        """
        if not self._partial.exists():
            return self._complete
        problem = self._end()
        if problem or self._failed or not self._frames:
            self._partial.unlink()
        if problem:
            raise ConfigurationError(f"cannot write the video {self.path}: {problem}")
        if self._failed or not self._frames:
            return False
        self._partial.replace(self.path)
        self._complete = True
        return True

    def _end(self) -> str:
        """Let the encoder finish; return what it complained of first, from which the rest follows."""
        if self._encoder.returncode is not None:
            return ""
        try:
            _, words = self._encoder.communicate(timeout=_END_S)
        except subprocess.TimeoutExpired:
            self._encoder.kill()
            self._encoder.communicate()
            return "the encoder did not finish"
        lines = words.decode("utf-8", "replace").strip().splitlines()
        failed = bool(self._encoder.returncode) and self._frames > 0
        return lines[0] if failed and lines else ("the encoder failed" if failed else "")


def join_videos(parts: Sequence[Path], path: Path) -> None:
    """Write videos of :class:`VideoWriter`, of one size, one after the other as one file. Nothing is encoded anew, and
    the names of ``parts`` hold no apostrophe.

    Raises:
        ConfigurationError: there are none, or the file cannot be written.
    """
    if not parts:
        raise ConfigurationError("there is no film to write")
    partial = path.with_name(f".{path.stem}.partial.mp4")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
            listed.writelines(f"file '{part.absolute()}'\n" for part in parts)
            listed.flush()
            joining = ["-f", "concat", "-safe", "0", "-i", listed.name, "-c", "copy", str(partial)]
            ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-nostdin", "-loglevel", "error", *joining]
            ended = subprocess.run(ffmpeg, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if ended.returncode == 0:
            partial.replace(path)
            return
        problem = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    except (OSError, RuntimeError) as error:
        raise ConfigurationError(f"cannot write the video {path}: {error}") from error
    partial.unlink(missing_ok=True)
    raise ConfigurationError(f"cannot write the video {path}: {problem[0] if problem else 'the encoder failed'}")
