"""Messages to text, by the model's own chat template.

Templates differ in more than their tags: some refuse a system message or move it about, some insist that roles
alternate, and what ends a turn is not always the tokenizer's end-of-sequence token. What one does is seen by rendering
a small conversation with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from jinja2.exceptions import TemplateError
from transformers import PreTrainedTokenizerBase

from embodied_codeact import chatml
from embodied_codeact.contracts import Message
from embodied_codeact.errors import ConfigurationError, ModelError
from embodied_codeact.models.hf.codec import Codec

_SYSTEM, _FIRST, _REPLY, _SECOND = "blueprint", "firstly", "replying", "secondly"
_ASKED = [Message("user", _FIRST), Message("assistant", _REPLY), Message("user", _SECOND)]
_TAG = re.compile(r"<[^<>\s]+>")
_RENDERING = (TemplateError, TypeError, ValueError, KeyError, AttributeError)


class ChatFormat:
    """A chat template, and what is known of it. ``end_ids`` are the tokens and ``end_texts`` the strings that end a
    reply, since only the frame of a message holds them.

    Raises:
        ConfigurationError: the template cannot even render a question, its answer and another question.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, codec: Codec) -> None:
        self._tokenizer = tokenizer
        self._template: str | None = None if tokenizer.chat_template else _begun(chatml.TEMPLATE, tokenizer)
        try:
            sample = self._text(_ASKED)
        except _RENDERING as error:
            raise ConfigurationError(f"the chat template of this model cannot be used: {_line(error)}") from error
        self._takes_system = self._shows([Message("system", _SYSTEM), *_ASKED], [_SYSTEM, _FIRST, _REPLY, _SECOND])
        self._takes_repeats = self._shows([_ASKED[0], _ASKED[2]], [_FIRST, _SECOND])
        closing = sample.partition(_REPLY)[2].partition(_SECOND)[0].strip()
        self.end_ids, self.end_texts = _ends(tokenizer, codec, sample, closing)

    def render(self, messages: Sequence[Message]) -> str:
        """Return the prompt for the next reply, special tokens included.

        Raises:
            ModelError: the template does not take such a conversation.
        """
        try:
            return self._text(self._adapted(messages), asking=True)
        except _RENDERING as error:
            roles = ", ".join(message.role for message in messages)
            raise ModelError(f"the model's chat template refuses the roles {roles}: {_line(error)}") from error

    def _adapted(self, messages: Sequence[Message]) -> list[Message]:
        """The conversation as the template takes it."""
        adapted = list(messages)
        if not self._takes_system:
            adapted = [Message("user", each.content) if each.role == "system" else each for each in adapted]
            adapted = _merged(adapted[:2]) + adapted[2:]
        return adapted if self._takes_repeats else _merged(adapted)

    def _text(self, messages: Sequence[Message], *, asking: bool = False) -> str:
        plain = [{"role": message.role, "content": message.content} for message in messages]
        text = self._tokenizer.apply_chat_template(
            plain, chat_template=self._template, tokenize=False, add_generation_prompt=asking
        )
        return str(text)

    def _shows(self, messages: Sequence[Message], words: Sequence[str]) -> bool:
        """Whether the template takes the messages and shows these words of them in this order."""
        try:
            text = self._text(messages)
        except _RENDERING:
            return False
        places = [text.find(word) for word in words]
        return places[0] >= 0 and places == sorted(places)


def _begun(template: str, tokenizer: PreTrainedTokenizerBase) -> str:
    """The template with the token before it that the tokenizer itself would put before a text."""
    ids = tokenizer("").input_ids
    begins = tokenizer.bos_token_id is not None and ids[:1] == [tokenizer.bos_token_id]
    return "{{ bos_token }}" + template if begins else template


def _merged(messages: Iterable[Message]) -> list[Message]:
    """The messages, neighbours of the same role joined."""
    merged: list[Message] = []
    for message in messages:
        if merged and merged[-1].role == message.role:
            merged[-1] = Message(message.role, f"{merged[-1].content}\n\n{message.content}")
        else:
            merged.append(message)
    return merged


def _ends(
    tokenizer: PreTrainedTokenizerBase, codec: Codec, sample: str, closing: str
) -> tuple[frozenset[int], tuple[str, ...]]:
    """What no reply can hold: the end-of-turn that the template puts after one, and all special tokens that it frames
    messages with."""
    added = tokenizer.added_tokens_decoder
    special = {*tokenizer.all_special_ids, *(number for number, token in added.items() if token.special)}
    ends = special.intersection(codec.encode(sample).ids)
    ends.update(number for number in (tokenizer.eos_token_id, tokenizer.pad_token_id) if isinstance(number, int))
    first = codec.encode(closing, inside=True).ids[:1] if closing else []
    if first and (first[0] in special or first[0] in added):
        return frozenset({*ends, *first}), ()
    tag = _TAG.match(closing)
    text = tag[0] if tag else closing
    return frozenset(ends), (text,) if text else ()


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
