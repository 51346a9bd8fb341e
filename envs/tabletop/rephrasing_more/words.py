"""Words of many tasks."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "lodge": "@park|@lodge|@install|@station|@situate|@plant|@plonk|@plop|@pop|@stick|@locate|@seat|@deposit|@rest|"
    "@plunk|@settle|@sit|@stand|@land|@leave|@anchor|@dock|@arrange|@establish|@accommodate|@dump|@unload|@nestle",
    "lodge1": "@park|@lodge|@install|@station|@situate|@plant|@plonk|@plop|@seat|@deposit|@settle|@locate|@stand|"
    "@stick|@establish|@set down|@put down|@unload|@rest|@arrange|@accommodate",
    "deliver": "@deliver|@ferry|@convey|@haul|@lug|@shift|@relocate|@cart|@escort|@steer|@usher|@send|@conduct|@guide|"
    "@dispatch|@direct|@tote|@shuttle|@whisk|@ship|@pass|@chauffeur|@lead|@pilot|@migrate|@transplant",
    "deliver1": "@deliver|@ferry|@convey|@haul|@lug|@shift|@relocate|@cart|@escort|@send|@dispatch|@transfer|@ship|"
    "@guide",
    "fetch": "@fetch|@seize|@snatch|@snag|@nab|@clasp|@clutch|@collect|@retrieve|@gather up|@scoop "
    "up|@pinch|@pluck|@hoist|@catch hold of|@get hold of|@take hold of|@lay hold of|@secure|@reach out for|@latch "
    "onto|@close your fingers around|@wrap your fingers around|@obtain|@capture|@pull up",
    "fetch1": "@fetch|@seize|@snatch|@clasp|@collect|@retrieve|@scoop up|@hoist|@secure|@capture",
    "want": "I want|I need|I'd like|we want|I'd love|I'd prefer|we need|they want|I would love",
    "home": "home|spot|berth|station|destination|resting place|residence|address|new home|proper place|seat|parking "
    "space|final position|future location|lodging|place to be",
    "look": "look at|take a look at|have a look at|behold|observe|notice|consider|think of|regard|direct your "
    "attention to|turn your attention to|watch",
    "look0": "do you see|can you see|have you spotted|have you noticed|can you make out|did you notice|would you "
    "happen to see|do you recognize|have you found",
    "next": "then|next|after that|afterwards|thereafter|once you have it|with that done|having done "
    "so|subsequently|from there|that done",
    "exactly": "|||exactly |precisely |just |right |accurately ",
}
"""Words of all tasks."""

CLAW: Mapping[str, str] = {
    "claw": "the claw|your claw|the manipulator|the end effector|the end-effector|the robot hand|the robotic hand|your "
    "fist|your grip|the grabber|your robotic fingers|your jaws|your pincers|the grippers",
    "tip": "the manipulator|the claw|the robotic hand|the end effector|the end-effector|the robot hand|the arm|your "
    "claw|your arm|the tip of the tool|the tool tip|the tool's tip|the working end|the robot's hand|the robot arm|the "
    "grabber|the grasper|the effector",
}

SURFACE = "{table}|{table}|the table top|the work surface|the surface of the table|the bench|the desk"
