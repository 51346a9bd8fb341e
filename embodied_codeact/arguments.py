"""Whether a call's arguments fit a signature, found as fast as Python calls a function."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any


class Arguments:
    """What a signature takes.

    >>> def pick(name: str, *, speed: float = 0.5) -> None: ...
    >>> Arguments(inspect.signature(pick)).check(["red block"], {"sped": 1.0})
    Traceback (most recent call last):
        ...
    TypeError: got an unexpected keyword argument 'sped'
    """

    def __init__(self, signature: inspect.Signature) -> None:
        self.signature = signature
        empty = inspect.Parameter.empty
        bare = signature.replace(
            parameters=[
                each.replace(annotation=empty, default=empty if each.default is empty else None)
                for each in signature.parameters.values()
            ],
            return_annotation=empty,
        )
        # Signature.bind is Python code and takes as long as a message; a function that does nothing is checked in C.
        self._take = eval(f"lambda {str(bare)[1:-1]}: None")

    def check(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Do nothing if they fit.

        Raises:
            TypeError: they do not; says why.
        """
        try:
            self._take(*args, **kwargs)
        except TypeError:
            self.signature.bind(*args, **kwargs)
            raise
