"""What is said of a robot, made from its controller's description: guide, sensors, limits."""

from __future__ import annotations

import numpy as np

from embodied_codeact.contracts import SensorSpec
from embodied_codeact.controller.protocol import Description
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.primitives.arm_arguments import shown
from embodied_codeact.primitives.arm_types import ArmLimits, Array

GENERAL = """\
You move a robot arm through its own controller. Lengths are in metres, angles in radians, quaternions in the order \
x, y, z, w. Nothing is known of what stands around the robot: nothing is avoided, and there are no objects with names. \
Ask the user where things are."""

_GUIDE = """\
You move the arm {name}{simulated}, through its own controller. Its {count} joints, from base to wrist: {joints}. \
Lengths are in metres, angles in radians, quaternions in the order x, y, z, w. The world frame stands at the foot of \
the arm: it is that of the link {base!r} of its description, z up. The tool is the link {tool!r}.
- Nothing is known of what stands around the robot. No motion is checked against things in the way, and nothing is \
avoided: ask the user where things are, stay well above them, come down slowly and in straight lines, and leave \
`touching` out.
- The tool may be in the box from {lower} to {upper}; a motion that would leave it on its way is refused.
- Full speed is {share}; the tool moves at {tool_speed:g} m/s at most. Begin with a low speed.
- {gripper}
- Each motion returns when the arm rests, with what it reached: read it, and do not take it for granted.
- When a call raises an error, the arm is at rest. After MotionFailed or Collision, look where it is before you go on. \
After Stopped nothing moves until a person has cleared the stop: tell the user.
- Nobody judges the task but the user."""

_GRIPPER = (
    "The gripper opens {width:g} m wide and presses with up to {force:g} N. It feels whether it presses on something, "
    "and not on what: `holding` is then 'unknown object', and it is None where the fingers press on nothing."
)


def check(robot: Description) -> None:
    """See that a description, whose arrays fit its joints, can be worked with: a controller in any language may have
    made it.

    Raises:
        ConfigurationError: it cannot; says what is wrong.
    """
    if not robot.joints or len(set(robot.joints)) < len(robot.joints):
        raise ConfigurationError(f"the controller of {robot.name} has no joints, or two of one name: {robot.joints}")
    for name in ("velocity", "acceleration", "jerk"):
        if not (getattr(robot, name) > 0).all():
            raise ConfigurationError(f"the controller of {robot.name} has a limit of {name} that is not above 0")
    if (robot.lower >= robot.upper).any() or (robot.home < robot.lower).any() or (robot.home > robot.upper).any():
        raise ConfigurationError(f"the controller of {robot.name} has a joint whose home is not within its limits")
    if not (np.isfinite(robot.rate_hz) and robot.rate_hz > 0):
        raise ConfigurationError(f"the controller of {robot.name} tells its state {robot.rate_hz} times a second")


def same(one: Description, other: Description) -> bool:
    """Return whether two descriptions are of the same robot."""
    fields = Description.__struct_fields__
    return all(np.array_equal(getattr(one, field), getattr(other, field)) for field in fields)


def guide(robot: Description, base: str, tool: str, limits: ArmLimits, full_speed: float) -> str:
    """Return the rules of this robot for a model. ``full_speed``: share of the controller's limits."""
    gripper = "There is no gripper."
    if robot.gripper is not None:
        gripper = _GRIPPER.format(width=robot.gripper.width, force=robot.gripper.force)
    return _GUIDE.format(
        name=robot.name,
        simulated=" (a simulated one: nothing real moves)" if robot.simulated else "",
        count=len(robot.joints),
        joints=", ".join(robot.joints),
        base=base,
        tool=tool,
        lower=shown(limits.workspace_lower),
        upper=shown(limits.workspace_upper),
        share="all that the controller allows" if full_speed == 1.0 else f"{full_speed:.0%} of what the joints may do",
        tool_speed=limits.tool_speed,
        gripper=gripper,
    )


def sensors(robot: Description, *, efforts: bool) -> tuple[SensorSpec, ...]:
    """Return the robot's sensor streams. ``efforts``: whether they are sensed."""
    count, rate = len(robot.joints), robot.rate_hz
    specs = [
        SensorSpec("joint_positions", "joints", "float64", [count], "rad", rate_hz=rate),
        SensorSpec("joint_velocities", "joints", "float64", [count], "rad/s", rate_hz=rate),
        SensorSpec("tool_pose", "pose", "float64", [7], "m, quaternion xyzw", frame="world", rate_hz=rate),
    ]
    if efforts:
        specs.append(SensorSpec("joint_efforts", "joints", "float64", [count], "N*m", rate_hz=rate))
    if robot.gripper is not None:
        specs.append(SensorSpec("gripper", "gripper", "float64", [2], "m between the fingers, N", rate_hz=rate))
    return tuple(specs)


def arm_limits(
    robot: Description, workspace: tuple[Array, Array], *, full_speed: float, tool_speed: float, tool_turn_speed: float
) -> ArmLimits:
    """Return what scripts may ask for: a share of the speed that the controller allows, in a workspace (lower and upper
    corner). The payload is not known to a controller, and given as nan."""
    return ArmLimits(
        joint_lower=robot.lower,
        joint_upper=robot.upper,
        joint_velocity=full_speed * robot.velocity,
        joint_acceleration=full_speed * robot.acceleration,
        joint_jerk=full_speed * robot.jerk,
        workspace_lower=workspace[0],
        workspace_upper=workspace[1],
        tool_speed=tool_speed,
        tool_turn_speed=tool_turn_speed,
        gripper_width=0.0 if robot.gripper is None else robot.gripper.width,
        gripper_force=0.0 if robot.gripper is None else robot.gripper.force,
        payload=float(np.nan),
    )
