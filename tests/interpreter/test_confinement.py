"""What a script cannot do, each tried for real; skipped where the machine lacks the layer that forbids it."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied_codeact.interpreter.host import Interpreter
from tests.interpreter.conftest import Runs

pytestmark = pytest.mark.keeps_processes

SECRET = "the secret of this test"


@pytest.fixture(autouse=True)
def _secret_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_SECRET", SECRET)


@pytest.fixture(scope="module")
def shared_interpreter() -> Iterator[Interpreter]:
    os.environ["PLANTED_EARLY"] = SECRET
    try:
        with Interpreter(sandbox="best") as interpreter:
            yield interpreter
    finally:
        del os.environ["PLANTED_EARLY"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "key").write_text(SECRET)
    tmp_path.chmod(0o777)
    (tmp_path / "key").chmod(0o666)
    return tmp_path


def needs(interpreter: Interpreter, layer: str) -> None:
    if layer not in interpreter.layers:
        pytest.skip(f"this machine gives no {layer}: {interpreter.missing_layers[layer]}")


def denied(run: Runs, code: str) -> None:
    """The script tries; it must get a PermissionError (or find nothing), live on, and have learnt nothing."""
    outcome = run(code)
    assert SECRET not in outcome.stdout + str(outcome.value)
    assert outcome.error is not None
    assert outcome.error.kind in ("PermissionError", "FileNotFoundError", "OSError"), outcome.error
    assert run("6 * 7").value == "42"


@pytest.mark.parametrize(
    "code",
    [
        "open(HOME + '/key').read()",
        "import os; os.listdir(HOME)",
        "import os; os.symlink(HOME + '/key', 'link'); open('link').read()",
        "open('/proc/self/root' + HOME + '/key').read()",
        "open('/proc/self/cwd/../../' + HOME + '/key').read()",
        "import os; os.link(HOME + '/key', 'hard'); open('hard').read()",
        "open(HOME + '/new', 'w')",
        "open(HOME + '/key', 'a')",
        "import os; os.truncate(HOME + '/key', 0)",
        "import os; os.unlink(HOME + '/key')",
        "import os; os.rename(HOME + '/key', HOME + '/other')",
        "import os; os.mkdir(HOME + '/new')",
        "open('/proc/PARENT/environ').read()",
        "open('/proc/PARENT/mem', 'r+b')",
        "open('/etc/passwd').read()",
    ],
)
def test_files_outside_the_scratch_folder(interpreter: Interpreter, home: Path, code: str) -> None:
    needs(interpreter, "landlock")
    code = code.replace("PARENT", str(os.getpid()))
    denied(interpreter.run, f"HOME = {str(home)!r}\n{code}")
    assert (home / "key").read_text() == SECRET
    assert [path.name for path in home.iterdir()] == ["key"]


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.chmod(HOME + '/key', 0)",
        "import os; os.chown(HOME + '/key', 1, 1)",
        "import os; os.utime(HOME + '/key', (1, 1))",
        "import os; os.setxattr(HOME + '/key', 'user.x', b'y')",
        "import os; fd = os.open(os.__file__, os.O_RDONLY); os.fchmod(fd, os.fstat(fd).st_mode)",
        "import os; os.fork()",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.execv('/bin/sh', ['sh', '-c', 'true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import socket; socket.socketpair()",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "import os; os.kill(PARENT, 0)",
        "import os, signal; os.kill(-1, 0)",
        "import resource; resource.prlimit(PARENT, resource.RLIMIT_CORE)",
        "import os; os.setpriority(os.PRIO_PROCESS, PARENT, 19)",
        "import os; os.sched_setaffinity(PARENT, {0})",
        "import os; os.memfd_create('x')",
        "import os; os.mkfifo('pipe')",
        "import os; os.setsid()",
        "import os; os.pidfd_open(PARENT)",
        "import os; os.chroot('.')",
    ],
)
def test_system_calls_that_leave_the_process(interpreter: Interpreter, home: Path, code: str) -> None:
    needs(interpreter, "seccomp")
    before = (home / "key").stat()
    code = code.replace("PARENT", str(os.getpid()))
    denied(interpreter.run, f"HOME = {str(home)!r}\n{code}")
    after = (home / "key").stat()
    assert (after.st_mode, after.st_uid, after.st_mtime) == (before.st_mode, before.st_uid, before.st_mtime)


RAW = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall({call})
if result == -1: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
print("it worked")
"""


@pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="numbers of x86-64 calls")
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("ptrace", "101, 16, PARENT, 0, 0"),
        ("process_vm_readv", "310, PARENT, 0, 0, 0, 0, 0"),
        ("clone", "56, 17, 0, 0, 0, 0"),
        ("vfork", "58"),
        ("clone3", "435, 0, 0"),
        ("unshare", "272, 0x10000000"),
        ("mount", "165, 0, 0, 0, 0, 0"),
        ("io_uring_setup", "425, 8, 0"),
        ("bpf", "321, 0, 0, 0"),
        ("perf_event_open", "298, 0, 0, -1, -1, 0"),
        ("userfaultfd", "323, 0"),
        ("keyctl", "250, 0, -3, 0, 0, 0"),
        ("add_key", "248, 0, 0, 0, 0, 0"),
        ("tkill", "200, PARENT, 0"),
        ("tgkill", "234, PARENT, PARENT, 0"),
        ("pidfd_getfd", "438, 0, 0, 0"),
        ("connect", "42, 0, 0, 0"),
        ("prlimit64", "302, PARENT, 7, 0, 0"),
        ("undo pdeathsig", "157, 1, 0, 0, 0, 0"),
        ("fcntl F_SETOWN", "72, 1, 8, PARENT"),
        ("memfd_secret", "447, 0"),
    ],
)
def test_raw_system_calls(interpreter: Interpreter, name: str, call: str) -> None:
    needs(interpreter, "seccomp")
    outcome = interpreter.run(RAW.format(call=call.replace("PARENT", str(os.getpid()))))
    assert "it worked" not in outcome.stdout, name
    assert outcome.error is not None
    assert outcome.error.kind in ("PermissionError", "OSError"), outcome.error
    assert any(words in outcome.error.message for words in ("not permitted", "not implemented")), outcome.error


