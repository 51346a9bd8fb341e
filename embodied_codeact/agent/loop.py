"""The agent's loop: query the model, act in the environment, observe.

Each turn is recorded before it is carried out, so that whatever stops the loop leaves an episode that is complete as
far as it went.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from embodied_codeact.agent.company import Company
from embodied_codeact.agent.conversation import Conversation, token_counter
from embodied_codeact.agent.dialects import CUT, Standing
from embodied_codeact.agent.events import (
    AgentEvent,
    EpisodeStarted,
    Instructed,
    ReplyReceived,
    ReplyText,
    TurnFinished,
)
from embodied_codeact.agent.observation import ScriptOutcome
from embodied_codeact.agent.people import Instruction, PauseReason, instruction_text, notes_text
from embodied_codeact.agent.prompt import opening_messages, without_instruction
from embodied_codeact.agent.tools import Toolbox
from embodied_codeact.agent.usage import measured_usage, prompt_budget, prompt_limit, reply_budget, takes_images
from embodied_codeact.contracts import (
    Action,
    ApiDescription,
    CodeAction,
    EnvironmentSession,
    Episode,
    ExecutionResult,
    Finish,
    InvalidReply,
    Message,
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
from embodied_codeact.errors import ModelError, PrimitiveError

if TYPE_CHECKING:
    from embodied_codeact.agent.agent import CodeActAgent

REFUSED = "The user did not allow this to run, so nothing was done.{}"


class _Outcome(msgspec.Struct, frozen=True):
    """What became of one action. ``end`` names why the episode is over, if it is."""

    body: str = ""
    end: str = ""
    result: ExecutionResult | None = None


class Attempt:
    """One run of the loop: the episode so far. ``play`` it once; ``record`` holds it however that ended."""

    def __init__(self, agent: CodeActAgent, session: EnvironmentSession, task: Task) -> None:
        self.agent, self.session, self.task = agent, session, task
        self.model, self.dialect, self.limits = agent.model, agent.dialect, agent.limits
        self.company = Company(agent)
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
            metadata=self._rules(),
        )

    def _rules(self) -> dict[str, Any]:
        """By what rules the episode is played, as a replay needs them."""
        rules: dict[str, Any] = {"dialect": self.dialect.name, "script_timeout_s": self.limits.script_timeout_s}
        rules |= self.agent.marks
        if self.limits.calls is not None:
            rules["max_calls"] = self.limits.calls
        if self.company.stays:
            rules["instructed"] = True
        return rules

    def _open(self) -> None:
        description = self.session.describe()
        self.toolbox = Toolbox(description.api)
        opening = self.session.reset(self.task)
        if opening.instruction:
            self.task = replace(self.task, instruction=opening.instruction)
        self.state, self.status = dict(opening.state), opening.status
        instruction = None
        if self.company.stays:
            instruction = self.company.instruct("begin", self.status)
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
        self.emit(EpisodeStarted(self.task, opening.text, self.state, self.record()))
        self.model.start_episode()
        self.company.start_episode()
        if instruction is not None:
            if instruction.notes:
                self.conversation.amend(notes_text(instruction))
            self._heed(instruction)

    def _query(self) -> Action | None:
        """Ask the model; None where its person broke into the reply. The turn is recorded at once, so that nothing that
        follows can lose it."""
        index = len(self.turns)
        budget, most = prompt_budget(self.model, self.limits), prompt_limit(self.model)
        prompt = self.conversation.prompt(budget, token_counter(self.model), most=most)
        asked = time.monotonic()
        try:
            reply = self._reply(index, prompt.messages)
        except KeyboardInterrupt:
            if not self.company.stays:
                raise
            self._break_in("interrupt")
            return None
        except ModelError as error:
            if not self.company.stays:
                raise
            self._break_in("model", str(error))
            return None
        usage = measured_usage(reply, prompt.messages, time.monotonic() - asked)
        self.tokens += usage.prompt_tokens + usage.completion_tokens
        action = self.dialect.parse(reply.text, self.toolbox)
        if reply.cut and self.dialect.is_cut_off(reply.text, action):
            action = InvalidReply(CUT.format(most=usage.completion_tokens))
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
                cut=reply.cut,
            )
        )
        self.emit(ReplyReceived(index, reply, action))
        return action

    def _reply(self, index: int, messages: list[Message]) -> Reply:
        stop, most = self.dialect.stop, reply_budget(self.model, self.limits)
        with self.company.interruptible():
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
                told = self.company.answer(text, self.task, self._said(), self.dialect.action)
                return _Outcome(end="user") if told is None else _Outcome(body=told)
            case InvalidReply(repair=repair):
                return _Outcome(body=repair)

    def _observe(self, outcome: _Outcome) -> None:
        """Close the turn; unless the episode is over, tell the model what it did and what is left."""
        used = len(self.turns) - self.instructed_at
        self.end = outcome.end or self.limits.exceeded(turns=used, tokens=self.tokens, seconds=self._elapsed()) or ""
        text = said = ""
        if not self.end:
            text, said = self._commented(self._framed(outcome.body, used))
        self._amend_turn(observation=text, result=outcome.result, state=self.state, status=self.status, said=said)
        self.emit(TurnFinished(self.turns[-1]))
        instructed = self._handed_over(outcome.body)
        if not self.end:
            images = outcome.result.figures if outcome.result is not None and takes_images(self.model) else []
            turn = self.turns[-1]
            self.conversation.add_observation(turn.observation, images, instruction=turn.said if instructed else "")

    def _framed(self, body: str, used: int) -> str:
        total = self.dialect.proposals
        left = None if total is None else total - self.proposals
        return self.dialect.frame(body, Standing(self.limits.turns - used, left))

    def _run(self, action: CodeAction | ToolCall) -> _Outcome:
        try:
            code = action.code if isinstance(action, CodeAction) else self.toolbox.code(action)
        except PrimitiveError as error:
            return _Outcome(body=str(error))
        verdict = self.company.review(action, code, self.toolbox)
        if verdict is None:
            return _Outcome(end="user")
        if not verdict.approved:
            return _Outcome(body=REFUSED.format(f" {verdict.comment}".rstrip()))
        self.scripts += 1
        result, seen = self._execute(code)
        # Kept before anything else can fail: what a script did must be in the record.
        self._amend_turn(result=result, state=seen.state, status=seen.status)
        # A person may go on in a world that is done: it is news only once.
        news = seen.status.done and not (self.company.stays and self.status.done)
        before, self.state, self.status = self.state, dict(seen.state), seen.status
        outcome = ScriptOutcome(result, before, self.state, self.scripts)
        body = self.dialect.describe(outcome, self.limits.observation_chars)
        if news:
            return _Outcome(body, end="environment", result=result)
        if isinstance(action, CodeAction) and action.then_finish is not None and _went_well(result):
            finished = self._finish(action.then_finish)
            return replace(finished, body=finished.body or body, result=result)
        return _Outcome(body, result=result)

    def _execute(self, code: str) -> tuple[ExecutionResult, Observation]:
        deadline, allowed = self.limits.script_seconds(self._elapsed()), self.company.allowed_calls()
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
            self._amend_turn(state=self.state, status=self.status)

    def _amend_turn(self, **changes: Any) -> None:
        self.turns[-1] = replace(self.turns[-1], **changes)

    def _elapsed(self) -> float:
        return time.monotonic() - self.started - self.company.waited_s

    # Where people speak

    def _said(self) -> list[Message]:
        return [message for message in self.conversation.messages if message.role != "system"]

    def _commented(self, observation: str) -> tuple[str, str]:
        """An observation with what the commentator says to it, and those words alone."""
        if isinstance(self.turns[-1].action, UserMessage):
            return observation, ""
        comment = self.company.comment(self.task, self._said(), observation)
        return (f"{observation}\n\nThe user comments: {comment}", comment) if comment else (observation, "")

    def _handed_over(self, body: str) -> bool:
        """Let the person who stays speak where the turn ended what they asked for, or where they want to. Returns
        whether they did: the turn's observation then holds their words."""
        reason = self.company.wants_to_speak(self.end)
        if reason is None:
            return False
        instruction = self.company.instruct(reason, self.status, (self.answer or "") if reason == "finish" else "")
        if instruction is None:
            self.end = "user"
            self._amend_turn(observation="")
            return False
        said = self._instructed(instruction)
        self._amend_turn(observation=self._framed(f"{body}\n\n{said}".strip(), 0), said=said)
        return True

    def _break_in(self, reason: PauseReason, problem: str = "") -> None:
        """The person broke into a reply, or there came none: there is no turn, only what they say."""
        instruction = self.company.instruct(reason, self.status, problem)
        if instruction is None:
            self.end = "user"
            return
        said = self._instructed(instruction)
        broken = "[The user broke into your reply.]\n" if reason == "interrupt" else ""
        self.conversation.amend(f"{broken}{said}", instruction=said)

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


def _went_well(result: ExecutionResult) -> bool:
    return result.error is None and not result.interrupted
