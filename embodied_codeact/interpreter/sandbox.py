"""The layers of confinement, in the order in which a worker applies them to itself before any script runs.

None needs root. Each closes what the others leave open: Landlock knows files but not modes and owners, the system-call
filter knows calls but not paths, neither limits memory or disk. What was tried on a machine, and what it lacked, is
found by :func:`probe`, which applies the layers for real in a process that then ends.
"""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embodied_codeact.interpreter import landlock, seccomp, syscalls
from embodied_codeact.interpreter.records import ScriptLimits


@dataclass(frozen=True)
class Confinement:
    """What the layers need to know; made once in the template."""

    scratch: str
    limits: ScriptLimits
    readable: Sequence[str]
    seccomp_program: bytes | None
    seccomp_missing: str = ""


@dataclass(frozen=True)
class Layer:
    """One layer: what it is for, and how the calling process takes it on (raising OSError where it cannot)."""

    name: str
    purpose: str
    remedy: str
    apply: Callable[[Confinement], None]


_NOBODY = 65534


def _namespaces(confinement: Confinement) -> None:
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        _count_threads_of_root(confinement.scratch)
    syscalls.unshare(syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWNS | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWNET)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    # No other process has this mount, so its mode keeps nobody out; access(2) asks by the real user, see below.
    options = f"size={confinement.limits.scratch_bytes},nr_inodes=65536,mode=777"
    syscalls.mount_tmpfs(confinement.scratch, syscalls.MS_NOSUID | syscalls.MS_NODEV, options)
    # In its own user namespace a limit on processes counts this worker's threads only, not all of the user's.
    threads = confinement.limits.max_threads
    resource.setrlimit(resource.RLIMIT_NPROC, (threads, threads))


def _count_threads_of_root(scratch: str) -> None:
    """Become another real user, since Linux exempts root from the limit on threads and goes by the real user there.

    What may be read and written goes by the effective user, who stays.

    Raises:
        OSError: root may not do that here.
    """
    try:
        os.setresuid(_NOBODY, -1, -1)
    except OSError as error:
        # In a container of somebody who is not root there may be no such user, and no exemption either.
        if error.errno != errno.EINVAL:
            raise
    else:
        # access(2), which libraries ask before they write, goes by the real user: let it pass to the scratch folder.
        os.chmod(os.path.dirname(scratch), 0o711)


def _rlimits(confinement: Confinement) -> None:
    limits = confinement.limits
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    for kind, wanted in (
        (resource.RLIMIT_AS, mapped + limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.scratch_bytes),
        (resource.RLIMIT_NOFILE, limits.max_open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))


def _privileges(_: Confinement) -> None:
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    syscalls.drop_capabilities()
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)


def _landlock(confinement: Confinement) -> None:
    landlock.restrict(confinement.scratch, confinement.readable)


def _seccomp(confinement: Confinement) -> None:
    if confinement.seccomp_program is None:
        raise OSError(confinement.seccomp_missing)
    syscalls.install_seccomp_filter(seccomp.for_process(confinement.seccomp_program, os.getpid()))


LAYERS = (
    Layer(
        "namespaces",
        "user, mount, network and IPC namespaces of its own; the scratch folder is a size-limited tmpfs",
        "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone, "
        "kernel.apparmor_restrict_unprivileged_userns; in a container, its seccomp profile)",
        _namespaces,
    ),
    Layer("rlimits", "memory, file size, open files, no core dumps", "raise the hard limits", _rlimits),
    Layer(
        "privileges", "no_new_privs, no capabilities, not dumpable", "use a Linux kernel of 3.5 or newer", _privileges
    ),
    Layer(
        "landlock",
        "files: Python to read, the scratch folder to write; no network ports, no signals to others",
        "use a Linux kernel of 6.2 or newer with Landlock enabled",
        _landlock,
    ),
    Layer(
        "seccomp",
        "an allow-list of system calls",
        "install libseccomp (apt install libseccomp2) and pyseccomp",
        _seccomp,
    ),
)
"""Seccomp is last: it refuses what the others need."""

ESSENTIAL = frozenset({"landlock", "seccomp"})
"""Without any of these a script would be as good as unconfined, which nobody gets without asking for it."""


def compile_seccomp() -> tuple[bytes | None, str]:
    """Return the compiled filter, or None and why there is none."""
    try:
        return seccomp.compile_filter(), ""
    except (ImportError, RuntimeError, OSError) as error:
        return None, str(error)


def apply(confinement: Confinement, names: Sequence[str]) -> None:
    """Take on the named layers, in their order.

    Raises:
        OSError: one could not be applied; names it. The process must not run a script then.
    """
    for layer in LAYERS:
        if layer.name in names:
            try:
                layer.apply(confinement)
            except OSError as error:
                raise OSError(f"{layer.name}: {error}") from error


def probe(confinement: Confinement) -> dict[str, str]:
    """Apply every layer to the calling process, which must end soon after; return for each what stopped it, or ''."""
    reasons: dict[str, str] = {}
    for layer in LAYERS:
        try:
            layer.apply(confinement)
        except (OSError, ValueError) as error:
            reasons[layer.name] = str(error) or type(error).__name__
        else:
            reasons[layer.name] = ""
    return reasons


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when ``parent`` dies; also if it died already.

    Raises:
        OSError: prctl failed.
        ProcessLookupError: the parent is gone.
    """
    # After the capabilities changed: such a change forgets the setting.
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, 9)
    if os.getppid() != parent:
        raise ProcessLookupError("the template is gone")
