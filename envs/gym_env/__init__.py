"""Any registered Gymnasium environment as an environment of ours: ``gym:ENV_ID``.

``environment``  options, guide and the one task: what the entry point names
``adapter``      one Gymnasium environment in play behind the ``env`` primitive
``spaces``       spaces in words, and actions that scripts give made fit for a space

The other way round, environments of ours as Gymnasium's, is ``embodied_codeact.gymnasium_api``.
"""

from embodied_codeact.envs.gym_env.environment import GymEnvironment, GymOptions

environment = GymEnvironment()

__all__ = ["GymEnvironment", "GymOptions", "environment"]
