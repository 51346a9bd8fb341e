"""What the workspace says of itself: guide, tasks, state."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import msgspec

from embodied_codeact.contracts import SensorSpec, Task, WorldContext
from embodied_codeact.envs.workspace.adapter import WorkspaceAdapter
from embodied_codeact.envs.workspace.catalog import FREE, KINDS
from embodied_codeact.envs.workspace.state import NothingAsked, WorkspaceState

_SCIENCE = {
    "scipy": "scipy",
    "sympy": "sympy",
    "pandas": "pandas",
    "sklearn": "scikit-learn",
    "matplotlib": "matplotlib",
}
_GUIDE = """\
You work in a Python interpreter with a folder of your own, which is the current one: files that you write there stay \
for the whole task. There is no network, and no other programs can be started. Installed packages besides the standard \
library: {packages}. Open matplotlib figures are shown at the end of a script; plt.savefig keeps one as a file.
A task that asks for an answer is judged by what workspace.submit was given last, when you finish."""


class WorkspaceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The workspace has no options."""


class WorkspaceEnvironment:
    """Satisfies :class:`~embodied_codeact.contracts.Environment`. A world lies in memory, so it can be saved."""

    name: str = "workspace"
    options_type: type[msgspec.Struct] = WorkspaceOptions
    state_type: type[msgspec.Struct] = WorkspaceState
    error_types: Sequence[type[Exception]] = (NothingAsked,)
    sensors: Sequence[SensorSpec] = ()
    forkable: bool = True

    def __init__(self) -> None:
        self.guide = _GUIDE.format(packages=", ".join(installed_packages()))

    def tasks(self, options: WorkspaceOptions) -> Sequence[Task]:
        """Return one task for each kind of problem, and the free one."""
        del options
        judged = [Task(kind.name, self.name, kind.instruction, metadata={"type": kind.name}) for kind in KINDS]
        return [*judged, Task(FREE, self.name, "do what the user asks", metadata={"type": FREE})]

    def adapter(self, options: WorkspaceOptions, context: WorldContext) -> WorkspaceAdapter:
        """Make one workspace."""
        del options, context
        return WorkspaceAdapter()


def installed_packages() -> list[str]:
    """Return which of the packages of the extra ``science`` scripts can import, and numpy, which they always can."""
    return ["numpy", *(name for module, name in _SCIENCE.items() if importlib.util.find_spec(module) is not None)]
