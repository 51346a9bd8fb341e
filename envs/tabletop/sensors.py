"""The sensor streams of the tabletop: what there is, in which units and frames, and how often."""

from __future__ import annotations

from embodied_codeact.contracts import SensorSpec

PHYSICS_HZ = 240.0
STREAM_HZ = 500.0
"""Streamed so often at most, a second of the clock: physics makes far more steps in it, or in real time 240."""
CAMERA_HZ = 5.0
"""PyBullet's software renderer takes 60 to 100 ms for a picture."""

CONTACTS = SensorSpec(
    "contacts",
    "contacts",
    "str",
    [],
    "names that touch, 'a|b', separated by commas",
    rate_hz=PHYSICS_HZ,
    stream_hz=STREAM_HZ,
)

SENSORS: tuple[SensorSpec, ...] = (
    SensorSpec("joint_positions", "joints", "float64", [7], "rad", rate_hz=PHYSICS_HZ, stream_hz=STREAM_HZ),
    SensorSpec("joint_velocities", "joints", "float64", [7], "rad/s", rate_hz=PHYSICS_HZ, stream_hz=STREAM_HZ),
    SensorSpec("joint_efforts", "joints", "float64", [7], "N*m", rate_hz=PHYSICS_HZ, stream_hz=STREAM_HZ),
    SensorSpec(
        "tool_pose",
        "pose",
        "float64",
        [7],
        "m, quaternion xyzw",
        frame="world",
        rate_hz=PHYSICS_HZ,
        stream_hz=STREAM_HZ,
    ),
    SensorSpec(
        "gripper",
        "gripper",
        "float64",
        [2],
        "m between the fingers, N of the weaker",
        rate_hz=PHYSICS_HZ,
        stream_hz=STREAM_HZ,
    ),
    CONTACTS,
    SensorSpec("overhead_rgb", "camera", "uint8", [480, 640, 3], "rgb", frame="overhead", stream_hz=CAMERA_HZ),
    SensorSpec("overhead_depth", "camera", "float32", [480, 640], "m", frame="overhead", stream_hz=CAMERA_HZ),
    SensorSpec("wrist_rgb", "camera", "uint8", [480, 640, 3], "rgb", frame="wrist", stream_hz=CAMERA_HZ),
    SensorSpec("wrist_depth", "camera", "float32", [480, 640], "m", frame="wrist", stream_hz=CAMERA_HZ),
)
"""Those with a rate are in every observation. Cameras are read on demand, through the ``camera`` primitive, and
streamed to who subscribes: a picture takes longer than a hundred steps of physics."""

TIMING = "timing"
"""Observed where the option of that name asks for it: steps of all motions so far, s that they took, s of them within
PyBullet, s of planning."""
