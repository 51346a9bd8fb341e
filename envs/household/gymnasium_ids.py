"""What the household has for Gymnasium. Its tasks are whatever games there are, so they have no ids of their own."""

from __future__ import annotations

import gymnasium

SCRIPTS = "embodied_codeact/Household-v0"
COMMANDS = "embodied_codeact/HouseholdCommands-v0"


def register() -> None:
    """Register a household whose actions are scripts, and one whose actions are single commands."""
    if SCRIPTS not in gymnasium.registry:
        gymnasium.register(
            SCRIPTS,
            "embodied_codeact.gymnasium_api.script_env:ScriptEnv",
            kwargs={"environment": "household", "draw_tasks": True},
        )
    if COMMANDS not in gymnasium.registry:
        gymnasium.register(COMMANDS, "embodied_codeact.envs.household.commands_env:HouseholdCommandsEnv")
