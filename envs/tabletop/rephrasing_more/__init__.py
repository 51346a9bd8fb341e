"""More ways to ask for the standard tasks, in a wide vocabulary: the same relations seen from all sides, in metaphors,
in formal and in childish words, as negations, questions and little stories.
"""

from __future__ import annotations

from collections.abc import Mapping

from embodied_codeact.envs.tabletop.rephrasing_more.arranging import (
    CIRCLE,
    CIRCLE_WORDS,
    LINE_UP,
    LINE_UP_WORDS,
    ORDERED,
    ORDERED_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_more.collecting import (
    CLEAR,
    CLEAR_WORDS,
    COLLECT,
    COLLECT_WORDS,
    IF_MORE,
    IF_MORE_WORDS,
    SORT,
    SORT_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_more.hand import LIFT, LIFT_WORDS, PUSH, PUSH_WORDS, REACH, REACH_WORDS
from embodied_codeact.envs.tabletop.rephrasing_more.places import (
    AT_SIDE,
    AT_SIDE_WORDS,
    BESIDE,
    BESIDE_WORDS,
    BETWEEN,
    BETWEEN_WORDS,
    CORNER,
    CORNER_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_more.putting import (
    INTO,
    INTO_WORDS,
    LARGEST,
    LARGEST_WORDS,
    NEAREST,
    NEAREST_WORDS,
    ONTO_ZONE,
    ONTO_ZONE_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_more.stacking import (
    PAIRS,
    PAIRS_WORDS,
    PYRAMID,
    PYRAMID_WORDS,
    TOWER,
    TOWER_WORDS,
)
from embodied_codeact.envs.tabletop.rephrasing_more.turning import ALIGN, ALIGN_WORDS, TURN, TURN_WORDS
from embodied_codeact.envs.tabletop.rephrasing_more.two import STACK_TWO, STACK_WORDS, SWAP, SWAP_WORDS
from embodied_codeact.envs.tabletop.rephrasing_more.unstacking import RESTACK, RESTACK_WORDS, UNSTACK, UNSTACK_WORDS
from embodied_codeact.envs.tabletop.rephrasing_more.words import CLAW, WORDS
from embodied_codeact.envs.wording import Ways

MORE: Mapping[str, tuple[Ways, Mapping[str, str]]] = {
    "reach": (REACH, {**WORDS, **CLAW, **REACH_WORDS}),
    "lift": (LIFT, {**WORDS, **CLAW, **LIFT_WORDS}),
    "push-to-zone": (PUSH, {**WORDS, **CLAW, **PUSH_WORDS}),
    "turn": (TURN, {**WORDS, **TURN_WORDS}),
    "align-with-edge": (ALIGN, {**WORDS, **ALIGN_WORDS}),
    "place-in-bowl": (
        INTO,
        {
            **WORDS,
            **CLAW,
            **INTO_WORDS,
            "thing": "{block}",
            "thing_bare": "{block_bare}",
            "box": "{bowl}",
            "box_bare": "{bowl_bare}",
        },
    ),
    "household-in-tray": (INTO, {**WORDS, **CLAW, **INTO_WORDS, "box": "the tray", "box_bare": "tray"}),
    "place-on-zone": (ONTO_ZONE, {**WORDS, **ONTO_ZONE_WORDS}),
    "place-beside": (BESIDE, {**WORDS, **BESIDE_WORDS}),
    "place-between": (BETWEEN, {**WORDS, **BETWEEN_WORDS}),
    "place-in-corner": (CORNER, {**WORDS, **CORNER_WORDS}),
    "place-at-side": (AT_SIDE, {**WORDS, **AT_SIDE_WORDS}),
    "stack-two": (STACK_TWO, {**WORDS, **STACK_WORDS}),
    "nearest-block": (NEAREST, {**WORDS, **NEAREST_WORDS}),
    "largest-block": (LARGEST, {**WORDS, **LARGEST_WORDS}),
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
