"""The attacks, as a table: what a script tries, what would show that it got it, and which layers stop it.

``stopped_by`` is a claim that tests check in both directions: any one of the layers named is enough, and without all of
them the attack succeeds. The host itself (``HOST``) is named for what no layer is needed for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from embodied_codeact.interpreter.host import ScriptOutcome
from tests.interpreter.adversarial.scene import LIMITS, SECRET, Evidence, Scene, Worker

HOST = "host"
NAMESPACES, RLIMITS, PRIVILEGES, LANDLOCK, SECCOMP = "namespaces", "rlimits", "privileges", "landlock", "seccomp"
_OF_ROOT = (PRIVILEGES,) if os.geteuid() == 0 else ()
"""Without its capabilities, root may not look into processes of root that have them."""
_OTHER_USER = (NAMESPACES, *_OF_ROOT)
"""And in ``namespaces`` root's worker has another real user."""


@dataclass(frozen=True)
class Attack:
    """One script and the property that it must not break."""

    aim: str
    name: str
    script: str
    succeeded: Evidence
    stopped_by: tuple[str, ...]
    hindered_by: tuple[str, ...] = ()
    """Layers that happen to stop it too, for some users (root who lost its capabilities, say): not relied upon."""
    possible: Callable[[], bool] = lambda: True
    """Whether it could succeed on this machine at all."""
    quiet: bool = False
    """What is contained shows in no error: the script got nothing and was told nothing."""
    timeout_s: float = 5.0
    slow: bool = False

    @property
    def id(self) -> str:
        return self.name.replace(" ", "-")


def learnt(_scene: Scene, _worker: Worker, outcome: ScriptOutcome) -> bool:
    """The secret is in what the script gave back."""
    return SECRET in f"{outcome.stdout}{outcome.value}{outcome.error}"


def listed(_scene: Scene, _worker: Worker, outcome: ScriptOutcome) -> bool:
    return "key" in str(outcome.value)


def changed_home(scene: Scene, _worker: Worker, _outcome: ScriptOutcome) -> bool:
    return scene.home_changed()


def changed_python(scene: Scene, _worker: Worker, _outcome: ScriptOutcome) -> bool:
    return scene.python_changed()


def changed_victim(scene: Scene, _worker: Worker, _outcome: ScriptOutcome) -> bool:
    return scene.victim_changed()


def came(scene: Scene, _worker: Worker, _outcome: ScriptOutcome) -> bool:
    return scene.somebody_came()


def started_processes(_scene: Scene, worker: Worker, _outcome: ScriptOutcome) -> bool:
    return bool(worker.children())


def said_so(_scene: Scene, _worker: Worker, outcome: ScriptOutcome) -> bool:
    """The script itself saw the effect; nothing outside of it can."""
    return outcome.value == "'effect seen'"


def too_many_threads(_scene: Scene, worker: Worker, _outcome: ScriptOutcome) -> bool:
    return worker.status("Threads") > LIMITS.max_threads


def too_much_memory(_scene: Scene, worker: Worker, _outcome: ScriptOutcome) -> bool:
    return worker.status("VmHWM") * 1024 > LIMITS.memory_bytes * 1.5


def other_limits(_scene: Scene, worker: Worker, _outcome: ScriptOutcome) -> bool:
    return worker.limits_changed()


def too_much_output(_scene: Scene, _worker: Worker, outcome: ScriptOutcome) -> bool:
    return len(outcome.stdout) > LIMITS.max_output_bytes + 1000


def ran_on(_scene: Scene, _worker: Worker, outcome: ScriptOutcome) -> bool:
    """It was not stopped in time."""
    return not outcome.interrupted


def nothing(_scene: Scene, _worker: Worker, _outcome: ScriptOutcome) -> bool:
    """The property is the common one alone: a clear end, and the next script works."""
    return False


def _io_uring_is_on() -> bool:
    switch = Path("/proc/sys/kernel/io_uring_disabled")
    return not switch.exists() or switch.read_text().strip() == "0"


