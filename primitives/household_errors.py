"""What a household raises where it explains what could not be done, in place of "Nothing happens."."""

from __future__ import annotations

from embodied_codeact.errors import PrimitiveError


class NotPossible(PrimitiveError):
    """It cannot be done as things stand. The message names what is in the way and what would change it."""


class UnknownThing(PrimitiveError):
    """You know of nothing that is called so. Look for it, or use a name exactly as it was shown."""


class NotUnderstood(PrimitiveError):
    """The household has no such command. The message says how it is to be put."""


HOUSEHOLD_ERRORS = (NotPossible, UnknownThing, NotUnderstood)
