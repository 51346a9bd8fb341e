"""Writes the folder of a collection: what is kept is on the disk at once, and what a crash cut short is taken up again.

=======================  ===============================================================================================
``collection.json``      :class:`CollectionManifest`: the recipe, and how much of it
``conversations.jsonl``  the episodes that are kept, one :class:`~.conversations.Conversation` a line
``rejected.jsonl``       the episodes that are not, and why: one :class:`Rejected` a line
``tasks/SOURCE``         generated tasks
=======================  ===============================================================================================

Every trial that came to its end is in one of the two files, once.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.engine import Ended, Fault
from embodied_codeact.evaluation.run_folder import digest_of, holds, write_whole
from embodied_codeact.evaluation.run_store import Seen
from embodied_codeact.instruct.conversations import COLLECTION, CONVERSATIONS, Conversation
from embodied_codeact.instruct.conversion import conversation_of, message_digest, why_not
from embodied_codeact.instruct.recipes import Recipe, Source
from embodied_codeact.instruct.rephrasing import rename_conversation, rephrase_conversation
from embodied_codeact.trajectories import TrajectoryWriter
from embodied_codeact.trajectories.codec import decode_episode, encode_plain
from embodied_codeact.trajectories.reader import read_lines

MANIFEST, REJECTED, TASKS = COLLECTION, "rejected.jsonl", "tasks"
DUPLICATE, NEAR_DUPLICATE = "duplicate", "near duplicate"
_OURS = frozenset({MANIFEST, CONVERSATIONS, REJECTED, TASKS})


class CollectionManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a collection was asked for. ``episodes`` by source, as many as are attempted; ``digest`` of all that decides
    what they are: a collection is resumed only with the same."""

    recipe: Recipe
    episodes: dict[str, int]
    digest: str = ""
    version: str = ""
    started_at: str = ""
    machine: dict[str, Any] = {}


class Rejected(msgspec.Struct, frozen=True):
    """An episode that is not kept. ``like``: the conversation that it says the same as."""

    trial: str
    source: str
    reason: str
    like: str = ""
    turns: int = 0


class SourceCounts(msgspec.Struct):
    """What came of a source's ``episodes``: so many are ``kept``, or are not. ``rephrased`` conversations are there
    beside the kept ones; ``recovered`` of the kept succeeded although a script failed on the way."""

    episodes: int = 0
    kept: int = 0
    rephrased: int = 0
    rejected: int = 0
    duplicates: int = 0
    recovered: int = 0
    turns: int = 0


