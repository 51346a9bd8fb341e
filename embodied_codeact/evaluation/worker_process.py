"""A worker process: attempts the trials that its engine sends over an inherited socket, until the engine hangs up.

Started as ``python -m embodied_codeact.evaluation.worker_process FD CORES``; it and all that it starts keep to these
cores. The first message is the job; then come trials, and outcomes go back. ``{"failed": {"kind", "message"}}`` says
that no trial can be attempted here, ``{"note": text}`` what the operator should know.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import traceback
from typing import Any, NoReturn

import msgspec

from embodied_codeact.channel import Channel, ChannelClosed
from embodied_codeact.errors import OperatorError
from embodied_codeact.evaluation.engine import Job
from embodied_codeact.evaluation.lanes import LaneEngine
from embodied_codeact.evaluation.suites import Trial
from embodied_codeact.evaluation.worker import TrialWorker

_GRACE_S = 5.0


def serve(channel: Channel) -> None:
    """Attempt trials until the other end closes the channel."""
    job = msgspec.convert(channel.receive(), Job)
    try:
        worker = TrialWorker(job)
    except OperatorError as error:
        channel.send(_failed(type(error).__name__, str(error)))
        return
    engine = LaneEngine(worker, job.lanes)
    try:
        _pass_on(channel, engine, worker)
    except ChannelClosed:
        pass
    except OperatorError as error:
        channel.send(_failed(type(error).__name__, str(error)))
    finally:
        engine.close(grace_s=_GRACE_S)


def _pass_on(channel: Channel, engine: LaneEngine, worker: TrialWorker) -> NoReturn:
    told = 0
    while True:
        # Before anything is waited for: what came with the job has been read already.
        for message in channel.receive_available():
            engine.submit(msgspec.convert(message, Trial))
        outcomes = engine.outcomes(0)
        for note in worker.notes[told:]:
            told += 1
            channel.send({"note": note})
        for outcome in outcomes:
            channel.send(msgspec.to_builtins(outcome, builtin_types=(bytes,)))
        select.select([channel.fileno(), engine.fileno()], [], [])


def _failed(kind: str, message: str) -> dict[str, Any]:
    return {"failed": {"kind": kind, "message": message}}


def main() -> NoReturn:
    """Run one worker."""
    # A person's Ctrl-C is for the runner, which then hangs up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    # A container may have lost cores since they were dealt out.
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {int(core) for core in sys.argv[2].split(",")})
    code = 0
    try:
        serve(channel)
    except ChannelClosed:
        pass
    except BaseException:  # noqa: BLE001 - told on standard error; the engine sees the process end
        traceback.print_exc()
        code = 1
    # Not by returning: a lane may still be waiting for a model's reply.
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
