"""Names for what is seen, kept from look to look; and memory of what is hidden or held.

A thing that is not seen stays where it was last seen or let go of. What the fingers hold moves with the tool. Things
are named by colour and kind when they are first seen, from left to right and then from near to far: "red block", and
"red block 2" for the next of its sort.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embodied_codeact.envs.tabletop.vision.records import Detection, Point, Sight
from embodied_codeact.primitives.arm_types import Array, Pose, SceneObject
from embodied_codeact.primitives.rotations import conjugate, from_yaw, heading, matrix, multiply

GRASPABLE = frozenset({"block", "cylinder", "object"})
_REACH = 0.025
"""The tool is within so much of the surface of what the fingers close on, m."""
_AT_TOOL = 0.06
_SAME_PLACE = 0.04
_FITS = 0.006
_DROPPED = 0.08
_SQUARE = 0.15
_ALIGNED = math.radians(35)


@dataclass
class Track:
    """One thing that is known. ``grip``: its pose in the tool's frame while it is held. ``measured``: whether all of
    its top was seen once, so that its size is sure."""

    name: str
    kind: str
    color: str
    size: Array
    position: Array
    orientation: Array
    measured: bool
    grip: tuple[Array, Array] | None = None

    @property
    def yaw(self) -> float:
        """Its turn about the vertical, rad."""
        return heading(self.orientation)

    def scene_object(self) -> SceneObject:
        """As the primitives show it."""
        x, y, z, w = self.orientation
        rise = np.abs([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)])
        return SceneObject(
            name=self.name,
            kind=self.kind,
            color=self.color,
            size=self.size.copy(),
            position=self.position.copy(),
            orientation=self.orientation.copy(),
            yaw=self.yaw,
            top=float(self.position[2] + rise @ self.size / 2),
        )


class Tracker:
    """All things that are known, in the order in which they were named."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._names: dict[str, int] = {}

    @property
    def held(self) -> Track | None:
        """What the fingers hold."""
        return next((track for track in self.tracks if track.grip is not None), None)

    def grasp(self, tool: Pose) -> None:
        """The fingers have closed on something: take it for what was known to be there."""
        self.release(tool)
        rotation = matrix(tool.orientation)
        near = {}
        for index, track in enumerate(self.tracks):
            offset = rotation.T @ (track.position - tool.position)
            reach = np.linalg.norm(offset) - track.size.max() / 2
            if track.kind in GRASPABLE and reach < _REACH:
                near[index] = float(np.linalg.norm(offset))
        if not near:
            return
        track = self.tracks[min(near, key=lambda index: near[index])]
        offset = rotation.T @ (track.position - tool.position)
        # Both fingers have come as far, so the thing is in the middle between them, its faces along them.
        offset[1] = 0.0
        track.grip = (offset, self._aligned(track, tool))

    def _aligned(self, track: Track, tool: Pose) -> Array:
        """The thing's orientation in the tool's frame, its faces turned to the fingers where they nearly were."""
        relative = multiply(conjugate(tool.orientation), track.orientation)
        x, y, z, w = tool.orientation
        tool_yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
        off = (track.yaw - tool_yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4
        if track.kind != "block" or abs(off) > _ALIGNED:
            return relative
        straight = multiply(from_yaw(-off), track.orientation)
        return multiply(conjugate(tool.orientation), straight)

    def release(self, tool: Pose) -> None:
        """The fingers hold nothing any more: what they held is where they let go of it."""
        self.carry(tool)
        for track in self.tracks:
            track.grip = None

    def carry(self, tool: Pose) -> None:
        """The tool has moved, and what is held with it."""
        for track in self.tracks:
            if track.grip is not None:
                offset, orientation = track.grip
                track.position = tool.position + matrix(tool.orientation) @ offset
                track.orientation = multiply(tool.orientation, orientation)

    def probes(self) -> dict[str, list[Point]]:
        """Points by which to tell whether a thing can still be where it is thought to be: on its top, inside of its
        edge; on its rim where it is hollow."""
        return {track.name: _probe_points(track) for track in self.tracks if track.grip is None}

    def update(self, detections: Sequence[Detection], sights: Mapping[str, Sequence[Sight]], tool: Pose) -> None:
        """Take in what one picture shows, and what became of the probes."""
        self.carry(tool)
        first = not self.tracks
        pending = [seen for seen in detections if not self._is_held(seen)]
        pairs = sorted(
            (_distance(track, seen), i, j)
            for i, track in enumerate(self.tracks)
            for j, seen in enumerate(pending)
            if track.grip is None and _alike(track, seen)
        )
        matched_tracks: set[int] = set()
        matched: set[int] = set()
        for _, i, j in pairs:
            if i not in matched_tracks and j not in matched:
                matched_tracks.add(i)
                matched.add(j)
                self._refine(self.tracks[i], pending[j], sights.get(self.tracks[i].name, ()))
        new = [seen for j, seen in enumerate(pending) if j not in matched]
        for seen in sorted(new, key=lambda seen: (-round(seen.position[1], 2), seen.position[0])):
            # Later on, a piece of something is no new thing.
            if first or seen.complete or not any(track.color == seen.color for track in self.tracks):
                self._add(seen)

    def _is_held(self, seen: Detection) -> bool:
        """Whether a detection is what the fingers hold. What is seen to lie elsewhere is not held any more."""
        held = self.held
        if held is None or not _alike(held, seen):
            return False
        distance = _distance(held, seen)
        twins = [track for track in self.tracks if track is not held and _alike(track, seen)]
        if distance < _AT_TOOL and all(_distance(twin, seen) > distance for twin in twins):
            return True
        if seen.complete and distance > _DROPPED and not twins:
            held.grip = None
        return False

    def _refine(self, track: Track, seen: Detection, sights: Sequence[Sight]) -> None:
        """Bring what is known of a thing up to date."""
        if seen.complete or not track.measured:
            track.size = np.array(seen.size)
            track.measured = track.measured or seen.complete
            if track.kind == "object" or seen.complete:
                track.kind = seen.kind
            track.position = np.array(seen.position)
        else:
            gone = 2 * list(sights).count("through") > len(sights)
            if not gone and _distance(track, seen) < _SAME_PLACE:
                # A piece of it is seen about where it was: that was measured better before.
                return
            track.position = np.array([*seen.position[:2], _height(track, seen)])
        square = abs(track.size[1] - track.size[0]) < _SQUARE * track.size[0]
        period = math.pi / 2 if square else math.pi
        yaw = track.yaw + (seen.yaw - track.yaw + period / 2) % period - period / 2
        track.orientation = from_yaw(yaw)

    def _add(self, seen: Detection) -> None:
        sort = f"{seen.color} {seen.kind}".strip()
        self._names[sort] = self._names.get(sort, 0) + 1
        number = self._names[sort]
        self.tracks.append(
            Track(
                name=sort if number == 1 else f"{sort} {number}",
                kind=seen.kind,
                color=seen.color,
                size=np.array(seen.size),
                position=np.array(seen.position),
                orientation=from_yaw(seen.yaw),
                measured=seen.complete,
            )
        )


def _alike(track: Track, seen: Detection) -> bool:
    """Whether a detection may be of this thing: a piece of a solid does not show which kind it is."""
    if track.color != seen.color:
        return False
    both_solid = track.kind in GRASPABLE and seen.kind in GRASPABLE
    return track.kind == seen.kind or (both_solid and not (track.measured and seen.complete))


def _height(track: Track, seen: Detection) -> float:
    """Where the middle of a thing is of which a piece is seen: where it was, if the piece fits in there; else by the
    piece's end that is surely the thing's own, the table below or the top."""
    half, now = float(track.size[2]) / 2, float(track.position[2])
    if now - half - _FITS < seen.bottom and seen.top < now + half + _FITS:
        return now
    lower = seen.bottom == 0.0 and seen.size[2] < 2 * half
    return seen.bottom + half if lower else seen.top - half


def _distance(track: Track, seen: Detection) -> float:
    return float(np.linalg.norm(track.position - np.array(seen.position)))


def _probe_points(track: Track) -> list[Point]:
    x, y, z = (float(value) for value in track.position)
    height = z + float(track.size[2]) / 2 - 0.001
    if track.kind == "bowl":
        reach = float(track.size[0]) / 2 * 0.97
        turns = [2 * math.pi * index / 8 for index in range(8)]
        return [(x + reach * math.cos(turn), y + reach * math.sin(turn), height) for turn in turns]
    share = 0.98 if track.kind == "tray" else 0.5
    half_x, half_y = (float(extent) / 2 * share for extent in track.size[:2])
    places = [(i * half_x, j * half_y) for i in (-1, 1) for j in (-1, 1)]
    if track.kind != "tray":
        places.append((0.0, 0.0))
    cos, sin = math.cos(track.yaw), math.sin(track.yaw)
    return [(x + a * cos - b * sin, y + a * sin + b * cos, height) for a, b in places]
