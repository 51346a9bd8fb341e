"""Writes conversations as other programs read them: chat JSON Lines and Parquet for ``datasets`` and TRL, ChatML text.

A row holds ``messages`` (``role`` and ``content`` only), the marks ``train`` (a truth value for each message, False
where a reply is to be seen and not learnt) and where it comes from. TRL takes ``messages`` and leaves the other columns
alone; it learns all replies of the assistant, so what the marks say is heeded here, by ``untrained``:

=========  =============================================================================
``keep``   all conversations as they are; who trains on them heeds ``train``, or does not
``drop``   conversations with a reply that is not to be learnt are left out
``split``  each reply to be learnt is a row, ``completion``, and what went before is its ``prompt``
=========  =============================================================================
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from embodied_codeact import chatml
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct.conversations import Conversation
from embodied_codeact.instruct.files import parquet_module, replacing

ExportFormat = Literal["jsonl", "parquet", "chatml"]
Untrained = Literal["keep", "drop", "split"]

_BATCH = 500


class Exported(msgspec.Struct, frozen=True):
    """One written file. ``left_out`` counts conversations that hold nothing to write."""

    path: str
    rows: int
    left_out: int = 0


def export(
    conversations: Iterable[Conversation],
    out: Path,
    form: ExportFormat,
    *,
    split: float = 0.0,
    untrained: Untrained = "keep",
) -> list[Exported]:
    """Write conversations to ``out`` and, where ``split`` is a share above 0, that share of them to another file whose
    name ends with ``-test``. Conversations about the same task and seed lie on the same side, in every export.

    Raises:
        ConfigurationError: a file cannot be written, a conversation cannot be written in that form, or pyarrow is
            missing.
    """
    files = written_files(out, split)
    left_out = 0
    counts = [0] * len(files)
    with replacing(*files) as drafts:
        writers = [_WRITERS[form](draft, untrained) for draft in drafts]
        try:
            for conversation in conversations:
                rows = list(_rows(conversation, untrained))
                left_out += not rows
                side = int(split > 0 and _chance(_about(conversation)) < split)
                counts[side] += len(rows)
                for row in rows:
                    writers[side].write(row)
        finally:
            for writer in writers:
                writer.close()
    return [
        Exported(str(file), count, 0 if place else left_out)
        for place, (file, count) in enumerate(zip(files, counts, strict=True))
    ]


def written_files(out: Path, split: float) -> list[Path]:
    """The files that an export writes.

    >>> [file.name for file in written_files(Path("train.jsonl"), 0.1)]
    ['train.jsonl', 'train-test.jsonl']
    """
    return [out, out.with_name(f"{out.stem}-test{out.suffix}")] if split > 0 else [out]


def format_of(out: Path) -> ExportFormat:
    """The format that a file's name tells; JSON Lines where it tells none.

    >>> format_of(Path("train.parquet")), format_of(Path("train.jsonl"))
    ('parquet', 'jsonl')
    """
    return "parquet" if out.suffix == ".parquet" else "jsonl"


def _about(conversation: Conversation) -> str:
    """What a conversation is about: its task, or what is said where that is not known."""
    facts = conversation.provenance
    return f"{facts.get('environment')}/{facts['task']}/{facts.get('seed')}" if "task" in facts else conversation.id


def _chance(name: str) -> float:
    """A number from 0 to 1, always the same for the same name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64


def _rows(conversation: Conversation, untrained: Untrained) -> Iterator[dict[str, Any]]:
    said = [{"role": message.role, "content": message.content} for message in conversation.messages]
    learnt = [message.role == "assistant" and message.train for message in conversation.messages]
    facts = {
        "id": conversation.id,
        "source": conversation.source,
        "action_format": conversation.action_format,
        "task_type": conversation.task_type,
        "turns": conversation.turns,
        "errors": conversation.errors,
        "recovered": conversation.recovered,
        # As text: its fields differ from row to row, which columns cannot.
        "provenance": json.dumps(conversation.provenance, ensure_ascii=False, default=str),
    }
    if untrained == "split":
        for place in itertools.compress(range(len(said)), learnt):
            yield {"prompt": said[:place], "completion": [said[place]], **facts}
    elif untrained == "keep" or all(message.train for message in conversation.messages):
        yield {"messages": said, **facts, "train": [message.train for message in conversation.messages]}


class _JsonLines:
    def __init__(self, file: Path, _: Untrained) -> None:
        self._stream = file.open("wb")

    def write(self, row: dict[str, Any]) -> None:
        self._stream.write(msgspec.json.encode(row) + b"\n")

    def close(self) -> None:
        self._stream.close()


class _ChatML(_JsonLines):
    """Text; an empty line ends a conversation."""

    def write(self, row: dict[str, Any]) -> None:
        messages = row["messages"] if "messages" in row else [*row["prompt"], *row["completion"]]
        if any(mark in message["content"] for message in messages for mark in (chatml.START, chatml.END)):
            raise ConfigurationError(
                f"conversation {row['id']} holds {chatml.START} or {chatml.END} in what is said, which ChatML cannot "
                "tell from its own marks; export it as jsonl"
            )
        turns = (f"{chatml.opened(message['role'])}{chatml.closed(message['content'])}\n" for message in messages)
        self._stream.write(f"{''.join(turns)}\n".encode())


class _Parquet:
    def __init__(self, file: Path, untrained: Untrained) -> None:
        parquet = parquet_module()
        import pyarrow as pa

        chat = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
        said = [("prompt", chat), ("completion", chat)] if untrained == "split" else [("messages", chat)]
        texts = [(name, pa.string()) for name in ("id", "source", "action_format", "task_type")]
        numbers = [("turns", pa.int64()), ("errors", pa.int64()), ("recovered", pa.bool_())]
        marks = [] if untrained == "split" else [("train", pa.list_(pa.bool_()))]
        self._schema = pa.schema([*said, *texts, *numbers, ("provenance", pa.string()), *marks])
        self._table = pa.Table
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._waiting: list[dict[str, Any]] = []

    def write(self, row: dict[str, Any]) -> None:
        self._waiting.append(row)
        if len(self._waiting) == _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(self._table.from_pylist(self._waiting, schema=self._schema))
            self._waiting.clear()

    def close(self) -> None:
        self._flush()
        self._writer.close()


_WRITERS: dict[ExportFormat, Callable[[Path, Untrained], _JsonLines | _Parquet]] = {
    "jsonl": _JsonLines,
    "parquet": _Parquet,
    "chatml": _ChatML,
}