class Collection:
    """The folder of one collection, open to write by one process at a time. A context manager.

    Satisfies :class:`~embodied_codeact.evaluation.trials.Keeps`. ``done`` are the trials that came to their end, by
    their keys; ``counts`` by source; ``reasons`` why episodes were rejected.

    Raises:
        ConfigurationError: the folder cannot be written, or another process writes to it; it holds something else, or
            a collection that is not to be resumed, or of another recipe. Nothing in it has been changed then.
    """

    def __init__(self, folder: Path, manifest: CollectionManifest, *, resume: bool = False) -> None:
        self.folder = folder
        self.done: dict[str, Seen] = {}
        self.counts = {name: SourceCounts() for name in manifest.episodes}
        self.reasons: Counter[str] = Counter()
        self._recipe = manifest.recipe
        self._sources = {source.name: source for source in manifest.recipe.sources}
        self._seen: dict[str, str] = {}
        """Conversations by the digest of their words, and of opening and scripts."""
        digest = digest_of(manifest.recipe, manifest.episodes)
        self.manifest = msgspec.structs.replace(manifest, digest=digest)
        there = holds(folder, "a collection", MANIFEST, _OURS, resume=resume)
        if there:
            _check_same(folder, self.manifest)
        else:
            _make(folder)
        self._rejected = TrajectoryWriter(folder / REJECTED, start=b'{"')
        try:
            self._kept = TrajectoryWriter(folder / CONVERSATIONS, start=b'{"')
        except BaseException:
            self._rejected.close()
            raise
        self.notes = [writer.note for writer in (self._kept, self._rejected) if writer.note]
        try:
            if not there:
                _write_manifest(folder, self.manifest)
            self._read()
        except BaseException:
            self.close()
            raise

    def keep(self, ended: Ended) -> None:
        """Keep an episode as a conversation, or why it is not kept; either is on the disk when this returns.

        Raises:
            OperatorError: the disk is full or gone. What was kept before is whole.
        """
        if ended.trial.key in self.done:
            return
        episode = decode_episode(ended.line)
        source = self._sources[ended.trial.part]
        reason, like = why_not(episode, source.keep), ""
        if not reason:
            conversation = conversation_of(episode, self._recipe, source)
            reason, like = self._twin(conversation)
        if reason:
            rejected = Rejected(ended.trial.key, source.name, reason, like, len(episode.turns))
            self._rejected.write_line(encode_plain(rejected))
            self._count_rejected(rejected)
            return
        # The one that the trial is known by comes last: where a crash cuts this short, the trial is attempted again.
        for each in [*self._rephrased(conversation, source), conversation]:
            if not self._twin(each)[0]:
                self._kept.write_line(encode_plain(each))
                self._count_kept(each)

    def keep_fault(self, fault: Fault) -> None:
        """Nothing is kept of an episode that the system failed: it is attempted again when this is resumed."""

    def close(self) -> None:
        """Close the files. May be called twice."""
        self._kept.close()
        self._rejected.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _twin(self, conversation: Conversation) -> tuple[str, str]:
        """Say which conversation that is there is the same, or nearly."""
        if conversation.id in self._seen:
            return DUPLICATE, self._seen[conversation.id]
        alike = conversation.provenance["alike"]
        return (NEAR_DUPLICATE, self._seen[alike]) if alike in self._seen else ("", "")

    def _rephrased(self, conversation: Conversation, source: Source) -> list[Conversation]:
        """Conversations with other words for the task: so many, and one more by a chance that the trial decides."""
        rng = random.Random(f"rephrase/{conversation.provenance['trial']}")
        count = int(source.rephrase) + (rng.random() < source.rephrase % 1)
        made = [each for each in (rephrase_conversation(conversation, rng) for _ in range(count)) if each is not None]
        if source.rename:
            made = [rename_conversation(each, rng) for each in made]
        return [_told_apart(each, conversation) for each in made]

    def _count_kept(self, conversation: Conversation) -> None:
        self._seen[conversation.id] = self._seen[conversation.provenance["alike"]] = conversation.id
        counts = self.counts[conversation.provenance["source"]]
        if "rephrased" in conversation.provenance:
            counts.rephrased += 1
            return
        counts.episodes += 1
        counts.kept += 1
        counts.recovered += conversation.recovered
        counts.turns += conversation.turns
        self.done[conversation.provenance["trial"]] = Seen(True, conversation.turns, 0)

    def _count_rejected(self, rejected: Rejected) -> None:
        counts = self.counts[rejected.source]
        counts.episodes += 1
        counts.turns += rejected.turns
        if rejected.reason in (DUPLICATE, NEAR_DUPLICATE):
            counts.duplicates += 1
        else:
            counts.rejected += 1
        self.reasons[rejected.reason] += 1
        self.done[rejected.trial] = Seen(bool(rejected.like), rejected.turns, 0)

    def _read(self) -> None:
        """Read what was kept before."""
        for name, kind in ((CONVERSATIONS, Conversation), (REJECTED, Rejected)):
            decoder = msgspec.json.Decoder(kind)
            for number, line in read_lines(self.folder / name):
                try:
                    found: Any = decoder.decode(line)
                    self._count_kept(found) if kind is Conversation else self._count_rejected(found)
                except (msgspec.DecodeError, KeyError) as error:
                    raise ConfigurationError(f"{self.folder / name}, line {number} is damaged: {error}") from error


def _told_apart(rephrased: Conversation, original: Conversation) -> Conversation:
    """With digests of its own words."""
    alike = digest_of(original.provenance["alike"], rephrased.messages)[: len(original.id)]
    provenance = {**rephrased.provenance, "alike": alike}
    return msgspec.structs.replace(rephrased, id=message_digest(rephrased.messages), provenance=provenance)


def check_folder(folder: Path, *, resume: bool) -> None:
    """See whether a collection can be written to a folder, before anything is prepared for it.

    Raises:
        ConfigurationError: as :class:`Collection`.
    """
    holds(folder, "a collection", MANIFEST, _OURS, resume=resume)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot write a collection to {folder}: {error.strerror}") from error


def _write_manifest(folder: Path, manifest: CollectionManifest) -> None:
    try:
        write_whole(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    except OSError as error:
        raise ConfigurationError(f"cannot write a collection to {folder}: {error.strerror}") from error


def _check_same(folder: Path, now: CollectionManifest) -> None:
    """See that a collection goes on with what it was begun with."""
    try:
        before = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=CollectionManifest)
    except OSError as error:
        raise OperatorError(f"cannot read {folder / MANIFEST}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{folder / MANIFEST} is damaged: {error}") from error
    if before.digest == now.digest:
        return
    what = f"the recipe was {before.recipe.name!r} and is {now.recipe.name!r}"
    if before.recipe.name == now.recipe.name:
        what = "its recipe has changed" if before.recipe != now.recipe else "so many episodes were not asked for"
    raise ConfigurationError(f"cannot resume {folder}: {what}. Resume with what it was begun with.")