def _secrets() -> Iterator[Attack]:
    for name, script in (
        ("read a file in the home folder", "open(HOME + '/key').read()"),
        ("read it through a symbolic link", "os.symlink(HOME + '/key', 'link'); open('link').read()"),
        ("read it through /proc/self/root", "open('/proc/self/root' + HOME + '/key').read()"),
        ("read it through /proc/self/cwd", "open('/proc/self/cwd/' + '../' * 20 + HOME + '/key').read()"),
        ("read it by another working folder", "os.chdir(HOME); open('key').read()"),
        (
            "read it by reopening a path descriptor",
            "fd = os.open(HOME + '/key', os.O_PATH)\nopen(f'/proc/self/fd/{fd}').read()",
        ),
    ):
        yield Attack("secrets", name, script, learnt, (LANDLOCK,))
    for name, script in (
        ("read the environment of a process of the user", "open(f'/proc/{VICTIM}/environ').read()"),
        (
            "read the memory of a process of the user",
            "with open(f'/proc/{VICTIM}/mem', 'rb', 0) as file:\n    file.seek(ADDRESS)\n    print(file.read(64))",
        ),
    ):
        yield Attack("secrets", name, script, learnt, (NAMESPACES, LANDLOCK), hindered_by=_OF_ROOT)
    yield Attack("secrets", "list the home folder", "os.listdir(HOME)", listed, (LANDLOCK,))
    yield Attack(
        "secrets",
        "read a hard link to it",
        "os.link(HOME + '/key', 'hard'); open('hard').read()",
        learnt,
        (NAMESPACES, LANDLOCK),
    )
    yield Attack(
        "secrets",
        "read memory by process_vm_readv",
        "buffer = ctypes.create_string_buffer(64)\n"
        "class Part(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]\n"
        "mine, theirs = Part(ctypes.addressof(buffer), 64), Part(ADDRESS, 64)\n"
        "call(310, VICTIM, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)\nbuffer.raw",
        learnt,
        (NAMESPACES, LANDLOCK, SECCOMP),
        hindered_by=_OF_ROOT,
    )
    yield Attack(
        "secrets",
        "read its own environment, as it was at the start",
        "print(dict(os.environ))\nstart = ctypes.c_char_p.in_dll(ctypes.CDLL(None), 'environ')\n"
        "libc = ctypes.CDLL(None); libc.getenv.restype = ctypes.c_char_p\nprint(libc.getenv(b'SECRET'))\n"
        "open('/proc/self/environ').read()",
        learnt,
        (HOST,),
    )
    yield Attack(
        "secrets",
        "read the environment of the parent and its parents",
        "pid = os.getppid()\nwhile pid > 1:\n    print(open(f'/proc/{pid}/environ').read())\n"
        "    pid = int(open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[1])",
        learnt,
        (HOST,),
    )


def _files() -> Iterator[Attack]:
    for name, script in (
        ("make a file in the home folder", "open(HOME + '/new', 'w')"),
        ("append to a file", "with open(HOME + '/key', 'a') as file: file.write('x')"),
        ("truncate a file", "os.truncate(HOME + '/key', 0)"),
        ("delete a file", "os.unlink(HOME + '/key')"),
        ("rename a file", "os.rename(HOME + '/key', HOME + '/other')"),
        ("make a folder", "os.mkdir(HOME + '/new')"),
        ("make a symbolic link", "os.symlink('/', HOME + '/new')"),
        ("write through a symbolic link", "os.symlink(HOME, 'link'); open('link/new', 'w')"),
        ("write through /proc/self/root", "open('/proc/self/root' + HOME + '/new', 'w')"),
    ):
        yield Attack("files", name, script, changed_home, (LANDLOCK,))
    yield Attack(
        "files",
        "move a file out of the scratch folder",
        "open('mine', 'w').close(); os.rename('mine', HOME + '/new')",
        changed_home,
        (NAMESPACES, LANDLOCK),
    )
    for name, script in (
        ("change the mode of a file", "os.chmod(HOME + '/key', 0o600)"),
        ("change the mode through /proc/self/root", "os.chmod('/proc/self/root' + HOME + '/key', 0)"),
        ("change the owner of a file", "os.chown(HOME + '/key', os.geteuid(), os.getegid())"),
        ("change the times of a file", "os.utime(HOME + '/key', (1, 1))"),
        ("change the attributes of a file", "os.setxattr(HOME + '/key', 'user.x', b'y')"),
    ):
        yield Attack("files", name, script, changed_home, (SECCOMP,))
    yield Attack(
        "files",
        "change a mode by a 32-bit system call",
        "import mmap\npath = HOME.encode() + b'/key\\0'\n"
        "code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40, 7)\n"
        "at = ctypes.addressof(ctypes.c_char.from_buffer(code))\nassert at < 2**32\n"
        "code[:16] = bytes.fromhex('53b80f000000bb00000000b900000000')\n"
        "code[7:11] = (at + 64).to_bytes(4, 'little'); code[16:20] = bytes.fromhex('cd805bc3')\n"
        "code[64:64 + len(path)] = path\nctypes.CFUNCTYPE(ctypes.c_int)(at)()",
        changed_home,
        (SECCOMP,),
        possible=Path("/proc/sys/abi/vsyscall32").exists,
    )
    yield Attack(
        "files",
        "change the mode of the Python that runs, by /proc/self/exe",
        "os.chmod('/proc/self/exe', os.stat('/proc/self/exe').st_mode & 0o7777)",
        changed_python,
        (SECCOMP,),
        possible=lambda: os.stat(sys.executable).st_uid == os.geteuid(),
    )


