"""Tokens to text: whole characters, stop strings across tokens, and the tokens that the text stands for."""

from __future__ import annotations

import random

import pytest

from embodied_codeact.models.hf.codec import Codec
from embodied_codeact.models.hf.spelling import Spelling
from embodied_codeact.models.hf.transcript import Transcript
from tests.models.hf.checkpoints import CORPUS, STYLES, make_tokenizer

KINDS = ["llama", "gemma"]


@pytest.fixture(scope="module", params=KINDS)
def codec(request: pytest.FixtureRequest) -> Codec:
    return Codec(make_tokenizer(STYLES[request.param]))


def spell(codec: Codec, ids: list[int], stops: list[str]) -> tuple[Spelling, list[str]]:
    spelling = Spelling(codec, codec.encode("Say:\n").ids, stops)
    pieces = []
    for token in ids:
        pieces.append(spelling.push(token))
        if spelling.stopped:
            break
    return spelling, [*pieces, spelling.finish()]


@pytest.mark.parametrize("text", [*CORPUS, "naïve 水 \U0001f600\U0001f600 \u0635 end", " blank first", "a\n\n  b  "])
def test_text_comes_back_whole_and_in_whole_characters(codec: Codec, text: str) -> None:
    ids = codec.encode(text, inside=True).ids
    spelling, pieces = spell(codec, ids, ["</never>"])
    assert "".join(pieces) == spelling.reply == text
    assert not any("\ufffd" in piece for piece in pieces)
    said, kept, ends = spelling.said()
    assert (said, kept, ends[-1]) == (text, ids, len(text))


@pytest.mark.parametrize("stop", ["</execute>", "\n", "水が", "e"])
def test_a_stop_string_ends_the_reply_and_is_never_shown(codec: Codec, stop: str) -> None:
    for text in CORPUS:
        spelling, pieces = spell(codec, codec.encode(text, inside=True).ids, [stop, "</solution>"])
        wanted = min((text.partition(each)[0] for each in (stop, "</solution>")), key=len)
        assert "".join(pieces) == spelling.reply == wanted
        said, ids, ends = spelling.said()
        assert codec.decode([*codec.encode("Say:\n").ids, *ids]).endswith(said)
        assert len(ids) == len(ends)
        assert (wanted + stop).startswith(said) or (wanted + "</solution>").startswith(said)
        # Only a token that goes on past the stop string is missing.
        assert len(said) >= len(wanted) - 12


def test_nothing_is_shown_that_may_yet_be_a_stop_string(codec: Codec) -> None:
    text = "x </exe </executive </execute> y"
    spelling, pieces = spell(codec, codec.encode(text, inside=True).ids, ["</execute>"])
    assert "".join(pieces) == "x </exe </executive "
    shown = ""
    for piece in pieces:
        shown += piece
        assert not any(shown.endswith("</execute>"[:length]) and not text.startswith(shown) for length in range(1, 10))
    assert spelling.stopped


def test_noise_is_spelled_as_a_whole_decoding_would(codec: Codec) -> None:
    dice = random.Random(5)
    for _ in range(30):
        ids = [dice.randrange(10, 300) for _ in range(40)]
        spelling, pieces = spell(codec, ids, [])
        assert "".join(pieces) == spelling.reply
        assert spelling.said() == (spelling.reply, ids, spelling.said()[2])


def test_generated_tokens_are_kept_as_they_were_generated(codec: Codec) -> None:
    prompt = Transcript().prompt("Say:\n", codec)
    odd = [token for character in "print(state)" for token in codec.encode(character, inside=True).ids]
    assert odd != codec.encode("print(state)", inside=True).ids
    spelling, _ = spell(codec, odd, [])
    answered = prompt.answered(*spelling.said())
    longer = answered.prompt("Say:\nprint(state)</execute>\nand on", codec)
    assert longer.ids[: len(prompt.ids) + len(odd)] == [*prompt.ids, *odd]
    assert codec.decode(longer.ids).endswith("Say:\nprint(state)</execute>\nand on")
    # Cut within it, the tokens before the cut stay.
    other = answered.prompt("Say:\nprint(other)", codec)
    assert other.ids[: len(prompt.ids) + len("print(")] == [*prompt.ids, *odd[: len("print(")]]


def test_a_template_may_strip_the_blanks_around_a_reply(codec: Codec) -> None:
    prompt = Transcript().prompt("Say:\n", codec)
    spoken = codec.encode("  look()\n", inside=True).ids
    spelling, _ = spell(codec, spoken, [])
    answered = prompt.answered(*spelling.said())
    longer = answered.prompt("Say:\nlook()\nObservation", codec)
    assert longer.ids[: len(prompt.ids) + len(spoken)] == [*prompt.ids, *spoken]
    assert codec.decode(longer.ids).endswith("Say:\n  look()\n\nObservation")


def test_a_changed_prompt_is_tokenized_as_in_one_piece(codec: Codec) -> None:
    before = Transcript().prompt("Be brief.\nYou see a mug 1 and a pen.\n4 turns left.", codec)
    text = "Be brief.\nYou see a mug 12 and a pen.\n3 turns left."
    assert before.prompt(text, codec).ids == codec.encode(text).ids
