"""Measures the interpreter: how soon a fresh worker is there, and what a script, a loop and a primitive call cost."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator

import msgspec

from embodied_codeact.bench.references import JupyterKernel, bare_echo, smolagents_loop
from embodied_codeact.bench.timing import Sample, in_turn, timed
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import ApiDescription, Measure
from embodied_codeact.errors import EnvironmentFailure
from embodied_codeact.interpreter.host import Interpreter
from embodied_codeact.interpreter.records import SandboxMode, ScriptOutcome

_LOOP = "total = 0\nfor number in range(200_000):\n    total += number % 7\n"
_PRINT = "print(1)"
_CALLS = 100
_ENVIRONMENT = "workspace"
"""Its ``workspace.files`` does next to nothing, so that what is measured is the way there and back."""
_CALLING = f"""
import time
began = time.perf_counter()
for _ in range({_CALLS}):
    workspace.files()
(time.perf_counter() - began) / {_CALLS} * 1e6
"""
_KERNEL, _EXEC = "Jupyter kernel", "exec in this process"


class InterpreterFigures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The figures that bars are set for, and all that were taken. One whose reference is not installed is left out.

    ``start_ratio``: the kernel's start by that of a fresh worker, each with a first script. ``round_trip_ratio``: the
    kernel's ``print(1)`` by ours, at the interpreter; ``bridge_round_trip_ratio``: through the whole bridge.
    ``loop_ratio``: our 200,000 loops by ``exec``'s. ``primitive_call_us``: one call of a script, through the bridge;
    ``primitive_call_ratio``: by a bare echo between two processes.
    """

    loop_ratio: float
    primitive_call_us: float
    primitive_call_ratio: float
    start_ratio: float | None = None
    round_trip_ratio: float | None = None
    bridge_round_trip_ratio: float | None = None
    left_out: list[str] = []
    measures: list[Measure] = []


def bench_interpreter(sandbox: SandboxMode, *, rounds: int = 10) -> InterpreterFigures:
    """Measure the interpreter alone, and a session of the ``workspace`` environment, in turn with the references.

    ``rounds``: how often what takes longest is done; the rest is done in proportion.

    Raises:
        OperatorError: the interpreter or the session cannot be started.
    """
    left_out: list[str] = []
    with Interpreter(sandbox=sandbox) as interpreter, local_session(_ENVIRONMENT, sandbox=sandbox) as client:
        interpreter.start(ApiDescription())
        client.reset(client.describe().tasks[0])
        with _kernel(left_out) as kernel:
            starts = _beside_kernel(kernel, "fresh worker and its first script", _fresh(interpreter), rounds)
            prints = _beside_kernel(kernel, _PRINT, timed(lambda: _ran(interpreter.run(_PRINT))), 20 * rounds)
            through = _beside_kernel(
                kernel,
                f"{_PRINT} through the bridge",
                timed(lambda: client.execute(_PRINT, timeout_s=10)),
                20 * rounds,
            )
        bare = _bare_print(interpreter, 20 * rounds)
        loop, executor = _loops(interpreter, left_out, rounds)
        call = _calls(client, 6 * rounds)
    return InterpreterFigures(
        start_ratio=_kernel_by_ours(starts),
        round_trip_ratio=_kernel_by_ours(prints),
        bridge_round_trip_ratio=_kernel_by_ours(through),
        loop_ratio=loop.ratio or 0.0,
        primitive_call_us=call.value,
        primitive_call_ratio=call.ratio or 0.0,
        left_out=left_out,
        measures=[starts, prints, through, bare, loop, *executor, call],
    )


@contextlib.contextmanager
def _kernel(left_out: list[str]) -> Iterator[JupyterKernel | None]:
    try:
        kernel = JupyterKernel()
    except ImportError as error:
        left_out.append(f"{_KERNEL}: {error}; pip install 'embodied-codeact[bench]'")
        yield None
        return
    with kernel:
        kernel.start()
        yield kernel


def _beside_kernel(kernel: JupyterKernel | None, name: str, ours: Sample, repeats: int) -> Measure:
    if kernel is None:
        return Measure(name, in_turn(ours, repeats=repeats)[0], "us")
    theirs = kernel.fresh if _PRINT not in name else timed(lambda: kernel.run(_PRINT))
    ours_us, kernel_us = in_turn(ours, theirs, repeats=repeats)
    return Measure.beside(name, ours_us, "us", _KERNEL, kernel_us)


def _kernel_by_ours(measure: Measure) -> float | None:
    return None if measure.reference_value is None else measure.reference_value / measure.value


def _fresh(interpreter: Interpreter) -> Sample:
    def fresh() -> None:
        interpreter.start(ApiDescription())
        _ran(interpreter.run("1"))

    return timed(fresh)


def _ran(outcome: ScriptOutcome) -> None:
    if outcome.error is not None:
        raise EnvironmentFailure(f"a script of the benchmark failed: {outcome.error.text()}")


def _bare_print(interpreter: Interpreter, repeats: int) -> Measure:
    def bare() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(_PRINT, {})

    return _beside(_PRINT, lambda: _ran(interpreter.run(_PRINT)), bare, repeats)


def _beside(name: str, ours: Callable[[], object], bare: Callable[[], object], repeats: int) -> Measure:
    ours_us, bare_us = in_turn(timed(ours), timed(bare), repeats=repeats)
    return Measure.beside(name, ours_us, "us", _EXEC, bare_us)


def _loops(interpreter: Interpreter, left_out: list[str], rounds: int) -> tuple[Measure, list[Measure]]:
    """The loop beside ``exec``, which compiles it anew each time as we do, and beside smolagents' executor."""
    loop = _beside("200,000 loops", lambda: _ran(interpreter.run(_LOOP)), lambda: exec(_LOOP, {}), 8 * rounds)
    try:
        theirs = smolagents_loop(_LOOP)
    except ImportError as error:
        left_out.append(f"smolagents: {error}; pip install 'embodied-codeact[bench]'")
        return loop, []
    ours_us, theirs_us = in_turn(timed(lambda: _ran(interpreter.run(_LOOP))), theirs, repeats=max(1, rounds // 3))
    return loop, [Measure.beside(loop.name, ours_us, "us", "smolagents' LocalPythonExecutor", theirs_us)]


def _calls(client: EnvironmentClient, repeats: int) -> Measure:
    """One primitive call of a script: checked, carried out, recorded, and shown to the client."""

    def ours() -> float:
        result, _ = client.execute(_CALLING, timeout_s=60)
        if result.value is None:
            raise EnvironmentFailure(f"a script of the benchmark failed: {result.error and result.error.text()}")
        return float(result.value)

    with bare_echo(_CALLS) as echo:
        ours_us, echo_us = in_turn(ours, echo, repeats=repeats)
    return Measure.beside("primitive call", ours_us, "us", "bare echo between two processes", echo_us)
