"""The attacks from where a model stands: through a real server, whose environment holds the secret."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Task
from embodied_codeact.errors import SandboxUnavailable
from tests.conftest import REPOSITORY
from tests.interpreter.adversarial.attacks import ATTACKS, Attack
from tests.interpreter.adversarial.scene import SECRET, Scene, scene_in, soon
from tests.interpreter.adversarial.test_contained import pytestmark as pytestmark
from tests.support import counter

LATER_S = 0.3
GOES_TO = 10
"""Where the counter refuses more."""
QUICK = [attack for attack in ATTACKS if attack.aim != "resources"]
"""Those that fill something go past the small limits of :mod:`scene`, not past a server's."""

FIND = """
import gc, threading, time, msgspec, os, sys, stat
def is_socket(fd):
    try: return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError: return False
to_host, to_world = [fd for fd in range(3, 64) if is_socket(fd)][:2]
def forge(fd, message):
    data = msgspec.msgpack.encode(message)
    os.write(fd, (0).to_bytes(4, 'little') + len(data).to_bytes(8, 'little') + data)
def forge_call(target='counter', method='add', op='call'):
    forge(to_world, {'op': op, 'id': 10**6, 'target': target, 'method': method, 'args': [], 'kwargs': {}})
def own_number():
    frame = sys._getframe()
    while 'number' not in frame.f_locals: frame = frame.f_back
    return frame.f_locals['number']
def open_the_link():
    for found in gc.get_objects():
        if type(found).__name__ == 'Interrupts': found.active = True
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnvironmentClient]:
    folder = tmp_path_factory.mktemp("site")
    counter.install(folder)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SECRET", SECRET)
        environment.setenv("PYTHONPATH", f"{folder}:{REPOSITORY}")
        try:
            with local_session("counter", sandbox="strict") as session:
                yield session
        except SandboxUnavailable as error:
            pytest.skip(str(error))


@pytest.fixture
def task(session: EnvironmentClient) -> Task:
    task = session.describe().tasks[0]
    session.reset(task)
    return task


def still_works(session: EnvironmentClient) -> bool:
    result, seen = session.execute("counter.add(0).value", timeout_s=10)
    return result.error is None and result.value == str(seen.state["value"])


@pytest.mark.parametrize("aim", sorted({attack.aim for attack in QUICK}))
def test_one_attack_after_another_in_one_episode(
    session: EnvironmentClient, task: Task, tmp_path: Path, aim: str
) -> None:
    with scene_in(tmp_path) as scene:
        for attack in (attack for attack in QUICK if attack.aim == aim):
            _survives(session, scene, attack)
        assert session.observe().state["value"] == 0
    assert task in session.describe().tasks


def _survives(session: EnvironmentClient, scene: Scene, attack: Attack) -> None:
    script = scene.names() + attack.script
    result, seen = session.execute(script, timeout_s=min(attack.timeout_s, 0.5))
    assert SECRET not in f"{result.stdout}{result.value}{result.error}{seen}", attack.name
    assert not scene.home_changed(), attack.name
    assert not scene.victim_changed(), attack.name
    assert not scene.somebody_came(), attack.name
    assert attack.quiet or result.error is not None, attack.name
    assert still_works(session), attack.name


@pytest.mark.usefixtures("task")
@pytest.mark.parametrize(
    "act",
    ["counter.add()", "forge_call()"],
    ids=["by the primitive", "by a forged message"],
)
def test_a_thread_that_goes_on_cannot_act_when_the_script_has_ended(session: EnvironmentClient, act: str) -> None:
    """Also where it lifts the worker's own bar: the world does not take its word."""
    code = (
        f"{FIND}\ndef go_on():\n    while True:\n        time.sleep(0.02)\n        open_the_link()\n"
        f"        try: {act}\n        except Exception: pass\n"
        "threading.Thread(target=go_on, daemon=True).start()\ntime.sleep(0.15)"
    )
    result, seen = session.execute(code, timeout_s=10)
    assert result.error is None
    assert 0 < seen.state["value"] < GOES_TO  # while the script ran, it could
    time.sleep(LATER_S)
    assert session.observe().state["value"] == seen.state["value"]
    session.reset(session.describe().tasks[0])
    assert still_works(session)


@pytest.mark.usefixtures("task")
def test_a_script_that_forges_its_own_end_cannot_act_after_it(session: EnvironmentClient) -> None:
    code = (
        f"{FIND}\nforge(to_host, {{'type': 'finished', 'number': own_number()}})\ntime.sleep({LATER_S / 3})\n"
        "open_the_link()\nwhile True:\n    try: counter.add()\n    except Exception: pass\n    time.sleep(0.01)"
    )
    _result, seen = session.execute(code, timeout_s=10)
    time.sleep(LATER_S)
    assert session.observe().state["value"] == seen.state["value"] == 0
    session.execute("1", timeout_s=0.2)  # waits for the one before in vain, and costs the worker its life
    assert still_works(session)


@pytest.mark.usefixtures("task")
@pytest.mark.parametrize(
    "forged",
    [
        "forge_call(method='_limit')",
        "forge_call(method='__init__')",
        "forge_call(target='adapter', method='reset')",
        "forge_call(op='reset')",
        "forge_call(op='observe')",
        "forge_call(op='open')",
        "os.write(to_world, b'\\xff' * 64)",
        "os.write(to_world, (0).to_bytes(4, 'little') + (2**40).to_bytes(8, 'little'))",
    ],
)
def test_the_world_answers_to_its_primitives_only(session: EnvironmentClient, forged: str) -> None:
    session.execute("counter.add()", timeout_s=10)
    session.execute(f"{FIND}\n{forged}\ntime.sleep(0.05)", timeout_s=0.5)
    assert soon(lambda: session.observe().state["value"] == 1)
    # A channel that was spoilt is gone for this script's worker, as for one whose environment ended.
    session.reset(session.describe().tasks[0])
    assert still_works(session)
