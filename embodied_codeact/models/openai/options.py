"""Where an endpoint is and how it is asked, as the command line says it."""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx2
import msgspec

from embodied_codeact.errors import ConfigurationError, unknown_name

FORM = "openai:NAME@URL, such as openai:llama@http://127.0.0.1:8000/v1"
PUBLIC_URL = "https://api.openai.com/v1"
_URL_VARIABLE = "OPENAI_BASE_URL"
_NO_KEY = "none"
"""The client insists on a key; servers on this machine seldom do."""


class OpenAIOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of an ``openai:`` model.

    ``timeout_s`` is the deadline for one reply, all retries and waits included; ``idle_s`` is how long the server may
    send no byte before the connection counts as dropped. ``retries`` is how often a request is sent again.
    ``temperature``, ``top_p`` and ``seed`` are passed on; without them the server decides. ``images``: pictures go with
    the messages. ``context_tokens``: how many tokens a prompt and its reply may have together. ``key_env`` names the
    environment variable that holds the key: nowhere else is one read from.
    """

    timeout_s: float = 600.0
    idle_s: float = 120.0
    retries: int = 5
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    images: bool = False
    context_tokens: int | None = None
    key_env: str = "OPENAI_API_KEY"

    def __post_init__(self) -> None:
        for name in ("timeout_s", "idle_s", "context_tokens"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ValueError(f"{name} must be greater than zero and finite, not {value!r}")
        if self.retries < 0:
            raise ValueError(f"retries must not be negative, as {self.retries} is")
        if not self.key_env:
            raise ValueError("key_env must name an environment variable")


class Endpoint(msgspec.Struct, frozen=True):
    """A model at a server. ``key_variable`` is the environment variable that its key was looked for in."""

    model: str
    url: str
    key: str = _NO_KEY
    key_variable: str = "OPENAI_API_KEY"

    def __repr__(self) -> str:
        """Without the key, which must not get into a message or a log by accident."""
        return f"Endpoint({self.model!r}, {self.url!r})"

    @property
    def local(self) -> bool:
        """Whether the server is on this machine."""
        return _is_loopback(urlsplit(self.url).hostname or "")

    @property
    def has_key(self) -> bool:
        """Whether a key was found; a local server is asked without one."""
        return self.key != _NO_KEY


def read_options(options: Mapping[str, str]) -> OpenAIOptions:
    """Read ``KEY=VALUE`` options.

    Raises:
        ConfigurationError: there is no such option, or it does not take this value.
    """
    for name in options:
        if name not in OpenAIOptions.__struct_fields__:
            raise ConfigurationError(unknown_name("option of an openai: model", name, OpenAIOptions.__struct_fields__))
    try:
        return msgspec.convert(dict(options), OpenAIOptions, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise ConfigurationError(f"option of an openai: model: {error}") from error


def find_endpoint(name_at_url: str, key_variable: str) -> Endpoint:
    """Read ``NAME@URL``; without ``@URL`` it is the server that the client itself would ask.

    Raises:
        ConfigurationError: the form is wrong, or the server is elsewhere and there is no key for it.
    """
    split = re.fullmatch(r"(.*?)@(\w+://.*)", name_at_url) or re.fullmatch(r"(.*)@(.*)", name_at_url)
    name, url = split.groups() if split else (name_at_url, os.environ.get(_URL_VARIABLE) or PUBLIC_URL)
    if not name:
        raise ConfigurationError(f"'openai:{_shown(name_at_url)}' names no model. Write {FORM}.")
    fault = _url_fault(url)
    if fault:
        place = f"'openai:{_shown(name_at_url)}'" if split else f"the environment variable {_URL_VARIABLE}"
        raise ConfigurationError(f"{place}: {fault}. Write {FORM}.")
    endpoint = Endpoint(name, url, key_variable=key_variable)
    key = os.environ.get(key_variable, "").strip()
    if not key and not endpoint.local:
        raise ConfigurationError(
            f"no key for {url}: set the environment variable {key_variable}, or name another with -m key_env=NAME "
            "(a server that asks for no key takes any text)"
        )
    if not (key.isascii() and key.isprintable()):
        raise ConfigurationError(f"the environment variable {key_variable} holds no key: keys are printable ASCII")
    return msgspec.structs.replace(endpoint, key=key or _NO_KEY)


def _url_fault(url: str) -> str | None:
    """What keeps ``url`` from being the address of an endpoint. A URL with a password in it is never repeated."""
    try:
        parts = urlsplit(url)
        port = parts.port
        httpx2.URL(url)
    except (ValueError, httpx2.InvalidURL):
        return "the URL cannot be read"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "the URL is not http:// or https:// with a host"
    if parts.username is not None or parts.query or parts.fragment:
        return "the URL may hold no user, password, query or fragment; a key belongs into the environment"
    return None


def _shown(name_at_url: str) -> str:
    """The specification without what may be a secret in its URL: everything between ``//`` and ``@``, and a query."""
    scheme, slashes, rest = name_at_url.partition("://")
    if not slashes:
        return name_at_url
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
