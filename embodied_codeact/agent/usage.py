"""What replies cost, and how much room a model has."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from embodied_codeact.agent.conversation import estimate_tokens
from embodied_codeact.agent.limits import Limits
from embodied_codeact.contracts import BoundsReplies, KnowsContext, Message, Model, Reply, TakesImages, Usage


def measured_usage(reply: Reply, prompt: Sequence[Message], seconds: float) -> Usage:
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


def reply_budget(model: Model, limits: Limits) -> int:
    """Tokens that a reply may have."""
    own = model.reply_tokens if isinstance(model, BoundsReplies) else None
    return limits.reply_tokens if own is None else min(own, limits.reply_tokens)


def prompt_budget(model: Model, limits: Limits) -> int:
    """Tokens that a prompt may have: what the limits, and the model's own context, leave beside the reply. At least a
    quarter of the context is left to it, also where the reply could fill it all."""
    context = limits.context_tokens
    if isinstance(model, KnowsContext):
        context = min(context, model.context_tokens)
    return max(context - reply_budget(model, limits), context // 4)


def prompt_limit(model: Model) -> int | None:
    """Tokens that a prompt has at most, whatever that costs: a quarter of the context is the reply's. None where the
    model does not know its context."""
    return model.context_tokens * 3 // 4 if isinstance(model, KnowsContext) else None


def takes_images(model: Model) -> bool:
    """Whether pictures can be shown to the model."""
    return isinstance(model, TakesImages) and model.takes_images
