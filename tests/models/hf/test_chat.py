"""Chat templates: what each takes, and what ends a turn in it."""

from __future__ import annotations

import pytest

from embodied_codeact.contracts import Message
from embodied_codeact.errors import ConfigurationError, ModelError
from embodied_codeact.models.hf.chat import ChatFormat
from embodied_codeact.models.hf.codec import Codec
from tests.models.hf.checkpoints import CHATML, STYLES, make_tokenizer

SYSTEM, FIRST, REPLY, SECOND = (
    Message("system", "Be brief."),
    Message("user", "Take it."),
    Message("assistant", "Taken."),
    Message("user", "Go on."),
)


def chat(name: str, template: str | None = None) -> ChatFormat:
    tokenizer = make_tokenizer(STYLES[name])
    if template is not None:
        tokenizer.chat_template = template
    return ChatFormat(tokenizer, Codec(tokenizer))


def test_each_family_keeps_its_own_template() -> None:
    assert chat("llama").render([SYSTEM, FIRST]) == (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nTake it.<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )
    assert chat("qwen2").render([SYSTEM, FIRST]).endswith("<|im_end|>\n<|im_start|>assistant\n")


def test_a_refused_system_message_goes_to_the_first_user_message() -> None:
    assert chat("gemma").render([SYSTEM, FIRST, REPLY, SECOND]) == (
        "<bos><start_of_turn>user\nBe brief.\n\nTake it.<end_of_turn>\n<start_of_turn>model\nTaken.<end_of_turn>\n"
        "<start_of_turn>user\nGo on.<end_of_turn>\n<start_of_turn>model\n"
    )


def test_a_system_message_does_not_wander_with_the_turns() -> None:
    first = chat("mistral").render([SYSTEM, FIRST])
    assert first == "<s>[INST] Be brief.\n\nTake it.[/INST]"
    assert chat("mistral").render([SYSTEM, FIRST, REPLY, SECOND]).startswith(first)


def test_roles_alternate_where_they_must() -> None:
    twice = [FIRST, SECOND, REPLY, SECOND, FIRST]
    assert chat("gemma").render(twice).count("<start_of_turn>user") == 2
    assert chat("qwen2").render(twice).count("<|im_start|>user") == 4


def test_chatml_where_there_is_no_template() -> None:
    without = chat("lfm2")
    assert without.render([SYSTEM, FIRST]) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nTake it.<|im_end|>\n<|im_start|>assistant\n"
    )
    assert without.end_texts == ("<|im_end|>",)


@pytest.mark.parametrize(
    ("name", "end"), [("llama", "<|eot_id|>"), ("qwen2", "<|im_end|>"), ("gemma", "<end_of_turn>"), ("mistral", "</s>")]
)
def test_the_end_of_a_turn_is_what_the_template_puts_there(name: str, end: str) -> None:
    tokenizer = make_tokenizer(STYLES[name])
    found = ChatFormat(tokenizer, Codec(tokenizer))
    assert tokenizer.convert_tokens_to_ids(end) in found.end_ids
    assert found.end_texts == ()
    assert {tokenizer.convert_ids_to_tokens(number) for number in found.end_ids} <= set(STYLES[name].special)


def test_templates_that_cannot_be_used_say_so() -> None:
    with pytest.raises(ConfigurationError, match="chat template of this model cannot be used: TemplateSyntaxError"):
        chat("qwen2", "{% for %}")
    with pytest.raises(ConfigurationError, match="never"):
        chat("qwen2", "{{ raise_exception('never') }}")
    picky = CHATML + "{% if messages | length > 4 %}{{ raise_exception('too much') }}{% endif %}"
    with pytest.raises(ModelError, match="refuses the roles user, assistant, user, assistant, user: .*too much"):
        chat("qwen2", picky).render([FIRST, REPLY, FIRST, REPLY, FIRST])
