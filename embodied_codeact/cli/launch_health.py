"""How the processes of a launch are shown: a table that lives at the foot of a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import IO, Literal, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from embodied_codeact.cli.console import printable

State = Literal["waiting", "starting", "running", "ending", "ended", "failed"]
_STYLES: dict[State, str] = {
    "waiting": "dim",
    "starting": "yellow",
    "running": "green",
    "ending": "yellow",
    "ended": "dim",
    "failed": "bold red",
}
_REFRESHES_PER_S = 4


@dataclass
class Health:
    """How one process does. ``note``: what it waits for, or how it ended."""

    state: State = "waiting"
    note: str = ""
    since: float | None = None
    until: float | None = None

    def started(self) -> None:
        """It runs, and is not ready yet."""
        self.state, self.note, self.since = "starting", "", time.monotonic()

    def ended(self, how: str, *, well: bool) -> None:
        """It does not run any more."""
        self.state, self.note, self.until = "ended" if well else "failed", how, time.monotonic()

    @property
    def uptime(self) -> str:
        """Hours, minutes and seconds that it has run, or did."""
        if self.since is None:
            return ""
        seconds = int((self.until or time.monotonic()) - self.since)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@dataclass
class Board:
    """Shows the processes while it is entered as a context. At a terminal it takes their output, so that table and
    output do not write over each other."""

    console: Console
    names: list[str]
    health: dict[str, Health] = field(init=False)

    def __post_init__(self) -> None:
        self.health = {name: Health() for name in self.names}
        self._width = max(map(len, self.names)) + 3
        self._live: Live | None = None
        self._readers: dict[str, threading.Thread] = {}
        if self.console.is_terminal and self.console.is_interactive:
            self._live = Live(
                console=self.console, get_renderable=self._table, refresh_per_second=_REFRESHES_PER_S, transient=False
            )

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            with contextlib.suppress(OSError):
                self._live.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What processes need to know to write as if to this terminal."""
        if self._live is None:
            return {}
        columns = str(max(20, self.console.width - self._width))
        colour = {} if self.console.no_color else {"FORCE_COLOR": "1"}
        return {"PYTHONUNBUFFERED": "1", "COLUMNS": columns, "TTY_INTERACTIVE": "0", **colour}

    @property
    def output(self) -> int | None:
        """Where the standard output and error of a process go, for ``Popen``; None for where ours go."""
        return None if self._live is None else subprocess.PIPE

    def follow(self, name: str, output: IO[bytes] | None) -> None:
        """Show what a process writes, line by line, until it closes."""
        if output is not None:
            reader = threading.Thread(target=self._copy, args=(name, output), name=f"output of {name}", daemon=True)
            self._readers[name] = reader
            reader.start()

    def drained(self, name: str, *, within_s: float) -> None:
        """Wait for the rest of what a process wrote. One that it left behind may still hold the other end."""
        if name in self._readers:
            self._readers[name].join(within_s)

    def say(self, name: str, what: str, style: str = "dim") -> None:
        """Tell something of a process."""
        # The terminal may be gone; the processes are to be ended all the same.
        with contextlib.suppress(OSError):
            self.console.print(f"[{name}] {printable(what)}", style=style, markup=False, soft_wrap=True)

    def _copy(self, name: str, output: IO[bytes]) -> None:
        with output:
            for line in output:
                text = Text.from_ansi(line.decode("utf-8", "replace").rstrip("\r\n"))
                # Colours are kept; what else would steer the terminal is not.
                text.plain = printable(text.plain)
                with contextlib.suppress(OSError):
                    self.console.print(Text.assemble((f"[{name}] ".ljust(self._width), "dim"), text), soft_wrap=True)

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        table.add_column("process")
        table.add_column("state", min_width=max(map(len, _STYLES)))
        table.add_column("uptime", justify="right", min_width=len("0:00:00"))
        table.add_column("")
        for name, health in self.health.items():
            state = Text(health.state, style=_STYLES[health.state])
            table.add_row(Text(name), state, health.uptime, Text(printable(health.note), style="dim"))
        return table
