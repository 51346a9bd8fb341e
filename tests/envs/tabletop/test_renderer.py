"""Pictures of the table: their geometry, and the process that makes them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from embodied_codeact.envs.tabletop import renderer as renderer_module
from embodied_codeact.envs.tabletop.cameras import OVERHEAD, SCENE, WRIST, CameraSpec
from embodied_codeact.envs.tabletop.catalog import yaw_quaternion
from embodied_codeact.envs.tabletop.messages import Failed, Posture, receive
from embodied_codeact.envs.tabletop.panda import HOME
from embodied_codeact.envs.tabletop.renderer import Begun, Renderer
from embodied_codeact.envs.tabletop.scene import ObjectSpec, SceneSpec
from embodied_codeact.errors import EnvironmentFailure
from embodied_codeact.primitives.arm_types import CameraImage
from embodied_codeact.primitives.camera import Camera
from tests.envs.tabletop.tables import block

JOINTS = [*HOME, 0.04, 0.04]
pytestmark = pytest.mark.keeps_processes


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    """A renderer, shared by the tests of this module."""
    renderer = Renderer()
    yield renderer
    process = psutil.Process(renderer.pid) if renderer.pid else None
    renderer.close()
    assert process is None or not process.is_running()


def standing(*objects: ObjectSpec) -> tuple[SceneSpec, Posture]:
    """A scene as it was placed, with the arm at home."""
    poses = [(*spec.position, *yaw_quaternion(spec.yaw)) for spec in objects]
    return SceneSpec(objects), Posture(0.0, poses, JOINTS)


class OnePicture:
    """A camera backend that has taken its only picture already."""

    def __init__(self, image: CameraImage) -> None:
        self._image = image

    def camera_names(self) -> list[str]:
        return ["overhead"]

    def capture(self, name: str) -> CameraImage:
        del name
        return self._image


@pytest.mark.parametrize(
    ("camera", "at"),
    [(OVERHEAD, (0.32, -0.27)), (OVERHEAD, (0.68, 0.28)), (WRIST, (0.50, 0.06)), (WRIST, (0.46, -0.08))],
)
def test_the_pixels_of_a_top_give_its_place(renderer: Renderer, camera: CameraSpec, at: tuple[float, float]) -> None:
    scene, posture = standing(block("red block", at, yaw=0.5))
    image = renderer.render(scene, posture, camera)
    red = (image.rgb[:, :, 0] > 120) & (image.rgb[:, :, 1] < 60)
    rows, columns = np.nonzero(red)
    eyes = Camera(OnePicture(image))
    eyes.capture()
    points = eyes.deproject(np.column_stack([columns, rows]))
    top = points[points[:, 2] > 0.0385]
    assert len(top) > 400
    assert np.abs(top.mean(axis=0) - (*at, 0.04)).max() < 0.002
    # The geometry holds the other way round, too: the middle of the top is shown there.
    column, row = eyes.project([*at, 0.04])
    assert np.hypot(column - columns[points[:, 2] > 0.0385].mean(), row - rows[points[:, 2] > 0.0385].mean()) < 1.0


def test_pictures_follow_the_world(renderer: Renderer) -> None:
    scene, posture = standing(block("green block", (0.5, 0.1)))
    before = renderer.render(scene, posture, OVERHEAD)
    moved = Posture(1.5, [(0.6, -0.2, 0.02, 0.0, 0.0, 0.0, 1.0)], JOINTS)
    after = renderer.render(scene, moved, OVERHEAD)
    bare = renderer.render(SceneSpec(), Posture(0.0, [], JOINTS), OVERHEAD)

    def green(image: CameraImage) -> int:
        return int(np.count_nonzero((image.rgb[:, :, 1] > 100) & (image.rgb[:, :, 0] < 60)))

    assert (green(before) > 400, green(after) > 400, green(bare)) == (True, True, 0)
    assert not np.array_equal(before.rgb, after.rgb)
    assert after.time == 1.5
    assert after.depth.dtype == np.float32
    assert (before.rgb.shape, before.depth.shape) == ((480, 640, 3), (480, 640))


def test_what_nothing_is_seen_of_has_no_depth(renderer: Renderer) -> None:
    image = renderer.render(*standing(), SCENE)
    assert image.depth[5, 5] == 0.0
    assert image.depth[400, 300] > 0.5


def test_a_renderer_that_died_is_replaced(renderer: Renderer) -> None:
    renderer.render(*standing(), OVERHEAD)
    first = renderer.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    image = renderer.render(*standing(block()), OVERHEAD)
    assert renderer.pid != first
    assert image.rgb[:, :, 0].std() > 0


def test_a_picture_that_failed_shifts_no_later_answer(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was begun for a stream, and fails while another is waited for."""
    table = standing(block())
    before = renderer.render(*table, OVERHEAD)
    assert renderer.begin(*table, Begun(OVERHEAD, ("overhead",), 0))
    with monkeypatch.context() as patch:
        patch.setattr(renderer_module, "receive", lambda *args: (Failed("no light"), receive(*args)[1]))
        with pytest.raises(EnvironmentFailure, match="no light"):
            renderer.look(*table)
    assert np.array_equal(renderer.render(*table, OVERHEAD).rgb, before.rgb)
    assert renderer.ready() == []


