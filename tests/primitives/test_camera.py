"""The ``camera`` primitive over cameras that look at an empty table."""

from __future__ import annotations

import numpy as np
import pytest

from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.camera import Camera
from embodied_codeact.primitives.camera_fakes import FakeCameras


@pytest.fixture
def camera() -> Camera:
    camera = Camera(FakeCameras())
    camera.capture("overhead")
    return camera


def test_points_and_pixels_are_each_others_inverse(camera: Camera) -> None:
    points = np.array([[0.35, 0.2, 0.0], [0.62, -0.31, 0.0], [0.5, 0.0, 0.0]])
    pixels = camera.project(points)
    assert np.abs(camera.deproject(pixels) - points).max() < 1e-6
    assert camera.deproject(pixels[0]).shape == (3,)
    assert camera.project(points[0]).shape == (2,)


def test_up_is_away_from_the_arm_and_left_is_left(camera: Camera) -> None:
    middle, beyond, left = camera.project([[0.5, 0, 0], [0.6, 0, 0], [0.5, 0.1, 0]])
    assert beyond[1] < middle[1]
    assert left[0] < middle[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda camera: camera.capture("overhed"), "Did you mean 'overhead'"),
        (lambda camera: camera.capture(np.zeros(3)), "name must be the name of a camera.*not ndarray$"),
        (lambda camera: camera.project([0, 0, 0], camera.capture()), "not CameraImage$"),
        (lambda camera: camera.deproject([10, 10], "wrist"), r"call camera.capture\('wrist'\) first"),
        (lambda camera: camera.deproject([640, 10]), "outside of the picture of 640 columns"),
        (lambda camera: camera.deproject([[1, 2, 3]]), r"shape \(2,\) or \(n, 2\)"),
        (lambda camera: camera.deproject("here"), "must be numbers"),
        (lambda camera: camera.deproject([10**400, 10]), "must be numbers"),
        (lambda camera: camera.project([0.5, 0.0, 2.0]), "behind the camera"),
        (lambda camera: camera.project([0.5, float("nan"), 0.0]), "must be numbers"),
    ],
)
def test_what_cannot_be_measured_is_said(camera: Camera, call: object, words: str) -> None:
    assert callable(call)
    with pytest.raises(InvalidArgument, match=words):
        call(camera)


def test_a_pixel_without_depth_has_no_point() -> None:
    backend = FakeCameras()
    camera = Camera(backend)
    camera.capture("wrist").depth[5, 7] = 0.0
    with pytest.raises(InvalidArgument, match=r"nothing was seen at pixel \[7, 5\]"):
        camera.deproject([[8, 5], [7, 5]], "wrist")
