"""The household: ALFWorld's text games (arXiv 2010.03768), six kinds of task, played as ALFWorld plays them.

``environment``       options, guide and task list: what the entry point names
``adapter``           one game in play behind the primitives
``state``             what an agent can know, derived from commands and answers alone
``games``             finds and reads game files
``engine``           the contract of engines; ``engine_native`` (with ``native``) is the one that plays by default,
                     ``engine_textworld`` the reference, on TextWorld
``naming``            ALFWorld's names for a game's objects
``builder``, ``builder_...``  makes homes of the same format, after ALFRED's floor plans
``homes``             the built-in ones
``generator``, ``generator_...``  many of them, as a folder of ALFWorld's data
``check``, ``check_...``  compares the engines word for word, with stock TextWorld (``engine_stock``) and commands that
                     are ``malformed``; ``bench`` times them
``commands_env``      the household for Gymnasium, by single commands; ``gymnasium_ids`` registers it
``expert``            a scripted model that solves the tasks from what it is told
"""

from embodied_codeact.envs.household.environment import HouseholdEnvironment, HouseholdOptions

environment = HouseholdEnvironment()

__all__ = ["HouseholdEnvironment", "HouseholdOptions", "environment"]
