"""Which tasks there are."""

from __future__ import annotations

from embodied_codeact.envs.workspace import exact, tables

FREE = "free"
"""Id and type of the task that any instruction may stand in for, and that nobody judges."""

KINDS = (
    tables.STATISTICS,
    exact.EQUATION,
    tables.REGRESSION,
    tables.CLUSTERS,
    exact.SHORTEST_WAY,
    exact.REMAINDERS,
)
