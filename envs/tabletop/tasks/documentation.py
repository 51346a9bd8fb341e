"""The tasks' published documentation, written from the tasks themselves.

    python -m embodied_codeact.envs.tabletop.tasks.documentation docs/tabletop.md

brings the section between the two marks of that file up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from embodied_codeact.envs.tabletop.tasks import LEVELS, TASKS, TabletopTask

BEGIN = "<!-- tasks: written by embodied_codeact.envs.tabletop.tasks.documentation -->"
END = "<!-- end of tasks -->"


def tasks_text() -> str:
    """Describe every task, in Markdown."""
    return "\n".join([_overview(), *map(_section, TASKS.values())])


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


def _overview() -> str:
    lines = [
        "| task | what | levels with an oracle: expected success | vision |",
        "|---|---|---|---|",
    ]
    for task in TASKS.values():
        levels = ", ".join(f"{level} {100 * task.expected[level]:.0f} %" for level in LEVELS if level in task.oracles)
        seen = "yes" if task.only_blocks_bowls_zones else "no"
        lines.append(f"| [{task.name}](#{task.name}) | {task.summary.rstrip('.')} | {levels} | {seen} |")
    return "\n".join(lines) + "\n"


def _section(task: TabletopTask) -> str:
    phrasings = "\n".join(f"  - {template}" for template in task.phrasings)
    return (
        f"### {task.name}\n\n{task.summary}\n\n"
        f"- At the start: {task.placement.rstrip('.')}.\n- Success: {task.success}.\n- Instructions:\n{phrasings}\n"
    )


def main() -> None:
    """Rewrite the file named on the command line."""
    path = Path(sys.argv[1])
    path.write_text(with_tasks(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
