"""``show()``: pictures of a script, read back by somebody else's decoder."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from embodied_codeact.contracts import Figure
from embodied_codeact.interpreter.pictures import Gallery, encode_png, pixels_of
from embodied_codeact.interpreter.records import ScriptLimits
from embodied_codeact.wire import Record
from tests.interpreter.conftest import SMALL, Runs

pytestmark = pytest.mark.keeps_processes


def decoded(figure: Figure) -> Any:
    return np.asarray(Image.open(io.BytesIO(figure.data)))


@pytest.mark.parametrize("shape", [(7, 5, 3), (7, 5), (1, 1), (1, 300, 3), (300, 1)])
def test_a_picture_comes_back_as_it_was(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(pixels)))), pixels)


@pytest.mark.parametrize(
    ("image", "pixels"),
    [
        (np.array([[[0.0, 0.5, 1.0]]]), [[[0, 128, 255]]]),
        (np.array([[[0.0, 128.4, 300.0]]]), [[[0, 128, 255]]]),
        (np.array([[[-1, 128, 300]]]), [[[0, 128, 255]]]),
        (np.array([[1.0, 2.0, np.nan, 3.0, np.inf]]), [[0, 128, 0, 255, 255]]),
        (np.array([[False, True]]), [[0, 255]]),
        (np.array([[5, 5]]), [[0, 0]]),
        (np.full((1, 2), np.nan), [[0, 0]]),
        (np.array([[[3], [4]]], dtype=np.uint8), [[3, 4]]),
        ([[0, 10]], [[0, 255]]),
        (Record.of("CameraImage", {"rgb": np.array([[[1, 2, 3]]], np.uint8), "depth": np.ones((1, 1))}), [[[1, 2, 3]]]),
    ],
)
def test_numbers_become_bytes(image: Any, pixels: list[Any]) -> None:
    assert pixels_of(image).tolist() == pixels


@pytest.mark.parametrize("image", [np.zeros((2, 2, 4)), np.zeros(3), np.zeros((0, 4)), 3, "red", None, [[1], [1, 2]]])
def test_what_is_no_picture_says_what_one_is(image: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"shape"):
        pixels_of(image)


def test_a_picture_is_kept_as_it_was_when_it_was_shown(run: Runs) -> None:
    outcome = run(
        "import numpy as np\nimage = np.zeros((4, 6, 3), np.uint8)\nimage[1, 2] = (255, 0, 9)\n"
        "show(image, 'before'); image[:] = 7\nshow(image[:, :, 0])\nraise ValueError('later')"
    )
    assert outcome.error is not None
    assert [figure.title for figure in outcome.figures] == ["before", ""]
    before, after = map(decoded, outcome.figures)
    assert (before.shape, before[1, 2].tolist(), before.sum()) == ((4, 6, 3), [255, 0, 9], 264)
    assert after.tolist() == [[7] * 6] * 4
    assert run("1").figures == []


def test_what_matplotlib_drew_is_there_too_when_the_script_raised(run: Runs) -> None:
    pytest.importorskip("matplotlib")
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('Line')\nshow([[1, 2]], 'shown')\n1 / 0"
    assert [figure.title for figure in run(code).figures] == ["shown", "Line"]
    assert run("1").figures == []


def test_an_interrupted_script_has_its_pictures(run: Runs) -> None:
    outcome = run("show([[1, 2]])\nimport time\ntime.sleep(60)", 0.3)
    assert outcome.error is not None
    assert outcome.error.kind == "TimeLimitExceeded"
    assert (len(outcome.figures), outcome.restarted) == (1, False)


def test_pictures_are_bounded_in_number_and_size(run: Runs) -> None:
    outcome = run("for n in range(20): show([[n, n]])")
    assert len(outcome.figures) == SMALL.max_figures
    assert outcome.stdout == "12 more pictures were not shown: 8 a script at most\n"
    gallery = Gallery(ScriptLimits(max_figure_bytes=1000))
    with pytest.raises(ValueError, match=r"too large.*image\[::2, ::2\]"):
        gallery.show(np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8))
    assert gallery.take() == ([], "")
