"""What collections hold, in the columns of the paper's table of its data (arXiv 2402.01030, Table 4): conversations,
turns and tokens by source; here also by form of action, and how often an error was recovered from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct.conversations import Conversation

CHARS_PER_TOKEN = 4
"""What is usual for English and code, where no tokenizer is given."""
CountTokens = Callable[[str], int]


class Row(msgspec.Struct):
    """What one group of conversations holds. ``tokens`` are of all that is said, ``learnt_tokens`` of the replies to
    be learnt; what a chat template adds is not counted."""

    name: str
    conversations: int = 0
    turns: int = 0
    tokens: int = 0
    learnt_tokens: int = 0
    with_errors: int = 0
    recovered: int = 0

    @property
    def mean_turns(self) -> float:
        """Replies of the assistant in a conversation."""
        return self.turns / self.conversations if self.conversations else 0.0

    @property
    def mean_tokens(self) -> float:
        """Tokens of a conversation."""
        return self.tokens / self.conversations if self.conversations else 0.0

    @property
    def recovered_share(self) -> float:
        """Conversations that succeeded although a script failed on the way, from 0 to 1."""
        return self.recovered / self.conversations if self.conversations else 0.0

    def add(self, other: Row) -> None:
        """Add what another row holds."""
        for field in ("conversations", "turns", "tokens", "learnt_tokens", "with_errors", "recovered"):
            setattr(self, field, getattr(self, field) + getattr(other, field))


class Statistics(msgspec.Struct):
    """``tokenizer`` is the one that counted, or empty where tokens are estimated from characters."""

    tokenizer: str
    total: Row
    by_source: list[Row]
    by_format: list[Row]


def describe(conversations: Iterable[Conversation], count: CountTokens | None, tokenizer: str = "") -> Statistics:
    """Count what conversations hold. Without ``count``, tokens are estimated from characters."""
    tokens = _Counted(count or (lambda text: -(-len(text) // CHARS_PER_TOKEN)))
    total, sources, forms = Row("total"), dict[str, Row](), dict[str, Row]()
    for conversation in conversations:
        row = _row(conversation, tokens)
        form = conversation.action_format or "general"
        for group in (
            total,
            sources.setdefault(conversation.source, Row(conversation.source)),
            forms.setdefault(form, Row(form)),
        ):
            group.add(row)
    return Statistics(tokenizer if count else "", total, list(sources.values()), list(forms.values()))


def _row(conversation: Conversation, tokens: _Counted) -> Row:
    counts = [tokens(message.content, keep=message.role == "system") for message in conversation.messages]
    learnt = [message.role == "assistant" and message.train for message in conversation.messages]
    return Row(
        "",
        conversations=1,
        turns=sum(message.role == "assistant" for message in conversation.messages),
        tokens=sum(counts),
        learnt_tokens=sum(number for number, wanted in zip(counts, learnt, strict=True) if wanted),
        with_errors=conversation.errors > 0,
        recovered=conversation.recovered,
    )


class _Counted:
    """Counts tokens; those of system texts, which are long and few, only once."""

    def __init__(self, count: CountTokens) -> None:
        self._count = count
        self._known: dict[str, int] = {}

    def __call__(self, text: str, *, keep: bool) -> int:
        if not keep:
            return self._count(text)
        if text not in self._known:
            self._known[text] = self._count(text)
        return self._known[text]


def load_counter(name: str) -> CountTokens:
    """Return what counts tokens by a tokenizer: a ``tokenizer.json``, a folder with one, or the id of a model.

    Raises:
        ConfigurationError: there is none of that name, or what reads it is not installed.
    """
    path = Path(name)
    file = path / "tokenizer.json" if path.is_dir() else path
    try:
        if file.is_file() and file.suffix == ".json":
            from tokenizers import Tokenizer

            fast = Tokenizer.from_file(str(file))
            return lambda text: len(fast.encode(text, add_special_tokens=False).ids)
        from transformers import AutoTokenizer

        slow = AutoTokenizer.from_pretrained(name)
        return lambda text: len(slow.encode(text, add_special_tokens=False, verbose=False))
    except ImportError as error:
        raise ConfigurationError(
            "counting tokens needs transformers, which is not installed: pip install 'embodied-codeact[train]'"
        ) from error
    # What these libraries raise for a file or a name that is none differs from version to version.
    except Exception as error:
        raise ConfigurationError(f"{name}: no tokenizer can be read here: {str(error).splitlines()[0]}") from error
