"""What the agent reports while it works: for a live display, a log, a writer of trajectories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from embodied_codeact.contracts import Action, Episode, ExecutionEvent, Reply, Task, Turn


class EpisodeStarted(msgspec.Struct, frozen=True, tag="episode_started"):
    """The world is ready. ``opening`` is what the environment said first, ``state`` its high-level state then;
    ``episode`` what is known of the episode before its first turn: who acts, by which rules, and the opening prompt."""

    task: Task
    opening: str
    state: dict[str, Any] = msgspec.field(default_factory=dict)
    episode: Episode | None = None


class ReplyText(msgspec.Struct, frozen=True, tag="reply_text"):
    """A piece of a reply that is still being written, by a model that shows it. ``restarted``: what was shown of this
    reply before does not count, since the connection broke."""

    turn: int
    text: str
    restarted: bool = False


class ReplyReceived(msgspec.Struct, frozen=True, tag="reply"):
    """The model answered; ``action`` is what was found in its reply. Nothing has been done yet."""

    turn: int
    reply: Reply
    action: Action


class TurnFinished(msgspec.Struct, frozen=True, tag="turn_finished"):
    """A turn is complete, its observation included. Where its person speaks next, ``Instructed`` follows, and the
    episode's turn holds their words too."""

    turn: Turn


class Instructed(msgspec.Struct, frozen=True, tag="instructed"):
    """A person who stays with the agent said what is to be done next. ``turn`` is the one that follows; ``notes``: what
    they did meanwhile."""

    turn: int
    text: str
    notes: list[str] = msgspec.field(default_factory=list)


class EpisodeFinished(msgspec.Struct, frozen=True, tag="episode_finished"):
    """Always the last event of an episode, also of one that an error or the user ended."""

    episode: Episode


AgentEvent = EpisodeStarted | ReplyText | ReplyReceived | ExecutionEvent | TurnFinished | Instructed | EpisodeFinished
EventSink = Callable[[AgentEvent], None]
