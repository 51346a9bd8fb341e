"""Movable receptacles: what a game needs so that a thing can be put into a bowl, and the bowl be carried.

The domain that ALFWorld ships has the actions for that commented out, so no game of it can reach the goal of
``pick_and_place_with_movable_recep``; ALFWorld leaves those games out. Ours carry a domain with two more actions, whose
names and sense are those of the disabled ones, and a grammar with plain words for them. A thing in a movable receptacle
is in no other: it moves along, and is seen by examining what it is in while that is held (the only time that ALFWorld
lets an object be examined). As in ALFRED, a movable receptacle takes one
thing, and no movable receptacle goes into another.
"""

from __future__ import annotations

from embodied_codeact.envs.household.games import MOVABLE_TASK
from embodied_codeact.errors import ConfigurationError

_PREDICATE_BEFORE = "    (objectType ?o - object ?t - otype)"
_PREDICATE = "    (canContainObject ?ot1 - otype ?ot2 - otype)              ; true if a movable receptacle takes it\n"
# Where it stands is not a parameter: with it, the planner of a large home would have ten times as much to write out.
_ACTIONS = """\
 ;; agent puts the object it holds into a movable receptacle
 (:action PutObjectInReceptacleObject
    :parameters (?a - agent ?o - object ?ot - otype ?outerO - object ?outerT - otype)
    :precondition (and
            (holds ?a ?o)
            (not (isReceptacleObject ?o))
            (isReceptacleObject ?outerO)
            (not (isReceptacleObjectFull ?outerO))
            (objectType ?o ?ot)
            (objectType ?outerO ?outerT)
            (canContainObject ?outerT ?ot)
            (exists (?l - location ?r - receptacle)
                (and
                    (atLocation ?a ?l)
                    (receptacleAtLocation ?r ?l)
                    (inReceptacle ?outerO ?r)
                    (or (not (openable ?r)) (opened ?r))
                )
            )
            )
    :effect (and
                (inReceptacleObject ?o ?outerO)
                (isReceptacleObjectFull ?outerO)
                (not (holds ?a ?o))
                (not (holdsAny ?a))
                (increase (total-cost) 1)
            )
 )

 ;; agent takes an object out of a movable receptacle
 (:action PickupObjectFromReceptacleObject
    :parameters (?a - agent ?o - object ?outerO - object)
    :precondition (and
            (inReceptacleObject ?o ?outerO)
            (not (holdsAny ?a))
            (exists (?l - location ?r - receptacle)
                (and
                    (atLocation ?a ?l)
                    (receptacleAtLocation ?r ?l)
                    (inReceptacle ?outerO ?r)
                    (or (not (openable ?r)) (opened ?r))
                )
            )
            )
    :effect (and
                (not (inReceptacleObject ?o ?outerO))
                (not (isReceptacleObjectFull ?outerO))
                (holds ?a ?o)
                (holdsAny ?a)
                (increase (total-cost) 1)
            )
 )

"""
_WORDS = (
    ('"put {o} into {outero}"', '"move {o} to {outero}"'),
    (
        '"PutObjectInReceptacleObject: You put the {o.name} in the {outero.name}."',
        '"You move the {o.name} to the {outero.name}."',
    ),
    (
        'action PickupObjectFromReceptacleObject {\n    template :: "take {o} from {r}"',
        'action PickupObjectFromReceptacleObject {\n    template :: "take {o} from {outero}"',
    ),
    (
        '"PickupObjectFromReceptacleObject: You pick up the {o.name}."',
        '"You pick up the {o.name} from the {outero.name}."',
    ),
)


def domain_with_movables(domain: str) -> str:
    """Return ALFWorld's domain with the actions for movable receptacles.

    Raises:
        ConfigurationError: it is not written as that of alfworld 0.4 is.
    """
    body = domain.rstrip()
    if domain.count(_PREDICATE_BEFORE) != 1 or not body.endswith(")"):
        raise _unknown("domain")
    return body[:-1].replace(_PREDICATE_BEFORE, _PREDICATE + _PREDICATE_BEFORE) + _ACTIONS + ")\n"


def grammar_with_movables(grammar: str) -> str:
    """Return ALFWorld's grammar with plain words for those actions.

    Raises:
        ConfigurationError: it is not written as that of alfworld 0.4 is.
    """
    for theirs, ours in _WORDS:
        if grammar.count(theirs) != 1:
            raise _unknown("grammar")
        grammar = grammar.replace(theirs, ours)
    return grammar


def _unknown(what: str) -> ConfigurationError:
    return ConfigurationError(
        f"the installed alfworld has another {what} than the one that {MOVABLE_TASK} is built for: "
        "pip install 'alfworld==0.4.2'"
    )
