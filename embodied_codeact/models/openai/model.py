"""The model at an endpoint."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from embodied_codeact.contracts import Figure, Message, Model, Reply
from embodied_codeact.errors import ModelError, did_you_mean
from embodied_codeact.models.openai.channel import Channel, Ending
from embodied_codeact.models.openai.faults import Fault, Refusal
from embodied_codeact.models.openai.growing import GrowingReply
from embodied_codeact.models.openai.options import Endpoint, OpenAIOptions, find_endpoint, read_options
from embodied_codeact.models.openai.retries import Clock, with_retries

CHARACTERS_PER_TOKEN = 16
"""No honest text has more. A reply that goes on past ``max_tokens`` times this is cut there, as if the server
had obeyed ``max_tokens``: what follows is the model's own text too, and not a fault of the line."""
MOST_STOPS = 4
"""That a request may have, by the interface's reference."""
_OPTIONAL_FIELDS = ("stream_options", "stop", "max_tokens")
"""Fields that some server refuses, and that can be done without: tokens are then estimated, generation is ended from
here, and ``max_completion_tokens`` says the same as ``max_tokens``."""
_SHOWN_MODELS = 8


def connect_openai(name_at_url: str, options: Mapping[str, str], clock: Clock | None = None) -> Model:
    """Return the model at ``NAME@URL``, or of the client's own endpoint without ``@URL``. Nothing is sent yet.

    ``options`` are those of :class:`OpenAIOptions`. The key is read from the environment, now.

    Raises:
        ConfigurationError: the form is wrong, an option is, or there is no key for a server elsewhere.
    """
    read = read_options(options)
    endpoint = find_endpoint(name_at_url, read.key_env)
    name = f"openai:{name_at_url}"
    if read.context_tokens is None:
        return OpenAIModel(name, endpoint, read, clock)
    return BoundedOpenAIModel(name, endpoint, read, read.context_tokens, clock)


