"""What a person who chats sees: as in a run, and besides the scene, and the reply while it grows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from embodied_codeact.agent.events import AgentEvent, EpisodeFinished, EpisodeStarted, Instructed, ReplyText
from embodied_codeact.cli.console import RunView, printable
from embodied_codeact.contracts import Turn, UserMessage

_ROOM_ABOVE = 4
"""Lines of the screen that a growing reply leaves free."""
_KEPT_CHARS = 20_000


class ChatView(RunView):
    """Shows a conversation. What the person typed themselves stands on their screen already."""

    def __init__(self, console: Console, *, show_calls: bool = True) -> None:
        super().__init__(console, show_calls=show_calls)
        self._growing = ""

    def __call__(self, event: AgentEvent) -> None:
        if isinstance(event, ReplyText):
            self._growing = "" if event.restarted else (self._growing + event.text)[-_KEPT_CHARS:]
        elif not isinstance(event, Instructed):
            super().__call__(event)

    def scene(self, task: str, words: str) -> None:
        """Show where the agent is, and how it is spoken to."""
        title = Text.assemble(("scene ", "bold"), (task, "bold cyan"))
        self._console.print(Panel(Text(printable(words)), title=title, title_align="left", border_style="cyan"))
        self.hint("Say what is to be done. Ctrl-C stops the agent, /help lists the commands, Ctrl-D leaves.")

    @contextlib.contextmanager
    def replying(self) -> Iterator[None]:
        """Show that the model is at work, and its reply as far as it is written; then take that away again."""
        self._growing = ""
        if not self._console.is_terminal:
            yield
            return
        spinner = Spinner("dots", Text("thinking ... (Ctrl-C breaks in)", style="dim"))
        shown = Live(get_renderable=lambda: self._tail(spinner), console=self._console, transient=True)
        with shown:
            yield

    def _tail(self, spinner: Spinner) -> Group:
        """The last lines of the reply that fit onto the screen."""
        if not self._growing:
            return Group(spinner)
        lines = Text(printable(self._growing), style="dim").wrap(self._console, self._console.width)
        return Group(*lines[-max(1, self._console.height - _ROOM_ABOVE) :])

    def say(self, words: str, style: str = "") -> None:
        """Tell the person something of the chat itself."""
        self._close_line()
        self._console.print(Text(printable(words), style=style), soft_wrap=True)

    def hint(self, words: str) -> None:
        """Tell something by the way."""
        self.say(words, "dim")

    def warn(self, words: str) -> None:
        """Tell what must not be overlooked."""
        self.say(words, "bold red")

    def table(self, rows: list[tuple[str, str]]) -> None:
        """Show names and what belongs to them."""
        table = Table.grid(padding=(0, 2, 0, 2))
        table.add_column(style="cyan", no_wrap=True)
        table.add_column()
        for name, value in rows:
            table.add_row(Text(printable(name)), Text(printable(value)))
        self._console.print(table)

    def _started(self, event: EpisodeStarted) -> None:
        self._state = event.state

    def _turn(self, turn: Turn) -> None:
        if not isinstance(turn.action, UserMessage):
            super()._turn(turn)

    def _finished(self, event: EpisodeFinished | object) -> None:
        """The verdict is that of the scene's own task, for which the person did not ask."""
