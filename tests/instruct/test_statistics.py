"""What collections hold, by source and by form of action."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct.statistics import describe, load_counter
from tests.instruct.made import conversation

MANY = [
    conversation(1, mistake=True),
    conversation(2),
    conversation(3, source="tabletop", action="json"),
    conversation(4, source="tabletop"),
]


def word_tokenizer(file: Path) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.save(str(file))
    return file


def test_counts_by_source_and_form() -> None:
    found = describe(MANY, None)
    household, tabletop = found.by_source
    assert (household.name, household.conversations, household.turns, household.recovered) == ("household", 2, 3, 1)
    assert (household.mean_turns, household.recovered_share, household.with_errors) == (1.5, 0.5, 1)
    assert (tabletop.conversations, tabletop.recovered_share) == (2, 0)
    assert [(row.name, row.conversations) for row in found.by_format] == [("code", 3), ("json", 1)]
    assert found.total.conversations == 4
    for rows in (found.by_source, found.by_format):
        assert sum(row.tokens for row in rows) == found.total.tokens
    characters = sum(len(said.content) for one in MANY for said in one.messages)
    assert characters / 4 <= found.total.tokens <= characters / 4 + 20
    assert found.tokenizer == ""
    assert describe([], None).total.mean_tokens == 0


def test_a_tokenizer_counts_and_what_is_not_learnt_is_apart(tmp_path: Path) -> None:
    for name in (word_tokenizer(tmp_path / "tokenizer.json"), tmp_path):
        found = describe(MANY[:1], load_counter(str(name)), "words")
        words = [len(said.content.split()) for said in MANY[0].messages]
        assert (found.total.tokens, found.total.learnt_tokens) == (sum(words), words[-1])
        assert found.tokenizer == "words"


def test_what_is_no_tokenizer_is_told(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="no tokenizer can be read here"):
        load_counter(str(tmp_path))
