"""What a person sees: a run as it happens, and errors in one line."""

from __future__ import annotations

from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from embodied_codeact.agent.events import AgentEvent, EpisodeFinished, EpisodeStarted, ReplyReceived, TurnFinished
from embodied_codeact.agent.prompt import task_text
from embodied_codeact.contracts import (
    Action,
    CallFinished,
    CodeAction,
    Episode,
    Finish,
    InvalidReply,
    OutputChunk,
    ScriptError,
    ScriptStarted,
    ToolCall,
    Turn,
    UserMessage,
)
from embodied_codeact.tasks import is_free

_CODE_THEME = "ansi_dark"
_INDENT = 2
_SHOWN_CHARACTERS = 20_000
"""Output shown of one script; an endless loop that prints must not keep the screen, and the agent, busy."""
_REORDERING = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Unicode's controls of direction: with them, text reads in another order than it stands (CVE-2021-42574)."""
_SURROGATES = range(0xD800, 0xE000)
"""Alone they cannot be encoded."""
_STEERING: dict[int, int | None] = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"},
    **dict.fromkeys((*range(0x7F, 0xA0), 0x2028, 0x2029, *_REORDERING, *_SURROGATES), 0xFFFD),
    ord("\r"): None,
}


def printable(text: str) -> str:
    """Return text that a model or its script wrote as it may be shown: what would steer the terminal, or show text in
    another order, is made visible.

    >>> printable("done \\x1b[2J"), printable("safe \\u202e")
    ('done ␛[2J', 'safe �')
    """
    return text.translate(_STEERING)


