"""What ALFWorld's data keep beside a game: ``traj_data.json``, in ALFRED's format.

``AlfredTWEnv`` reads ``task_type`` of it, ALFWorld's hand-coded expert ``pddl_params``, and ``alfworld-generate`` the
sentences under ``turk_annotations``. There is no recorded trajectory in a made-up home, so there are no images and no
poses of objects, and the plan is the game's walkthrough.
"""

from __future__ import annotations

from typing import Any

from embodied_codeact.envs.household.builder import BuiltHome
from embodied_codeact.envs.household.builder_composed import BuiltTask
from embodied_codeact.envs.household.builder_plans import LAMP, Split

TRAJ_NAME = "traj_data.json"


def traj_data(built: BuiltHome, trial: str, split: Split) -> dict[str, Any]:
    """Return the content of the file. ``generated`` is our own: which floor plans of ALFRED the furniture is from."""
    assignment = built.assignment
    lamp = assignment.receptacle == LAMP
    container = "" if assignment.container == "None" else assignment.container
    return {
        "generated": {"floor_plans": list(built.plans), "split": split},
        "images": [],
        "pddl_params": {
            "mrecep_target": container,
            "object_sliced": False,
            "object_target": assignment.thing,
            "parent_target": "" if lamp else assignment.receptacle,
            "toggle_target": LAMP if lamp else "",
        },
        "plan": {"high_pddl": [], "low_actions": []},
        "scene": {"floor_plan": f"Home{built.number}", "scene_num": built.number},
        "task_id": trial,
        "task_type": assignment.task_type,
        "turk_annotations": {
            "anns": [
                {"high_descs": list(built.game["walkthrough"]), "task_desc": sentence, "votes": []}
                for sentence in built.sentences
            ]
        },
    }


def composed_traj_data(built: BuiltTask, trial: str, split: Split) -> dict[str, Any]:
    """Return the same for a task of the atomic or the compositional set, which ALFRED has no parameters for: what the
    sentence names, and what had to be found out, stand under ``generated``."""
    found = {"answer": built.task.answer} if built.task.answer else {}
    return {
        "generated": {"floor_plans": list(built.plans), "split": split, "fields": built.task.fields, **found},
        "images": [],
        "pddl_params": {},
        "plan": {"high_pddl": [], "low_actions": []},
        "scene": {"floor_plan": f"Home{built.number}", "scene_num": built.number},
        "task_id": trial,
        "task_type": built.kind,
        "turk_annotations": {
            "anns": [{"high_descs": list(built.game["walkthrough"]), "task_desc": built.sentence, "votes": []}]
        },
    }
