"""Each attack under the strict sandbox: it gets nothing, its end is told, and the next script works."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied_codeact.contracts import ApiDescription
from embodied_codeact.errors import SandboxUnavailable
from embodied_codeact.interpreter.host import Interpreter
from tests.interpreter.adversarial.attacks import ATTACKS, HOST, Attack
from tests.interpreter.adversarial.scene import ALL_LAYERS, LIMITS, SECRET, Scene, attempt, scene_in, soon

pytestmark = [
    pytest.mark.keeps_processes,
    pytest.mark.skipif(os.uname().machine != "x86_64", reason="the attacks know the system calls of x86-64"),
]


def cases(attacks: list[Attack]) -> list[object]:
    return [pytest.param(attack, id=attack.id, marks=[pytest.mark.slow] if attack.slow else []) for attack in attacks]


@pytest.fixture(scope="module")
def interpreter() -> Iterator[Interpreter]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SECRET", SECRET)
        try:
            with Interpreter(sandbox="strict", limits=LIMITS) as interpreter:
                yield interpreter
        except SandboxUnavailable as error:
            pytest.skip(str(error))


@pytest.fixture
def scene(interpreter: Interpreter, tmp_path: Path) -> Iterator[Scene]:
    with scene_in(tmp_path) as scene:
        yield scene
        # A victim that is traced can be waited for only once its tracer is gone.
        interpreter.start(ApiDescription())


@pytest.mark.parametrize("attack", cases(ATTACKS))
def test_the_attack_is_contained(interpreter: Interpreter, scene: Scene, attack: Attack) -> None:
    outcome, worker = attempt(interpreter, scene, attack.script, ALL_LAYERS, attack.timeout_s)
    succeeded = attack.succeeded(scene, worker, outcome)
    after = interpreter.run("6 * 7", timeout_s=5)
    assert not succeeded, outcome
    assert not attack.succeeded(scene, worker, outcome)
    assert not worker.children()
    assert after.value == "42"
    assert SECRET not in after.stdout
    if not attack.quiet:
        assert outcome.error is not None
        assert outcome.error.text().strip()
    if outcome.restarted:
        assert outcome.error is not None
        assert "lost" in outcome.error.hint
        assert soon(lambda: not worker.process.is_running())


@pytest.mark.parametrize("attack", cases([attack for attack in ATTACKS if HOST not in attack.stopped_by]))
def test_each_layer_named_stops_it_and_without_all_of_them_it_succeeds(
    interpreter: Interpreter, scene: Scene, attack: Attack
) -> None:
    if not attack.possible():
        pytest.skip("this machine lets nobody do that")
    off = (*attack.stopped_by, *attack.hindered_by)
    for layer in attack.stopped_by:
        layers = tuple(name for name in ALL_LAYERS if name == layer or name not in off)
        outcome, worker = attempt(interpreter, scene, attack.script, layers, attack.timeout_s)
        assert not attack.succeeded(scene, worker, outcome), f"{layer} alone does not stop it"
    layers = tuple(name for name in ALL_LAYERS if name not in off)
    outcome, worker = attempt(interpreter, scene, attack.script, layers, attack.timeout_s)
    assert soon(lambda: attack.succeeded(scene, worker, outcome)), outcome.error


@pytest.mark.parametrize("size", [4096, 5003, 6007, 2**16, 2**20])
def test_memory_that_is_full_leaves_room_to_free_it(interpreter: Interpreter, size: int) -> None:
    """Filled to the brim, in pieces that leave gaps of different sizes."""
    interpreter.layers = list(ALL_LAYERS)
    interpreter.start(ApiDescription())
    full = interpreter.run(f"kept = []\nwhile True: kept.append(bytearray({size}))")
    assert full.error is not None
    assert full.error.kind == "MemoryError"
    assert interpreter.run("6 * 7").value == "42"
    freed = interpreter.run("del kept; 'free'")
    assert (freed.value, freed.restarted) == ("'free'", False)
