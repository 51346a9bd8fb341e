"""What a household raises where it explains what could not be done, in place of "Nothing happens."."""

from __future__ import annotations

from embodied_codeact.errors import PrimitiveError


class NotPossible(PrimitiveError):
    """In a household that explains, in place of "Nothing happens.": what is in the way, and what would change it."""


class UnknownThing(PrimitiveError):
    """In a household that explains: you know of nothing of that name. Look for it, or use a name as it was shown."""


class NotUnderstood(PrimitiveError):
    """In a household that explains: it has no such command. The message says how to put it."""


HOUSEHOLD_ERRORS = (NotPossible, UnknownThing, NotUnderstood)
