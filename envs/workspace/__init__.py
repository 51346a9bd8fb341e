"""An environment without a robot: the interpreter with its scratch folder and the installed packages.

``environment``  options, guide and tasks: what the entry point names
``adapter``      one task in play behind the ``workspace`` primitive
``state``        the high-level state
``catalog``      which tasks there are
``problems``     what a problem is that the world can judge, made from a seed
``tables``       problems over tables: statistics, regression, clusters
``exact``        problems with one right answer: equations, roads, remainders
``answers``      what a script hands in, read strictly
``expert``       a scripted model that solves the tasks; ``expert_scripts`` is what it knows
"""

from embodied_codeact.envs.workspace.environment import WorkspaceEnvironment

environment = WorkspaceEnvironment()

__all__ = ["WorkspaceEnvironment", "environment"]
