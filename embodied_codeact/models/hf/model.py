"""The model as an agent sees it: one handle for each episode, all of them on one engine."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Sequence
from queue import SimpleQueue

import torch

from embodied_codeact.contracts import Message, Reply, Usage
from embodied_codeact.errors import ModelError
from embodied_codeact.models.embedded.condense import CONDENSED, PROMPT_FORM, condense
from embodied_codeact.models.hf.batch import Generated, Request, Sampling, Slot
from embodied_codeact.models.hf.chat import ChatFormat
from embodied_codeact.models.hf.codec import Codec
from embodied_codeact.models.hf.engine import Engine, ModelClosed
from embodied_codeact.models.hf.loading import Checkpoint, one_line, out_of_memory
from embodied_codeact.models.hf.options import HfOptions
from embodied_codeact.models.hf.spelling import Spelling
from embodied_codeact.models.hf.transcript import Transcript


class Speaker:
    """What all episodes of a model share.

    Raises:
        ConfigurationError: the chat template cannot be used.
    """

    def __init__(self, name: str, checkpoint: Checkpoint, options: HfOptions) -> None:
        self.name = name
        self.options = options
        self.context_tokens = checkpoint.context_tokens
        self.reply_tokens = checkpoint.reply_tokens
        self.codec = Codec(checkpoint.tokenizer)
        self.chat = ChatFormat(checkpoint.tokenizer, self.codec)
        self._condenses = getattr(checkpoint.model.config, PROMPT_FORM, None) == CONDENSED
        self.engine = Engine(checkpoint.model, max_rows=options.max_batch, keep=options.cache)
        configured = getattr(checkpoint.model.generation_config, "eos_token_id", None)
        ends = configured if isinstance(configured, list) else [configured]
        self.end_ids = self.chat.end_ids.union(number for number in ends if number is not None)

    def render(self, messages: Sequence[Message]) -> str:
        """Return the prompt for the next reply, in the form that the checkpoint was trained with.

        Raises:
            ModelError: the chat template refuses it.
        """
        return self.chat.render(condense(messages) if self._condenses else messages)

    def sampling(self) -> Sampling:
        """How an episode chooses its tokens. With a seed it is the same for each episode."""
        options = self.options
        if options.temperature == 0:
            return Sampling()
        generator = torch.Generator()
        if options.seed is None:
            generator.seed()
        else:
            generator.manual_seed(options.seed)
        return Sampling(options.temperature, options.top_p, generator)


class HfEpisodeModel:
    """A model for one episode at a time: it keeps that episode's tokens, keys and values.

    ``computed_tokens`` counts the tokens that the model was run on for this handle, ``last_computed_tokens`` those of
    the latest reply: what is new in its prompt, and the reply without its last token.
    """

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self.name = speaker.name
        self.context_tokens = speaker.context_tokens
        self.reply_tokens = speaker.reply_tokens
        self.computed_tokens = 0
        self.last_computed_tokens = 0
        self._slot = Slot()
        self._transcript = Transcript()
        self._sampling = speaker.sampling()

    def start_episode(self) -> None:
        """Forget the conversation, and begin anew with the seed."""
        self._slot = Slot()
        self._transcript = Transcript()
        self._sampling = self._speaker.sampling()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Return how many tokens a prompt of these messages has, its frame included.

        Raises:
            ModelError: the chat template refuses them.
        """
        return len(self._prompt(messages).ids)

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        """Continue the conversation.

        Raises:
            ModelError: the prompt does not fit, the model failed, or it was closed.
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
        """As ``reply``; ``on_text`` is given whole characters, none of which belongs to a stop string.

        Raises:
            ModelError: as for ``reply``.
        """
        began = time.monotonic()
        speaker = self._speaker
        prompt = self._prompt(messages)
        ids = prompt.ids
        room = self.context_tokens - len(ids)
        if room < 1 or not ids:
            raise ModelError(
                f"{self.name}: the prompt has {len(ids)} tokens, and the model's context holds {self.context_tokens} "
                "together with the reply. Use a model with a longer context, or an environment with less to say."
            )
        request = Request(
            slot=self._slot,
            prompt=ids,
            spelling=Spelling(speaker.codec, ids, [*stop, *speaker.chat.end_texts]),
            end_ids=speaker.end_ids,
            max_tokens=max(1, min(max_tokens, room)),
            sampling=self._sampling,
            events=SimpleQueue(),
        )
        result = self._await(request, on_text)
        self._transcript = prompt.answered(*result.said)
        self.last_computed_tokens = result.computed_tokens
        self.computed_tokens += result.computed_tokens
        usage = Usage(len(ids), result.completion_tokens, time.monotonic() - began)
        return Reply(result.text, usage, result.cut)

    def _prompt(self, messages: Sequence[Message]) -> Transcript:
        return self._transcript.prompt(self._speaker.render(messages), self._speaker.codec)

    def _await(self, request: Request, on_text: Callable[[str], None]) -> Generated:
        """Wait for a request. Whatever ends the wait early (Ctrl-C, an error in ``on_text``) abandons it; the others
        that generate go on."""
        try:
            self._speaker.engine.submit(request)
            while True:
                event = request.events.get()
                if isinstance(event, Generated):
                    return event
                if isinstance(event, Exception):
                    raise self._failure(event) from event
                on_text(event)
        except ModelClosed as error:
            raise self._failure(error) from error
        except BaseException:
            request.abandoned = True
            raise

    def _failure(self, error: Exception) -> ModelError:
        if isinstance(error, ModelClosed):
            return ModelError(f"{self.name}: {error}")
        if out_of_memory(error):
            return ModelError(
                f"{self.name} ran out of memory while it generated. Try a smaller -m max_batch=N or "
                "-m context_tokens=N, or -m quantization=4bit (with CUDA)."
            )
        return ModelError(f"{self.name} failed while it generated: {one_line(error)}")


class HfModel(HfEpisodeModel):
    """A loaded model. It is a handle itself; more of them, for episodes at the same time, share it."""

    def __init__(self, name: str, checkpoint: Checkpoint, options: HfOptions) -> None:
        speaker = Speaker(name, checkpoint, options)
        super().__init__(speaker)
        self._finalizer = weakref.finalize(self, speaker.engine.close, wait=False)

    def for_episode(self) -> HfEpisodeModel:
        """Return a handle for one episode at a time. Those that wait for a reply together are computed together."""
        return HfEpisodeModel(self._speaker)

    @property
    def total_computed_tokens(self) -> int:
        """Tokens that the model was run on so far, for all of its episodes."""
        return self._speaker.engine.computed_tokens

    def close(self) -> None:
        """End the thread. Who still waits for a reply gets a ModelError. May be called twice."""
        self._speaker.engine.close()
