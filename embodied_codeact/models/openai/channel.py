"""One request as a stream of text.

The client runs on a network thread of its own, in an event loop: there, and not in a blocking call, a deadline ends
whatever a server makes one wait for, a header that comes byte by byte included. Callers stay on their own threads, are
handed the text there, and can be interrupted at any time.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping
from queue import SimpleQueue
from typing import Any, TypeVar

import httpx2
import msgspec
import openai
from openai.types.chat import ChatCompletionChunk

from embodied_codeact.contracts import Usage
from embodied_codeact.errors import ModelError
from embodied_codeact.models.openai.faults import Fault, understood
from embodied_codeact.models.openai.options import Endpoint

MOST_BYTES = 16 * 2**20
"""Of one response. A token takes some hundred bytes on the wire."""
CONNECT_S = 15.0
LISTING_S = 5.0
CLOSING_S = 5.0

_T = TypeVar("_T")
_Work = Callable[[openai.AsyncOpenAI], Coroutine[Any, Any, _T]]


class Ending(msgspec.Struct, frozen=True):
    """How a stream ended: the server's reason (``"stop"``, ``"length"``, ...) and its count of tokens."""

    reason: str = ""
    usage: Usage = Usage()


class Channel:
    """The connections to one endpoint, for any number of threads. ``idle_s``: a server that sends no byte for so long
    counts as gone."""

    def __init__(self, endpoint: Endpoint, idle_s: float) -> None:
        self._endpoint = endpoint
        self._idle_s = idle_s
        self._key = endpoint.key if endpoint.has_key else ""
        self._lock = threading.Lock()
        self._network: _Network | None = None

    def converse(self, request: Mapping[str, Any], timeout_s: float) -> Generator[str, None, Ending]:
        """Send a chat completion request and yield the pieces of its text. Closing the generator ends the request.

        Raises:
            Fault: the server did not answer, not completely, or not sensibly.
            Refusal: it will not answer this request.
            ModelError: the channel was closed meanwhile.
        """
        pieces: SimpleQueue[str | None] = SimpleQueue()
        answer = self._start(lambda client: self._converse(client, request, timeout_s, pieces.put))
        answer.add_done_callback(lambda _: pieces.put(None))
        try:
            while (piece := pieces.get()) is not None:
                yield piece
            return _result(answer)
        finally:
            answer.cancel()

    def models(self) -> list[str]:
        """Return the names of the models that the endpoint lists; none where it does not answer at once."""
        try:
            return _result(self._start(_list_models))
        except ModelError:
            return []

    def close(self) -> None:
        """Drop all connections. May be called twice; a later request opens new ones."""
        with self._lock:
            network, self._network = self._network, None
        if network is not None:
            network.close()

    def _start(self, work: _Work[_T]) -> concurrent.futures.Future[_T]:
        with self._lock:
            if self._network is None:
                self._network = _Network(self._client)
            return self._network.start(work)

    def _client(self) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(
            api_key=self._endpoint.key,
            base_url=self._endpoint.url,
            max_retries=0,
            timeout=openai.Timeout(self._idle_s, connect=min(self._idle_s, CONNECT_S)),
            # Compressed, a few bytes could hold any amount.
            default_headers={"Accept-Encoding": "identity"},
            http_client=openai.DefaultAsyncHttpxClient(
                event_hooks={"response": [_bound]},
                # No proxy from the environment stands between two processes of one machine.
                trust_env=not self._endpoint.local,
            ),
        )

    async def _converse(
        self, client: openai.AsyncOpenAI, request: Mapping[str, Any], timeout_s: float, put: Callable[[str], None]
    ) -> Ending:
        try:
            async with asyncio.timeout(timeout_s):
                async with await client.chat.completions.create(**request) as stream:
                    return await _read(stream, put)
        except TimeoutError:
            fault: Exception = Fault("the time was over before the reply was complete")
        except (openai.OpenAIError, httpx2.HTTPError, ValueError, TypeError, AttributeError, RecursionError) as error:
            # The last ones are what the client raises where an event is JSON of another shape, or none at all.
            fault = understood(error, self._key)
        # Outside of the handler: what the client raised holds the request, and that the key.
        raise fault


class _Network:
    """A thread with an event loop, and the client that lives in it."""

    def __init__(self, make_client: Callable[[], openai.AsyncOpenAI]) -> None:
        self.client = make_client()
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        # A daemon, so that a program which forgot to close its model still ends.
        self._thread = threading.Thread(target=self._run, name="openai-network", daemon=True)
        self._thread.start()

    def start(self, work: _Work[_T]) -> concurrent.futures.Future[_T]:
        return asyncio.run_coroutine_threadsafe(work(self.client), self._loop)

    def close(self) -> None:
        """End all that is under way, and the thread."""
        self._loop.call_soon_threadsafe(self._end.set)
        # Only looking up a name cannot be ended; nobody waits for that.
        self._thread.join(CLOSING_S)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        await self._end.wait()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.client.close()


class _BoundStream(httpx2.AsyncByteStream):
    """The bytes of a response, up to ``MOST_BYTES``."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for chunk in self._stream:
            received += len(chunk)
            if received > MOST_BYTES:
                raise httpx2.ReadError(f"the response is larger than {MOST_BYTES} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _BoundStream(response.stream)


async def _read(stream: openai.AsyncStream[ChatCompletionChunk], put: Callable[[str], None]) -> Ending:
    """Hand on the text of a stream. The client builds chunks without looking: anything may be in them."""
    reason, usage, chunks = "", Usage(), 0
    async for chunk in stream:
        chunks += 1
        if chunk.usage is not None:
            usage = Usage(
                prompt_tokens=int(chunk.usage.prompt_tokens or 0),
                completion_tokens=int(chunk.usage.completion_tokens or 0),
            )
        for choice in (chunk.choices or [])[:1]:
            text = choice.delta.content if choice.delta is not None else None
            if text is not None and not isinstance(text, str):
                raise Fault("the server sent a piece of text that is none")
            if text:
                put(text)
            reason = choice.finish_reason or reason
    if not chunks:
        kind = stream.response.headers.get("content-type", "nothing that it names")
        raise Fault(f"the server sent no event of a stream (its answer is {kind})")
    if not reason:
        raise Fault("the stream was cut before the reply was complete")
    if reason == "content_filter":
        raise Fault("the endpoint's content filter ended the reply")
    return Ending(str(reason), usage)


async def _list_models(client: openai.AsyncOpenAI) -> list[str]:
    try:
        async with asyncio.timeout(LISTING_S):
            page = await client.models.list()
            return sorted(str(model.id) for model in page.data)
    except (openai.OpenAIError, httpx2.HTTPError, TimeoutError, ValueError, TypeError, AttributeError):
        return []


def _result(answer: concurrent.futures.Future[_T]) -> _T:
    try:
        return answer.result()
    except concurrent.futures.CancelledError:
        raise ModelError("the model was closed while it answered") from None
