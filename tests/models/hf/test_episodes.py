"""The real loop with a model that speaks noise: it survives, and what it costs is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from embodied_codeact.agent import CodeActAgent, Limits
from embodied_codeact.agent.events import ReplyText
from embodied_codeact.contracts import ExecutionResult, Message, Observation, Reply
from tests.agent.fakes import Pantry, pantry_task
from tests.models.hf.checkpoints import STYLES
from tests.models.hf.conftest import Load


class Chatty(Pantry):
    """A world that has much to say."""

    def execute(self, code: str, **options: Any) -> tuple[ExecutionResult, Observation]:
        result, seen = super().execute(code, **options)
        return ExecutionResult(result.stdout + "You see a jar.\n" * 20, result.value, result.error), seen


class Acting:
    """A model of noise that begins each reply with a script, so that the world answers."""

    name = "acting"

    def __init__(self, model: Any) -> None:
        self.model = model
        self.context_tokens = model.context_tokens
        self.count_tokens: Callable[[Sequence[Message]], int] = model.count_tokens
        self.prompts: list[int] = []

    def start_episode(self) -> None:
        self.model.start_episode()

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        reply = self.model.reply(messages, stop=stop, max_tokens=max_tokens)
        self.prompts.append(reply.usage.prompt_tokens)
        return Reply(f"<execute>\nprint('looking')\n</execute>{reply.text[:0]}", reply.usage)


@pytest.mark.parametrize("name", STYLES)
def test_the_loop_survives_noise(name: str, load: Load) -> None:
    model = load(name)
    shown: list[str] = []
    agent = CodeActAgent(
        model.for_episode(),
        limits=Limits(turns=4, reply_tokens=30),
        on_event=lambda event: shown.append(event.text) if isinstance(event, ReplyText) else None,
    )
    episode = agent.run(Pantry(), pantry_task())
    assert episode.end in ("turns", "finish")
    assert len(episode.turns) == 4
    assert "".join(shown) == "".join(turn.reply for turn in episode.turns)
    for turn in episode.turns:
        assert turn.usage.prompt_tokens > 0
        assert 0 < turn.usage.completion_tokens <= 30
        assert not turn.usage.estimated
    said = [turn.usage.prompt_tokens for turn in episode.turns]
    # Each turn computes what it adds, not all that was said.
    assert model.total_computed_tokens <= said[-1] + episode.turns[-1].usage.completion_tokens + 8 * 4


def test_what_does_not_fit_is_left_out_oldest_first(load: Load) -> None:
    model = Acting(load("llama", context_tokens="2600"))
    limits = Limits(turns=12, reply_tokens=20)
    episode = CodeActAgent(model, limits=limits).run(Chatty(ends_when_won=False), pantry_task())
    assert (episode.end, len(episode.turns)) == ("turns", 12)
    assert any(turn.shortened for turn in episode.turns)
    assert max(model.prompts) <= 2600 - limits.reply_tokens
    assert model.model.computed_tokens < sum(model.prompts)
