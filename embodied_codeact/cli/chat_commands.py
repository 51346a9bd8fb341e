"""The commands of a chat: what a person does themselves instead of telling the agent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.agent.consent import CONSENT_MODES, Consent, ConsentMode
from embodied_codeact.agent.people import Approver
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.cli.agents import AgentMaker
from embodied_codeact.cli.chat_film import ChatFilm
from embodied_codeact.cli.chat_session import NORMAL, a_stop
from embodied_codeact.cli.chat_view import ChatView
from embodied_codeact.cli.chat_worlds import Worlds
from embodied_codeact.contracts import ClosableModel, Model, SharedModel, Task
from embodied_codeact.errors import CommandRefused, ConfigurationError, ModelError, unknown_name
from embodied_codeact.models import KINDS

FILM = Path("recordings") / "chat.mp4"
_HELP = [
    ("/state", "what the agent can know; whether the scene's task is done"),
    ("/sensors", "the latest sensor readings"),
    ("/halt", "latch an emergency stop: nothing runs until /clear"),
    ("/clear", "clear a latched stop; nothing moves by itself"),
    ("/undo [NAME]", "take back the last instruction, or go back to a saved world"),
    ("/save [NAME]", "save the world as it is"),
    ("/video [FILE]", f"write the film so far ({FILM})"),
    ("/model [SPEC [KEY=VALUE]]", "which model it is, or another from now on"),
    ("/approve [MODE]", f"ask before scripts run: {', '.join(CONSENT_MODES)}"),
    ("/help", "this list"),
    ("/quit", "leave (Ctrl-D)"),
]
COMMANDS = [usage.split()[0] for usage, _ in _HELP]
_AT_INSTRUCTIONS_ONLY = ("/undo", "/model")
_MODELS_WITH_MORE = ("replay", "script", "hf", "openai")


@dataclasses.dataclass
class Workbench:
    """All that the commands work on."""

    client: EnvironmentClient
    view: ChatView
    maker: AgentMaker
    task: Task
    worlds: Worlds
    film: ChatFilm | None
    agent: CodeActAgent | None = None
    """Set once it is made."""


class Commands:
    """Carries out commands. What the agent has to be told gathers in ``notes``; ``model`` takes over with the next
    instruction; ``left``: the person wants to leave."""

    def __init__(self, bench: Workbench, approver: Approver) -> None:
        self._bench = bench
        self._approver = approver
        self._actions: dict[str, Callable[[Sequence[str]], None]] = {
            "/state": self._state,
            "/sensors": self._sensors,
            "/halt": self._halt,
            "/clear": lambda _: self.clear(),
            "/undo": self._undo,
            "/save": self._save,
            "/video": self._video,
            "/model": self._model,
            "/approve": self._approve,
            "/help": lambda _: self._bench.view.table(_HELP),
            "/quit": self._quit,
        }
        self.notes: list[str] = []
        self.model: Model | None = None
        self.left = False

    def choices(self, command: str) -> Sequence[str]:
        """What may follow a command; the commands themselves for ``""``."""
        match command:
            case "":
                return COMMANDS
            case "/model":
                return [f"{kind}:" if kind in _MODELS_WITH_MORE else kind for kind in KINDS]
            case "/approve":
                return CONSENT_MODES
            case "/undo" | "/save":
                return self._bench.worlds.names
        return []

    def run(self, line: str, *, answering: bool = False) -> None:
        """Carry out a command. What is wrong with it is said, and nothing done. ``answering``: the agent waits for an
        answer, and its world stays as it is."""
        name, *words = line.split()
        try:
            if name not in self._actions:
                raise ConfigurationError(unknown_name("command", name, COMMANDS))
            if answering and name in _AT_INSTRUCTIONS_ONLY:
                raise ConfigurationError(
                    f"{name} is for when the agent waits for an instruction; it waits for an answer"
                )
            self._actions[name](words)
        except (CommandRefused, ConfigurationError, ModelError) as error:
            self._bench.view.say(str(error), "red")

    def latched(self) -> tuple[str, str]:
        """Return the latched stop in words, empty for none, and why."""
        level, reason = self._bench.client.stop_state()
        return ("", "") if level == NORMAL else (level, reason)

    def clear(self) -> None:
        """Clear a latched stop."""
        level = self._bench.client.clear()
        if level == NORMAL:
            self._bench.view.hint("No stop was latched.")
            return
        self.notes.append(f"The user cleared the {level}: scripts can act again.")
        self._bench.view.say(f"The {level} is cleared. Nothing moves again by itself.", "green")

    def _state(self, _: Sequence[str]) -> None:
        bench = self._bench
        level, why = self.latched()
        # A verdict lets physics come to rest, which a stopped world must not.
        seen = bench.client.observe(settle=not level)
        rows = [(name, _shown(value)) for name, value in seen.state.items()]
        if level:
            rows.append(("stop", f"{level} ({why})"))
        else:
            verdict = "done" if seen.status.success else "not done"
            reason = f" ({seen.status.reason})" if seen.status.reason else ""
            rows.append(("the scene's own task", f"{bench.task.instruction.strip()} - {verdict}{reason}"))
        bench.view.table(rows)

    def _sensors(self, _: Sequence[str]) -> None:
        readings = self._bench.client.observe().sensors
        if not readings:
            self._bench.view.hint("This environment has no sensors.")
        self._bench.view.table([(name, _shown(value)) for name, value in readings.items()])

    def _halt(self, _: Sequence[str]) -> None:
        self._bench.client.halt("halted by the user")
        level, _why = self.latched()
        self.notes.append(f"The user latched {a_stop(level)}.")
        self._bench.view.warn(f"{a_stop(level).capitalize()} is latched: nothing runs until /clear.")

    def _undo(self, words: Sequence[str]) -> None:
        to = self._bench.worlds.go_back(" ".join(words))
        self.notes.append(f"The user put the world back {to}. Variables of your scripts stay as they are.")
        self._bench.view.say(f"The world is {to}. The agent will be told; its scripts' variables stay as they are.")

    def _save(self, words: Sequence[str]) -> None:
        name = self._bench.worlds.save(" ".join(words))
        self._bench.view.say(f"The world is saved: /undo {name} goes back to it.")

    def _video(self, words: Sequence[str]) -> None:
        film = self._bench.film
        if film is None:
            raise ConfigurationError("nothing is being filmed: start the chat with --record")
        path = film.write(Path(" ".join(words)) if words else FILM)
        self._bench.view.say(f"video: {path}")

    def _model(self, words: Sequence[str]) -> None:
        maker = self._bench.maker
        if not words:
            self._bench.view.say(f"model: {maker.model.name}")
            return
        before = maker.model
        chosen = maker.switch_model(words[0], words[1:])
        if isinstance(before, ClosableModel):
            before.close()
        self.model = chosen.for_episode() if isinstance(chosen, SharedModel) else chosen
        self._bench.view.say(f"From the next instruction on the model is {chosen.name}.")

    def _approve(self, words: Sequence[str]) -> None:
        agent = self._bench.agent
        assert agent is not None
        if words:
            mode = words[0]
            if mode not in CONSENT_MODES:
                raise ConfigurationError(unknown_name("way to approve", mode, CONSENT_MODES))
            agent.consent = None if mode == "never" else Consent(cast(ConsentMode, mode), self._approver)
        shown = agent.consent.mode if agent.consent is not None else "never"
        self._bench.view.say(f"You are asked before scripts run: {shown}.")

    def _quit(self, _: Sequence[str]) -> None:
        self.left = True


def _shown(value: Any) -> str:
    """A value of state or sensors as a person reads it.

    >>> _shown(np.array([0.1, 0.25])), _shown({"red block": [0.5, 0.1]}), _shown(None)
    ('[0.1  0.25]', 'red block [0.5, 0.1]', 'nothing')
    """
    if isinstance(value, np.ndarray):
        return str(np.array2string(value, precision=4, suppress_small=True, threshold=16, max_line_width=200))
    if isinstance(value, dict):
        return "\n".join(f"{name} {_shown(inner)}" for name, inner in value.items()) or "nothing"
    if isinstance(value, list) and value and all(isinstance(inner, str) for inner in value):
        return ", ".join(value)
    return "nothing" if value is None else str(value)
