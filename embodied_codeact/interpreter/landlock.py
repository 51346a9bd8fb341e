"""The files that a script's process may open: Python and its packages to read, the scratch folder to write."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterable

import landlockpy as ll

MINIMUM_ABI = 3
"""The first version that also governs truncation (Linux 6.2). Network ports (4) and scopes (6) are taken where the
kernel has them; without them the system-call filter alone refuses sockets and signals."""

_READ = ll.AccessFS.READ_FILE | ll.AccessFS.READ_DIR | ll.AccessFS.EXECUTE
_SCRATCH_DENIED = (
    ll.AccessFS.MAKE_CHAR
    | ll.AccessFS.MAKE_BLOCK
    | ll.AccessFS.MAKE_SOCK
    | ll.AccessFS.IOCTL_DEV
    | ll.AccessFS.RESOLVE_UNIX
    | ll.AccessFS.EXECUTE
)
_SYSTEM_READABLE = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)
_OWN_MAPS = "/proc/self/maps"
"""What the process itself has mapped. threadpoolctl, and so much of scikit-learn, finds the loaded libraries there."""
_READ_WRITE_FILES = ("/dev/null",)
_FILE_RIGHTS = (
    ll.AccessFS.READ_FILE | ll.AccessFS.WRITE_FILE | ll.AccessFS.EXECUTE | ll.AccessFS.TRUNCATE | ll.AccessFS.IOCTL_DEV
)


def readable_paths() -> list[str]:
    """Return what Python itself needs: standard library, installed packages, shared libraries, time zones."""
    paths = set(_SYSTEM_READABLE)
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    for prefix in {sys.prefix, sys.base_prefix}:
        scheme = {"base": prefix, "platbase": prefix, "installed_base": prefix, "installed_platbase": prefix}
        paths.update(sysconfig.get_path(name, vars=scheme) for name in names)
        paths.update((os.path.join(prefix, "lib"), os.path.join(prefix, "lib64")))
    paths.update(site.getsitepackages())
    existing = sorted({os.path.realpath(path) for path in paths if os.path.exists(path)})
    return [path for path in existing if not any(path.startswith(f"{other}/") for other in existing)]


def warm_up() -> None:
    """Let landlockpy look for the C library, which takes 5 ms, before workers are forked rather than in each."""
    ll.abi_version()


def restrict(scratch: str, readable: Iterable[str]) -> None:
    """Confine the calling thread and all that it starts to these paths.

    Raises:
        OSError: the kernel has no Landlock, or too old a one.
    """
    abi = ll.abi_version()
    if abi < MINIMUM_ABI:
        have = f"has version {abi}" if abi else "has none"
        raise OSError(f"this kernel {have}; version {MINIMUM_ABI} is needed (Linux 6.2 or newer, 'landlock' in lsm=)")
    handled = ll.fs_for_abi(abi)
    with ll.Ruleset(
        handled_fs=handled, handled_net=ll.net_for_abi(abi), scoped=ll.scope_for_abi(abi), best_effort=False
    ) as rules:
        for path in readable:
            rules.allow_path(path, _READ if os.path.isdir(path) else _READ & _FILE_RIGHTS)
        for path in _READ_WRITE_FILES:
            rules.allow_path(path, ll.AccessFS.READ_FILE | ll.AccessFS.WRITE_FILE)
        rules.allow_path(scratch, handled & ~_SCRATCH_DENIED)
        # A rule holds for an inode, and procfs makes a new one whenever its cached entry was dropped: a descriptor that
        # stays open for as long as the process lives keeps the entry.
        os.open(_OWN_MAPS, os.O_PATH | os.O_CLOEXEC)
        rules.allow_path(_OWN_MAPS, ll.AccessFS.READ_FILE)
        rules.restrict()
