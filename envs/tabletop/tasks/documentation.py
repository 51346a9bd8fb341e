"""The tasks' published documentation, written from the tasks themselves.

    python -m embodied_codeact.envs.tabletop.tasks.documentation docs/tabletop.md

brings the section between the two marks of that file up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from embodied_codeact.envs.tabletop.tasks import ATOMIC, COMPOSITIONAL, LEVELS, TASKS, TabletopTask

BEGIN = "<!-- tasks: written by embodied_codeact.envs.tabletop.tasks.documentation -->"
END = "<!-- end of tasks -->"


_ATOMIC = """\
## Atomic tasks

With `-o tasks=atomic`: each is asked for in words and done by **one call** of a primitive; none is done at the start.
The opening says where everything is, to the millimetre, and what the hand holds, so nothing has to be looked up first.
With cameras alone it does not, so that `push-by` takes a look before the call.
Where a task begins with something in the hand, or with the tool elsewhere, the arm has gone there and picked it up by
contact before the task begins. At the levels `motion` and `joints` those tasks are offered that one call of that level
does. With one turn an episode (`--max-turns 1`) the expert does all of them in code, JSON and text.
"""
_COMPOSITIONAL = """\
## Compositional tasks

With `-o tasks=compositional`: each needs several calls, with loops, conditions, computed places, or steps that depend
on what was measured after the last one. Where there is a choice, only the right one counts: the wrong branch, one thing
too many and one too few are no success. All can be done by single calls in JSON and text as well, where the model has
to keep count itself. Of the standard tasks these belong to the set:
{standard}.
"""


def tasks_text() -> str:
    """Describe every task, in Markdown."""
    own = [task for name, task in COMPOSITIONAL.items() if name not in TASKS]
    standard = ", ".join(f"[{name}](#{name})" for name in COMPOSITIONAL if name in TASKS)
    return "\n".join(
        [
            *_described(TASKS.values()),
            _ATOMIC,
            *_described(ATOMIC.values()),
            _COMPOSITIONAL.format(standard=standard),
            *_described(own),
        ]
    )


def _described(tasks: Iterable[TabletopTask]) -> list[str]:
    tasks = list(tasks)
    return [_overview(tasks), *map(_section, tasks)]


def with_tasks(text: str) -> str:
    """Return a document with its section about the tasks brought up to date.

    Raises:
        ValueError: the marks of that section are missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document needs a line {BEGIN!r} and after it a line {END!r}")
    return f"{before}{BEGIN}\n{tasks_text()}{END}{after}"


def _overview(tasks: Iterable[TabletopTask]) -> str:
    lines = [
        "| task | what | levels with an oracle: expected success | vision |",
        "|---|---|---|---|",
    ]
    for task in tasks:
        levels = ", ".join(f"{level} {100 * task.expected[level]:.0f} %" for level in LEVELS if level in task.oracles)
        seen = "yes" if task.only_blocks_bowls_zones else "no"
        lines.append(f"| [{task.name}](#{task.name}) | {task.summary.rstrip('.')} | {levels} | {seen} |")
    return "\n".join(lines) + "\n"


def _section(task: TabletopTask) -> str:
    phrasings, kept = (
        "\n".join(f"  - {template}" for template in templates) for templates in (task.phrasings, task.phrasing.kept)
    )
    return (
        f"### {task.name}\n\n{task.summary}\n\n"
        f"- At the start: {task.placement.rstrip('.')}.\n- Success: {task.success}.\n- Instructions:\n{phrasings}\n"
        f"- With `-o phrasings=kept`:\n{kept}\n"
    )


def main() -> None:
    """Rewrite the file named on the command line."""
    path = Path(sys.argv[1])
    path.write_text(with_tasks(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
