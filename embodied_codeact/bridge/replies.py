"""What a server's messages mean to its client: values, and errors, which are raised again here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.bridge.framing import FramingError, Received, decode
from embodied_codeact.bridge.verbs import AnswerBody
from embodied_codeact.errors import OPERATOR_ERRORS, BridgeError, PrimitiveError

_T = TypeVar("_T")


class Replies:
    """Reads what comes from the server at ``endpoint``. Every method raises BridgeError where that is no message of
    this protocol."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def received(self, frames: Sequence[bytes]) -> Received:
        """Return the message that came as these frames."""
        return self._understood(lambda: decode(frames))

    def body(self, received: Received, type: Any) -> Any:  # noqa: A002
        """Return what the message holds, of this type or union of types."""
        return self._understood(lambda: received.body(type))

    def value(self, received: Received) -> Any:
        """Return the value that a command was answered with.

        Raises:
            OperatorError: of the kind that the server names, where the command was not carried out.
            PrimitiveError: a primitive could not do it; the message begins with the kind.
        """
        answer = self.body(received, AnswerBody)
        if answer.error is None:
            return answer.ok
        kind, message = answer.error.kind, answer.error.message
        if kind in OPERATOR_ERRORS:
            raise OPERATOR_ERRORS[kind](message)
        raise PrimitiveError(f"{kind}: {message}")

    def _understood(self, read: Callable[[], _T]) -> _T:
        try:
            return read()
        except FramingError as error:
            raise BridgeError(f"what answers at {self._endpoint} does not speak this protocol: {error}") from error


def converted(value: Any, type: type[_T]) -> _T:  # noqa: A002
    """Return a value of an answer as this type.

    Raises:
        BridgeError: it is none.
    """
    try:
        return msgspec.convert(value, type)
    except msgspec.ValidationError as error:
        raise BridgeError(f"the server's answer is no {type.__name__}: {error}") from error
