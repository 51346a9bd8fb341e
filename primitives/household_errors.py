"""What a household raises where it explains what could not be done, in place of "Nothing happens."."""

from __future__ import annotations

from embodied_codeact.errors import PrimitiveError


class NotPossible(PrimitiveError):
    """It could not be done. The message says what is in the way, and what would change it."""


class UnknownThing(NotPossible):
    """You know of nothing of that name. Look for it, or use a name as it was shown."""


class NotUnderstood(NotPossible):
    """There is no such command. The message says how to put it."""


HOUSEHOLD_ERRORS = (NotPossible, UnknownThing, NotUnderstood)
