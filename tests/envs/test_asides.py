"""What is said around a request, which must not seem to be a part of it."""

from __future__ import annotations

import random
import re

from embodied_codeact.envs import asides
from embodied_codeact.envs.household.rephrasing_names import PLACES, THINGS
from embodied_codeact.envs.tabletop.tasks.things import COLOR_NAMES, HOUSEHOLD

SAMPLES = 4000


def test_they_are_many_and_most_requests_have_none() -> None:
    rng = random.Random(0)
    for say in (asides.before, asides.after):
        said = [say(rng) for _ in range(SAMPLES)]
        assert 0.05 * SAMPLES < sum(map(bool, said)) < 0.25 * SAMPLES
        assert len(set(said)) > 0.8 * sum(map(bool, said))
        assert say(random.Random(3)) == say(random.Random(3))


def test_none_names_what_a_task_could_be_about() -> None:
    words = [*COLOR_NAMES, *HOUSEHOLD, "block", "cube", "bowl", "zone", "tray", "tower"]
    words += [word for names in (*PLACES.values(), *THINGS.values()) for word in names.split("|")]
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, dict.fromkeys(words)))})s?\b", re.IGNORECASE)
    rng = random.Random(1)
    for _ in range(SAMPLES):
        said = asides.before(rng) + asides.after(rng)
        assert named.search(said) is None, said
        assert not re.search(r"[\[\]{}|]", said), said
