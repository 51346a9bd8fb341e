"""Finds, joins or starts the Ray cluster of a run."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

import msgspec
import ray
import ray.exceptions

from embodied_codeact.errors import ConfigurationError, EnvironmentFailure
from embodied_codeact.evaluation.ray_worker import Setup

LOCAL = "local"
_ANY = ""
_CONNECT_S = 5.0
_RAY_ERRORS = (ConnectionError, RuntimeError, ValueError, OSError, ray.exceptions.RayError)
_OBJECTS_BYTES = 80 * 1024 * 1024
"""Of shared memory for a cluster of our own, near the least that Ray takes: an episode has some 100 kB."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine wants. ``address``: of a cluster, ``local`` for one of our own, None for either; ``join``: not
    one of our own; ``workers``: None for as many as the cluster has CPUs; ``gpus``: of each; ``temporary``: the folder
    for a cluster of our own."""

    setup: Setup
    address: str | None
    join: bool
    workers: int | None
    gpus: float
    temporary: str


def connect(order: Order) -> bool:
    """Connect to a cluster, or start one of our own; return whether it was there.

    Raises:
        ConfigurationError: there is no cluster at the address, or it cannot be spoken to.
        EnvironmentFailure: none can be started here.
    """
    address = order.address or os.environ.get("RAY_ADDRESS") or _ANY
    found = _cluster_here() if address in (_ANY, "auto") else address
    if address == LOCAL or (address == _ANY and found is None and not order.join):
        _start(order)
        return False
    if found is None:
        raise ConfigurationError(
            "no Ray cluster runs on this machine: start one by `ray start --head`, or name another"
        )
    if "://" in found:
        raise ConfigurationError(
            f"{found!r} is no address of a Ray cluster to join: run on one of its nodes, and write HOST:PORT as "
            "`ray status` has it (usually with port 6379)"
        )
    # Ray itself would try for many minutes.
    if not listens(found):
        raise ConfigurationError(f"no Ray cluster answers at {found}")
    try:
        # To one that was found on this machine, Ray knows the way by itself, with the token.
        ray.init(found if found == address else None, log_to_driver=False, logging_level=logging.CRITICAL)
    except _RAY_ERRORS as error:
        raise ConfigurationError(f"cannot join the Ray cluster at {found}: {in_a_line(error)}") from error
    return True


def _start(order: Order) -> None:
    try:
        ray.init(
            LOCAL,
            num_cpus=order.workers,
            include_dashboard=False,
            object_store_memory=_OBJECTS_BYTES,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            _temp_dir=order.temporary,
        )
    except _RAY_ERRORS as error:
        raise EnvironmentFailure(f"cannot start Ray on this machine: {in_a_line(error)}") from error


def _cluster_here() -> str | None:
    """The address of the cluster that `ray start` began on this machine, if it still answers."""
    file = Path(os.environ.get("RAY_TMPDIR", "/tmp")) / "ray" / "ray_current_cluster"
    try:
        address = file.read_text().strip()
    except OSError:
        return None
    return address if listens(address) else None


def listens(address: str) -> bool:
    """Whether somebody takes connections at ``HOST:PORT``."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_S).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def cpus() -> int:
    """How many CPUs the cluster has, at least 1: what there is not yet may come."""
    return max(1, int(ray.cluster_resources().get("CPU", 0)))


def in_a_line(error: BaseException) -> str:
    """What an error says, in one line: of one that was raised on a node, its last line, which names it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return lines[-1] if isinstance(error, ray.exceptions.RayTaskError) else lines[0]
