"""Environments of ours as Gymnasium's. Importing this registers them:

    import gymnasium
    import embodied_codeact.gymnasium_api

    env = gymnasium.make("embodied_codeact/Tabletop-Lift-v0")

``spaces``      a text space for scripts
``script_env``  any task as a Gymnasium environment whose action is a script
``registering`` which ids there are, and what stands behind them

The other way round, Gymnasium's environments as ours, is ``gym:ENV_ID``.
"""

from embodied_codeact.gymnasium_api.registering import register_all, register_tasks
from embodied_codeact.gymnasium_api.script_env import ScriptEnv
from embodied_codeact.gymnasium_api.spaces import ScriptSpace

__all__ = ["ScriptEnv", "ScriptSpace", "register_tasks"]

register_all()
