"""Any robot arm whose controller speaks the protocol of docs/controller.md: ``robot:tcp://HOST:PORT``.

``environment``  options, guide and the free task: what the entry point names
``adapter``      one robot in play behind ``arm`` and ``gripper``
``telling``      what is said of a robot, made from its controller's description: guide, sensors, limits
``state``        the high-level state
``backend``      the robot as the arm that primitives drive
``commander``    carries motions out through the controller's client, and passes stops on
``planning``     ways to joint positions and poses, within reach and workspace
``motions``      their jerk-limited timing, as rows for the controller
``kinematics``   forward, Jacobian and inverse of any arm
``urdf``         read from the robot's URDF
"""

from embodied_codeact.envs.robot.environment import RobotEnvironment, RobotOptions

environment = RobotEnvironment()

__all__ = ["RobotEnvironment", "RobotOptions", "environment"]
