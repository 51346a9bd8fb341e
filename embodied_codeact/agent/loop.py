"""The agent's loop: query the model, act in the environment, observe.

An episode is complete however it ends. Each turn is recorded before it is carried out, ``EpisodeFinished`` is always
the last event, and ``CodeActAgent.episode`` holds the episode also where ``run`` raised.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from embodied_codeact.agent.conversation import Conversation, estimate_tokens, token_counter
from embodied_codeact.agent.dialects import NATIVE, Dialect, Standing
from embodied_codeact.agent.events import (
    AgentEvent,
    EpisodeFinished,
    EpisodeStarted,
    EventSink,
    ReplyReceived,
    TurnFinished,
)
from embodied_codeact.agent.limits import Limits
from embodied_codeact.agent.observation import ScriptOutcome
from embodied_codeact.agent.prompt import opening_messages
from embodied_codeact.contracts import (
    Action,
    CodeAction,
    EnvironmentSession,
    Episode,
    ExecutionResult,
    Finish,
    InvalidReply,
    Message,
    Model,
    Reply,
    Status,
    Task,
    ToolCall,
    Turn,
    Usage,
    UserMessage,
)
from embodied_codeact.errors import OperatorError

NO_USER = (
    "No user is present to read this. Act with <execute>Python code</execute>, or finish with "
    "<solution>your answer</solution>."
)

User = Callable[[str], str | None]
"""Shown a message of the agent, returns the user's answer, or None when the user leaves."""


