"""Which kinds of actions the published replies of the MINT benchmark are: ``python -m tests.agent.mint_table``."""

from __future__ import annotations

import collections
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from embodied_codeact.agent.parser import parse_reply
from embodied_codeact.contracts import CodeAction
from tests.conftest import find_data


class Published(NamedTuple):
    """One published episode: each reply with what was answered to it, None after the last."""

    file: str
    exchanges: list[tuple[str, str | None]]


def published_episodes(data: Path) -> Iterator[Published]:
    """All episodes, file by file."""
    for path in sorted((data / "mint").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            said = [message["content"] for message in json.loads(line)["messages"][1:]]
            answers: list[str | None] = [*said[1::2], None]
            yield Published(path.name, list(zip(said[::2], answers, strict=False)))


def kind_of(reply: str) -> str:
    """The kind of the action in a reply; of code also how it was marked, and whether a finish came with it."""
    action = parse_reply(reply)
    if not isinstance(action, CodeAction):
        return type(action).__name__
    marked = "tags" if "<execute>" in reply.lower() else "fences"
    return f"CodeAction ({marked}{', then_finish' if action.then_finish is not None else ''})"


def main() -> int:
    data = find_data()
    if data is None:
        print("real data are missing: set EMBODIED_CODEACT_DATA", file=sys.stderr)
        return 2
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for episode in published_episodes(data):
        table[episode.file].update(kind_of(reply) for reply, _ in episode.exchanges)
    kinds = sorted(set().union(*table.values()))
    print("| file | replies | " + " | ".join(kinds) + " |")
    print("|---" * (len(kinds) + 2) + "|")
    for file, counts in table.items():
        cells = [file, str(counts.total()), *(str(counts[kind]) for kind in kinds)]
        print("| " + " | ".join(cells) + " |")
    total = collections.Counter[str]()
    for counts in table.values():
        total.update(counts)
    print("| all | " + " | ".join([str(total.total()), *(str(total[kind]) for kind in kinds)]) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
