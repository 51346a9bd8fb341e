"""The agent: a loop around a model, and all that turns a reply into an action and a result into words.

``loop``          query, act, observe; what an episode records
``dialects``      how replies are understood and what a finish means (native, MINT)
``parser``        the one action in a reply
``observation``   the words of an observation
``prompt``        the opening prompt, from text templates
``conversation``  what fits into one prompt
``limits``        budgets
``events``        what is reported while an episode runs

Imports contracts and errors only; it sees neither the bridge nor a simulator.
"""

from embodied_codeact.agent.dialects import MINT, NATIVE, Dialect
from embodied_codeact.agent.events import (
    AgentEvent,
    EpisodeFinished,
    EpisodeStarted,
    EventSink,
    ReplyReceived,
    TurnFinished,
)
from embodied_codeact.agent.limits import Limits
from embodied_codeact.agent.loop import CodeActAgent, User

__all__ = [
    "MINT",
    "NATIVE",
    "AgentEvent",
    "CodeActAgent",
    "Dialect",
    "EpisodeFinished",
    "EpisodeStarted",
    "EventSink",
    "Limits",
    "ReplyReceived",
    "TurnFinished",
    "User",
]
