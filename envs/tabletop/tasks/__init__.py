"""The tasks of the tabletop, by name."""

from embodied_codeact.envs.tabletop.tasks import arranging, collecting, moving, placing, selecting, stacking
from embodied_codeact.envs.tabletop.tasks.goals import Goal, Verdict
from embodied_codeact.envs.tabletop.tasks.scripts import LEVELS, Level, write_script
from embodied_codeact.envs.tabletop.tasks.task import Setup, TabletopTask

TASKS: dict[str, TabletopTask] = {
    task.name: task for module in (moving, placing, stacking, arranging, selecting, collecting) for task in module.TASKS
}
"""Every task by its name, simple ones first."""

__all__ = ["LEVELS", "TASKS", "Goal", "Level", "Setup", "TabletopTask", "Verdict", "write_script"]