def test_nothing_listens_to_a_script(interpreter: Interpreter, tmp_path: Path) -> None:
    """With sockets opened for real on the other side; whatever refuses, no connection arrives."""
    if not {"seccomp", "landlock"} & set(interpreter.layers):
        pytest.skip("this machine gives neither seccomp nor landlock")
    arrived = threading.Event()

    def listen(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            server.accept()
            arrived.set()

    addresses: list[object] = [("127.0.0.1", 0), str(tmp_path / "door"), "\0embodied-codeact-test"]
    for address in addresses:
        family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
        with socket.socket(family) as server:
            server.bind(address)  # type: ignore[arg-type]
            server.listen()
            server.settimeout(0.2)
            thread = threading.Thread(target=listen, args=(server,))
            thread.start()
            denied(
                interpreter.run, f"import socket\ns = socket.socket({int(family)})\ns.connect({server.getsockname()!r})"
            )
            thread.join()
    assert not arrived.is_set()


def test_the_hosts_environment_does_not_reach_the_script(run: Runs) -> None:
    outcome = run(
        "import os\nprint(dict(os.environ))\ntry: print(open('/proc/self/environ').read())\nexcept OSError: pass"
    )
    assert SECRET not in outcome.stdout
    assert "PLANTED" not in outcome.stdout


def test_only_the_channels_are_open(run: Runs) -> None:
    count = run(
        "import os\ndef is_open(fd):\n    try: os.fstat(fd)\n    except OSError: return False\n    return True\n"
        "[fd for fd in range(3, 200) if is_open(fd)]"
    ).value
    assert count is not None
    assert len(count.split(",")) == 4  # its channel to the host, and the sources of its three standard streams


def test_the_scratch_folder_is_its_own_and_limited(interpreter: Interpreter, run: Runs) -> None:
    outcome = run(
        "import os, tempfile\nopen('note', 'w').write('mine')\nassert os.listdir() == ['note']\n"
        "assert os.environ['HOME'] == os.getcwd() == tempfile.gettempdir()\n"
        "with tempfile.TemporaryFile() as f: f.write(b'x')\nos.truncate('note', 2); open('note').read()"
    )
    assert outcome.error is None
    assert outcome.value == "'mi'"
    needs(interpreter, "namespaces")
    error = run("for i in range(400):\n    with open(f'f{i}', 'wb') as f: f.write(bytes(2**20))").error
    assert error is not None
    assert "No space left" in error.message
    interpreter.start(interpreter._api)  # type: ignore[arg-type]
    assert run("import os; os.listdir()").value == "[]"


def test_capabilities_are_gone_and_do_not_come_back(interpreter: Interpreter, run: Runs) -> None:
    needs(interpreter, "privileges")
    code = (
        "import ctypes\nheader = (ctypes.c_uint32 * 2)(0x20080522, 0)\ndata = (ctypes.c_uint32 * 6)()\n"
        "assert ctypes.CDLL(None).capget(header, data) == 0\n(sum(data), ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))"
    )
    assert run(code).value == "(0, 1)"


def test_what_scripts_honestly_need_works(run: Runs) -> None:
    code = (
        "import numpy as np, threading, json, sqlite3, decimal, zoneinfo, uuid, hashlib, ssl, csv, time\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(8) as pool: list(pool.map(str, range(100)))\n"
        "np.linalg.svd(np.random.rand(50, 50)); np.fft.fft(np.ones(64))\n"
        "np.save('a.npy', np.eye(3)); assert np.load('a.npy', mmap_mode='r').sum() == 3\n"
        "db = sqlite3.connect('t.db'); db.execute('create table t(x)'); db.commit()\n"
        "import shutil; shutil.copyfile('a.npy', 'b.npy'); shutil.rmtree('none', ignore_errors=True)\n"
        "import signal; signal.alarm(0); uuid.uuid4(); hashlib.sha256(b'x'); time.sleep(0)\n"
        "zoneinfo.available_timezones(); 'fine'"
    )
    outcome = run(code)
    assert outcome.error is None, outcome.error.text()
    assert outcome.value == "'fine'"


def test_threads_are_limited(interpreter: Interpreter, run: Runs) -> None:
    needs(interpreter, "rlimits")
    code = (
        "import threading, time\nn = 0\ntry:\n    while n < 2000:\n"
        "        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n        n += 1\n"
        "except RuntimeError as e: print(e)\nn"
    )
    value = run(code).value
    assert value is not None
    assert int(value) < 1000  # by their number, or (root is exempt from that) by the memory of their stacks
