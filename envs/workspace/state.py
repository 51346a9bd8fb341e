"""The workspace's high-level state, and its own error."""

from __future__ import annotations

from typing import Annotated

import msgspec

from embodied_codeact.errors import PrimitiveError


class NothingAsked(PrimitiveError):
    """The task has no answer to hand in. Tell the user the result in words."""


class WorkspaceState(msgspec.Struct, frozen=True):
    """High-level state of the workspace."""

    files: Annotated[list[str], msgspec.Meta(description="names of the task's files, for workspace.read")] = []
    submissions: Annotated[int, msgspec.Meta(description="how many answers were handed in; the last one counts")] = 0
