"""Runs an expert's program over the answers that a conversation holds, up to the first call that has none.

Every reply runs all programs so far from their beginning, so the expert keeps nothing between replies and needs
nothing but the messages. A program is deterministic: over the same answers it makes the same calls.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from embodied_codeact.contracts import Message
from embodied_codeact.envs.error_words import chooser, in_own_words
from embodied_codeact.envs.unrolled.answers import Answer, read_answer
from embodied_codeact.envs.unrolled.forms import (
    STATE,
    Call,
    Conclusion,
    Decision,
    Form,
    ShownNames,
    action_of,
    acts,
    write_call,
    write_decision,
)
from embodied_codeact.envs.unrolled.standins import (
    Knowledge,
    Offer,
    Primitive,
    State,
    as_objects,
    standing_for,
)
from embodied_codeact.errors import InvalidArgument, PrimitiveError, Stopped

MOST_STEPS = 200_000
"""Turns of loops and calls of functions in one program; those of experts take some thousands."""
_STEP = "__step__"


@dataclass(frozen=True)
class EndedProgram:
    """How a program ended: what it printed, what it raised ("Kind: message", empty where it came to its end), and how
    many messages of the conversation it and those before it used up."""

    printed: str
    error: str
    messages: int


def reply_with_calls(
    messages: Sequence[Message], form: Form, offer: Offer, decide: Callable[[Sequence[EndedProgram]], Decision]
) -> str:
    """Return the next reply of an expert that plans in programs and acts in single calls.

    Args:
        messages: the conversation so far.
        form: how the reply is to be written; any but ``"script"``.
        offer: what programs may use.
        decide: writes the program to run after those that ended, or concludes. It must not depend on messages that
            came later than the last program's end.
    """
    run = _Run(messages, form, offer)
    ended: list[EndedProgram] = []
    while True:
        decision = decide(ended)
        if isinstance(decision, Conclusion):
            return write_decision(form, decision)
        answered = run.answered
        try:
            ended.append(run.play(decision.code))
        except _Unanswered as needed:
            # The thought belongs to the plan, so it is said once.
            plan = decision.thought if run.answered == answered and not run.stumbled else ""
            return write_call(form, run.stumbled or plan, needed.call)


class _Unanswered(BaseException):
    """The program made a call that the conversation does not answer yet. No program can catch it."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.name)
        self.call = call


class _TooLong(BaseException):
    """The program does not come to an end."""


