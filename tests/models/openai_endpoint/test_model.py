"""What is sent, what is shown while it comes, and where a reply ends."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from embodied_codeact.contracts import (
    ClosableModel,
    Figure,
    KnowsContext,
    Message,
    Model,
    SharedModel,
    StreamingModel,
    TakesImages,
    Usage,
)
from embodied_codeact.errors import ModelError
from tests.models.openai_endpoint import server as plays
from tests.models.openai_endpoint.conftest import Connect, SkippingClock
from tests.models.openai_endpoint.server import Exchange, ScriptedServer, piece, refuses, says

MESSAGES = [Message("system", "You act."), Message("user", "Begin.")]
STOP = ("</execute>", "</solution>")
PNG = b"\x89PNG\r\n"


def test_a_reply_comes_in_pieces_with_the_servers_count_of_tokens(connect: Connect) -> None:
    with ScriptedServer(says("<execute>\ngo('shelf 1')\n")) as server:
        model = connect(server.url, temperature=0.5, top_p=0.9, seed=3)
        shown: list[str] = []
        reply = model.stream(MESSAGES, shown.append, stop=STOP, max_tokens=100)
    assert reply.text == "".join(shown) == "<execute>\ngo('shelf 1')\n"
    assert len(shown) > 3
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (7, 3)
    assert reply.usage.seconds > 0
    assert server.requests[0].path == "/v1/chat/completions"
    assert server.requests[0].body == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "You act."}, {"role": "user", "content": "Begin."}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 100,
        "stop": ["</execute>", "</solution>"],
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 3,
    }


def test_a_reply_that_could_not_be_longer_says_so(connect: Connect) -> None:
    with ScriptedServer(says("<execute>\nspeed = 1", finish="length"), says("<execute>\ngo()")) as server:
        model = connect(server.url)
        assert [model.reply(MESSAGES, stop=STOP).cut for _ in range(2)] == [True, False]
    with ScriptedServer(says("word " * 50), says("word " * 50 + "</execute>")) as server:
        model = connect(server.url)
        assert model.reply(MESSAGES, stop=STOP, max_tokens=5).cut, "the server did not keep to it"
        assert not model.reply(MESSAGES, stop=STOP, max_tokens=100).cut


def test_a_server_that_ignores_stop_is_stopped_and_nothing_of_the_stop_is_shown(connect: Connect) -> None:
    gone = threading.Event()

    def goes_on(exchange: Exchange) -> None:
        exchange.stream(*(piece(letter) for letter in "<execute>x<y</execute>"))
        while exchange.wait(0.01):
            if not exchange.event(piece("more")):
                gone.set()
                return

    with ScriptedServer(goes_on) as server:
        shown: list[str] = []
        reply = connect(server.url).stream(MESSAGES, shown.append, stop=STOP)
        assert gone.wait(10), "the stream was left open"
    assert (reply.text, "".join(shown)) == ("<execute>x<y", "<execute>x<y")
    assert reply.usage == Usage(seconds=reply.usage.seconds), (
        "what the server did not count is for the agent to estimate"
    )


def test_more_stops_than_an_endpoint_takes_all_end_a_reply(connect: Connect) -> None:
    with ScriptedServer(says("one two three six and more")) as server:
        reply = connect(server.url).reply(MESSAGES, stop=["a1", "a2", "a3", "a4", " six"])
    assert len(server.requests[0].body["stop"]) == 4
    assert reply.text == "one two three"


@pytest.mark.parametrize(
    ("field", "without"),
    [
        ("stream_options", {"max_tokens": 64, "stop": ["</execute>", "</solution>"]}),
        ("stop", {"max_tokens": 64, "stream_options": {"include_usage": True}}),
        ("max_tokens", {"max_completion_tokens": 64, "stop": ["</execute>", "</solution>"]}),
    ],
)
def test_a_field_that_the_server_refuses_is_left_out_from_then_on(
    connect: Connect, clock: SkippingClock, field: str, without: dict[str, Any]
) -> None:
    with ScriptedServer(refuses(field), says("yes</execute>"), says("again")) as server:
        model = connect(server.url)
        assert model.reply(MESSAGES, stop=STOP, max_tokens=64).text == "yes"
        assert model.reply(MESSAGES, stop=STOP, max_tokens=64).text == "again"
    assert len(server.requests) == 3
    for request in server.requests[1:]:
        assert field not in request.body
        assert without.items() <= request.body.items()
    assert clock.slept == []


def test_a_refusal_that_stays_is_an_error_and_nothing_is_left_out_later(connect: Connect) -> None:
    with ScriptedServer(refuses("max_tokens"), refuses("max_tokens"), says("small")) as server:
        model = connect(server.url)
        with pytest.raises(ModelError, match="status 400.*max_tokens"):
            model.reply(MESSAGES, max_tokens=10_000_000)
        assert model.reply(MESSAGES, max_tokens=10).text == "small"
    assert "max_tokens" in server.requests[2].body


def test_pictures_go_with_the_messages_only_where_they_are_asked_for(connect: Connect) -> None:
    messages = [Message("system", "S", [Figure(PNG)]), Message("user", "Look.", [Figure(PNG), Figure(b"j", "jpeg")])]
    with ScriptedServer(says("seen"), says("blind")) as server:
        seeing, blind = connect(server.url, images="true"), connect(server.url)
        seeing.reply(messages)
        blind.reply(messages)
    assert seeing.takes_images
    assert not blind.takes_images
    assert server.requests[0].body["messages"] == [
        {"role": "system", "content": "S"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look."},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0K"}},
                {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,ag=="}},
            ],
        },
    ]
    assert [message["content"] for message in server.requests[1].body["messages"]] == ["S", "Look."]


def test_what_the_listener_raises_ends_the_reply_and_the_request(connect: Connect) -> None:
    gone = threading.Event()

    def talks(exchange: Exchange) -> None:
        exchange.stream()
        while exchange.wait(0.01):
            if not exchange.event(piece("word ")):
                gone.set()
                return

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with ScriptedServer(talks) as server:
        with pytest.raises(KeyboardInterrupt):
            connect(server.url).stream(MESSAGES, interrupt)
        assert gone.wait(10), "the request went on"


def test_a_person_can_interrupt_the_waiting(connect: Connect) -> None:
    def is_interrupted(exchange: Exchange) -> None:
        exchange.stream(piece("wait"))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        exchange.wait(20)

    assert threading.current_thread() is threading.main_thread()
    with ScriptedServer(is_interrupted, says("on we go")) as server:
        model = connect(server.url)
        with pytest.raises(KeyboardInterrupt):
            model.reply(MESSAGES)
        assert model.reply(MESSAGES).text == "on we go"


def test_one_model_answers_several_threads_at_once(connect: Connect) -> None:
    together = threading.Barrier(4, timeout=10)

    def meets(exchange: Exchange) -> None:
        together.wait()
        says(f"for {exchange.body['messages'][0]['content']}")(exchange)

    with ScriptedServer(*[meets] * 4) as server:
        model = connect(server.url)
        with ThreadPoolExecutor(4) as pool:
            replies = list(pool.map(lambda n: model.for_episode().reply([Message("user", str(n))]).text, range(4)))
    assert replies == ["for 0", "for 1", "for 2", "for 3"]


def test_closing_ends_a_reply_under_way_and_a_closed_model_can_be_asked_again(connect: Connect) -> None:
    begun = threading.Event()

    def hangs(exchange: Exchange) -> None:
        begun.set()
        plays.stalls(exchange)

    with ScriptedServer(hangs, says("back")) as server, ThreadPoolExecutor(1) as pool:
        model = connect(server.url)
        waiting = pool.submit(model.reply, MESSAGES)
        assert begun.wait(10)
        model.close()
        model.close()
        with pytest.raises(ModelError, match="closed"):
            waiting.result(10)
        assert model.reply(MESSAGES).text == "back"


def test_it_says_what_it_can_do(connect: Connect) -> None:
    model: Model = connect("http://127.0.0.1:9/v1")
    assert isinstance(model, StreamingModel)
    assert isinstance(model, SharedModel)
    assert isinstance(model, ClosableModel)
    assert isinstance(model, TakesImages)
    assert not isinstance(model, KnowsContext), "nobody said how much fits"
    bounded = connect("http://127.0.0.1:9/v1", context_tokens=4096)
    assert isinstance(bounded, KnowsContext)
    assert bounded.context_tokens == 4096
    assert model.name == "openai:tiny@http://127.0.0.1:9/v1"
