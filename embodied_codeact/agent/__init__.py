"""The agent: a loop around a model, and all that turns a reply into an action and a result into words.

``agent``         what one constructs: model, rules, budgets, people
``loop``          query, act, observe; what an episode records
``dialects``      how replies are understood and what a finish means (native, JSON, text, MINT)
``parser``        the one action in a reply that acts by code; also ``parser_json``, ``parser_text``
``lenient``       JSON as models write it
``commands``      commands as text
``tools``         primitives as tools, with ``signatures``, ``tool_arguments`` and ``tool_docs``
``observation``   the words of an observation
``prompt``        the opening prompt, from text templates
``conversation``  what fits into one prompt
``limits``        budgets
``people``        who answers, comments, consents, or stays for a conversation
``company``       those of them who are there in one episode, as the loop meets them
``consent``       what a person is asked before it runs
``feedback``      a simulated user who comments and answers
``usage``         what replies cost
``events``        what is reported while an episode runs
``streaming``     an episode as an iterator of its events

Imports contracts and errors only; it sees neither the bridge nor a simulator.
"""

from embodied_codeact.agent.agent import CodeActAgent
from embodied_codeact.agent.dialects import ACTION_DIALECTS, MINT, NATIVE, Dialect
from embodied_codeact.agent.events import (
    AgentEvent,
    EpisodeFinished,
    EpisodeStarted,
    EventSink,
    ReplyReceived,
    TurnFinished,
)
from embodied_codeact.agent.limits import Limits
from embodied_codeact.agent.people import User

__all__ = [
    "ACTION_DIALECTS",
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
