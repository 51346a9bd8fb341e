"""The agent's loop: query the model, act in the environment, observe.

An episode is complete however it ends. Each turn is recorded before it is carried out, ``EpisodeFinished`` is always
the last event, and ``CodeActAgent.episode`` holds the episode also where ``run`` raised.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import msgspec
from msgspec.structs import replace

from embodied_codeact.agent.consent import Consent
from embodied_codeact.agent.conversation import Conversation, token_counter
from embodied_codeact.agent.dialects import NATIVE, ActionFormat, Dialect, Standing
from embodied_codeact.agent.events import (
    AgentEvent,
    EpisodeFinished,
    EpisodeStarted,
    EventSink,
    Instructed,
    ReplyReceived,
    ReplyText,
    TurnFinished,
)
from embodied_codeact.agent.limits import Limits, default_limits
from embodied_codeact.agent.observation import ScriptOutcome
from embodied_codeact.agent.people import (
    Commentator,
    Instruction,
    Pause,
    PauseReason,
    Person,
    User,
    instruction_text,
    notes_text,
)
from embodied_codeact.agent.prompt import opening_messages, without_instruction
from embodied_codeact.agent.streaming import Abandoned, stream_episode
from embodied_codeact.agent.tools import Toolbox
from embodied_codeact.agent.usage import measured_usage, prompt_budget, takes_images
from embodied_codeact.contracts import (
    Action,
    ApiDescription,
    CodeAction,
    EnvironmentSession,
    Episode,
    ExecutionResult,
    Finish,
    HasTask,
    InvalidReply,
    Message,
    Model,
    Observation,
    Permissions,
    Reply,
    Status,
    StreamingModel,
    Task,
    ToolCall,
    Turn,
    UserMessage,
)
from embodied_codeact.errors import ConfigurationError, OperatorError, PrimitiveError

NO_USER: dict[ActionFormat, str] = {
    "code": "No user is present to read this. Act with <execute>Python code</execute>, or finish with "
    "<solution>your answer</solution>.",
    "json": 'No user is present to read this. Act with one {"tool": ..., "arguments": ...}, or finish with '
    '{"tool": "finish", "arguments": {"answer": ...}}.',
    "text": "No user is present to read this. Act with one line that begins with 'Action:', or finish with "
    "'Action: finish(your answer)'.",
}
REFUSED = "The user did not allow this to run, so nothing was done.{}"

_T = TypeVar("_T")


class CodeActAgent:
    """Acts by writing Python (arXiv 2402.01030): each reply of the model is one action.

    ``user`` answers the agent's messages; without one the agent is told that nobody is there. ``commentator`` says
    something after each turn. ``consent`` is asked for before scripts run. A ``person`` stays for a whole conversation:
    where the episode would end they may give the next instruction, in the same world. ``on_event`` is told of
    everything as it happens, on the thread that called ``run``.
    """

    def __init__(
        self,
        model: Model,
        *,
        dialect: Dialect = NATIVE,
        limits: Limits | None = None,
        user: User | None = None,
        commentator: Commentator | None = None,
        consent: Consent | None = None,
        person: Person | None = None,
        on_event: EventSink | None = None,
    ) -> None:
        self.model = model
        self.dialect = dialect
        self.limits = limits or default_limits(dialect)
        self.user = person.answer if person is not None else user
        self.commentator = commentator
        self.consent = consent
        self.person = person
        self.on_event = on_event
        self.episode: Episode | None = None
        """The latest episode, complete as far as it went also where ``run`` raised."""

    def run(self, session: EnvironmentSession, task: Task | None = None) -> Episode:
        """Attempt one task; without one, the session's own.

        Raises:
            ConfigurationError: no task was given, and the session has none of its own.
            OperatorError: model, bridge or environment failed. ``episode`` then ends with ``"error"``.
            KeyboardInterrupt: passed on, as is ``Abandoned``; ``episode`` then ends with ``"user"``.
        """
        attempt = _Attempt(self, session, _task(session, task))
        try:
            attempt.play()
        except (KeyboardInterrupt, Abandoned):
            attempt.end = "user"
            raise
        except OperatorError as error:
            attempt.end, attempt.error = "error", str(error)
            raise
        except BaseException as error:
            attempt.end, attempt.error = "error", f"{type(error).__name__}: {error}"
            raise
        finally:
            self.episode = attempt.record()
            attempt.emit(EpisodeFinished(self.episode))
        return self.episode

    def stream(self, session: EnvironmentSession, task: Task | None = None) -> Generator[AgentEvent, None, None]:
        """Attempt one task as :meth:`run` does, and yield its events as they happen; ``EpisodeFinished`` is the last.

        The episode runs on a thread of its own, which is begun with the first event. Whoever stops before the last
        (``break``, an exception, Ctrl-C, ``close()``) ends the episode: a running script is interrupted, and the
        session can be used again. Keep the session to itself meanwhile.

        Raises:
            What :meth:`run` raises, after the last event.
        """
        return stream_episode(self, session, task)


def _task(session: EnvironmentSession, task: Task | None) -> Task:
    if task is None and isinstance(session, HasTask):
        return session.task
    if task is None:
        raise ConfigurationError("no task was given, and the session is for many: choose one of describe().tasks")
    return task


class _Outcome(msgspec.Struct, frozen=True):
    """What became of one action. ``end`` names why the episode is over, if it is."""

    body: str = ""
    end: str = ""
    result: ExecutionResult | None = None


class _Attempt:
    """One run of the loop: the episode so far."""

    def __init__(self, agent: CodeActAgent, session: EnvironmentSession, task: Task) -> None:
        self.agent, self.session, self.task = agent, session, task
        self.model, self.dialect, self.limits = agent.model, agent.dialect, agent.limits
        self.conversation = Conversation([])
        self.toolbox = Toolbox(ApiDescription())
        self.turns: list[Turn] = []
        self.state: dict[str, Any] = {}
        self.status = Status()
        self.end = ""
        self.answer: str | None = None
        self.error: str | None = None
        self.tokens = self.scripts = self.proposals = 0
        self.instructed_at = 0
        """Turns that were used before the present instruction."""
        self.waited_s = 0.0
        """Seconds that people took."""
        self.started = time.monotonic()
        self.started_at = datetime.now(UTC).isoformat(timespec="seconds")

    def play(self) -> None:
        self._open()
        while not self.end:
            action = self._query()
            if action is not None:
                self._observe(self._act(action))
        self._settle()

    def emit(self, event: AgentEvent) -> None:
        if self.agent.on_event is not None:
            self.agent.on_event(event)

    def record(self) -> Episode:
        return Episode(
            task=self.task,
            model=self.model.name,
            messages=self.conversation.messages,
            turns=list(self.turns),
            status=self.status,
            end=self.end,
            answer=self.answer,
            error=self.error,
            action_format=self.dialect.action,
            started_at=self.started_at,
            duration_s=time.monotonic() - self.started,
            metadata={"dialect": self.dialect.name, **({"instructed": True} if self.agent.person is not None else {})},
        )

    def _open(self) -> None:
        description = self.session.describe()
        self.toolbox = Toolbox(description.api)
        opening = self.session.reset(self.task)
        if opening.instruction:
            self.task = replace(self.task, instruction=opening.instruction)
        self.state, self.status = dict(opening.state), opening.status
        instruction = None
        if self.agent.person is not None:
            person = self.agent.person
            instruction = self._timed(lambda: person.instruct(Pause("begin", self.status)))
            if instruction is None:
                self.end = "user"
            else:
                opening = replace(opening, text=without_instruction(opening.text, self.task.instruction))
                self.task = replace(self.task, instruction=instruction.text)
        self.conversation = Conversation(
            opening_messages(
                description,
                self.task,
                opening,
                dialect=self.dialect,
                limits=self.limits,
                images=takes_images(self.model),
            )
        )
        self.emit(EpisodeStarted(self.task, opening.text, self.state))
        self.model.start_episode()
        if self.agent.commentator is not None:
            self.agent.commentator.start_episode()
        if instruction is not None:
            if instruction.notes:
                self.conversation.amend(notes_text(instruction))
            self._heed(instruction)

    def _query(self) -> Action | None:
        """Ask the model; None where its person broke into the reply. The turn is recorded at once, so that nothing that
        follows can lose it."""
        index = len(self.turns)
        prompt = self.conversation.prompt(prompt_budget(self.model, self.limits), token_counter(self.model))
        asked = time.monotonic()
        try:
            reply = self._reply(index, prompt.messages)
        except KeyboardInterrupt:
            if self.agent.person is None:
                raise
            self._break_in(self.agent.person)
            return None
        usage = measured_usage(reply, prompt.messages, time.monotonic() - asked)
        self.tokens += usage.prompt_tokens + usage.completion_tokens
        action = self.dialect.parse(reply.text, self.toolbox)
        self.conversation.add_reply(self.dialect.complete(reply.text))
        self.turns.append(
            Turn(
                index=index,
                reply=reply.text,
                action=action,
                state=self.state,
                status=self.status,
                usage=usage,
                dropped=prompt.dropped,
                shortened=prompt.shortened,
            )
        )
        self.emit(ReplyReceived(index, reply, action))
        return action

    def _reply(self, index: int, messages: list[Message]) -> Reply:
        stop, most = self.dialect.stop, self.limits.reply_tokens
        person = self.agent.person
        with person.interruptible() if person is not None else contextlib.nullcontext():
            if self.agent.on_event is None or not isinstance(self.model, StreamingModel):
                return self.model.reply(messages, stop=stop, max_tokens=most)

            def show(text: str) -> None:
                self.emit(ReplyText(index, text, restarted=not text))

            return self.model.stream(messages, show, stop=stop, max_tokens=most)

    def _act(self, action: Action) -> _Outcome:
        match action:
            case CodeAction() | ToolCall():
                return self._run(action)
            case Finish(answer=answer):
                return self._finish(answer)
            case UserMessage(text=text):
                return self._ask_user(text)
            case InvalidReply(repair=repair):
                return _Outcome(body=repair)

    def _observe(self, outcome: _Outcome) -> None:
        """Close the turn; unless the episode is over, tell the model what it did and what is left."""
        used = len(self.turns) - self.instructed_at
        self.end = outcome.end or self.limits.exceeded(turns=used, tokens=self.tokens, seconds=self._elapsed()) or ""
        text = said = ""
        if not self.end:
            text, said = self._commented(self._framed(outcome.body, used))
        self.turns[-1] = replace(
            self.turns[-1],
            observation=text,
            result=outcome.result,
            state=self.state,
            status=self.status,
            said=said,
        )
        self.emit(TurnFinished(self.turns[-1]))
        if self.agent.person is not None:
            text = self._handed_over(self.agent.person, outcome.body) or text
        if not self.end:
            images = outcome.result.figures if outcome.result is not None and takes_images(self.model) else []
            self.conversation.add_observation(text, images)

    def _framed(self, body: str, used: int) -> str:
        total = self.dialect.proposals
        left = None if total is None else total - self.proposals
        return self.dialect.frame(body, Standing(self.limits.turns - used, left))

    def _run(self, action: CodeAction | ToolCall) -> _Outcome:
        try:
            code = action.code if isinstance(action, CodeAction) else self.toolbox.code(action)
        except PrimitiveError as error:
            return _Outcome(body=str(error))
        allowed = None
        if self.agent.consent is not None:
            refusal = self._consented(self.agent.consent, action, code)
            if refusal is not None:
                return refusal
            allowed = self.agent.consent.allowed
        self.scripts += 1
        result, seen = self._execute(code, allowed)
        # Kept before anything else can fail: what a script did must be in the record.
        self.turns[-1] = replace(self.turns[-1], result=result, state=seen.state, status=seen.status)
        # A person may go on in a world that is done: it is news only once.
        news = seen.status.done and not (self.agent.person is not None and self.status.done)
        before, self.state, self.status = self.state, dict(seen.state), seen.status
        outcome = ScriptOutcome(result, before, self.state, self.scripts)
        body = self.dialect.describe(outcome, self.limits.observation_chars)
        if news:
            return _Outcome(body, end="environment", result=result)
        if isinstance(action, CodeAction) and action.then_finish is not None and _went_well(result):
            finished = self._finish(action.then_finish)
            return replace(finished, body=finished.body or body, result=result)
        return _Outcome(body, result=result)

    def _execute(self, code: str, allowed: list[str] | None) -> tuple[ExecutionResult, Observation]:
        deadline = self.limits.script_seconds(self._elapsed())
        if self.limits.calls is None and allowed is None:
            return self.session.execute(code, timeout_s=deadline, on_event=self.agent.on_event)
        permissions = Permissions(self.limits.calls, allowed)
        return self.session.execute(code, timeout_s=deadline, on_event=self.agent.on_event, permissions=permissions)

    def _finish(self, answer: str) -> _Outcome:
        self.answer = answer
        self.proposals += 1
        if self.dialect.proposals is None:
            return _Outcome(end="finish")
        self.status = self.session.observe(settle=True).status
        if self.status.success:
            return _Outcome(end="finish")
        if self.proposals >= self.dialect.proposals:
            return _Outcome(end="max_propose")
        return _Outcome(body=self.dialect.wrong_answer)

    def _settle(self) -> None:
        """Take the final verdict, which belongs to the last turn too. A world that is done has given it already."""
        if self.end == "environment":
            return
        seen = self.session.observe(settle=True)
        self.state, self.status = dict(seen.state), seen.status
        if self.turns:
            self.turns[-1] = replace(self.turns[-1], state=self.state, status=self.status)

    def _elapsed(self) -> float:
        return time.monotonic() - self.started - self.waited_s

    # People

    def _consented(self, consent: Consent, action: CodeAction | ToolCall, code: str) -> _Outcome | None:
        """What becomes of an action that its person does not allow; None where they do."""
        verdict = self._timed(lambda: consent.review(action, code, self.toolbox))
        if verdict is None:
            return _Outcome(end="user")
        return None if verdict.approved else _Outcome(body=REFUSED.format(f" {verdict.comment}".rstrip()))

    def _ask_user(self, text: str) -> _Outcome:
        user, commentator = self.agent.user, self.agent.commentator
        if user is not None:
            answer = self._timed(lambda: user(text))
        elif commentator is not None:
            answer = self._timed(lambda: commentator.answer(self.task, self._said()))
        else:
            return _Outcome(body=NO_USER[self.dialect.action])
        return _Outcome(end="user") if answer is None else _Outcome(body=f"The user answers: {answer}")

    def _said(self) -> list[Message]:
        return [message for message in self.conversation.messages if message.role != "system"]

    def _commented(self, observation: str) -> tuple[str, str]:
        """An observation with what the commentator says to it, and those words alone."""
        commentator = self.agent.commentator
        if commentator is None or isinstance(self.turns[-1].action, UserMessage):
            return observation, ""
        comment = self._timed(lambda: commentator.comment(self.task, self._said(), observation)).strip()
        return (f"{observation}\n\nThe user comments: {comment}", comment) if comment else (observation, "")

    def _handed_over(self, person: Person, body: str) -> str | None:
        """Let the person speak where the turn ended what they asked for, or where they want to. Returns the observation
        with their words; None where they said nothing."""
        if self.end == "user":
            return None
        reason = person.took_over() or (self.end if self.end in ("finish", "turns", "environment") else None)
        if reason is None:
            return None
        pause = Pause(cast(PauseReason, reason), self.status, (self.answer or "") if reason == "finish" else "")
        instruction = self._timed(lambda: person.instruct(pause))
        if instruction is None:
            self.end = "user"
            self.turns[-1] = replace(self.turns[-1], observation="")
            return None
        said = self._instructed(instruction)
        text = self._framed(f"{body}\n\n{said}".strip(), 0)
        self.turns[-1] = replace(self.turns[-1], observation=text, said=said)
        return text

    def _break_in(self, person: Person) -> None:
        """The person broke into a reply: there is no turn, only what they say."""
        instruction = self._timed(lambda: person.instruct(Pause("interrupt", self.status)))
        if instruction is None:
            self.end = "user"
            return
        self.conversation.amend(f"[The user broke into your reply.]\n{self._instructed(instruction)}")

    def _instructed(self, instruction: Instruction) -> str:
        """Begin anew with what the person said; return their words."""
        self.end = ""
        self.instructed_at = len(self.turns)
        self._heed(instruction)
        self.emit(Instructed(len(self.turns), instruction.text, instruction.notes))
        return instruction_text(instruction)

    def _heed(self, instruction: Instruction) -> None:
        """Go on in the world as the person left it, and with the model that they chose."""
        if instruction.model is not None:
            self.model = self.agent.model = instruction.model
            self.model.start_episode()
        seen = self.session.observe()
        self.state, self.status = dict(seen.state), seen.status

    def _timed(self, wait: Callable[[], _T]) -> _T:
        """Wait for people; the time that they take does not count."""
        asked = time.monotonic()
        try:
            return wait()
        finally:
            self.waited_s += time.monotonic() - asked


def _went_well(result: ExecutionResult) -> bool:
    return result.error is None and not result.interrupted
