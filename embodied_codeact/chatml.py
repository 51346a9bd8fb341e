"""ChatML, the frame of messages that this project trains with, and asks models with that have none of their own.

https://github.com/openai/openai-python/blob/v0.28.1/chatml.md
"""

from __future__ import annotations

START, END = "<|im_start|>", "<|im_end|>"

TEMPLATE = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message['role'] + '\\n' }}"
    "{%- if message['role'] == 'assistant' %}"
    "{% generation %}{{- message['content'] + '<|im_end|>' }}{% endgeneration %}{{- '\\n' }}"
    "{%- else %}{{- message['content'] + '<|im_end|>\\n' }}{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
"""As a chat template of transformers. Its ``generation`` marks tell TRL's ``assistant_only_loss`` what is the
assistant's, the end of its turn included."""


def opened(role: str) -> str:
    """What stands before the words of a message.

    >>> opened("user") + closed("Hello.")
    '<|im_start|>user\\nHello.<|im_end|>'
    """
    return f"{START}{role}\n"


def closed(content: str) -> str:
    """The words of a message, and what ends them. A line feed follows."""
    return f"{content}{END}"
