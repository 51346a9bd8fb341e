"""Suites: named sets of tasks, over one environment or several, that results are reported on.

A suite is a YAML file (:mod:`embodied_codeact.evaluation.suite_files`), or what a package names by entry point:

    [project.entry-points."embodied_codeact.suites"]
    my-kitchen = "my_package.suites:kitchen"

where ``kitchen`` is a :class:`Suite`, or the path of a YAML file. A suite names tasks; which they are, an environment
says when the run begins, and the run keeps that list (:class:`Trial`).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from embodied_codeact.contracts import Task


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a suite leaves to the command line, such as a folder of games. Without a ``default`` it may be left out."""

    help: str = ""
    required: bool = False
    default: Any = None


class Generated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tasks that the environment's generator makes when the run begins; their folder becomes ``option`` of the
    environment. ``options`` are the generator's. Nothing is generated where that option is given."""

    count: int
    seed: int
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    option: str = "games"


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tasks of a suite that are done in one environment with one set of options.

    ``name`` is unique in the suite, the environment's base name where none is given. A value ``${NAME}`` of ``options``
    (or of what is generated) stands for a parameter of the suite. ``tasks`` are ids, or patterns with ``*`` and ``?``;
    none: all tasks, but for those that nobody judges. Then ``types`` keeps those of these types, ``per_type`` the first
    so many of each, ``limit`` the first so many. ``expect``: how many there have to be; with fewer the run is marked as
    incomplete. ``seeds``: as the suite's, where this part has its own.
    """

    environment: str
    name: str = ""
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    generate: Generated | None = None
    tasks: list[str] = msgspec.field(default_factory=list)
    types: list[str] = msgspec.field(default_factory=list)
    per_type: int | None = None
    limit: int | None = None
    expect: int | None = None
    seeds: int | None = None


class Suite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A set of tasks to report on.

    ``dialect`` ``mint``: played by the MINT benchmark's rules. ``turns`` by form of action, where they differ from the
    usual ones. ``seeds``: how often each task is attempted, with consecutive seeds from ``first_seed`` on (None: from
    the task's own). ``published``: names of published results to compare with (see ``published.yaml``).
    """

    name: str
    parts: list[Part]
    title: str = ""
    description: str = ""
    parameters: dict[str, Parameter] = msgspec.field(default_factory=dict)
    dialect: Literal["native", "mint"] = "native"
    turns: dict[Literal["code", "json", "text"], int] = msgspec.field(default_factory=dict)
    seeds: int = 1
    first_seed: int | None = None
    published: list[str] = msgspec.field(default_factory=list)


class Trial(msgspec.Struct, frozen=True):
    """One episode that a run is to hold: a task with its seed, in one part of the suite. ``index`` counts from 0."""

    index: int
    part: str
    task: Task

    @property
    def key(self) -> str:
        """Names the episode in its run, and pairs it with the same one of another run.

        >>> Trial(0, "tabletop", Task("lift", "tabletop", "lift it", seed=3)).key
        'tabletop/lift#3'
        """
        return trial_key(self.part, self.task)


def trial_key(part: str, task: Task) -> str:
    """See :attr:`Trial.key`."""
    return f"{part}/{task.id}#{task.seed}"
