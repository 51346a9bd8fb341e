"""What can go wrong with a request: faults, which may pass, and refusals, which will not.

Both are of this package; a caller of the model sees neither.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import openai

TRANSIENT = frozenset({408, 409, 425, 429})
"""Statuses below 500 after which the same request may succeed."""
_SHOWN_CHARACTERS = 300


class Fault(Exception):
    """The request failed in a way that may pass: worth another attempt, after ``retry_after_s`` at the earliest."""

    def __init__(self, message: str, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Refusal(Exception):
    """The server will not do what it was asked. ``status`` is the HTTP status; ``code`` and ``parameter`` are what its
    error says of itself, empty where it says nothing."""

    def __init__(self, status: int, message: str, code: str = "", parameter: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.parameter = parameter


def understood(error: Exception, key: str) -> Fault | Refusal:
    """Return what an error of the client means. Words of the server are shortened, and never hold the key."""
    if isinstance(error, openai.APIStatusError):
        return _refused_or_not(
            error.status_code, error, key, retry_after_s=retry_after(error.response.headers, datetime.now(UTC))
        )
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__ or error
        why = f"{type(cause).__name__}: {plain(str(cause), key)}".rstrip(": ")
        if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
            return Fault(f"no connection ({why}): is the server running?")
        if isinstance(error, openai.APITimeoutError):
            return Fault("nothing came from the server for too long (-m idle_s=SECONDS waits longer)")
        return Fault(f"the connection broke ({why})")
    if isinstance(error, openai.APIError):
        # An error inside of a stream, whose status was 200; some servers give the real one in its code.
        status = int(error.code) if error.code and error.code.isdecimal() else 0
        return _refused_or_not(status if 400 <= status < 600 else 500, error, key)
    if isinstance(error, openai.OpenAIError | httpx2.HTTPError):
        return Fault(f"{type(error).__name__}: {plain(str(error), key)}")
    return Fault(f"the server sent what is no chat completion ({type(error).__name__})")


def _refused_or_not(status: int, error: openai.APIError, key: str, retry_after_s: float = 0.0) -> Fault | Refusal:
    said = plain(_words(error), key)
    # Both come with status 429, and with an empty account no wait helps.
    if (status in TRANSIENT or status >= 500) and error.code != "insufficient_quota":
        return Fault(f"status {status}: {said}", retry_after_s)
    return Refusal(status, said, code=error.code or "", parameter=error.param or "")


def _words(error: openai.APIError) -> str:
    """What the server says: under ``message`` by the interface, under ``detail`` by FastAPI, or as bare text."""
    body = error.body
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or body
    return str(body) if body else error.message


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds that a ``Retry-After`` (RFC 9110, 10.2.3: seconds or a date) or ``retry-after-ms`` asks to
    wait; zero where there is none that makes sense."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        return seconds if 0 < seconds < math.inf else 0.0
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return 0.0
    return max((date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds(), 0.0)


def plain(text: str, key: str) -> str:
    """One line of printable text without the key."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[:10_000]).split())
    line = line.replace(key, "***") if key else line
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}..."
