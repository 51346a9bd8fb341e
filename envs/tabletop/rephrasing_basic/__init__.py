"""The plain ways to ask for the standard tasks: those that come to mind first, in common words."""

from __future__ import annotations

from collections.abc import Mapping

from embodied_codeact.envs.tabletop.rephrasing_basic.arranging import (
    CIRCLE,
    CIRCLE_WORDS,
    LINE_UP,
    LINE_UP_WORDS,
    ORDERED,
    ORDERED_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_basic.collecting import (
    CLEAR,
    CLEAR_WORDS,
    COLLECT,
    COLLECT_WORDS,
    IF_MORE,
    IF_MORE_WORDS,
    SORT,
    SORT_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_basic.hand import (
    HAND,
    LIFT,
    LIFT_WORDS,
    PUSH,
    PUSH_WORDS,
    REACH,
)
from embodied_codeact.envs.tabletop.rephrasing_basic.places import (
    AT_SIDE,
    AT_SIDE_WORDS,
    BESIDE,
    BESIDE_WORDS,
    BETWEEN,
    BETWEEN_WORDS,
    CORNER,
    CORNER_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_basic.putting import (
    INTO,
    LARGEST,
    LARGEST_WORDS,
    NEAREST,
    NEAREST_WORDS,
    ONTO_ZONE,
)
from embodied_codeact.envs.tabletop.rephrasing_basic.stacking import (
    PAIRS,
    PAIRS_WORDS,
    PYRAMID,
    PYRAMID_WORDS,
    TOWER,
    TOWER_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_basic.turning import (
    ALIGN,
    ALIGN_WORDS,
    TURN,
    TURN_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_basic.two import (
    STACK_TWO,
    STACK_WORDS,
    SWAP,
    SWAP_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_basic.unstacking import (
    RESTACK,
    RESTACK_WORDS,
    UNSTACK,
    UNSTACK_WORDS,
)
from embodied_codeact.envs.wording import Ways

BASIC: Mapping[str, tuple[Ways, Mapping[str, str]]] = {
    "reach": (REACH, HAND),
    "lift": (LIFT, {**HAND, **LIFT_WORDS}),
    "push-to-zone": (PUSH, PUSH_WORDS),
    "turn": (TURN, TURN_WORDS),
    "align-with-edge": (ALIGN, ALIGN_WORDS),
    "place-in-bowl": (
        INTO,
        {"thing": "{block}", "thing_bare": "{block_bare}", "box": "{bowl}", "box_bare": "{bowl_bare}"},
    ),
    "household-in-tray": (INTO, {"box": "the tray", "box_bare": "tray"}),
    "place-on-zone": (ONTO_ZONE, {}),
    "place-beside": (BESIDE, BESIDE_WORDS),
    "place-between": (BETWEEN, BETWEEN_WORDS),
    "place-in-corner": (CORNER, CORNER_WORDS),
    "place-at-side": (AT_SIDE, AT_SIDE_WORDS),
    "stack-two": (STACK_TWO, STACK_WORDS),
    "nearest-block": (NEAREST, NEAREST_WORDS),
    "largest-block": (LARGEST, LARGEST_WORDS),
    "stack-tower": (TOWER, TOWER_WORDS),
    "restack-reversed": (RESTACK, RESTACK_WORDS),
    "unstack": (UNSTACK, UNSTACK_WORDS),
    "pyramid": (PYRAMID, PYRAMID_WORDS),
    "matching-pairs": (PAIRS, PAIRS_WORDS),
    "line-up": (LINE_UP, LINE_UP_WORDS),
    "line-up-in-order": (ORDERED, ORDERED_WORDS),
    "circle": (CIRCLE, CIRCLE_WORDS),
    "swap": (SWAP, SWAP_WORDS),
    "if-more-than": (IF_MORE, IF_MORE_WORDS),
    "sort-by-color": (SORT, SORT_WORDS),
    "collect-in-tray": (COLLECT, COLLECT_WORDS),
    "clear-table": (CLEAR, CLEAR_WORDS),
}
"""Grammar and words of each task."""