_TO_PARENT = (LANDLOCK, SECCOMP)


def _processes() -> Iterator[Attack]:
    for name, script, stopped_by in (
        ("send a signal to a process of the user", "os.kill(VICTIM, 9)", _TO_PARENT),
        ("send a signal to a group of processes", "os.killpg(VICTIM, 9)", _TO_PARENT),
        ("send a signal to a thread", "call(200, VICTIM, 9)", _TO_PARENT),
        (
            "have the kernel send a signal",
            "import fcntl\nr, w = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETOWN, VICTIM)\nfcntl.fcntl(r, 10, 9)\n"
            "fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC)\nos.write(w, b'x')",
            _TO_PARENT,
        ),
        ("send a signal by a process descriptor", "call(424, os.pidfd_open(VICTIM), 9, 0, 0)", _TO_PARENT),
        ("trace a process of the user", "call(101, 16, VICTIM, 0, 0)", (NAMESPACES, *_TO_PARENT)),
        (
            "set the limits of a process of the user",
            "import resource\nresource.prlimit(VICTIM, resource.RLIMIT_CORE, (0, 0))",
            (SECCOMP,),
        ),
        ("set the priority of a process of the user", "os.setpriority(os.PRIO_PROCESS, VICTIM, 19)", (SECCOMP,)),
        ("set the processors of a process of the user", "os.sched_setaffinity(VICTIM, {0})", (SECCOMP,)),
    ):
        yield Attack("processes", name, script, changed_victim, stopped_by, hindered_by=_OTHER_USER)
    forever = "import time\nif {} == 0:\n    time.sleep(60)\n    os._exit(0)"
    for name, script in (
        ("fork", forever.format("os.fork()")),
        ("fork by clone", forever.format("call(56, 17, 0, 0, 0, 0)")),
        (
            "fork by clone3",
            "arguments = (ctypes.c_uint64 * 11)(); arguments[4] = 17\n"
            + forever.format("call(435, ctypes.byref(arguments), 88)"),
        ),
        ("fork many times", "import time\nfor _ in range(20):\n    if os.fork() == 0:\n        time.sleep(60)"),
    ):
        yield Attack("processes", name, script, started_processes, (SECCOMP,))


def _programs() -> Iterator[Attack]:
    # /bin is outside of what Landlock lets a script read, and a program that cannot be read does not start.
    for name, script in (
        ("become a shell", "os.execv('/bin/sh', ['sh', '-c', f'echo > {HOME}/new'])"),
        ("start a shell", "import subprocess\nsubprocess.run(['/bin/sh', '-c', f'echo > {HOME}/new'])"),
        ("spawn a shell", "os.waitpid(os.posix_spawn('/bin/sh', ['sh', '-c', f'echo > {HOME}/new'], {}), 0)"),
        (
            "run a program of its own",
            "import shutil\nopen('own', 'wb').write(b'#!/bin/sh\\necho > ' + HOME.encode() + b'/new\\n')\n"
            "call(90, b'own', 0o700)\nos.execv('own', ['own'])",
        ),
    ):
        # A shell gives up what its effective user has over the real one, whom ``namespaces`` changes for root.
        yield Attack("programs", name, script, changed_home, (LANDLOCK, SECCOMP), hindered_by=(NAMESPACES,))
    script = "import subprocess\nsubprocess.Popen(['/bin/sleep', '60'])"
    yield Attack("programs", "start a program that stays", script, started_processes, (LANDLOCK, SECCOMP))


