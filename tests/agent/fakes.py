"""A small living world for tests of the agent's side: scripts really run in it, and it judges for itself."""

from __future__ import annotations

import ast
import contextlib
import io
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from embodied_codeact.agent.people import Instruction, Pause, PauseReason, Person
from embodied_codeact.contracts import (
    ApiDescription,
    EnvironmentDescription,
    ErrorSpec,
    ExecutionEvent,
    ExecutionResult,
    FieldSpec,
    Message,
    MethodSpec,
    Observation,
    OutputChunk,
    Permissions,
    PrimitiveSpec,
    Reply,
    ScriptError,
    Status,
    Task,
    Usage,
)
from embodied_codeact.errors import PrimitiveError

DESCRIPTION = EnvironmentDescription(
    name="pantry",
    guide="One shelf, one box. You can hold one thing.",
    api=ApiDescription(
        primitives=[
            PrimitiveSpec(
                name="take",
                doc="",
                function=MethodSpec("take", "(thing: str) -> str", "Take a thing.\n\nRaises PrimitiveError."),
            ),
            PrimitiveSpec(
                name="box", doc="The box.", methods=[MethodSpec("put", "(thing: str) -> str", "Put a thing into it.")]
            ),
        ],
        state=[FieldSpec("holding", "str | None", "What the hand holds.")],
        errors=[ErrorSpec("PrimitiveError", ["Exception"], "Could not be done.")],
    ),
    packages=["math"],
)


def pantry_task(name: str = "t1", thing: str = "jam", kind: str = "place") -> Task:
    return Task(name, "pantry", f"put the {thing} into the box", metadata={"type": kind, "thing": thing})


class Pantry:
    """Take a thing, put it into the box. ``ends_when_won`` as household games do; otherwise only a settled look
    tells, as on the tabletop. With ``stays_won`` every later look says so too."""

    def __init__(self, *, ends_when_won: bool = True, stays_won: bool = False, fail_on: str | None = None) -> None:
        self.ends_when_won = ends_when_won
        self.stays_won = stays_won
        self.fail_on = fail_on
        self.failure: BaseException | None = None
        self.deadlines: list[float] = []
        self.permissions: list[Permissions | None] = []
        """What each script was allowed; nothing here holds it to that."""
        self.settled = 0
        self._start(pantry_task())

    def describe(self) -> EnvironmentDescription:
        return DESCRIPTION

    def reset(self, task: Task) -> Observation:
        self._start(task)
        return Observation(
            text="You see a shelf and a box.", state=self._state(), instruction=task.metadata.get("chosen", "")
        )

    def execute(
        self,
        code: str,
        *,
        timeout_s: float,
        on_event: Callable[[ExecutionEvent], None] | None = None,
        permissions: Permissions | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        self.deadlines.append(timeout_s)
        self.permissions.append(permissions)
        if self.failure is not None and self.fail_on in (None, code):
            raise self.failure
        result = run_script(code, self.namespace)
        if on_event is not None and result.stdout:
            on_event(OutputChunk(result.stdout))
        won = self.ends_when_won and self._won()
        return result, Observation(state=self._state(), status=Status(success=won, score=float(won), done=won))

    def observe(self, *, settle: bool = False) -> Observation:
        self.settled += settle
        won = self._won()
        known = won and (settle or self.stays_won)
        return Observation(
            state=self._state(), status=Status(success=known, score=float(won), done=won and self.stays_won)
        )

    def _start(self, task: Task) -> None:
        self.wanted = task.metadata["thing"]
        self.holding: str | None = None
        self.inside: list[str] = []
        self.namespace: dict[str, Any] = {"take": self._take, "box": self, "PrimitiveError": PrimitiveError}

    def _take(self, thing: str) -> str:
        if self.holding:
            raise PrimitiveError(f"The hand holds the {self.holding}. Put it down first.")
        self.holding = thing
        return f"You take the {thing}."

    def put(self, thing: str) -> str:
        if self.holding != thing:
            raise PrimitiveError(f"You do not hold the {thing}. Take it first.")
        self.holding = None
        self.inside.append(thing)
        return f"You put the {thing} into the box."

    def _won(self) -> bool:
        return self.wanted in self.inside

    def _state(self) -> dict[str, Any]:
        return {"holding": self.holding}


def run_script(code: str, namespace: dict[str, Any]) -> ExecutionResult:
    """Run code as an interpreter cell does: print, echo the last expression, catch what it raises."""
    printed = io.StringIO()
    value, error = None, None
    with contextlib.redirect_stdout(printed):
        try:
            tree = ast.parse(code)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "<script>", "exec"), namespace)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "<script>", "eval"), namespace)
        except Exception as raised:  # noqa: BLE001 - whatever a script raises is its result
            summary = "".join(traceback.format_exception_only(raised)).strip()
            error = ScriptError(type(raised).__name__, str(raised), traceback=summary)
    return ExecutionResult(printed.getvalue(), None if value is None else repr(value), error)


class ScriptedModel:
    """Gives its replies in order and keeps what it was shown."""

    name = "scripted"

    def __init__(self, replies: Sequence[str | BaseException], usage: Usage = Usage()) -> None:  # noqa: B008
        self._replies: Iterator[str | BaseException] = iter(replies)
        self._usage = usage
        self.prompts: list[list[Message]] = []
        self.episodes = 0

    def start_episode(self) -> None:
        self.episodes += 1

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        del stop, max_tokens
        self.prompts.append(list(messages))
        reply = next(self._replies)
        if isinstance(reply, BaseException):
            raise reply
        return Reply(reply, self._usage)


class ScriptedPerson(Person):
    """Says what was written for it, in order; leaves when nothing is left."""

    def __init__(
        self, *instructions: Instruction | str, answers: Sequence[str] = (), halts: Sequence[int] = ()
    ) -> None:
        self._instructions = [Instruction(said) if isinstance(said, str) else said for said in instructions]
        self._answers = list(answers)
        self._halts = set(halts)
        self.pauses: list[Pause] = []
        self.asked: list[str] = []
        self._turns = 0
        self.replying = False

    def instruct(self, pause: Pause) -> Instruction | None:
        assert not self.replying
        self.pauses.append(pause)
        return self._instructions.pop(0) if self._instructions else None

    def answer(self, message: str) -> str | None:
        self.asked.append(message)
        return self._answers.pop(0) if self._answers else None

    def took_over(self) -> PauseReason | None:
        self._turns += 1
        return "halt" if self._turns in self._halts else None

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        self.replying = True
        try:
            yield
        finally:
            self.replying = False

    @property
    def reasons(self) -> list[PauseReason]:
        return [pause.reason for pause in self.pauses]
