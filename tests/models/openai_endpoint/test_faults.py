"""Every fault ends in a retry that succeeds, or in a clear error for the operator."""

from __future__ import annotations

import logging
import socket
import time
import traceback
from datetime import UTC, datetime
from typing import Any

import pytest

from embodied_codeact.contracts import Message
from embodied_codeact.errors import ModelError
from embodied_codeact.models.openai import channel
from embodied_codeact.models.openai.faults import retry_after
from tests.models.openai_endpoint import server as plays
from tests.models.openai_endpoint.conftest import Connect, SkippingClock
from tests.models.openai_endpoint.server import Play, ScriptedServer, fails, says

MESSAGES = [Message("user", "Begin.")]
KEY = "sk-very-secret-0123456789"
PASSING: dict[str, tuple[Play, str]] = {
    "429": (fails(429, "slow down"), "status 429: slow down"),
    "500": (fails(500), "status 500: played"),
    "503": (fails(503, "loading"), "status 503: loading"),
    "cut": (plays.is_cut, "cut before the reply was complete"),
    "cut inside a chunk": (plays.is_cut_inside_a_chunk, "the connection broke"),
    "closed before headers": (plays.closes_at_once, "the connection broke"),
    "empty": (plays.says_nothing, "the reply is empty"),
    "only reasoning": (says("", finish="length"), "went into something else, such as reasoning"),
    "a tool of nobody's": (says("", finish="tool_calls"), "called a tool"),
    "filtered": (says("<exec", finish="content_filter"), "content filter"),
    "nonsense": (plays.speaks_nonsense, "no chat completion"),
    "other JSON": (plays.speaks_other_json, "no chat completion"),
    "error event": (plays.fails_inside, "out of memory"),
    "error event in words": (plays.fails_inside_in_words, "worker died"),
    "HTML": (plays.answers_in_html, "its answer is text/html"),
    "stall": (plays.stalls, "nothing came from the server for too long"),
    "flood": (plays.floods_in_one_event, "larger than"),
    "flood as an error": (plays.floods_an_error, "larger than"),
}


@pytest.mark.parametrize(("play", "said"), PASSING.values(), ids=list(PASSING))
def test_a_fault_that_passes_is_no_fault(connect: Connect, clock: SkippingClock, play: Play, said: str) -> None:
    idle_s = 0.6 if play is plays.stalls else 60
    with ScriptedServer(play, play, says("<solution>42"), play) as server:
        shown: list[str] = []
        reply = connect(server.url, retries=2, idle_s=idle_s).stream(MESSAGES, shown.append)
        assert reply.text == "<solution>42"
        # An empty piece takes back what was shown before it.
        assert "".join(text or "\0" for text in shown).rpartition("\0")[2] == reply.text
        assert clock.slept == [0.375, 0.75], "half a second and a whole one, a half of each by chance"
        with pytest.raises(ModelError, match=f"openai:tiny@.* did not answer in 1 attempt: .*{said}"):
            connect(server.url, retries=0, idle_s=idle_s).reply(MESSAGES)


@pytest.mark.parametrize("play", [plays.drips_body, plays.drips_headers, plays.stalls])
def test_the_deadline_ends_what_never_is_idle(connect: Connect, play: Play) -> None:
    with ScriptedServer(play) as server:
        began = time.monotonic()
        with pytest.raises(ModelError, match=r"did not answer within 0\.4 s, in 1 attempt: .*-m timeout_s"):
            connect(server.url, timeout_s=0.4).reply(MESSAGES)
        assert time.monotonic() - began < 10, "it was left to drip"


def test_a_reply_that_does_not_end_is_cut_where_no_honest_one_goes(connect: Connect) -> None:
    with ScriptedServer(plays.floods_in_pieces) as server:
        reply = connect(server.url).reply(MESSAGES, max_tokens=100)
    assert len(reply.text) == 1600


def test_a_response_is_bounded_whatever_is_in_it(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "MOST_BYTES", 1_000_000)

    def fills(exchange: plays.Exchange) -> None:
        exchange.stream()
        while exchange.wait(0) and exchange.send(b": no event\n" * 10_000):
            pass

    with ScriptedServer(fills) as server, pytest.raises(ModelError, match="larger than"):
        connect(server.url, retries=0).reply(MESSAGES)