def _network() -> Iterator[Attack]:
    connect = "import socket\nwith socket.socket({}) as s:\n    s.settimeout(1)\n    s.connect({})"
    yield Attack(
        "network",
        "connect by TCP",
        connect.format("socket.AF_INET", "TCP"),
        came,
        (NAMESPACES, LANDLOCK, SECCOMP),
    )
    yield Attack(
        "network",
        "send by UDP",
        "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'x', UDP)",
        came,
        (NAMESPACES, SECCOMP),
    )
    yield Attack("network", "connect to a unix socket", connect.format("socket.AF_UNIX", "UNIX"), came, (SECCOMP,))
    yield Attack(
        "network",
        "connect to an abstract socket",
        connect.format("socket.AF_UNIX", "ABSTRACT"),
        came,
        (NAMESPACES, LANDLOCK, SECCOMP),
    )
    yield Attack(
        "network",
        "set up io_uring",
        "fd = call(425, 8, ctypes.byref((ctypes.c_uint64 * 15)()))\n'effect seen' if fd >= 0 else None",
        said_so,
        (SECCOMP,),
        hindered_by=(RLIMITS,),
        possible=_io_uring_is_on,
    )


def _kernel() -> Iterator[Attack]:
    inside = "call(272, 0x10000000 | 0x20000)\n"  # unshare: a user and a mount namespace
    seen = "\n'effect seen'"
    for name, script in (
        ("make a user namespace", "call(272, 0x10000000)" + seen),
        ("change the root folder", inside + "os.chroot('.')" + seen),
        (
            "leave its session",
            "os.setpgid(0, os.getppid()); os.setsid()\n'effect seen' if os.getsid(0) == os.getpid() else None",
        ),
        ("make memory a file", "os.memfd_create('x')" + seen),
        ("watch other files", "call(253)" + seen),
        ("outlive its parent", "call(157, 1, 0, 0, 0, 0)" + seen),
    ):
        yield Attack("kernel", name, script, said_so, (SECCOMP,))
    script = f"{inside}call(165, b'none', b'.', b'tmpfs', 0, None){seen}"
    yield Attack("kernel", "mount a file system", script, said_so, (LANDLOCK, SECCOMP))


def _resources() -> Iterator[Attack]:
    yield Attack(
        "resources",
        "fill the memory",
        "kept = []\nwhile len(kept) < 2 * MEMORY // 2**20: kept.append(bytearray(2**20))",
        too_much_memory,
        (RLIMITS,),
    )
    yield Attack(
        "resources",
        "fill shared memory",
        "import mmap\nkept = []\nwhile len(kept) < 2 * MEMORY // 2**24:\n    kept.append(mmap.mmap(-1, 2**24))\n"
        "    for at in range(0, 2**24, 4096): kept[-1][at] = 1",
        too_much_memory,
        (RLIMITS,),
    )
    yield Attack(
        "resources",
        "fill memory files",
        "for _ in range(2 * MEMORY // SCRATCH):\n    fd = os.memfd_create('x')\n    os.write(fd, bytes(SCRATCH))\n"
        "    if os.fstat(fd).st_size < SCRATCH: break\nelse:\n    result = 'effect seen'\nresult",
        said_so,
        (SECCOMP, RLIMITS),
    )
    yield Attack(
        "resources",
        "fill the disk by many files",
        "for number in range(8):\n    with open(f'f{number}', 'wb') as file: file.write(bytes(SCRATCH // 2))\n"
        "'effect seen'",
        said_so,
        (NAMESPACES,),
    )
    yield Attack(
        "resources",
        "fill the disk by one file",
        "with open('f', 'wb') as file:\n    for _ in range(4): file.write(bytes(SCRATCH))\n'effect seen'",
        said_so,
        (NAMESPACES, RLIMITS),
    )
    yield Attack(
        "resources",
        "fill the disk by preallocation",
        "fd = os.open('f', os.O_RDWR | os.O_CREAT)\nos.posix_fallocate(fd, 0, 4 * SCRATCH)\n'effect seen'",
        said_so,
        (NAMESPACES, RLIMITS),
    )
    yield Attack(
        "resources",
        "make a file for every number",
        "for number in range(70_000): open(f'f{number}', 'w').close()\n'effect seen'",
        said_so,
        (NAMESPACES,),
        timeout_s=30,
        slow=True,
    )
    yield Attack(
        "resources",
        "start threads without end",
        "import threading, time\nthreading.stack_size(32768)\n"
        "for _ in range(2 * THREADS): threading.Thread(target=time.sleep, args=(30,), daemon=True).start()",
        too_many_threads,
        (NAMESPACES,),
    )
    yield Attack(
        "resources",
        "open files without end",
        "kept = [open('/dev/null') for _ in range(2 * FILES)]\n'effect seen'",
        said_so,
        (RLIMITS,),
    )
    yield Attack(
        "resources",
        "change its own limits",
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))",
        other_limits,
        (SECCOMP,),
    )
    yield Attack(
        "resources",
        "print without end",
        "while True: print('x' * 9999)",
        too_much_output,
        (HOST,),
        timeout_s=0.2,
    )
    yield Attack(
        "resources",
        "print a gigabyte",
        "for _ in range(2**10): print('x' * 2**20)",
        too_much_output,
        (HOST,),
        quiet=True,
        timeout_s=60,
        slow=True,
    )


