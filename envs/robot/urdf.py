"""Reads from a robot's URDF how its joints lead from the base to the tool.

Only the geometry of joints is read (https://wiki.ros.org/urdf/XML/joint): no meshes, no inertia, no files. What a
controller sends is read with care: a document with a DOCTYPE, and so every entity, is refused.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.primitives.arm_types import Array

TURNING, SLIDING, FIXED = ("revolute", "continuous"), ("prismatic",), ("fixed",)


@dataclass(frozen=True, eq=False)
class Joint:
    """One joint. ``origin``: (4, 4), its frame in that of the link before it; ``axis``: (3,), unit, in its own frame.

    ``lower`` and ``upper``: the limits that the URDF gives, rad or m, infinite where it gives none. ``mimics``: the
    joint that it follows, at ``factor`` times that one's position plus ``offset``, or ``""``.
    """

    name: str
    kind: str
    parent: str
    child: str
    origin: Array
    axis: Array
    lower: float
    upper: float
    mimics: str = ""
    factor: float = 1.0
    offset: float = 0.0


def read_chain(urdf: str, tool: str) -> list[Joint]:
    """Return the joints from the base, which is the link that has no parent, to the link ``tool``, in that order.

    Raises:
        ConfigurationError: the text is no URDF that can be used, or has no such link.
    """
    root = _parse(urdf)
    joints = [_joint(element) for element in root.findall("joint")]
    links = {str(element.get("name")) for element in root.findall("link")}
    if tool not in links:
        raise ConfigurationError(f"the URDF: {unknown_name('link', tool, links)} It is to be the frame of the tool")
    before: dict[str, Joint] = {}
    for joint in joints:
        if joint.child in before:
            raise ConfigurationError(f"the URDF has two joints that lead to the link {joint.child!r}")
        before[joint.child] = joint
    chain: list[Joint] = []
    link = tool
    while link in before:
        chain.append(before[link])
        link = before[link].parent
        if len(chain) > len(joints):
            raise ConfigurationError(f"the URDF's joints lead round in a circle at the link {link!r}")
    return chain[::-1]


def check_joints(chain: Sequence[Joint], names: Sequence[str]) -> None:
    """Do nothing if the moving joints of a chain are among ``names``, or follow one that is.

    Raises:
        ConfigurationError: they are not, or none is.
    """
    moving = {joint.mimics or joint.name for joint in chain if joint.kind not in FIXED}
    for name in sorted(moving):
        if name not in names:
            raise ConfigurationError(
                f"the URDF's joint {name!r} is on the way to the tool, and the controller has no such joint; it has: "
                f"{', '.join(names)}"
            )
    if not moving:
        raise ConfigurationError("the URDF has no moving joint between the base and the tool")


class _NoDoctype(ET.TreeBuilder):
    """Entities, and files from elsewhere, can come into a document by its DOCTYPE alone."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        del pubid, system
        raise ConfigurationError(f"the URDF has a DOCTYPE ({name!r}), which is not accepted; remove it")


def _parse(urdf: str) -> ET.Element:
    parser = ET.XMLParser(target=_NoDoctype())
    try:
        parser.feed(urdf)
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError) as error:
        raise ConfigurationError(f"the URDF is no XML: {error}") from error
    if root.tag != "robot":
        raise ConfigurationError(f"the URDF's outer element is <{root.tag}>, not <robot>; expand a xacro file first")
    return root


def _joint(element: ET.Element) -> Joint:
    name, kind = element.get("name", ""), element.get("type", "")
    if kind not in (*TURNING, *SLIDING, *FIXED):
        raise ConfigurationError(
            f"the URDF's joint {name!r} is {kind!r}; known are {', '.join((*TURNING, *SLIDING, *FIXED))}"
        )
    parent, child = (_attribute(element, tag, "link", name) for tag in ("parent", "child"))
    lower, upper = _limits(element, kind, name)
    mimic = element.find("mimic")
    return Joint(
        name=name,
        kind=kind,
        parent=parent,
        child=child,
        origin=_origin(element.find("origin"), name),
        axis=_axis(element.find("axis"), name) if kind not in FIXED else np.array([1.0, 0.0, 0.0]),
        lower=lower,
        upper=upper,
        mimics="" if mimic is None else _attribute(element, "mimic", "joint", name),
        factor=1.0 if mimic is None else _numbers(mimic.get("multiplier", "1"), 1, name)[0],
        offset=0.0 if mimic is None else _numbers(mimic.get("offset", "0"), 1, name)[0],
    )


def _attribute(element: ET.Element, tag: str, attribute: str, joint: str) -> str:
    found = element.find(tag)
    value = found.get(attribute) if found is not None else None
    if not value:
        raise ConfigurationError(f'the URDF\'s joint {joint!r} has no <{tag} {attribute}="...">')
    return value


def _limits(element: ET.Element, kind: str, joint: str) -> tuple[float, float]:
    limit = element.find("limit")
    if limit is None or kind not in ("revolute", *SLIDING):
        return -math.inf, math.inf
    lower, upper = (_numbers(limit.get(side, "0"), 1, joint)[0] for side in ("lower", "upper"))
    return lower, upper


def _axis(element: ET.Element | None, joint: str) -> Array:
    axis = np.array(_numbers(element.get("xyz", "1 0 0") if element is not None else "1 0 0", 3, joint))
    length = float(np.linalg.norm(axis))
    if length < 1e-9:
        raise ConfigurationError(f"the URDF's joint {joint!r} has an axis without a direction")
    return axis / length


def _origin(element: ET.Element | None, joint: str) -> Array:
    place, turn = ("0 0 0", "0 0 0") if element is None else (element.get("xyz", "0 0 0"), element.get("rpy", "0 0 0"))
    frame = np.eye(4)
    frame[:3, 3] = _numbers(place, 3, joint)
    frame[:3, :3] = _from_roll_pitch_yaw(*_numbers(turn, 3, joint))
    return frame


def _from_roll_pitch_yaw(roll: float, pitch: float, yaw: float) -> Array:
    """Return the rotation matrix Rz(yaw) · Ry(pitch) · Rx(roll), as URDF means it."""
    (a, b), (c, d), (e, f) = ((math.cos(angle), math.sin(angle)) for angle in (roll, pitch, yaw))
    return np.array(
        [
            [e * c, e * d * b - f * a, e * d * a + f * b],
            [f * c, f * d * b + e * a, f * d * a - e * b],
            [-d, c * b, c * a],
        ]
    )


def _numbers(text: str, count: int, joint: str) -> list[float]:
    try:
        numbers = [float(word) for word in text.split()]
    except ValueError as error:
        raise ConfigurationError(f"the URDF's joint {joint!r}: {error}") from error
    if len(numbers) != count or not _finite(numbers):
        raise ConfigurationError(f"the URDF's joint {joint!r} has {text!r:.60} where {count} finite numbers are due")
    return numbers


def _finite(numbers: Iterable[float]) -> bool:
    return all(map(math.isfinite, numbers))
