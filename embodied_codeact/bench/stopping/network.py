"""A network of its own with two cables to it: one that can be cut, and one to watch by."""

from __future__ import annotations

import os
import shutil
import subprocess
from types import TracebackType

from embodied_codeact.errors import ConfigurationError

INSIDE, WATCHED = "10.213.7.2", "10.213.8.2"
"""Addresses of the far end, by the cable that can be cut and by the other. Of a private range, and seen by nobody else:
the cables end in this machine."""
_CABLES = (("eca-cut", "10.213.7.1/30", f"{INSIDE}/30"), ("eca-watch", "10.213.8.1/30", f"{WATCHED}/30"))


class Network:
    """A network namespace; use it as a context manager.

    Raises:
        ConfigurationError: this user or machine cannot make one.
    """

    def __init__(self) -> None:
        self._name = f"eca-stop-{os.getpid()}"
        if shutil.which("ip") is None:
            raise ConfigurationError("network namespaces need the command ip (Debian: apt install iproute2)")
        self._ip("netns", "add", self._name)
        try:
            for cable, near, far in _CABLES:
                self._ip("link", "add", cable, "type", "veth", "peer", "name", f"{cable}-in", "netns", self._name)
                self._ip("addr", "add", near, "dev", cable)
                self._ip("link", "set", cable, "up")
                self._ip("-n", self._name, "addr", "add", far, "dev", f"{cable}-in")
                self._ip("-n", self._name, "link", "set", f"{cable}-in", "up")
            self._ip("-n", self._name, "link", "set", "lo", "up")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Network:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def prefix(self) -> list[str]:
        """What a command line begins with to run inside."""
        return ["ip", "netns", "exec", self._name]

    def cut(self) -> None:
        """Cut the cable: what is sent by it is gone, and nobody is told."""
        self._ip("-n", self._name, "link", "set", "eca-cut-in", "down")

    def mend(self) -> None:
        """Plug it in again."""
        self._ip("-n", self._name, "link", "set", "eca-cut-in", "up")

    def close(self) -> None:
        """Remove namespace and cables."""
        for cable, _, _ in _CABLES:
            subprocess.run(["ip", "link", "del", cable], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "del", self._name], capture_output=True, check=False)

    @staticmethod
    def _ip(*words: str) -> None:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise ConfigurationError(f"ip {' '.join(words)}: {done.stderr.strip()}; network namespaces need root")
