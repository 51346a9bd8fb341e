"""The thread on which a model runs, and the requests that wait for it.

Whoever wants a reply puts a request and waits for its events on a thread of their own. The requests that wait when a
step ends join those that generate already.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

import torch
from transformers import PreTrainedModel

from embodied_codeact.models.hf.batch import Batch, Request

_CLOSED = "the model was closed"


class ModelClosed(Exception):
    """The model was closed before it replied."""


class Engine:
    """Runs one model for all of its episodes. ``keep``: keys and values stay from turn to turn."""

    def __init__(self, model: PreTrainedModel, *, max_rows: int, keep: bool) -> None:
        self._batch = Batch(model, max_rows=max_rows, keep=keep)
        self._waiting: deque[Request] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def computed_tokens(self) -> int:
        """Tokens that the model was run on so far, for all requests."""
        return self._batch.computed_tokens

    def submit(self, request: Request) -> None:
        """Let a request join as soon as there is room. Its events say what becomes of it.

        Raises:
            ModelClosed: the model was closed.
        """
        with self._changed:
            if self._closed:
                raise ModelClosed(_CLOSED)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="hf-model", daemon=True)
                self._thread.start()
            self._waiting.append(request)
            self._changed.notify()

    def close(self, *, wait: bool = True) -> None:
        """End the thread after the step that it is in. Who still waits is told. May be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if wait and thread is not None and thread is not threading.current_thread():
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting or self._batch.rows)
                if self._closed:
                    left = [*self._batch.clear(), *self._waiting]
                    self._waiting.clear()
                    break
                room = min(self._batch.free, len(self._waiting))
                new = [self._waiting.popleft() for _ in range(room)]
            self._turn(new)
        _fail(left, ModelClosed(_CLOSED))

    def _turn(self, new: Sequence[Request]) -> None:
        """Admit new requests, and compute one token for each."""
        try:
            # First, since an episode whose last request was abandoned may be among the new ones.
            self._batch.dismiss()
            prefilled = []
            for request in new:
                try:
                    prefilled.append((request, self._batch.prefill(request)))
                except Exception as error:  # noqa: BLE001 - it reaches who waits for this request
                    _fail([request], error)
            self._batch.join(prefilled)
            if self._batch.rows:
                self._batch.step()
        except Exception as error:  # noqa: BLE001 - it reaches everybody who waits
            _fail({*self._batch.clear(), *new}, error)


def _fail(requests: Sequence[Request] | set[Request], error: Exception) -> None:
    for request in requests:
        request.events.put(error)
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