class RunView:
    """Shows the events of episodes as they come: task, thought, code, output, observation, verdict.

    ``show_calls`` also lists each primitive call as it ends.
    """

    def __init__(self, console: Console, *, show_calls: bool = False) -> None:
        self._console = console
        self._show_calls = show_calls
        self._line_open = False
        self._shown = 0
        self._state: dict[str, Any] = {}

    def __call__(self, event: AgentEvent) -> None:
        if isinstance(event, OutputChunk):
            self._output(event)
            return
        if isinstance(event, CallFinished):
            if self._show_calls:
                self._call(event)
            return
        self._close_line()
        if isinstance(event, EpisodeStarted):
            self._started(event)
        elif isinstance(event, ReplyReceived):
            self._reply(event)
        elif isinstance(event, ScriptStarted):
            self._console.print(Text("output", style="bold"))
        elif isinstance(event, TurnFinished):
            self._turn(event.turn)
        elif isinstance(event, EpisodeFinished):
            self._finished(event.episode)

    def _started(self, event: EpisodeStarted) -> None:
        body = Text(printable(task_text(event.task, event.opening)))
        title = Text.assemble(("task ", "bold"), (event.task.id, "bold cyan"))
        self._state = event.state
        self._console.print(Panel(body, title=title, title_align="left", border_style="cyan"))

    def _reply(self, event: ReplyReceived) -> None:
        self._shown = 0
        self._console.print(Rule(f"turn {event.turn + 1}", style="dim", align="left"))
        action = event.action
        if isinstance(action, UserMessage):
            self._said("to the user", action.text)
            return
        if isinstance(action, InvalidReply):
            self._console.print(Text("the reply holds no action", style="bold yellow"))
            self._indented(Text(printable(event.reply.text.strip()), style="dim"))
            return
        if action.thought:
            self._console.print(Text("thought", style="bold"))
            self._indented(Text(printable(action.thought.strip()), style="italic"))
        if isinstance(action, CodeAction):
            self._console.print(Text("code", style="bold"))
            source = printable(action.code.strip("\n"))
            code = Syntax(source, "python", theme=_CODE_THEME, word_wrap=True, line_numbers=True)
            self._indented(code)
        elif isinstance(action, ToolCall):
            self._console.print(Text("call", style="bold"))
            self._indented(Text(printable(_called(action)), style="blue"))
        elif isinstance(action, Finish):
            self._said("finish", action.answer)

    def _said(self, label: str, words: str) -> None:
        """Show words of the agent beside their label: no line of theirs begins where those of this program do."""
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="bold magenta", no_wrap=True)
        table.add_column()
        table.add_row(label, Text(printable(words)))
        self._console.print(table)

    def _output(self, event: OutputChunk) -> None:
        shown, self._shown = self._shown, self._shown + len(event.text)
        if shown >= _SHOWN_CHARACTERS:
            return
        if self._shown >= _SHOWN_CHARACTERS:
            self._print_output(event.text[: _SHOWN_CHARACTERS - shown], event.stream)
            self._close_line()
            self._indented(Text("... more output is not shown here; the trajectory holds it", style="yellow"))
            return
        self._print_output(event.text, event.stream)

    def _print_output(self, text: str, stream: str) -> None:
        style = "red" if stream == "stderr" else "green"
        for line in text.splitlines(keepends=True):
            margin = "" if self._line_open else " " * _INDENT
            self._console.print(Text(margin + printable(line.rstrip("\n")), style=style), end="", soft_wrap=True)
            self._line_open = not line.endswith("\n")
            if not self._line_open:
                self._console.print()

    def _call(self, event: CallFinished) -> None:
        self._close_line()
        call = event.call
        name = f"{call.target}.{call.method}" if call.target else call.method
        named = (f"{key}={_argument(value)}" for key, value in call.kwargs.items())
        arguments = ", ".join([*map(_argument, call.args), *named])
        # Even the names are a script's, where it speaks to the world without the objects that it is given.
        shown = Text(printable(f"{name}({arguments})"), style="blue")
        shown.append(f"  {call.duration_s * 1000:.0f} ms", style="dim")
        self._indented(shown)

    def _turn(self, turn: Turn) -> None:
        result = turn.result
        if result is None:
            if turn.observation:
                self._indented(Text(printable(turn.observation.strip()), style="dim"))
            return
        parts: list[Text] = []
        if result.value is not None:
            parts.append(Text(f"=> {printable(result.value)}", style="green"))
        if result.error is not None:
            parts.append(Text(printable(_failed(turn.action, result.error)), style="red"))
        calls = f"{result.calls_total} primitive call{'' if result.calls_total == 1 else 's'}"
        parts.append(Text(f"{calls}, {result.duration_s:.2f} s", style="dim"))
        changed = {name: value for name, value in turn.state.items() if self._state.get(name) != value}
        self._state = turn.state
        for name, value in changed.items():
            parts.append(Text(f"state.{name} = {value!r}", style="dim", no_wrap=True, overflow="ellipsis"))
        self._indented(Group(*parts))

    def _finished(self, episode: Episode) -> None:
        turns = f"{len(episode.turns)} turn{'' if len(episode.turns) == 1 else 's'}, {episode.duration_s:.1f} s"
        why = episode.status.reason or f"ended by {episode.end}"
        if episode.error is not None:
            verdict, style, words = "not scored", "bold yellow", episode.error
        elif is_free(episode.task):
            verdict, style, words = "not judged", "bold", f"{why}  ({turns})"
        elif episode.status.success:
            verdict, style, words = "solved", "bold green", f"{episode.status.reason}  ({turns})"
        else:
            verdict, style, words = "not solved", "bold red", f"{why}  ({turns})"
        self._console.print(Text.assemble((verdict, style), f"  {printable(words)}"))
        self._console.print()

    def _indented(self, what: Text | Group | Syntax) -> None:
        self._console.print(Padding(what, (0, 0, 0, _INDENT)))

    def _close_line(self) -> None:
        if self._line_open:
            self._console.print()
            self._line_open = False


def _failed(action: Action, error: ScriptError) -> str:
    """Why a script ended. Of that of a single call nobody has seen the source, which a traceback would show."""
    return f"{error.kind}: {error.message}" if isinstance(action, ToolCall) else error.text()


def _called(action: ToolCall) -> str:
    """
    >>> _called(ToolCall("house.goto", {"receptacle": "fridge 1"}))
    "house.goto(receptacle='fridge 1')"
    """
    return f"{action.name}({', '.join(f'{name}={value!r}' for name, value in action.arguments.items())})"


def _argument(value: Any) -> str:
    """An argument as the script wrote it. A record holds arrays and lists as their text.

    >>> _argument("red block"), _argument("[0.5, 0.1]"), _argument(2)
    ("'red block'", '[0.5, 0.1]', '2')
    """
    return value if isinstance(value, str) and value.startswith(("[", "{", "(", "array(")) else repr(value)
