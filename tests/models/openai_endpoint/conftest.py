"""Models that are connected to scripted servers, and closed again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("openai", reason="the openai client is not installed")

from embodied_codeact.models.openai import OpenAIModel, connect_openai
from embodied_codeact.models.openai.retries import Clock


class SkippingClock:
    """A clock that does not wait: what is slept is only counted, and counts as passed."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.clock = Clock(now=lambda: time.monotonic() + sum(self.slept), sleep=self.slept.append, chance=lambda: 0.5)


Connect = Callable[..., OpenAIModel]


@pytest.fixture
def clock() -> SkippingClock:
    return SkippingClock()


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has set must not matter."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def connect(clock: SkippingClock) -> Iterator[Connect]:
    """Connect to a URL: ``connect(url, retries=2)``."""
    models: list[OpenAIModel] = []

    def make(url: str, name: str = "tiny", **options: object) -> OpenAIModel:
        texts = {key: str(value) for key, value in options.items()}
        model = connect_openai(f"{name}@{url}", texts, clock.clock)
        assert isinstance(model, OpenAIModel)
        models.append(model)
        return model

    yield make
    for model in models:
        model.close()