def test_nobody_listens(connect: Connect, clock: SkippingClock) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
        with pytest.raises(ModelError, match="in 4 attempts: no connection .*: is the server running"):
            connect(url, retries=3).reply(MESSAGES)
    assert clock.slept == [0.375, 0.75, 1.5]


def test_the_server_says_how_long_to_wait(connect: Connect, clock: SkippingClock) -> None:
    script = [fails(429, Retry_After="20"), fails(503, Retry_After_Ms="1500"), says("now")]
    with ScriptedServer(*script) as server:
        assert connect(server.url).reply(MESSAGES).text == "now"
    assert clock.slept == [20.375, 2.25]


def test_a_wait_beyond_the_deadline_is_not_begun(connect: Connect, clock: SkippingClock) -> None:
    said = r"within 600 s, in 1 attempt: status 429.*asks to wait 3600 s"
    with ScriptedServer(fails(429, Retry_After="3600")) as server, pytest.raises(ModelError, match=said):
        connect(server.url).reply(MESSAGES)
    assert clock.slept == []


def test_waits_double_up_to_a_bound_and_count_towards_the_deadline(connect: Connect, clock: SkippingClock) -> None:
    script = [fails(500)] * 20
    with ScriptedServer(*script) as server, pytest.raises(ModelError, match="within 100 s, in 10 attempts"):
        connect(server.url, timeout_s=100, retries=100).reply(MESSAGES)
    assert clock.slept == [0.375, 0.75, 1.5, 3.0, 6.0, 12.0, 22.5, 22.5, 22.5]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 -0000"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2020 07:28:30 GMT"}, 0.0),
        ({"retry-after": "soon"}, 0.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "nan"}, 0.0),
        ({"retry-after": "inf"}, 0.0),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, datetime(2026, 10, 21, 7, 28, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("play", "key", "said"),
    [
        (fails(401, f"wrong key {KEY}"), KEY, "does not accept the key in OPENAI_API_KEY (status 401)"),
        (fails(401), "", "asks for a key (status 401): set the environment variable OPENAI_API_KEY"),
        (fails(403, f"{KEY} may not"), KEY, "*** may not. The key in OPENAI_API_KEY must be allowed to use 'tiny'"),
        (fails(404, "no model tiny"), "", "no model tiny. It serves: big, tiny-chat. Did you mean 'tiny-chat'?"),
        (fails(400, "bad roles"), "", "refused (status 400): bad roles"),
        (fails(422, "bad roles"), "", "refused (status 422): bad roles"),
        (lambda exchange: exchange.status(400, {"detail": "pinned"}), "", "refused (status 400): pinned"),
        (lambda exchange: exchange.stream({"error": {"message": "no", "code": 400}}), "", "refused (status 400): no"),
        (lambda exchange: exchange.status(405, b"not here"), "", "refused (status 405): not here"),
        (fails(400, "over the context size"), "", "-m context_tokens=NUMBER"),
        (
            lambda exchange: exchange.status(429, {"error": {"message": "pay", "code": "insufficient_quota"}}),
            KEY,
            "refused (status 429): pay",
        ),
    ],
)
def test_a_refusal_is_not_tried_again(
    connect: Connect, clock: SkippingClock, monkeypatch: pytest.MonkeyPatch, play: Play, key: str, said: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with ScriptedServer(play, models=["big", "tiny-chat"]) as server, pytest.raises(ModelError) as raised:
        connect(server.url).reply(MESSAGES)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert (len(server.requests), clock.slept) == (1, [])


def test_an_unknown_model_where_no_models_are_listed(connect: Connect) -> None:
    with ScriptedServer(fails(404)) as server, pytest.raises(ModelError, match="Is the URL right.*/v1"):
        connect(server.url).reply(MESSAGES)


def test_the_key_goes_to_the_server_and_nowhere_else(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ROBOT_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    says_it: list[Any] = [fails(status, f"key {KEY} is odd") for status in (500, 400)]
    says_it.append(lambda exchange: exchange.stream({"error": {"message": KEY}}))
    with ScriptedServer(*says_it, *says_it) as server:
        model = connect(server.url, key_env="ROBOT_KEY", retries=0)
        for _ in says_it:
            with pytest.raises(ModelError) as raised:
                model.reply(MESSAGES)
            assert KEY not in "".join(traceback.format_exception(raised.value))
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in caplog.text
    assert KEY not in repr(vars(model))
