"""The renderer's process, started by :class:`~embodied_codeact.envs.tabletop.renderer.Renderer` as
``python -m embodied_codeact.envs.tabletop.renderer_process PIPE_FD``. Ends when its pipe does."""

from __future__ import annotations

import signal
import sys
from multiprocessing.connection import Connection

from embodied_codeact.envs.quiet import quiet


def main(pipe_fd: int) -> None:
    """Serve the world at the other end of an inherited descriptor."""
    # A person's Ctrl-C is for the world, which ends its renderer in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with quiet():
        from embodied_codeact.envs.tabletop.renderer_server import RendererServer
    RendererServer(Connection(pipe_fd)).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
