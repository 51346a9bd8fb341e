"""A world that is forked in the middle of anything goes on to the same bits."""

from __future__ import annotations

import hashlib
import os
import random
import socket

import numpy as np

from embodied_codeact.bridge.snapshots import Woken, take, wake
from embodied_codeact.primitives.arm_types import Array
from tests.envs.tabletop.tables import Table, block

MOMENTS = 30


def _digest(rows: list[Array]) -> bytes:
    return hashlib.sha256(np.array(rows).tobytes()).digest()


class _Saver:
    """Records the joint states of each step, and saves the process at chosen steps."""

    def __init__(self, table: Table, moments: list[int], report: socket.socket) -> None:
        self.table = table
        self.moments = set(moments)
        self.rows: list[Array] = []
        self.controls: list[socket.socket] = []
        self.sleepers: list[int] = []
        self.woken = False
        self.report = report

    def __call__(self) -> None:
        self.rows.append(np.concatenate(self.table.simulation.joints()))
        if len(self.rows) not in self.moments or self.woken:
            return
        ours, theirs = socket.socketpair()

        def let_go() -> None:
            ours.close()
            for control in self.controls:
                control.close()

        saved = take(theirs, let_go)
        if isinstance(saved, Woken):
            self.woken = True
        else:
            self.sleepers.append(saved)
            self.controls.append(ours)


def test_thirty_saves_in_the_middle_of_a_grasp_all_go_on_to_the_same_bits() -> None:
    table = Table(block(yaw=0.3), block("green block", (0.45, 0.15)))
    report, reports = socket.socketpair()
    # Approaching takes until about step 400; closing, lifting and carrying follow.
    moments = random.Random(7).sample(range(300, 1000), MOMENTS)
    saver = _Saver(table, moments, report)
    table.simulation.hooks = [saver]
    table.arm.pick("red block")
    table.arm.place("green block")
    assert len(saver.rows) > 1000
    digest = _digest(saver.rows)
    if saver.woken:
        report.send(digest)
        os._exit(0)
    try:
        assert len(saver.controls) == MOMENTS
        reports.settimeout(60)
        for control in saver.controls:
            wake(control, [])
            assert reports.recv(64) == digest
    finally:
        for end in (*saver.controls, report, reports):
            end.close()
        while True:
            try:
                os.wait()
            except ChildProcessError:
                break
        table.close()
