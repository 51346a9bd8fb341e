"""How much an episode may cost."""

from __future__ import annotations

import math

import msgspec

from embodied_codeact.agent.dialects import Dialect
from embodied_codeact.errors import ConfigurationError

CODE_TURNS = 5
CALL_TURNS = 60


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Budgets of one episode; None means no limit.

    ``tokens`` bounds the sum of all prompts and replies, ``seconds`` the wall time without the time that a user takes
    to answer. Both are looked at between turns. ``context_tokens`` bounds one prompt together with its reply,
    ``reply_tokens`` one reply. ``observation_chars`` is how long an observation may be before it is cut. ``calls``
    bounds the primitive calls of one script: 1 makes each action atomic.
    """

    turns: int = CODE_TURNS
    tokens: int | None = None
    seconds: float | None = None
    script_timeout_s: float = 60.0
    reply_tokens: int = 2048
    context_tokens: int = 16_384
    observation_chars: int = 3000
    calls: int | None = None

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ConfigurationError(f"the limit {name!r} must be greater than zero and finite, not {value!r}")
        if self.reply_tokens >= self.context_tokens:
            raise ConfigurationError(
                f"the limit 'reply_tokens' ({self.reply_tokens}) leaves no room for a prompt in 'context_tokens' "
                f"({self.context_tokens})"
            )

    def exceeded(self, *, turns: int, tokens: int, seconds: float) -> str | None:
        """Return the reason to end (``"turns"``, ``"tokens"``, ``"time"``), or None while all budgets last."""
        if turns >= self.turns:
            return "turns"
        if self.tokens is not None and tokens >= self.tokens:
            return "tokens"
        if self.seconds is not None and seconds >= self.seconds:
            return "time"
        return None

    def script_seconds(self, elapsed_s: float) -> float:
        """Return the deadline for a script started now: it may not outlast the episode's own time by more than a
        moment."""
        if self.seconds is None:
            return self.script_timeout_s
        return min(self.script_timeout_s, max(self.seconds - elapsed_s, 0.1))


def default_limits(dialect: Dialect) -> Limits:
    """Return the budgets that a form of action is given where nobody says otherwise.

    A script does in one turn what takes JSON and text actions, one call each, many.
    """
    return Limits(turns=CODE_TURNS if dialect.action == "code" else CALL_TURNS)