def _stopping() -> Iterator[Attack]:
    for name, script in (
        ("compute without end", "10**10**8"),
        ("match an endless expression", "import re\nre.match('(a+)+$', 'a' * 60 + 'b')"),
        ("catch everything", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
        ("hold the interpreter lock", "sum(range(10**12))"),
        (
            "block signals",
            "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True: pass",
        ),
        ("ignore signals", "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"),
        ("stop itself", "import signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
        ("sleep for ever", "import threading\nthreading.Event().wait()"),
        ("wait for input that never comes", "os.read(os.pipe()[0], 1)"),
    ):
        yield Attack("stopping", name, script, ran_on, (HOST,), timeout_s=0.1)


_CHANNEL = """
import stat
def sockets():
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode): yield fd
        except OSError: pass
fd = min(sockets())
def forge(message):
    import msgspec
    data = msgspec.msgpack.encode(message)
    os.write(fd, (0).to_bytes(4, 'little') + len(data).to_bytes(8, 'little') + data)
"""


def _interpreter() -> Iterator[Attack]:
    for name, script in (
        ("end the process", "os._exit(0)"),
        ("end it by a fault", "ctypes.string_at(0)"),
        ("end it by a signal", "os.kill(os.getpid(), 9)"),
        ("recurse without end", "def f(n): return f(n + 1)\nf(0)"),
        ("recurse in C", "import sys\nsys.setrecursionlimit(10**8)\nx = []\nfor _ in range(10**6): x = [x]\nrepr(x)"),
        ("exit", "import sys\nsys.exit(3)"),
        ("poison the builtins", "import builtins\nbuiltins.len = builtins.exec = builtins.repr = None\nlen('')"),
        ("empty the builtins", "import builtins\nbuiltins.__dict__.clear()\nlen('')"),
        ("close its channels", "os.closerange(0, 256)"),
        ("trace every line", "import sys\ndef trace(*_): raise MemoryError\nsys.settrace(trace)\n(lambda: 0)()"),
        ("forge a message of garbage", f"{_CHANNEL}os.write(fd, b'\\xff' * 64)\nwhile True: pass"),
        (
            "forge a message of a terabyte",
            f"{_CHANNEL}os.write(fd, (0).to_bytes(4, 'little') + (2**40).to_bytes(8, 'little'))\nwhile True: pass",
        ),
        ("forge an end of another script", f"{_CHANNEL}forge({{'type': 'finished', 'number': -5}})\nwhile True: pass"),
        ("forge a second start", f"{_CHANNEL}forge({{'type': 'ready', 'layers': []}})\nwhile True: pass"),
    ):
        yield Attack("interpreter", name, script, nothing, (HOST,), timeout_s=2)
    for name, script in (
        ("close its output", "import sys\nsys.stdout.close(); sys.stderr.close(); os.close(1); os.close(2)"),
        ("forget all modules", "import sys\nsys.modules.clear()"),
        ("leave something for the end", f"import atexit\natexit.register(os.write, 1, b'{SECRET}')"),
        (
            "leave a thread",
            "import threading\nthreading.Thread(target=exec, args=('while True: pass',), daemon=True).start()",
        ),
    ):
        yield Attack("interpreter", name, script, learnt, (HOST,), quiet=True)
    yield Attack(
        "interpreter",
        "look for secrets in all objects and frames",
        "import gc, sys\nframe = sys._getframe()\n"
        "while frame:\n    print(str(frame.f_locals)[:5000]); frame = frame.f_back\n"
        "for found in gc.get_objects():\n    if isinstance(found, (dict, bytes, bytearray)):\n"
        "        print(str(found)[:500])",
        learnt,
        (HOST,),
        quiet=True,
    )


ATTACKS = [
    *_secrets(),
    *_files(),
    *_processes(),
    *_programs(),
    *_network(),
    *_kernel(),
    *_resources(),
    *_stopping(),
    *_interpreter(),
]
