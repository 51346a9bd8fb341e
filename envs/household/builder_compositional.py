"""Tasks that take several primitives, loops, conditions, and values that must be looked up.

What is to be found out (where something is, which holds the most, whether a condition holds) is worked out here from
the home's start, and the goal names the result, so that nothing but the right result counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from embodied_codeact.envs.household.builder_draft import Composed, Draft, all_closed, is_in, stays, things_in
from embodied_codeact.envs.household.builder_home import Home, Receptacle, Thing
from embodied_codeact.envs.household.builder_tasks import TREATMENTS
from embodied_codeact.envs.household.builder_walkthrough import Player

_SOME_OPEN = 0.6
_DONE = {"clean": ("isClean", "clean"), "heat": ("isHot", "hot"), "cool": ("isCool", "cool")}
"""By the verb of a treatment: the fact that it brings about, and the word for what was treated."""


def gather(draft: Draft) -> Composed | None:
    kinds = draft.kinds(1)
    if not kinds:
        return None
    home = draft.furnish(draft.wanted(kinds[0], draft.rng.randint(2, 4)))
    things = home.things_of(kinds[0])
    target = draft.target(home, things)
    if target is None:
        return None
    return _carried(home, [(thing, target) for thing in things], a=kinds[0], target=target)


def sort(draft: Draft) -> Composed | None:
    kinds = draft.kinds(2)
    if not kinds:
        return None
    home = draft.furnish(draft.wanted(kinds[0], draft.rng.randint(1, 2)), draft.wanted(kinds[1], 2))
    first, second = (home.things_of(kind) for kind in kinds)
    target = draft.target(home, first)
    other = draft.target(home, second, [target]) if target else None
    if target is None or other is None:
        return None
    errands = [*((thing, target) for thing in first), *((thing, other) for thing in second)]
    return _carried(home, errands, a=kinds[0], b=kinds[1], target=target, other=other)


def empty(draft: Draft) -> Composed | None:
    home = draft.furnish()
    full = [place for place in home.receptacles if 2 <= len(things_in(home, place)) <= 4]
    if not full:
        return None
    place = draft.rng.choice(full)
    things = things_in(home, place)
    target = draft.target(home, things)
    if target is None or any(thing.fixed for thing in things):
        return None
    return _carried(home, [(thing, target) for thing in things], place=place, target=target)


def close(draft: Draft) -> Composed | None:
    home = draft.furnish(closed=_SOME_OPEN)
    opened = [receptacle for receptacle in home.receptacles if receptacle.openable and receptacle.opened]
    if not 2 <= len(opened) <= 5:
        return None
    player = Player(home)
    for receptacle in opened:
        player.close(receptacle)
    return Composed(home, {}, tuple(all_closed(home)), player.commands)


def leave_closed(draft: Draft) -> Composed | None:
    kinds = draft.kinds(1)
    if not kinds:
        return None
    home = draft.furnish(draft.wanted(kinds[0], hidden="closed"), closed=1.0)
    (thing,) = home.things_of(kinds[0])
    target = draft.target(home, [thing])
    if target is None or not (target.openable and thing.receptacle.openable):
        return None
    player = Player(home)
    player.take(thing)
    player.close(thing.receptacle)
    player.put(thing, target)
    player.close(target)
    fields = _fields(home, a=kinds[0], target=target)
    return Composed(home, fields, (is_in(thing, target), *all_closed(home)), player.commands)


def several(draft: Draft) -> Composed | None:
    possible = [treatment for treatment in TREATMENTS.values() if treatment.appliance in draft.plan.kinds]
    if len(possible) < 2:
        return None
    treatments = draft.rng.sample(possible, 2)
    first, second = (draft.rules.abilities[treatment.ability] for treatment in treatments)
    kinds = draft.kinds(1, first.__contains__)
    kinds += draft.kinds(1, (second - {*kinds}).__contains__)
    if len(kinds) < 2:
        return None
    home = draft.furnish(*(draft.wanted(kind) for kind in kinds))
    things = [home.things_of(kind)[0] for kind in kinds]
    target = draft.target(home, things)
    if target is None:
        return None
    player, goal = Player(home), [is_in(thing, target) for thing in things]
    for thing, treatment in zip(things, treatments, strict=True):
        player.take(thing)
        player.treat(treatment.verb, thing, home.receptacles_of(treatment.appliance)[0])
        player.put(thing, target)
        goal.append(f"({_DONE[treatment.verb][0]} {thing.id})")
    fields = _fields(home, a=kinds[0], b=kinds[1], target=target)
    verbs = [treatment.verb for treatment in treatments]
    fields |= {"do_a": verbs[0], "do_b": verbs[1], "done_a": _DONE[verbs[0]][1], "done_b": _DONE[verbs[1]][1]}
    return Composed(home, fields, tuple(goal), player.commands)


def swap(draft: Draft) -> Composed | None:
    pair = _pair(draft)
    if pair is None:
        return None
    home, a, b = pair
    if not (_accepts(draft, b.receptacle, a) and _accepts(draft, a.receptacle, b)):
        return None
    player = Player(home)
    player.take(a)
    player.put(a, b.receptacle)
    player.take(b)
    player.put(b, a.receptacle)
    fields = _fields(home, a=a.kind, b=b.kind)
    return Composed(home, fields, (is_in(a, b.receptacle), is_in(b, a.receptacle)), player.commands)


def beside(draft: Draft) -> Composed | None:
    pair = _pair(draft)
    if pair is None:
        return None
    home, a, b = pair
    if not _accepts(draft, b.receptacle, a):
        return None
    return _carried(home, [(a, b.receptacle)], stays(b), answer=b.receptacle, a=a.kind, b=b.kind)


def most(draft: Draft) -> Composed | None:
    kind, kinds = _rivals(draft, 2)
    if not kinds:
        return None
    a, b = kinds
    others = [holder for holder in draft.plan.kinds if holder != kind]
    wanted = (draft.wanted(a, 1, [kind]), draft.wanted(b, draft.rng.randint(3, 5), others))
    home = draft.furnish(*wanted)
    return _best(home, kind, a, lambda place: sum(thing.kind == b for thing in things_in(home, place)), b=b)


def fewest(draft: Draft) -> Composed | None:
    kind, kinds = _rivals(draft, 1)
    if not kinds:
        return None
    home = draft.furnish(draft.wanted(kinds[0], 1, [kind]))
    if sum(len(things_in(home, place)) > 0 for place in home.receptacles_of(kind)) < 2:
        return None
    return _best(home, kind, kinds[0], lambda place: -len(things_in(home, place)))


def count(draft: Draft) -> Composed | None:
    kind, kinds = _rivals(draft, 2)
    if not kinds:
        return None
    a, b = kinds
    home = draft.furnish(draft.wanted(a, 1, [kind]), draft.wanted(b, draft.rng.randint(2, 4)))
    names = home.names()
    numbers = {int(names[place.id].rpartition(" ")[2]): place for place in home.receptacles_of(kind)}
    held = [place for place in home.receptacles if _count(home, place, b) in numbers]
    (thing,) = home.things_of(a)
    if len(numbers) < 2 or not held or thing.receptacle.kind == kind:
        return None
    place = draft.rng.choice(held)
    target = numbers[_count(home, place, b)]
    return _carried(home, [(thing, target)], answer=target, a=a, b=b, place=place, kind=kind)


def condition(draft: Draft) -> Composed | None:
    pair = _pair(draft)
    if pair is None:
        return None
    home, a, b = pair
    holds = draft.rng.random() < 0.5
    elsewhere = [place for place in home.receptacles if _accepts(draft, place, a) and place.id != a.receptacle.id]
    if not elsewhere:
        return None
    place = a.receptacle if holds else draft.rng.choice(elsewhere)
    target = draft.target(home, [a], [place])
    other = draft.target(home, [b], [place, target]) if target else None
    if target is None or other is None:
        return None
    errand, left = ((a, target), b) if holds else ((b, other), a)
    # What the other branch would have moved must be where it was.
    fields: dict[str, str | Receptacle] = {"a": a.kind, "b": b.kind, "place": place, "target": target, "other": other}
    return _carried(home, [errand], stays(left), answer=errand[1], **fields)


def compare(draft: Draft) -> Composed | None:
    kinds = draft.kinds(4)
    if not kinds:
        return None
    a, b, c, d = kinds
    more, fewer = draft.rng.randint(2, 3), draft.rng.randint(1, 2)
    counts = (more, fewer) if draft.rng.random() < 0.5 else (fewer, more)
    home = draft.furnish(draft.wanted(a, counts[0]), draft.wanted(b, counts[1]), draft.wanted(c), draft.wanted(d))
    (first,), (second,) = home.things_of(c), home.things_of(d)
    target = draft.target(home, [first])
    other = draft.target(home, [second], [target]) if target else None
    if target is None or other is None:
        return None
    errand, left = ((first, target), second) if counts[0] > counts[1] else ((second, other), first)
    fields: dict[str, str | Receptacle] = {"a": a, "b": b, "c": c, "d": d, "target": target, "other": other}
    return _carried(home, [errand], stays(left), answer=errand[1], **fields)


MAKERS: Mapping[str, Callable[[Draft], Composed | None]] = {
    "compositional-gather": gather,
    "compositional-sort": sort,
    "compositional-empty": empty,
    "compositional-close": close,
    "compositional-leave_closed": leave_closed,
    "compositional-several": several,
    "compositional-swap": swap,
    "compositional-beside": beside,
    "compositional-most": most,
    "compositional-fewest": fewest,
    "compositional-count": count,
    "compositional-condition": condition,
    "compositional-compare": compare,
}
"""What makes a task of each kind in a home; it returns None where that home has none."""


def _pair(draft: Draft) -> tuple[Home, Thing, Thing] | None:
    """Furnish a home with one thing of each of two kinds, in different places."""
    kinds = draft.kinds(2)
    if not kinds:
        return None
    home = draft.furnish(*(draft.wanted(kind) for kind in kinds))
    a, b = (home.things_of(kind)[0] for kind in kinds)
    return (home, a, b) if a.receptacle.id != b.receptacle.id else None


def _rivals(draft: Draft, things: int) -> tuple[str, list[str]]:
    """Choose a kind of receptacle that there are several of, and kinds of things that it accepts."""
    several_of = [kind for kind, number in draft.plan.kinds.items() if number > 1]
    if not several_of:
        return "", []
    kind = draft.rng.choice(several_of)
    return kind, draft.kinds(things, lambda thing: thing in draft.rules.accepts[kind])


def _best(home: Home, kind: str, a: str, worth: Callable[[Receptacle], int], **kinds: str) -> Composed | None:
    """The task of putting the one thing of kind ``a`` where the worth is highest, if one place alone has the most."""
    places = sorted(home.receptacles_of(kind), key=worth, reverse=True)
    (thing,) = home.things_of(a)
    if len(places) < 2 or worth(places[0]) == worth(places[1]) or thing.receptacle.kind == kind:
        return None
    return _carried(home, [(thing, places[0])], answer=places[0], a=a, kind=kind, **kinds)


def _accepts(draft: Draft, receptacle: Receptacle, thing: Thing) -> bool:
    return thing.kind in draft.rules.accepts[receptacle.kind]


def _count(home: Home, place: Receptacle, kind: str) -> int:
    return sum(thing.kind == kind for thing in things_in(home, place))


def _carried(
    home: Home,
    errands: Sequence[tuple[Thing, Receptacle]],
    besides: Iterable[str] = (),
    *,
    answer: Receptacle | None = None,
    **named: str | Receptacle,
) -> Composed:
    """The task that is done when each thing is where it is to go, and the facts ``besides`` hold, too."""
    player = Player(home)
    for thing, receptacle in errands:
        player.take(thing)
        player.put(thing, receptacle)
    goal = (*(is_in(thing, receptacle) for thing, receptacle in errands), *besides)
    found = home.names()[answer.id] if answer else ""
    return Composed(home, _fields(home, **named), goal, player.commands, answer=found)


def _fields(home: Home, **named: str | Receptacle) -> dict[str, str]:
    """What a player reads: names of receptacles, and kinds."""
    names = home.names()
    return {key: found.lower() if isinstance(found, str) else names[found.id] for key, found in named.items()}