class _Transcript:
    """Replies and what was answered to them, in order."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = messages
        self.position = next((i for i, message in enumerate(messages) if message.role == "assistant"), len(messages))
        self.passed_over: list[str] = []
        """What was answered to replies that were no action of the program."""

    def find(self, action: str) -> str | None:
        """Return what was answered to the next reply that holds this action, None where there is none. Replies before
        it are passed over: another model, or a person, may have acted in between."""
        others: list[str] = []
        for index in range(self.position, len(self._messages) - 1):
            reply, answer = self._messages[index], self._messages[index + 1]
            if reply.role == "assistant" and answer.role == "user":
                if acts(reply.content, action):
                    self.position = index + 2
                    self.passed_over = others
                    return answer.content
                others.append(answer.content)
        self.passed_over = others
        return None


class _Run:
    """The programs of one reply, in one namespace."""

    def __init__(self, messages: Sequence[Message], form: Form, offer: Offer) -> None:
        self._transcript = _Transcript(messages)
        self._names = ShownNames(messages)
        self._form: Form = form
        self._offer = offer
        self._seen: dict[str, Answer] = {}
        self._steps = 0
        self._printed = io.StringIO()
        self._knowledge = Knowledge(offer.state, self._fetch_state)
        self.answered = 0
        self.stumbled = ""
        """What to say where the latest reply was no action of the program, and failed."""
        kinds: list[type[Exception]] = [PrimitiveError, InvalidArgument, Stopped, *offer.errors]
        self._errors = {kind.__name__: kind for kind in kinds}
        self._namespace: dict[str, Any] = {
            "__name__": "__main__",
            **self._errors,
            **{name: self._stand_in(name, primitive) for name, primitive in offer.primitives.items()},
            STATE: State(self._knowledge),
            "print": self._print,
            _STEP: self._step,
        }

    def play(self, code: str) -> EndedProgram:
        """Run one program to its end.

        Raises:
            _Unanswered: it makes a call that is not answered yet.
        """
        self._printed, self._steps = io.StringIO(), 0
        error = ""
        try:
            exec(_stepwise(code), self._namespace)
        except _TooLong:
            error = f"TimeoutError: the program took more than {MOST_STEPS} steps"
        except Exception as raised:  # noqa: BLE001
            # Whatever a program raises is its own affair, and part of how it ended.
            error = f"{type(raised).__name__}: {raised}"
        return EndedProgram(self._printed.getvalue(), error, self._transcript.position)

    def _stand_in(self, name: str, primitive: Any) -> Any:
        if inspect.isclass(primitive):
            return Primitive(name, primitive, self._invoke)
        return standing_for(name, primitive, inspect.signature(primitive), self._invoke)

    def _invoke(
        self,
        name: str,
        function: Callable[..., Any],
        signature: inspect.Signature,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Answer a call from the conversation, or end the run with it."""
        self._step()
        shown = self._names.shown(name) if self._form == "text" else name
        call = Call(shown, function, args, kwargs, signature.bind(*args, **kwargs).arguments)
        action = action_of(self._form, call)
        looks = self._offer.only_looks(name)
        answer = self._seen.get(action) if looks else None
        if answer is None:
            answer = self._ask(call, action)
            if looks:
                self._seen[action] = answer
            else:
                self._seen.clear()
        if answer.kind:
            raise self._error(answer)
        return as_objects(answer.value)

    def _ask(self, call: Call, action: str) -> Answer:
        observation = self._transcript.find(action)
        others = [read_answer(other, printed=self._form == "atomic") for other in self._transcript.passed_over]
        for other in others:
            self._knowledge.follow(other)
        if observation is None:
            if others and others[-1].kind:
                latest = others[-1]
                self.stumbled = in_own_words(f"{latest.kind}: {latest.message}", chooser(latest, call.name))
            raise _Unanswered(call)
        self.answered += 1
        answer = read_answer(observation, printed=self._form == "atomic")
        self._knowledge.follow(answer)
        return answer

    def _fetch_state(self) -> dict[str, Any]:
        call = Call(STATE, self._fetch_state, (), {}, {})
        answer = self._ask(call, action_of(self._form, call))
        if answer.kind:
            raise self._error(answer)
        return answer.value if isinstance(answer.value, dict) else {}

    def _error(self, answer: Answer) -> Exception:
        known = self._errors.get(answer.kind) or getattr(builtins, answer.kind, None)
        if inspect.isclass(known) and issubclass(known, Exception):
            return known(answer.message)
        return PrimitiveError(f"{answer.kind}: {answer.message}")

    def _print(self, *values: Any, **options: Any) -> None:
        # Not by redirecting standard output, which all threads share.
        print(*values, **{**options, "file": self._printed})

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise _TooLong


@functools.lru_cache(maxsize=64)
def _stepwise(code: str) -> Any:
    """Compile a program so that each turn of a loop and each call of a function of its own counts as a step."""
    tree = _Stepwise().visit(ast.parse(code, "program"))
    return compile(ast.fix_missing_locations(tree), "program", "exec")


class _Stepwise(ast.NodeTransformer):
    def _counted(self, node: Any) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(ast.Call(ast.Name(_STEP, ast.Load()), [], [])))
        return node  # type: ignore[no-any-return]

    visit_For = visit_While = visit_FunctionDef = _counted  # noqa: N815
