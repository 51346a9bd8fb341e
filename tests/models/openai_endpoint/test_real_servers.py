"""Servers of others on loopback, with tiny random models: ``transformers serve`` and llama.cpp's.

The latter is found by the environment variable ``EMBODIED_CODEACT_LLAMA_PYTHON``: an interpreter that has the packages
``llama-cpp-python[server]`` and ``gguf``.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from embodied_codeact.agent import CodeActAgent, Limits
from embodied_codeact.agent.events import AgentEvent, ReplyText
from embodied_codeact.contracts import InvalidReply, Message, UserMessage
from embodied_codeact.errors import ModelError
from tests.agent.fakes import Pantry, pantry_task
from tests.models.openai_endpoint.conftest import Connect, SkippingClock

pytestmark = [pytest.mark.slow, pytest.mark.keeps_processes]

LLAMA_PYTHON = "EMBODIED_CODEACT_LLAMA_PYTHON"
MESSAGES = [Message("user", "Put the jam into the box.")]
STARTS_WITHIN_S = 100


@dataclass(frozen=True)
class RealServer:
    """A server that runs. ``counts``: it says how many tokens a streamed reply had."""

    url: str
    model: str
    counts: bool


@pytest.fixture(scope="module", params=["transformers", "llama.cpp"])
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    folder = tmp_path_factory.mktemp("server")
    start = serve_transformers if request.param == "transformers" else serve_llama_cpp
    with start(folder) as server:
        yield server


def test_a_reply_comes_in_pieces(connect: Connect, real: RealServer) -> None:
    shown: list[str] = []
    reply = connect(real.url, real.model, temperature=0).stream(MESSAGES, shown.append, max_tokens=24)
    assert "".join(shown) == reply.text
    assert len(shown) > 3
    if real.counts:
        assert 0 < reply.usage.completion_tokens <= 24
        assert reply.usage.prompt_tokens > 5
    assert connect(real.url, real.model, temperature=0).reply(MESSAGES, max_tokens=24).text == reply.text


def test_a_reply_ends_at_a_stop_and_the_server_serves_on(
    connect: Connect, real: RealServer, clock: SkippingClock
) -> None:
    model = connect(real.url, real.model, temperature=0)
    whole = model.reply(MESSAGES, max_tokens=40).text
    stop = whole[9:12]
    shown: list[str] = []
    reply = model.stream(MESSAGES, shown.append, stop=[stop, "</execute>"], max_tokens=40)
    assert reply.text == "".join(shown) == whole[: whole.index(stop)]
    assert model.reply(MESSAGES, max_tokens=40).text == whole
    assert clock.slept == []


def test_an_episode_takes_its_turns(connect: Connect, real: RealServer) -> None:
    events: list[AgentEvent] = []
    limits = Limits(turns=3, reply_tokens=16, context_tokens=1500)
    agent = CodeActAgent(connect(real.url, real.model, seed=1), limits=limits, on_event=events.append)
    episode = agent.run(Pantry(), pantry_task())
    assert (episode.end, len(episode.turns)) == ("turns", 3)
    assert all(isinstance(turn.action, UserMessage | InvalidReply) for turn in episode.turns), "it speaks noise"
    assert "".join(event.text for event in events if isinstance(event, ReplyText)) == "".join(
        turn.reply for turn in episode.turns
    )
    assert all(turn.usage.estimated != real.counts for turn in episode.turns)


def test_the_wrong_model_is_refused_in_the_servers_words(connect: Connect, real: RealServer) -> None:
    if not real.counts:
        pytest.skip("llama.cpp's server answers to any name")
    with pytest.raises(ModelError, match=r"refused \(status 400\): .*'unknown'"):
        connect(real.url, "unknown").reply(MESSAGES)


@contextmanager
def serve_transformers(folder: Path) -> Iterator[RealServer]:
    command = shutil.which("transformers", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("the command 'transformers' is not installed")
    for package in ("torch", "fastapi", "uvicorn"):
        pytest.importorskip(package, reason=f"transformers serve needs {package}")
    from tests.models.hf.checkpoints import STYLES, make_checkpoint

    model = make_checkpoint(folder / "tiny", STYLES["qwen2"])
    with serve(folder, [command, "serve", str(model), "--device", "cpu", "--host", "127.0.0.1"]) as url:
        yield RealServer(url, str(model), counts=True)


@contextmanager
def serve_llama_cpp(folder: Path) -> Iterator[RealServer]:
    python = os.environ.get(LLAMA_PYTHON)
    if not python:
        pytest.skip(f"set {LLAMA_PYTHON} to an interpreter that has llama-cpp-python[server] and gguf")
    model = folder / "tiny.gguf"
    subprocess.run([python, str(Path(__file__).with_name("write_gguf.py")), str(model)], check=True)
    options = [
        "--model",
        str(model),
        "--model_alias",
        "tiny",
        "--n_ctx",
        "16384",
        "--n_threads",
        "1",
        "--host",
        "127.0.0.1",
    ]
    with serve(folder, [python, "-m", "llama_cpp.server", *options]) as url:
        yield RealServer(url, "tiny", counts=False)


@contextmanager
def serve(folder: Path, command: Sequence[str]) -> Iterator[str]:
    """Run a server until the end of the context; its words go into a file that a failure shows."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1"
    log = folder / "server.log"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    with log.open("wb") as words:
        process = subprocess.Popen(
            [*command, "--port", str(port)], stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=environment
        )
        try:
            wait_until_it_answers(f"{url}/models", process, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            direct.open(url, timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not start:\n{log.read_text()[-3000:]}")


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])
