"""What the tabletop has for Gymnasium besides its tasks."""

from __future__ import annotations

import gymnasium

CONTROL = "embodied_codeact/TabletopControl-v0"


def register() -> None:
    """Register the low-level control of the arm; ``task=`` chooses the task."""
    if CONTROL not in gymnasium.registry:
        gymnasium.register(
            CONTROL, "embodied_codeact.envs.tabletop.control_env:TabletopControlEnv", max_episode_steps=400
        )
