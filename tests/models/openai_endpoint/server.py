"""A server on loopback that plays a script: each request is answered by the next play, faults included."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Exchange:
    """One request, and what a play may answer it with. Every connection is for one request."""

    def __init__(self, handler: BaseHTTPRequestHandler, released: threading.Event) -> None:
        length = int(handler.headers.get("content-length") or 0)
        self.path = handler.path
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.body: dict[str, Any] = json.loads(handler.rfile.read(length)) if length else {}
        self._handler = handler
        self._released = released

    def send(self, data: bytes) -> bool:
        """Send bytes as they are; False where nobody takes them any more."""
        try:
            self._handler.wfile.write(data)
            self._handler.wfile.flush()
        except OSError:
            return False
        return True

    def status(self, status: int, body: Any, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Played", "Content-Type: application/json", f"Content-Length: {len(data)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "Connection: close", "", ""]).encode() + data)

    def stream(self, *events: Any) -> None:
        """Begin an event stream, which ends with the connection."""
        self.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        for event in events:
            self.event(event)

    def event(self, event: Any) -> bool:
        return self.send(b"data: " + (event if isinstance(event, bytes) else json.dumps(event).encode()) + b"\n\n")

    def wait(self, seconds: float) -> bool:
        """Wait; False once the test is over."""
        return not self._released.wait(seconds)


Play = Callable[[Exchange], object]


class ScriptedServer:
    """Plays ``script`` in order, one play for each request of a chat completion; a context manager."""

    def __init__(self, *script: Play, models: Sequence[str] = ()) -> None:
        self.script = list(script)
        self.requests: list[Exchange] = []
        self._models = models
        self._released = threading.Event()
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._list_models(Exchange(self, outer._released))
                self.close_connection = True

            def do_POST(self) -> None:
                outer._play(Exchange(self, outer._released))
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _play(self, exchange: Exchange) -> None:
        with self._lock:
            self.requests.append(exchange)
            play = self.script.pop(0) if self.script else None
        if play is None:
            exchange.status(500, {"error": {"message": "the script is over"}})
        else:
            play(exchange)

    def _list_models(self, exchange: Exchange) -> None:
        if self._models:
            listed = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in self._models]
            exchange.status(200, {"object": "list", "data": listed})
        else:
            exchange.status(404, {"error": {"message": "no such path"}})


def piece(text: str | None, finish: str | None = None) -> dict[str, Any]:
    """A chunk of a chat completion."""
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "tiny",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}],
    }


def usage(prompt: int, completion: int) -> dict[str, Any]:
    """The last chunk, where usage was asked for."""
    counted = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return piece(None) | {"choices": [], "usage": counted}


def says(text: str, *, size: int = 5, finish: str = "stop") -> Play:
    """A whole and sound reply, in pieces of ``size`` characters."""
    pieces = [piece(text[start : start + size]) for start in range(0, len(text), size)]
    return lambda exchange: exchange.stream(*pieces, piece(None, finish), usage(7, 3), b"[DONE]")


def fails(status: int, message: str = "played", **headers: str) -> Play:
    """An error status."""
    return lambda exchange: exchange.status(status, {"error": {"message": message}}, **headers)


def refuses(field: str) -> Play:
    """A server that checks the names of fields, as some do."""
    return fails(400, f"Unsupported parameter: '{field}' is not supported with this model.")


def closes_at_once(_: Exchange) -> None:
    """The connection ends before any header."""


def is_cut(exchange: Exchange) -> None:
    """The stream ends in the middle of a reply."""
    exchange.stream(piece("<exec"), piece("ute>"))


def is_cut_inside_a_chunk(exchange: Exchange) -> None:
    """A chunked body that does not end."""
    exchange.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nff\r\ndata: {"
    )


def says_nothing(exchange: Exchange) -> None:
    """A reply without text."""
    exchange.stream(piece(""), piece(None, "stop"), b"[DONE]")


def speaks_nonsense(exchange: Exchange) -> None:
    """An event that is no JSON."""
    exchange.stream(piece("<exec"), b'{"choices": [{"delta": ')


def speaks_other_json(exchange: Exchange) -> None:
    """JSON of another shape."""
    exchange.stream([1, 2], {"choices": 5})


def fails_inside(exchange: Exchange) -> None:
    """An error as an event of the stream."""
    exchange.stream(piece("<exec"), {"error": {"message": "out of memory", "code": 500}})


def fails_inside_in_words(exchange: Exchange) -> None:
    """The same, of a server that says it without a code."""
    exchange.stream(piece("<exec"), {"error": "worker died"})


def answers_in_html(exchange: Exchange) -> None:
    """What a proxy says with status 200."""
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Welcome</html>")


def stalls(exchange: Exchange) -> None:
    """Some text, then nothing, with the connection open."""
    exchange.stream(piece("<exec"))
    exchange.wait(20)


def drips_body(exchange: Exchange) -> None:
    """A byte now and then, so that the connection never is idle; no event ever ends."""
    exchange.stream(piece("<exec"))
    while exchange.send(b" ") and exchange.wait(0.02):
        pass


def drips_headers(exchange: Exchange) -> None:
    """As ``drips_body``, before the reply even begins."""
    exchange.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while exchange.send(b"x") and exchange.wait(0.02):
        pass


def floods_in_one_event(exchange: Exchange) -> None:
    """20 MB in one event."""
    exchange.stream(piece("A" * 20_000_000), piece(None, "stop"))


def floods_in_pieces(exchange: Exchange) -> None:
    """20 MB in small pieces, whatever the limit was."""
    exchange.stream()
    event = b"data: " + json.dumps(piece("<thought> ..." * 77)).encode() + b"\n\n"
    while exchange.wait(0) and exchange.send(event * 64):
        pass


def floods_an_error(exchange: Exchange) -> None:
    """A status 500 with a page of 20 MB."""
    exchange.status(500, b"<html>" + b"A" * 20_000_000)
