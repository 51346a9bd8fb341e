"""The simulated Panda as a robot of its own: a controller process with a real-time loop, and the table on its far side.

``driver``    the robot that ``embodied-codeact controller tabletop`` serves
``messages``  what it says beyond the controller protocol: scenes, poses of objects, contacts
``table``     the table as it is seen over the protocol; ``execution`` has the controller carry motions out
"""

from __future__ import annotations

from embodied_codeact.controller.driver import RobotDriver
from embodied_codeact.envs.quiet import quiet
from embodied_codeact.errors import ConfigurationError


def panda() -> RobotDriver:
    """Make the simulated Panda: what the entry point names.

    Raises:
        ConfigurationError: a package that the tabletop needs is not installed.
    """
    try:
        with quiet():
            from embodied_codeact.envs.tabletop.controller.driver import PandaDriver
    except ImportError as error:
        raise ConfigurationError(
            f"the tabletop needs PyBullet and others ({error}): pip install 'embodied-codeact[tabletop]'"
        ) from error
    return PandaDriver()
