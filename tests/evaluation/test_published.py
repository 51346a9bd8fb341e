"""Published results: what stands in the file is what its sources can say."""

from __future__ import annotations

import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.published import all_published, published


def figure(name: str, model: str, **wanted: object) -> list[tuple[float, float | None]]:
    (table,) = published([name])
    return [
        (one.success, one.turns)
        for one in table.figures
        if one.model == model and all(getattr(one, field) == value for field, value in wanted.items())
    ]


def test_figures_are_those_of_the_sources() -> None:
    assert figure("mint-alfworld", "gpt-4-0613", k=5) == [(84.33, None)]
    assert figure("mint-alfworld", "CodeActAgent-Llama-2-7b", k=2) == [(44.78, None)]
    assert figure("codeact-m3tooleval", "gpt-4-1106-preview", action="code") == [(74.4, 5.5)]
    assert figure("codeact-m3tooleval", "gpt-4-1106-preview", action="text") == [(53.7, 7.7)]
    assert figure("codeact-api-bank", "claude-2", action="json") == [(59.4, None)]
    assert figure("agentbench-house-holding", "gpt-4-0613") == [(78.0, None)]


@pytest.mark.parametrize("name", sorted(all_published()))
def test_every_table_is_whole(name: str) -> None:
    """It names its source and what was measured; no figure stands there twice; and where the number of episodes is
    known, a success is a whole number of them: what was misread would hardly be."""
    (table,) = published([name])
    assert table.name == name
    assert all([table.title, table.measured, table.source.title, table.source.where])
    assert table.source.paper.startswith("arXiv ")
    assert table.source.url.startswith("https://")
    places = [(one.model, one.action, one.k) for one in table.figures]
    assert len(set(places)) == len(places) > 20
    for one in table.figures:
        assert 0 <= one.success <= 100
        if one.episodes is not None:
            solved = one.success * one.episodes / 100
            digits = 0.005 if name == "mint-alfworld" else 0.05
            assert abs(solved - round(solved)) <= digits * one.episodes / 100 + 1e-9, one


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'mint-alfworld'"):
        published(["mint-alfword"])
