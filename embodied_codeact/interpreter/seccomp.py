"""The system calls that a script's process may make: an allow-list; everything else fails with EPERM.

The filter is compiled once, in the template. What depends on the worker (calls that name a process may name only the
worker itself) is compiled with a placeholder that each worker replaces by its own process id: compiling takes
milliseconds, replacing takes none.
"""

from __future__ import annotations

import errno
import signal
import struct
import tempfile

PLACEHOLDER_PID = 0x5EC0DE7A
"""No process id: Linux's are below 2**22."""
_INSTRUCTION = struct.Struct("<HBBI")
_JUMP_IF_EQUAL = 0x15

# Grouped by purpose, so that what is not here stands out: sockets, exec, fork, ptrace, mount, namespaces, keys, bpf,
# io_uring, memfd, and all that changes a file's mode, owner, times or attributes (Landlock does not cover those).
_ALLOWED = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek _llseek sendfile copy_file_range
    close close_range dup dup2 dup3 pipe pipe2 flock fsync fdatasync sync_file_range fadvise64 readahead
    stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat getcwd
    open openat openat2 creat truncate ftruncate fallocate getdents getdents64 chdir fchdir umask
    rename renameat renameat2 mkdir mkdirat rmdir unlink unlinkat symlink symlinkat link linkat

    mmap munmap mprotect mremap madvise msync mincore brk membarrier map_shadow_stack

    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2
    sendto recvfrom sendmsg recvmsg getsockopt getsockname getpeername shutdown

    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack restart_syscall
    alarm getitimer setitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete
    timerfd_create timerfd_settime timerfd_gettime pause nanosleep clock_nanosleep
    gettimeofday clock_gettime clock_getres time times

    futex futex_waitv set_robust_list get_robust_list rseq set_tid_address arch_prctl
    sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min
    exit exit_group wait4 waitid

    getpid gettid getppid getpgid getpgrp getsid getuid geteuid getgid getegid getgroups getresuid getresgid
    getrlimit getrusage getpriority getcpu sysinfo uname capget getrandom
"""

_CLONE_THREAD = 0x00010000
_CLONE_NEW_NAMESPACES = 0x7E020080
# fcntl without what makes the kernel send signals on the script's behalf (F_SETOWN, F_SETSIG) and without leases.
_FCNTL = {"DUPFD": 0, "GETFD": 1, "SETFD": 2, "GETFL": 3, "SETFL": 4, "GETLK": 5, "SETLK": 6, "SETLKW": 7}
_FCNTL |= {"OFD_GETLK": 36, "OFD_SETLK": 37, "OFD_SETLKW": 38, "DUPFD_CLOEXEC": 1030, "GETPIPE_SZ": 1032}
_IOCTL = {"TCGETS": 0x5401, "TIOCGWINSZ": 0x5413, "FIONREAD": 0x541B, "FIONBIO": 0x5421}
_IOCTL |= {"FIONCLEX": 0x5450, "FIOCLEX": 0x5451}
_PRCTL = {"GET_DUMPABLE": 3, "SET_NAME": 15, "GET_NAME": 16, "CAPBSET_READ": 23, "GET_NO_NEW_PRIVS": 39}
_PRCTL |= {"SET_VMA": 0x53564D41}
_PR_SET_PDEATHSIG = 1


def compile_filter() -> bytes:
    """Return the filter as a BPF program that still holds the placeholder.

    Raises:
        ImportError: pyseccomp is not installed.
        RuntimeError: libseccomp is not installed.
        OSError: libseccomp cannot compile it.
    """
    import pyseccomp as sc

    allow = sc.SyscallFilter(defaction=sc.ERRNO(errno.EPERM))
    allow.set_attr(sc.Attr.ACT_BADARCH, sc.KILL_PROCESS)

    def permit(name: str, *conditions: sc.Arg) -> None:
        # Names that this machine's architecture or libseccomp does not know stay refused.
        if sc.resolve_syscall(sc.Arch.NATIVE, name) >= 0:
            allow.add_rule(sc.ALLOW, name, *conditions)

    for name in _ALLOWED.split():
        permit(name)
    for call, argument, values in (("fcntl", 1, _FCNTL), ("ioctl", 1, _IOCTL), ("prctl", 0, _PRCTL)):
        for value in values.values():
            permit(call, sc.Arg(argument, sc.EQ, value))
    permit("prctl", sc.Arg(0, sc.EQ, _PR_SET_PDEATHSIG), sc.Arg(1, sc.EQ, signal.SIGKILL))
    permit("clone", sc.Arg(0, sc.MASKED_EQ, _CLONE_THREAD | _CLONE_NEW_NAMESPACES, _CLONE_THREAD))
    for call in ("kill", "tgkill"):
        permit(call, sc.Arg(0, sc.EQ, PLACEHOLDER_PID))
    # To read its own limits, not to set them: one that is set too low would break the worker for the next script.
    for pid in (0, PLACEHOLDER_PID):
        permit("prlimit64", sc.Arg(0, sc.EQ, pid), sc.Arg(2, sc.EQ, 0))
    # clone3 hides its flags in memory, where a filter cannot look; on ENOSYS the C library falls back to clone.
    allow.add_rule(sc.ERRNO(errno.ENOSYS), "clone3")
    with tempfile.TemporaryFile() as file:
        allow.export_bpf(file)
        file.seek(0)
        return file.read()


def for_process(program: bytes, pid: int) -> bytes:
    """Return the program with the placeholder replaced by ``pid``."""
    patched = bytearray(program)
    for at in range(0, len(program), _INSTRUCTION.size):
        code, if_true, if_false, constant = _INSTRUCTION.unpack_from(program, at)
        if code == _JUMP_IF_EQUAL and constant == PLACEHOLDER_PID:
            _INSTRUCTION.pack_into(patched, at, code, if_true, if_false, pid)
    return bytes(patched)
