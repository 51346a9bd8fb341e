"""Turning a block, and laying it along an edge."""

from __future__ import annotations

from embodied_codeact.envs.wording import Ways

TURN = Ways(
    acts=(
        "@[turn|rotate|spin|twist] {block} [by |]{angle} {direction}{above}",
        "@[turn|rotate|spin] {block} [by |]{angle} {direction}{above}, and @leave it where it is",
        "@[turn|rotate|spin] {block} {direction} by {angle}{above}",
        "@[turn|rotate|spin] {block} in place by {angle}, {direction}{above}",
        "@[turn|rotate] {block} {angle} {direction} [on the spot|without moving it elsewhere|where it lies]{above}",
        "@give {block} a turn of {angle} {direction}{above}",
        "@[grasp|grab|take] {block} and @[turn|rotate] it {angle} {direction}{above}",
        "@change the direction of {block} by {angle}, {direction}{above}",
    ),
    states=(
        "{block} ~is [turned|rotated] [by |]{angle} {direction}{above}",
        "{block} ~lies in the same place, but [turned|rotated] {angle} {direction}{above}",
        "{block} ~points {angle} further {direction} than now{above}",
    ),
    passives=(
        "{block} // @[turn|rotate|spin] [by |]{angle} {direction}{above}",
        "{block} // @[turn|rotate] {direction} [by|through] {angle}[ in place| on the spot|]{above}",
    ),
    wishes=("{block} turned {angle} {direction}{above}", "a {angle} turn of {block}, {direction}{above}"),
    says=(
        "[seen|looking|viewed] from above, [turn|rotate|spin] {block} {angle} {direction}.",
        "{block} [lies the wrong way|has the wrong direction|is not well aligned]: [turn|rotate] it {angle} "
        "{direction}.",
        "[do not|don't] move {block} elsewhere, just [turn|rotate] it {angle} {direction}{above}.",
        "[grasp|take] {block}. [then|now] [turn|rotate] it [by |]{angle} {direction}{above}.",
        "{angle} {direction}: that is how far {block} should be [turned|rotated]{above}.",
    ),
    terse=(
        "[turn|rotate|spin] {block_bare} {angle} {direction}",
        "{block_bare}: [turn|rotate] {angle} {direction}",
        "{block_bare}, {angle} {direction}",
        "rotate {block_bare} {direction}, {angle}",
    ),
)

TURN_WORDS = {
    "above": "|||, as seen from above|, seen from above| (seen from above)|, viewed from the top|, looking from above"
}

ALIGN = Ways(
    acts=(
        "@[lay|put|place|set] {block} along {edge}",
        "@[lay|put|place|set] {block} along {edge}, parallel to it",
        "@[put|place|lay] {block} [at|by] {edge}, [its long side|with its long side] [parallel to|along] [it|"
        "that edge]",
        "@[align|line up] {block} with {edge}[, at that edge|, right at the edge|]",
        "@[move|bring|take] {block} to {edge} and @[lay|align|turn] it [parallel to it|along it|along the edge]",
        "@align the long side of {block} with {edge}, at that edge",
        "@get {block} to lie along {edge}",
        "{get} {block} and @[lay|put|place] it along {edge}",
    ),
    states=(
        "{block} ~lies along {edge}",
        "{block} ~lies [at|by] {edge}, parallel to it",
        "the long side of {block} ~runs along {edge}",
        "{block} ~is aligned with {edge}, at that edge",
    ),
    passives=(
        "{block} // @[lay|put|place] along {edge}",
        "{block} // @[align with|line up with] {edge}",
        "{block} // @[move|bring] to {edge} and @align with it",
    ),
    wishes=("{block} along {edge}", "{block} [at|by] {edge}, parallel to it"),
    says=(
        "{block} [belongs|goes] along {edge}.",
        "along {edge} [is where|there] {block} should lie.",
        "[take|grab|pick up] {block}. [then|now] [lay|put|place] it along {edge}.",
        "do you see {edge}? {block} should lie along it.",
        "[make|keep] the middle free: [lay|put] {block} along {edge}.",
    ),
    terse=(
        "{block_bare} along {side} edge",
        "[lay|align|put] {block_bare} along {side} edge",
        "{block_bare} -> {side} edge, parallel",
        "{block_bare}: [align with|along] {side} table edge",
    ),
)

ALIGN_WORDS = {
    "edge": "the {side} edge of {table}|the {side} edge of {table}|the {side} edge|the table's {side} edge|"
    "the table's {side} border|the {side} border of {table}"
}
