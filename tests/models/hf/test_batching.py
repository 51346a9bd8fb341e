"""Several episodes on one model: they generate together, and each gets what it would get alone."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from embodied_codeact.contracts import Message, SharedModel
from embodied_codeact.errors import ModelError
from embodied_codeact.models.hf import load_hf
from embodied_codeact.models.hf.loading import load_checkpoint
from embodied_codeact.models.hf.model import HfEpisodeModel, HfModel
from embodied_codeact.models.hf.options import HfOptions
from tests.models.hf.conftest import Load

EPISODES = 8


def prompt(number: int, turns: int = 0) -> list[Message]:
    return [
        Message("system", "You act by writing Python. " * (number % 3)),
        Message("user", f"Your task is to: put {'the big ' * number}mug into fridge {number}."),
        *[Message(role, f"turn {turn}") for turn in range(turns) for role in ("assistant", "user")],
    ]


def converse(model: HfEpisodeModel, number: int) -> list[str]:
    conversation = prompt(number)
    replies = []
    for _ in range(3):
        replies.append(model.reply(conversation, max_tokens=10 + number).text)
        conversation += [Message("assistant", replies[-1]), Message("user", "Observation:\n" + "pen, " * number)]
    return replies


class Watched:
    """A model whose forward passes are counted, and can be held up or made to fail."""

    def __init__(self, folder: Path, **options: Any) -> None:
        settings = HfOptions(dtype="float32", device="cpu", **options)
        checkpoint = load_checkpoint(str(folder), settings)
        self.rows: list[int] = []
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.failure: Exception | None = None
        checkpoint.model.register_forward_pre_hook(self._forward, with_kwargs=True)
        self.model = HfModel("hf:watched", checkpoint, settings)

    def _forward(self, _model: object, _args: object, given: dict[str, Any]) -> None:
        self.entered.set()
        assert self.gate.wait(30)
        self.rows.append(len(given["input_ids"]))
        if self.failure is not None:
            raise self.failure

    def hold(self) -> None:
        """Stop before the next forward pass, until the gate is set."""
        self.entered.clear()
        self.gate.clear()

    def held(self, waiting: int = 0) -> None:
        """Return when a forward pass is held up, and so many requests wait besides."""
        assert self.entered.wait(30)
        deadline = time.monotonic() + 30
        while len(self.model._speaker.engine._waiting) < waiting:
            assert time.monotonic() < deadline
            time.sleep(0.001)


@pytest.fixture
def watched(checkpoint: Callable[[str], Path]) -> Any:
    made: list[Watched] = []

    def watch(name: str = "llama", **options: Any) -> Watched:
        made.append(Watched(checkpoint(name), **options))
        return made[-1]

    yield watch
    for each in made:
        each.gate.set()
        each.model.close()


@pytest.mark.parametrize("name", ["llama", "mistral", "gemma3", "lfm2"])
def test_episodes_together_get_the_replies_of_each_alone(name: str, load: Load) -> None:
    model = load(name, max_batch="6")
    assert isinstance(model, SharedModel)
    alone = [converse(model.for_episode(), number) for number in range(EPISODES)]
    computed = model.total_computed_tokens
    with ThreadPoolExecutor(EPISODES) as pool:
        together = list(pool.map(lambda number: converse(model.for_episode(), number), range(EPISODES)))
    assert together == alone
    assert model.total_computed_tokens == 2 * computed


def test_those_who_wait_share_the_steps(watched: Callable[..., Watched]) -> None:
    each = watched()
    each.hold()
    with ThreadPoolExecutor(EPISODES) as pool:
        answers = [pool.submit(each.model.for_episode().reply, prompt(0), max_tokens=16)]
        each.held()
        answers += [pool.submit(each.model.for_episode().reply, prompt(n), max_tokens=16) for n in range(1, EPISODES)]
        each.held(EPISODES - 1)
        each.gate.set()
        tokens = sum(answer.result().usage.completion_tokens for answer in answers)
    steps = len(each.rows)
    assert max(each.rows) > EPISODES // 2
    assert steps < tokens / 2 + EPISODES


def test_a_reply_that_could_not_be_longer_says_so(watched: Callable[..., Watched]) -> None:
    model = watched().model
    whole = model.for_episode().reply(prompt(0), max_tokens=200)
    assert not whole.cut
    some = model.for_episode().reply(prompt(0), max_tokens=whole.usage.completion_tokens - 1)
    assert (some.cut, some.usage.completion_tokens) == (True, whole.usage.completion_tokens - 1)
    assert not model.for_episode().reply(prompt(0), stop=[some.text[-3:]], max_tokens=200).cut


def test_an_abandoned_request_leaves_the_others_alone(watched: Callable[..., Watched]) -> None:
    each = watched()
    wanted = each.model.for_episode().reply(prompt(1), max_tokens=20)
    leaving, staying = each.model.for_episode(), each.model.for_episode()
    each.hold()

    def leave(text: str) -> None:
        raise KeyboardInterrupt(text)

    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(staying.reply, prompt(1), max_tokens=20)
        each.held()
        gone = pool.submit(leaving.stream, prompt(2), leave, max_tokens=2000)
        each.held(1)
        each.gate.set()
        with pytest.raises(KeyboardInterrupt):
            gone.result()
        assert other.result().text == wanted.text
    # The handle is as good as before, and what was computed of its prompt is not computed again.
    prompted = leaving.reply(prompt(2), max_tokens=5)
    assert leaving.last_computed_tokens <= 5
    assert prompted.text == each.model.for_episode().reply(prompt(2), max_tokens=5).text
    assert each.rows[-1] == 1


def test_ctrl_c_interrupts_who_waits(watched: Callable[..., Watched]) -> None:
    each = watched()
    each.hold()

    def interrupt() -> None:
        each.held()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    presser = threading.Thread(target=interrupt)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        each.model.reply(prompt(0))
    presser.join()
    each.gate.set()
    assert each.model.reply(prompt(0), max_tokens=3).usage.completion_tokens <= 3


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (ValueError("first line\nsecond line"), "failed while it generated: ValueError: first line$"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "ran out of memory .* max_batch"),
    ],
)
def test_an_error_reaches_everybody_who_waits(failure: Exception, words: str, watched: Callable[..., Watched]) -> None:
    each = watched(max_batch=2)
    each.hold()
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(each.model.for_episode().reply, prompt(n), max_tokens=50) for n in range(4)]
        each.held(2)
        each.failure = failure
        each.gate.set()
        for answer in answers:
            with pytest.raises(ModelError, match=words):
                answer.result()
    each.failure = None
    assert each.model.reply(prompt(0), max_tokens=3).usage.completion_tokens <= 3


def test_closing_ends_the_thread_and_tells_who_waits(watched: Callable[..., Watched]) -> None:
    each = watched()
    each.model.close()
    each = watched()
    each.hold()
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(each.model.for_episode().reply, prompt(0), max_tokens=4000)]
        each.held()
        answers += [pool.submit(each.model.for_episode().reply, prompt(1), max_tokens=4000)]
        each.held(1)
        thread = each.model._speaker.engine._thread
        each.model._speaker.engine.close(wait=False)
        each.gate.set()
        each.model.close()
        each.model.close()
        for answer in answers:
            with pytest.raises(ModelError, match="was closed"):
                answer.result()
    assert thread is not None
    assert not thread.is_alive()
    with pytest.raises(ModelError, match="was closed"):
        each.model.reply(prompt(0))


def test_a_model_that_is_dropped_ends_its_thread(checkpoint: Callable[[str], Path]) -> None:
    model: HfModel | None = load_hf(str(checkpoint("llama")), {"device": "cpu"})
    assert model is not None
    assert model.reply(prompt(0), max_tokens=2).usage.completion_tokens <= 2
    thread = model._speaker.engine._thread
    assert thread is not None
    model = None
    thread.join(20)
    assert not thread.is_alive()
