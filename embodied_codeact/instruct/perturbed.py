"""A teacher that sometimes makes mistakes, so that models can learn from it how one goes on after a mistake.

Nothing is faked. In a share of the episodes a reply of the teacher is changed before it is acted upon; what comes of it
is the environment's answer, and the teacher goes on from what it then reads in the conversation, where the changed
reply stands as its own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from embodied_codeact.contracts import ClosableModel, Message, Model, Reply, SharedModel
from embodied_codeact.instruct.perturbations import perturb

_TWICE = 0.15
"""Of the episodes with a mistake, so many have a second one in the next reply."""
_LATEST = 8
"""Where a reply is a single call, the mistake is in one of the first so many."""


class PerturbedModel:
    """Satisfies :class:`~embodied_codeact.contracts.Model`.

    Args:
        teacher: what is asked for replies.
        share: of the episodes, from 0 to 1, in which a mistake is made.
        seed: with the opening messages it chooses the episodes and the mistakes.
    """

    def __init__(self, teacher: Model, share: float, seed: int) -> None:
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"share must lie from 0 to 1, not {share}")
        self.teacher, self.share, self.seed = teacher, share, seed
        self.name = teacher.name
        self.perturbed: dict[int, str] = {}
        """Of the current episode: index of the turn (from 0) -> kind of the mistake in its reply."""
        self._turn = 0
        self._rng = random.Random()
        self._planned: set[int] = set()

    def for_episode(self) -> PerturbedModel:
        """Return a model for an episode at the same time."""
        shared = isinstance(self.teacher, SharedModel)
        teacher = self.teacher.for_episode() if shared else self.teacher  # type: ignore[attr-defined]
        return PerturbedModel(teacher, self.share, self.seed)

    def start_episode(self) -> None:
        self.teacher.start_episode()
        self.perturbed, self._turn, self._planned = {}, 0, set()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """As the teacher counts them; 0, for no limit, where it does not."""
        count = getattr(self.teacher, "count_tokens", None)
        return int(count(messages)) if count is not None else 0

    def close(self) -> None:
        if isinstance(self.teacher, ClosableModel):
            self.teacher.close()

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        """Return the teacher's reply, which may hold a mistake.

        Raises:
            ModelError: the teacher did not answer.
        """
        if self._turn == 0:
            self._plan(messages)
        turn, self._turn = self._turn, self._turn + 1
        reply = self.teacher.reply(messages, stop=stop, max_tokens=max_tokens)
        if turn not in self._planned:
            return reply
        made = perturb(reply.text, self._rng)
        if made is None:
            return reply
        self.perturbed[turn] = made.kind
        return Reply(made.reply, reply.usage, reply.cut)

    def _plan(self, messages: Sequence[Message]) -> None:
        """Choose the turns that a mistake is made in, from the seed and the opening messages."""
        opening = "\n".join(message.content for message in messages)
        self._rng = random.Random(f"{self.seed}/{opening}")
        if self._rng.random() >= self.share:
            return
        scripts = "<execute>" in opening
        first = 0 if scripts else self._rng.randrange(_LATEST)
        self._planned = {first, first + 1} if self._rng.random() < _TWICE else {first}
