"""Episodes that generate together: one step computes one token for each of them."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue

import torch
from transformers import PreTrainedModel
from transformers.cache_utils import Cache

from embodied_codeact.models.hf.cache import RoomyCache, Row, gathered, new_cache, only_attention
from embodied_codeact.models.hf.spelling import Spelling

_PREFILL_TOKENS = 1024
"""Tokens of a prompt that are computed at once: the scores of attention grow with it."""


@dataclass(eq=False)
class Slot:
    """What one episode keeps from turn to turn: keys and values, and the tokens they are of."""

    cache: Cache | None = None
    ids: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Generated:
    """A finished reply. ``said``: text, tokens and their ends, the stop string included. ``cut``: it could have no more
    tokens."""

    text: str
    said: tuple[str, list[int], list[int]]
    completion_tokens: int
    computed_tokens: int
    cut: bool = False


@dataclass
class Sampling:
    """How the next token is chosen: the likeliest at temperature 0, else one of those that have the mass ``top_p``."""

    temperature: float = 0.0
    top_p: float = 1.0
    generator: torch.Generator | None = None

    def choose(self, logits: torch.Tensor) -> int:
        """Draw a token for ``(vocabulary,)`` logits."""
        chances, order = torch.softmax(logits.float().cpu() / self.temperature, dim=-1).sort(descending=True)
        chances[chances.cumsum(0) - chances >= self.top_p] = 0
        return int(order[torch.multinomial(chances, 1, generator=self.generator)])


@dataclass(eq=False)
class Request:
    """One reply that is wanted, and its progress. ``events`` takes texts, and at last what came of it."""

    slot: Slot
    prompt: list[int]
    spelling: Spelling
    end_ids: frozenset[int]
    max_tokens: int
    sampling: Sampling
    events: SimpleQueue[str | Generated | Exception]
    abandoned: bool = False
    done: bool = False
    generated: int = 0
    computed: int = 0
    next_token: int = -1
    ids: list[int] = field(default_factory=list)
    """Tokens whose keys and values are known."""

    def take(self, token: int) -> None:
        """Add one token to the reply, and see whether it ends there."""
        self.next_token = token
        self.generated += 1
        if token in self.end_ids:
            self.done = True
            return
        self._show(self.spelling.push(token))
        self.done = self.spelling.stopped or self.generated >= self.max_tokens

    def finish(self) -> None:
        """Give the reply to who waits for it."""
        self._show(self.spelling.finish())
        cut = not self.spelling.stopped and self.next_token not in self.end_ids
        reply = Generated(self.spelling.reply, self.spelling.said(), self.generated, self.computed, cut)
        self.events.put(reply)

    def _show(self, text: str) -> None:
        if text:
            self.events.put(text)


class Batch:
    """The requests that generate now, with their keys and values side by side, padded on the left."""

    def __init__(self, model: PreTrainedModel, *, max_rows: int, keep: bool) -> None:
        self._model = model
        self._plain = only_attention(model)
        self._max_rows = max_rows if self._plain else 1
        self._keep = keep
        self._cache: Cache | None = None
        self.rows: list[Request] = []
        self.computed_tokens = 0
        parameters = inspect.signature(model.forward).parameters
        self._one_row_of_logits = {"logits_to_keep": 1} if "logits_to_keep" in parameters else {}
        self._wants_positions = "position_ids" in parameters
        # Older releases of transformers, and models that bring their own code, know it by its older name.
        self._cache_name = "cache" if "cache" in parameters else "past_key_values"

    @property
    def free(self) -> int:
        """How many requests more can join."""
        return self._max_rows - len(self.rows)

    @torch.inference_mode()
    def prefill(self, request: Request) -> Cache:
        """Compute what is new of a prompt, and the first token of the reply; return the keys and values."""
        cache = self._kept(request)
        logits = None
        for begin in range(len(request.ids), len(request.prompt), _PREFILL_TOKENS):
            if request.abandoned:
                return cache
            piece = request.prompt[begin : begin + _PREFILL_TOKENS]
            logits = self._forward([piece], [request], cache)
            request.ids += piece
        assert logits is not None
        _take([request], logits)
        return cache

    @torch.inference_mode()
    def join(self, prefilled: Sequence[tuple[Request, Cache]]) -> None:
        """Let new requests generate with the others, if they are not finished already."""
        joining: list[tuple[Request, Cache]] = []
        for request, cache in prefilled:
            if request.done or request.abandoned:
                self._release(request, cache)
            else:
                joining.append((request, cache))
        if joining:
            self._arrange(self.rows, joining)

    @torch.inference_mode()
    def step(self) -> None:
        """Compute the next token of each request; those that are finished leave."""
        logits = self._forward([[request.next_token] for request in self.rows], self.rows, self._cache)
        for request in self.rows:
            request.ids.append(request.next_token)
        _take(self.rows, logits)
        self._leave([request for request in self.rows if request.done])

    @torch.inference_mode()
    def dismiss(self) -> None:
        """Let go of the requests that nobody waits for any more."""
        self._leave([request for request in self.rows if request.abandoned])

    def clear(self) -> list[Request]:
        """Forget everything; return the requests that were there."""
        rows, self.rows, self._cache = self.rows, [], None
        return rows

    def _kept(self, request: Request) -> Cache:
        """Take the keys and values from the request's slot, as far as they are of its prompt."""
        slot, prompt = request.slot, request.prompt
        cache, ids = slot.cache, slot.ids
        slot.cache, slot.ids = None, []
        # One token at least must be computed: the reply begins with what the model makes of it.
        same = min(_common(ids, prompt), len(prompt) - 1)
        if isinstance(cache, RoomyCache):
            cache.truncate(same)
        elif same < len(ids):
            same = 0
        if cache is None or same == 0:
            cache, same = new_cache(self._model, plain=self._plain), 0
        request.ids = prompt[:same]
        return cache

    def _forward(self, tokens: list[list[int]], rows: Sequence[Request], cache: Cache | None) -> torch.Tensor:
        """Run the model on the next tokens of each row; return the logits after the last, ``(rows, vocabulary)``."""
        device = self._model.device
        count = len(tokens[0])
        longest = max(len(request.ids) for request in rows)
        padded = torch.tensor([longest - len(request.ids) for request in rows], device=device)
        places = torch.arange(longest + count, device=device)
        given: dict[str, object] = {**self._one_row_of_logits, self._cache_name: cache}
        if self._wants_positions:
            given["position_ids"] = (places[longest:] - padded[:, None]).clamp(min=0)
        output = self._model(
            input_ids=torch.tensor(tokens, device=device),
            attention_mask=(places >= padded[:, None]).long(),
            use_cache=True,
            **given,
        )
        for request in rows:
            request.computed += count
        self.computed_tokens += count * len(rows)
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def _leave(self, leaving: Sequence[Request]) -> None:
        if not leaving:
            return
        for request in leaving:
            if not self._keep:
                self._release(request, None)
            elif len(self.rows) == 1:
                self._release(request, self._cache)
            else:
                self._release(request, gathered([self._row(request)]))
        self._arrange([request for request in self.rows if request not in leaving], [])

    def _release(self, request: Request, cache: Cache | None) -> None:
        """Give the episode its keys and values back, and its reply to who waits for it."""
        if self._keep and cache is not None:
            request.slot.cache, request.slot.ids = cache, request.ids
        if not request.abandoned:
            request.finish()

    def _arrange(self, staying: Sequence[Request], joining: Sequence[tuple[Request, Cache]]) -> None:
        """Make the batch of those who stay and those who join."""
        if not staying and len(joining) <= 1:
            self._cache = joining[0][1] if joining else None
        elif joining or len(staying) < len(self.rows):
            rows = [self._row(request) for request in staying]
            rows += [Row(cache, 0, len(request.ids)) for request, cache in joining if isinstance(cache, RoomyCache)]
            self._cache = gathered(rows)
        self.rows = [*staying, *(request for request, _ in joining)]

    def _row(self, request: Request) -> Row:
        assert isinstance(self._cache, RoomyCache)
        return Row(self._cache, self.rows.index(request), len(request.ids))


def _take(requests: Sequence[Request], logits: torch.Tensor) -> None:
    """Give each request its next token, by its row of ``(rows, vocabulary)`` logits."""
    likeliest = logits.argmax(dim=-1).tolist()
    for request, row, best in zip(requests, logits, likeliest, strict=True):
        request.take(best if request.sampling.temperature == 0 else request.sampling.choose(row))


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the common beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))
