"""The whole benchmark: every fault, some times, on each controller."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from embodied_codeact.bench.stopping.faults import FAULTS, Fault
from embodied_codeact.bench.stopping.rig import Rig
from embodied_codeact.bench.stopping.trial import Seen, Voided, run_trial
from embodied_codeact.controller.conformance_probe import Failed
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure

_MOST_VOIDED = 3
"""Times the rounds that are asked for."""


class StopFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One fault on one controller. Times from the fault to the arm's last movement, in ms; of ``rounds`` trials,
    ``latched``, ``refused`` and ``still`` count those in which a stop was latched, the next commander refused until it
    was cleared, and nothing moved by clearing. ``beyond``: what went beyond the limits of acceleration and jerk.
    ``voided`` trials were repeated, since this machine was too busy for them. ``left_out``: why there are no figures.
    """

    controller: str
    fault: str
    within_ms: float
    worst_ms: float = 0.0
    median_ms: float = 0.0
    rounds: int = 0
    latched: int = 0
    refused: int = 0
    still: int = 0
    voided: int = 0
    beyond: str = ""
    left_out: str = ""

    @property
    def met(self) -> bool:
        """Whether all trials were as they should be."""
        counts = (self.latched, self.refused, self.still)
        return self.rounds > 0 and self.worst_ms <= self.within_ms and not self.beyond and set(counts) == {self.rounds}


def command_of(controller: str) -> list[str]:
    """Return how a controller is started: one of ours by name, or a program by its path."""
    if "/" in controller:
        return [controller]
    return [sys.executable, "-m", "embodied_codeact", "controller", controller]


def bench_stop(
    controllers: Sequence[str],
    *,
    rounds: int,
    faults: Sequence[str] = (),
    on_figure: Callable[[StopFigure], None] = lambda _: None,
) -> list[StopFigure]:
    """Let every fault, or those whose names hold one of ``faults``, happen ``rounds`` times on each controller.

    Raises:
        OperatorError: something does not start, or a name fits no fault.
    """
    chosen = [fault for fault in FAULTS if not faults or any(word in fault.name for word in faults)]
    if not chosen:
        raise ConfigurationError(f"no fault is called so; there are: {', '.join(fault.name for fault in FAULTS)}")
    figures: list[StopFigure] = []
    for controller in controllers:
        for cut in dict.fromkeys(fault.cut for fault in chosen):
            for figure in _with_one_rig(controller, [fault for fault in chosen if fault.cut == cut], rounds):
                on_figure(figure)
                figures.append(figure)
    return figures


def _with_one_rig(controller: str, faults: Sequence[Fault], rounds: int) -> Iterator[StopFigure]:
    """Figures of faults that need the same network, each as soon as it is known."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory(prefix="eca-stop-") as folder:
        try:
            rig = Rig(command_of(controller), Path(folder), cut=faults[0].cut)
        except ConfigurationError as error:
            if not faults[0].cut:
                raise
            yield from (_figure(controller, fault, [], left_out=str(error)) for fault in faults)
            return
        with rig:
            for fault in faults:
                yield _figure(controller, fault, *_trials(rig, fault, rounds, chance))


def _trials(rig: Rig, fault: Fault, rounds: int, chance: random.Random) -> tuple[list[Seen], int]:
    """So many trials that came about, and how many did not."""
    seen: list[Seen] = []
    voided = 0
    while len(seen) < rounds:
        try:
            seen.append(run_trial(rig, fault, chance))
        except Voided:
            voided += 1
            if voided > _MOST_VOIDED * rounds:
                raise EnvironmentFailure(f"{fault.name}: this machine is too busy for {voided} trials") from None
            rig.recover()
        except Failed as failed:
            raise EnvironmentFailure(f"{fault.name}: the controller does not keep its protocol: {failed}") from failed
    return seen, voided


def _figure(controller: str, fault: Fault, seen: Sequence[Seen], voided: int = 0, *, left_out: str = "") -> StopFigure:
    times = [1000 * one.rest_s for one in seen] or [0.0]
    return StopFigure(
        controller=Path(controller).name,
        fault=fault.name,
        within_ms=1000 * fault.within_s,
        worst_ms=max(times),
        median_ms=statistics.median(times),
        rounds=len(seen),
        latched=sum(one.latched for one in seen),
        refused=sum(one.refused for one in seen),
        still=sum(one.still for one in seen),
        voided=voided,
        beyond=next((one.excess for one in seen if one.excess), ""),
        left_out=left_out,
    )