class OpenAIModel:
    """A model at an endpoint. It keeps nothing between replies, so any number of threads may use it at once.

    What cannot be had from the endpoint ends in a :class:`ModelError` after the retries, never in a reply: a bad
    line is not the model's failure.
    """

    def __init__(self, name: str, endpoint: Endpoint, options: OpenAIOptions, clock: Clock | None = None) -> None:
        self.name = name
        self.takes_images = options.images
        self._endpoint = endpoint
        self._options = options
        self._clock = clock or Clock()
        self._channel = Channel(endpoint, options.idle_s)
        self._refused: frozenset[str] = frozenset()
        """Optional fields that this server has refused."""

    def start_episode(self) -> None:
        """Nothing is kept between replies."""

    def for_episode(self) -> Model:
        """Return the model itself."""
        return self

    def close(self) -> None:
        """Drop all connections. May be called twice."""
        self._channel.close()

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        """Continue the conversation; see :class:`~embodied_codeact.contracts.Model`.

        Raises:
            ModelError: the endpoint refused, or did not answer within the deadline and the retries.
        """
        return self.stream(messages, lambda _: None, stop=stop, max_tokens=max_tokens)

    def stream(
        self,
        messages: Sequence[Message],
        on_text: Callable[[str], None],
        *,
        stop: Sequence[str] = (),
        max_tokens: int = 2048,
    ) -> Reply:
        """As ``reply``; ``on_text`` is given the text as it comes, after an empty one where it begins anew."""
        shown = _Shown(on_text)
        fields = self._fields(messages, stop, max_tokens)

        def attempt(left_s: float) -> Reply:
            shown.restart()
            growing = GrowingReply(stop, max_tokens * CHARACTERS_PER_TOKEN)
            ending = self._adapted(fields, left_s, growing, shown)
            shown.add(growing.finish())
            if not growing.text.strip() and ending.reason:
                raise Fault(_nothing_said(ending, max_tokens))
            return Reply(growing.text, ending.usage, cut=ending.reason == "length" or growing.too_long)

        reply, seconds = with_retries(
            attempt,
            retries=self._options.retries,
            timeout_s=self._options.timeout_s,
            clock=self._clock,
            who=self.name,
        )
        return replace(reply, usage=replace(reply.usage, seconds=seconds))

    def _adapted(self, fields: Mapping[str, Any], left_s: float, growing: GrowingReply, shown: _Shown) -> Ending:
        """Ask; where the server refuses a field that can be done without, ask again without it."""
        refused = self._refused
        until = self._clock.now() + left_s
        while True:
            try:
                ending = self._ask(_without(fields, refused), until - self._clock.now(), growing, shown)
            except Refusal as refusal:
                # Once there is text, the form of the request was right.
                named = frozenset() if growing.text else _named_fields(refusal) - refused
                explained = refusal
            else:
                self._refused = refused
                return ending
            if not named:
                # Outside of the handler, so that no words of the server hang on to the error.
                raise self._explained(explained)
            refused |= named

    def _ask(self, request: Mapping[str, Any], left_s: float, growing: GrowingReply, shown: _Shown) -> Ending:
        pieces = self._channel.converse(request, left_s)
        try:
            while not growing.ended:
                try:
                    piece = next(pieces)
                except StopIteration as end:
                    ending: Ending = end.value
                    return ending
                shown.add(growing.add(piece))
            return Ending()
        finally:
            pieces.close()

    def _fields(self, messages: Sequence[Message], stop: Sequence[str], max_tokens: int) -> dict[str, Any]:
        options = self._options
        fields: dict[str, Any] = {
            "model": self._endpoint.model,
            "messages": [_chat_message(message, with_images=options.images) for message in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": max_tokens,
        }
        if stop:
            fields["stop"] = list(stop[:MOST_STOPS])
        sampling = {"temperature": options.temperature, "top_p": options.top_p, "seed": options.seed}
        return fields | {name: value for name, value in sampling.items() if value is not None}

    def _explained(self, refusal: Refusal) -> ModelError:
        """A refusal in words that say what to do."""
        place, variable = self._endpoint.url, self._endpoint.key_variable
        said = f"{self._endpoint.url} refused (status {refusal.status}): {refusal}"
        if refusal.status == 401:
            # The server's words are left out: some repeat a part of the key.
            if self._endpoint.has_key:
                return ModelError(f"{place} does not accept the key in {variable} (status 401): set it to a valid one")
            return ModelError(f"{place} asks for a key (status 401): set the environment variable {variable}")
        if refusal.status == 403:
            return ModelError(f"{said}. The key in {variable} must be allowed to use {self._endpoint.model!r}.")
        if refusal.status == 404 or refusal.code == "model_not_found":
            return ModelError(f"{said}. {self._what_there_is()}")
        if refusal.code == "context_length_exceeded" or "context" in str(refusal):
            return ModelError(f"{said}. -m context_tokens=NUMBER keeps prompts within what the model takes.")
        return ModelError(said)

    def _what_there_is(self) -> str:
        names = self._channel.models()
        if not names:
            return f"Is the URL right? It usually ends in /v1, and {self._endpoint.model!r} must be served there."
        shown = ", ".join(names[:_SHOWN_MODELS]) + (", ..." if len(names) > _SHOWN_MODELS else "")
        return f"It serves: {shown}.{did_you_mean(self._endpoint.model, names)}"


class BoundedOpenAIModel(OpenAIModel):
    """One whose context is known, since an option says it."""

    def __init__(
        self, name: str, endpoint: Endpoint, options: OpenAIOptions, context_tokens: int, clock: Clock | None = None
    ) -> None:
        super().__init__(name, endpoint, options, clock)
        self.context_tokens = context_tokens


class _Shown:
    """What ``on_text`` was given: restarted only where there was something."""

    def __init__(self, on_text: Callable[[str], None]) -> None:
        self._on_text = on_text
        self._any = False

    def add(self, text: str) -> None:
        if text:
            self._any = True
            self._on_text(text)

    def restart(self) -> None:
        if self._any:
            self._any = False
            self._on_text("")


def _chat_message(message: Message, *, with_images: bool) -> dict[str, Any]:
    """A message as the interface has it. Only a user may show pictures; they follow the text."""
    if not (with_images and message.images and message.role == "user"):
        return {"role": message.role, "content": message.content}
    text = [{"type": "text", "text": message.content}] if message.content else []
    pictures = [{"type": "image_url", "image_url": {"url": _data_url(image)}} for image in message.images]
    return {"role": message.role, "content": [*text, *pictures]}


def _data_url(figure: Figure) -> str:
    return f"data:image/{figure.format};base64,{base64.b64encode(figure.data).decode('ascii')}"


def _without(fields: Mapping[str, Any], refused: frozenset[str]) -> dict[str, Any]:
    kept = {name: value for name, value in fields.items() if name not in refused}
    if "max_tokens" in refused:
        kept["max_completion_tokens"] = fields["max_tokens"]
    return kept


def _named_fields(refusal: Refusal) -> frozenset[str]:
    """Optional fields that a refusal of the request's form (400, or 422 of validating servers) speaks of."""
    if refusal.status not in (400, 422):
        return frozenset()
    words = {refusal.parameter, *re.findall(r"\w+", str(refusal))}
    return frozenset(name for name in _OPTIONAL_FIELDS if name in words)


def _nothing_said(ending: Ending, max_tokens: int) -> str:
    if ending.reason == "length":
        return (
            f"the reply is empty: all of its {max_tokens} tokens went into something else, such as reasoning "
            "(--reply-tokens N allows more)"
        )
    if ending.reason == "tool_calls":
        return "the reply is empty: the model called a tool of the server's, and none was offered"
    return "the reply is empty"
