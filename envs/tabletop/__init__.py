"""A Franka Panda at a table, simulated by PyBullet: contact and friction, nothing is glued to the gripper.

``environment``  options, guide and task list: what the entry point names
``adapter``      one table behind the primitives
``state``        the high-level state; ``sensors`` the streams
``scene``        which objects stand where, as plain data; ``placement`` chooses places, ``catalog`` knows
                 the kinds of objects, ``bodies`` builds them
``panda``        the arm's description and limits
``simulation``   the physics
``planning``     kinematics, trajectories, and collision-checked plans in a physics client of their own
``execution``    carries plans out step by step, watches contacts, obeys the stop
``backend``      the arm behind the primitives, made of the two
``perception``   where things are, from the simulation; ``vision`` from cameras alone
``cameras``, ``renderer``  pictures, made in a process of their own
``tasks``        what is to be done, and how it is judged from ``view``
``expert``       a scripted model that solves the tasks from what it is told
"""

from embodied_codeact.envs.tabletop.environment import TabletopEnvironment, TabletopOptions

environment = TabletopEnvironment()

__all__ = ["TabletopEnvironment", "TabletopOptions", "environment"]
