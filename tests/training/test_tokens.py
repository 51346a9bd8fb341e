"""Conversations as tokens: what is learnt is exactly the replies to learn, each with the mark that ends it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from embodied_codeact.chatml import END
from embodied_codeact.instruct import ChatMessage
from embodied_codeact.training.data import ChatRecord
from embodied_codeact.training.tokens import Episode, add_chatml, longest_reply, tokenize, train_tokenizer, written
from tests.models.hf.checkpoints import STYLES, make_tokenizer
from tests.training.conftest import conversation

RECORDS = [ChatRecord(conversation(number).messages) for number in range(20)]


@pytest.fixture(scope="module", params=["own", "llama", "mistral"])
def tokenizer(request: pytest.FixtureRequest) -> PreTrainedTokenizerBase:
    """One trained on the data, one of bytes that begins every text with a token, and one of sentence pieces."""
    if request.param == "own":
        return train_tokenizer(RECORDS, 500)
    made = make_tokenizer(STYLES[request.param])
    assert add_chatml(made) == 2
    return made


def test_the_learnt_tokens_are_the_replies_to_learn(tokenizer: PreTrainedTokenizerBase) -> None:
    for record, episode in zip(RECORDS, tokenize(RECORDS, tokenizer), strict=True):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], episode.learnt, [0]])))
        learnt = [
            tokenizer.decode(episode.ids[start:end], clean_up_tokenization_spaces=False)
            for start, end in edges.reshape(-1, 2)
        ]
        assert learnt == [m.content + END for m in record.messages if m.role == "assistant" and m.train]
        assert longest_reply(episode) == max(end - start for start, end in edges.reshape(-1, 2))


def test_a_reply_that_is_cut_is_learnt_without_an_end(tokenizer: PreTrainedTokenizerBase) -> None:
    """Its tokens are the first ones of the whole reply."""
    reply = "<execute>\nx = 1\n\nlook()\n</execute>"
    asked, whole = RECORDS[3].messages[:2], ChatMessage("assistant", reply)
    cut = ChatMessage("assistant", reply[: reply.index("look")])
    short, long = tokenize([ChatRecord([*asked, cut], cut=True), ChatRecord([*asked, whole])], tokenizer)
    learnt = short.ids[short.learnt]
    assert tokenizer.decode(learnt, clean_up_tokenization_spaces=False) == cut.content
    assert list(long.ids[: len(short.ids)]) == list(short.ids)


def test_where_nothing_is_learnt_no_reply_is_longest() -> None:
    assert longest_reply(Episode(np.arange(3, dtype=np.int32), np.zeros(3, np.bool_))) == 0


def test_a_conversation_is_tokenized_as_the_model_will_be_asked(tokenizer: PreTrainedTokenizerBase) -> None:
    """Up to a reply, the tokens are those of the prompt that the chat template makes."""
    record = RECORDS[7]
    (episode,) = tokenize([record], tokenizer)
    said = [{"role": message.role, "content": message.content} for message in record.messages]
    whole = tokenizer.apply_chat_template(said, return_dict=False)
    assert list(episode.ids) == whole
    for place in (2, 4, 6):
        asked = tokenizer.apply_chat_template(said[:place], add_generation_prompt=True, return_dict=False)
        assert whole[: len(asked)] == asked
        assert episode.learnt[len(asked)] == record.messages[place].train


def test_the_own_tokenizer_spells_any_text_and_digits_one_by_one(tmp_path: Path) -> None:
    train_tokenizer(RECORDS, 500).save_pretrained(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    text = "  \t never seen: Ünïcode \U0001f600\n\n        deep(12345, -0.5)\r\n"
    ids = tokenizer(text, add_special_tokens=False).input_ids
    assert tokenizer.decode(ids) == text
    assert [token for token in tokenizer.tokenize(text) if any(digit in token for digit in "0123456789")] == list(
        "1234505"
    )
    assert len(tokenizer.tokenize("<execute>\n")) < len("<execute>\n") / 2, "it learnt nothing of the data"
    assert written(RECORDS[0])[0].count(END) == tokenizer(written(RECORDS[0])[0]).input_ids.count(
        tokenizer.eos_token_id
    )