_WORLD = """
import os, sys
from embodied_codeact.envs.tabletop.adapter import TabletopAdapter
from embodied_codeact.envs.tabletop.cameras import OVERHEAD
from embodied_codeact.envs.tabletop.messages import Posture
from embodied_codeact.envs.tabletop.panda import HOME
from embodied_codeact.envs.tabletop.renderer import Renderer
from embodied_codeact.envs.tabletop.scene import SceneSpec

renderer = Renderer()
def picture():
    return renderer.render(SceneSpec(), Posture(0.0, [], [*HOME, 0.04, 0.04]), OVERHEAD).rgb.tobytes()
first = picture()
child = os.fork()
if child == 0:
    same = picture() == first
    print(renderer.pid, flush=True)
    renderer.close()
    os._exit(0 if same else 1)
assert os.waitpid(child, 0)[1] == 0
assert picture() == first
print(renderer.pid, flush=True)
print([name for name in ("cv2", "scipy", "simplejpeg", "PIL") if name in sys.modules], flush=True)
sys.stdin.readline()
"""


def test_a_forked_world_has_a_renderer_of_its_own_and_each_dies_with_its_world() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WORLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as world:
        assert world.stdout is not None
        of_the_copy, of_the_world = int(world.stdout.readline()), int(world.stdout.readline())
        assert of_the_copy != of_the_world
        assert not psutil.pid_exists(of_the_copy)
        assert world.stdout.readline().strip() == "[]", "the world process has loaded what only pictures need"
        renderer = psutil.Process(of_the_world)
        world.kill()
        _, alive = psutil.wait_procs([renderer], timeout=10)
        assert not alive


_SAVED = """
import os, socket
from embodied_codeact.bridge import snapshots
from embodied_codeact.envs.tabletop import renderer as module
from embodied_codeact.envs.tabletop.cameras import OVERHEAD
from embodied_codeact.envs.tabletop.messages import Posture
from embodied_codeact.envs.tabletop.panda import HOME
from embodied_codeact.envs.tabletop.scene import SceneSpec

module._END_S = 20.0
renderer = module.Renderer()
renderer.render(SceneSpec(), Posture(0.0, [], [*HOME, 0.04, 0.04]), OVERHEAD)
process = renderer._process
ours, control = socket.socketpair()
sleeper = snapshots.take(control, ours.close)
renderer.close()
print(process.returncode, flush=True)
ours.close()
os.waitpid(sleeper, 0)
"""


def test_a_save_does_not_keep_the_renderer_of_its_world_alive() -> None:
    done = subprocess.run([sys.executable, "-c", _SAVED], capture_output=True, text=True, check=False)
    # It has ended by itself; the sleeper's end of the pipe, left open, would have had it killed.
    assert done.stdout.split() == ["0"], done.stdout + done.stderr
