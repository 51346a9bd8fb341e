"""The person at the terminal, as the agent's loop knows them: they instruct, answer, consent, halt and break in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace
from rich.console import Console

from embodied_codeact.agent.people import Instruction, Pause, PauseReason, Person, Verdict
from embodied_codeact.agent.prompt import without_instruction
from embodied_codeact.cli.approval import TerminalApprover
from embodied_codeact.cli.chat_commands import Commands, Workbench
from embodied_codeact.cli.chat_input import LineInput, names_in, open_input
from embodied_codeact.cli.chat_keys import CtrlC, Phase
from embodied_codeact.cli.chat_session import ChatSession, a_stop
from embodied_codeact.contracts import CodeAction, Observation, ToolCall

_PROMPT, _ANSWER = "you> ", "your answer> "


class ChatPerson(Person):
    """Satisfies :class:`~embodied_codeact.agent.people.Person` and its ``Approver``."""

    def __init__(self, console: Console, session: ChatSession, keys: CtrlC, bench: Workbench) -> None:
        self._session = session
        self._keys = keys
        self._bench = bench
        self._view = bench.view
        self._commands = Commands(bench, self)
        self._names: list[str] = []
        self._input: LineInput = open_input(console, self._commands.choices, lambda: self._names)
        self._approver = TerminalApprover(console, self._ask_at_once)
        self._draft = ""
        self.unanswered = ""
        """Why the model did not answer what was said last; empty where it did."""

    # As the loop asks them

    def instruct(self, pause: Pause) -> Instruction | None:
        """Tell why the person is asked, and read until they instruct or leave."""
        self.unanswered = pause.answer if pause.reason == "model" else ""
        self._view.say("")
        self._explain(pause)
        self._names = names_in(self._look(pause).state)
        while not self._gone():
            line = self._read(self._read_instruction)
            if not line:
                continue
            if line.startswith("/"):
                self._commands.run(line)
            elif self._may_act(line):
                return self._instruction(line)
        return None

    def answer(self, message: str) -> str | None:
        """Read the answer to a message that the view has shown."""
        del message
        while not self._gone():
            line = self._read(lambda: self._input.instruction(_ANSWER))
            if line.startswith("/"):
                self._commands.run(line, answering=True)
            elif line:
                return line
        return None

    def review(self, action: CodeAction | ToolCall, code: str, calls: Sequence[str]) -> Verdict | None:
        """Ask before a script runs. Ctrl-C refuses, and the person is asked what to do instead."""
        return self._approver.review(action, code, calls)

    def took_over(self) -> PauseReason | None:
        """A script was halted, a stop was found latched, or Ctrl-C was pressed between."""
        halted, pending = self._keys.halted or self._session.stopped, self._keys.pending
        if self._keys.halted:
            self._commands.notes.append("The user halted your script with an emergency stop.")
        self._keys.halted = self._keys.pending = self._session.stopped = False
        return "halt" if halted else ("interrupt" if pending else None)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Show the reply while it grows; Ctrl-C abandons it."""
        with self._view.replying(), self._keys.during(Phase.REPLY):
            yield

    # Reading

    def _gone(self) -> bool:
        return self._commands.left or self._keys.leaving

    def _read(self, read: Callable[[], str]) -> str:
        """Read a line. Ctrl-C gives an empty one, the end of input leaves."""
        try:
            with self._keys.during(Phase.PROMPT):
                return read().strip()
        except KeyboardInterrupt:
            return ""
        except EOFError:
            self._commands.left = True
            return ""

    def _read_instruction(self) -> str:
        level, _ = self._commands.latched()
        draft, self._draft = self._draft, ""
        return self._input.instruction(_PROMPT, warning=f"[{level}]" if level else "", draft=draft)

    def _ask_at_once(self, question: str) -> str | None:
        """Read an answer that is not empty; None at the end of input. Ctrl-C is a no, and takes the floor."""
        while not self._gone():
            try:
                with self._keys.during(Phase.PROMPT):
                    if line := self._input.answer(question).strip():
                        return line
            except EOFError:
                self._commands.left = True
            except KeyboardInterrupt:
                self._keys.pending = True
                return "no"
        return None

    # Instructing

    def _explain(self, pause: Pause) -> None:
        match pause.reason:
            case "begin":
                self._begin()
            case "halt":
                level, why = self._commands.latched()
                said = f"{a_stop(level).capitalize()} is latched ({why})." if level else "The script was stopped."
                self._view.warn(f"{said} /clear clears it; then say how to go on." if level else said)
            case "interrupt":
                self._view.say("The agent waits for you.", "yellow")
            case "model":
                self._view.warn(f"The model did not answer: {pause.answer} (/model NAME takes another one.)")
            case "turns":
                self._view.say("The turns for this instruction are used up; the next one gets new ones.", "yellow")
            case "environment":
                reason = f": {pause.status.reason}" if pause.status.reason else ""
                self._view.say(f"The environment says that the scene's own task is over{reason}.", "yellow")

    def _begin(self) -> None:
        opening, task = self._session.opening, self._bench.task
        task = self._bench.task = replace(task, instruction=opening.instruction or task.instruction)
        self._view.scene(task.id, without_instruction(opening.text, task.instruction))

    def _look(self, pause: Pause) -> Observation:
        return self._session.opening if pause.reason == "begin" else self._session.observe()

    def _may_act(self, line: str) -> bool:
        """Whether the agent can act on an instruction; a latched stop is cleared if the person wants."""
        level, why = self._commands.latched()
        if not level:
            return True
        self._view.warn(f"{a_stop(level).capitalize()} is latched ({why}): no script can run.")
        answer = self._read(lambda: self._input.answer("Clear it, and go on? [y/n] "))
        if answer.lower() in ("y", "yes"):
            self._commands.clear()
            return True
        self._draft = line
        self._view.hint("It stays latched, and the agent was not told anything. /clear clears it.")
        return False

    def _instruction(self, line: str) -> Instruction:
        self._bench.worlds.before(line)
        notes, self._commands.notes = self._commands.notes, []
        model, self._commands.model = self._commands.model, None
        return Instruction(line, notes, model)
