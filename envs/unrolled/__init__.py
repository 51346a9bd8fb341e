"""Lets an expert that writes whole programs act one call at a time.

The program stays the expert's plan; it is run here, over the answers that the conversation holds already, and the
first call without an answer is the next action. So all forms of action show one and the same behaviour.

=============  ====================================================================
``forms``      which form of action a conversation asks for, and how it is written
``answers``    what an observation says a call came to
``standins``   the objects that a program finds in the place of the real ones
``engine``     runs programs over recorded answers
=============  ====================================================================
"""

from embodied_codeact.envs.unrolled.engine import EndedProgram, reply_with_calls
from embodied_codeact.envs.unrolled.forms import Conclusion, Decision, Form, Program, read_form, write_decision
from embodied_codeact.envs.unrolled.standins import Offer

__all__ = [
    "Conclusion",
    "Decision",
    "EndedProgram",
    "Form",
    "Offer",
    "Program",
    "read_form",
    "reply_with_calls",
    "write_decision",
]