class CodeActAgent:
    """Acts by writing Python (arXiv 2402.01030): each reply of the model is one action.

    ``user`` answers the agent's messages; without one the agent is told that nobody is there. ``on_event`` is told of
    everything as it happens, on the thread that called ``run``.
    """

    def __init__(
        self,
        model: Model,
        *,
        dialect: Dialect = NATIVE,
        limits: Limits | None = None,
        user: User | None = None,
        on_event: EventSink | None = None,
    ) -> None:
        self.model = model
        self.dialect = dialect
        self.limits = limits or Limits()
        self.user = user
        self.on_event = on_event
        self.episode: Episode | None = None
        """The latest episode, complete as far as it went also where ``run`` raised."""

    def run(self, session: EnvironmentSession, task: Task) -> Episode:
        """Attempt one task.

        Raises:
            OperatorError: model, bridge or environment failed. ``episode`` then ends with ``"error"``.
            KeyboardInterrupt: passed on; ``episode`` then ends with ``"user"``.
        """
        attempt = _Attempt(self, session, task)
        try:
            attempt.play()
        except KeyboardInterrupt:
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
        self.turns: list[Turn] = []
        self.state: dict[str, Any] = {}
        self.status = Status()
        self.end = ""
        self.answer: str | None = None
        self.error: str | None = None
        self.tokens = self.scripts = self.proposals = 0
        self.user_seconds = 0.0
        self.started = time.monotonic()
        self.started_at = datetime.now(UTC).isoformat(timespec="seconds")

    def play(self) -> None:
        self._open()
        while not self.end:
            action = self._query()
            outcome = self._act(action)
            self._observe(outcome)
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
            started_at=self.started_at,
            duration_s=time.monotonic() - self.started,
            metadata={"dialect": self.dialect.name},
        )

    def _open(self) -> None:
        description = self.session.describe()
        opening = self.session.reset(self.task)
        if opening.instruction:
            self.task = replace(self.task, instruction=opening.instruction)
        self.state, self.status = dict(opening.state), opening.status
        self.conversation = Conversation(
            opening_messages(description, self.task, opening, dialect=self.dialect, limits=self.limits)
        )
        self.emit(EpisodeStarted(self.task, opening.text, self.state))
        self.model.start_episode()

    def _query(self) -> Action:
        """Ask the model. The turn is recorded at once, so that nothing that follows can lose it."""
        budget = self.limits.context_tokens - self.limits.reply_tokens
        prompt = self.conversation.prompt(budget, token_counter(self.model))
        asked = time.monotonic()
        reply = self.model.reply(prompt.messages, stop=self.dialect.stop, max_tokens=self.limits.reply_tokens)
        usage = _usage(reply, prompt.messages, time.monotonic() - asked)
        self.tokens += usage.prompt_tokens + usage.completion_tokens
        action = self.dialect.parse(reply.text)
        self.conversation.add_reply(reply.text)
        index = len(self.turns)
        self.turns.append(
            Turn(
                index=index,
                reply=reply.text,
                action=action,
                state=self.state,
                status=self.status,
                usage=usage,
                dropped=prompt.dropped,
            )
        )
        self.emit(ReplyReceived(index, reply, action))
        return action

    def _act(self, action: Action) -> _Outcome:
        match action:
            case CodeAction():
                return self._run_script(action)
            case Finish(answer=answer):
                return self._finish(answer)
            case UserMessage(text=text):
                return self._ask_user(text)
            case InvalidReply(repair=repair):
                return _Outcome(body=repair)
            case ToolCall():
                raise OperatorError(f"the dialect {self.dialect.name!r} acts by code and cannot carry out a tool call")

    def _observe(self, outcome: _Outcome) -> None:
        """Close the turn; unless the episode is over, tell the model what it did and what is left."""
        used = len(self.turns)
        self.end = outcome.end or self.limits.exceeded(turns=used, tokens=self.tokens, seconds=self._elapsed()) or ""
        text = ""
        if not self.end:
            total = self.dialect.proposals
            left = None if total is None else total - self.proposals
            text = self.dialect.frame(outcome.body, Standing(self.limits.turns - used, left))
            self.conversation.add_observation(text)
        self.turns[-1] = replace(
            self.turns[-1], observation=text, result=outcome.result, state=self.state, status=self.status
        )
        self.emit(TurnFinished(self.turns[-1]))

    def _run_script(self, action: CodeAction) -> _Outcome:
        self.scripts += 1
        deadline = self.limits.script_seconds(self._elapsed())
        result, seen = self.session.execute(action.code, timeout_s=deadline, on_event=self.agent.on_event)
        # Kept before anything else can fail: what a script did must be in the record.
        self.turns[-1] = replace(self.turns[-1], result=result, state=seen.state, status=seen.status)
        before, self.state, self.status = self.state, dict(seen.state), seen.status
        if seen.status.done:
            return _Outcome(end="environment", result=result)
        if action.then_finish is not None and result.error is None and not result.interrupted:
            return replace(self._finish(action.then_finish), result=result)
        outcome = ScriptOutcome(result, before, self.state, self.scripts)
        return _Outcome(body=self.dialect.describe(outcome, self.limits.observation_chars), result=result)

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

    def _ask_user(self, text: str) -> _Outcome:
        if self.agent.user is None:
            return _Outcome(body=NO_USER)
        asked = time.monotonic()
        answer = self.agent.user(text)
        self.user_seconds += time.monotonic() - asked
        return _Outcome(end="user") if answer is None else _Outcome(body=f"The user answers: {answer}")

    def _settle(self) -> None:
        """Take the final verdict, which belongs to the last turn too. A world that is done has given it already."""
        if self.end == "environment":
            return
        seen = self.session.observe(settle=True)
        self.state, self.status = dict(seen.state), seen.status
        self.turns[-1] = replace(self.turns[-1], state=self.state, status=self.status)

    def _elapsed(self) -> float:
        return time.monotonic() - self.started - self.user_seconds


def _usage(reply: Reply, prompt: list[Message], seconds: float) -> Usage:
    """The model's own count where it gives one, else an estimate."""
    usage = reply.usage
    if not usage.prompt_tokens and not usage.completion_tokens:
        answer = [Message("assistant", reply.text)]
        usage = replace(
            usage,
            prompt_tokens=estimate_tokens(prompt),
            completion_tokens=estimate_tokens(answer),
            estimated=True,
        )
    return usage if usage.seconds else replace(usage, seconds=seconds)
