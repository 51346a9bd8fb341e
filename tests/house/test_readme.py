"""What README.md and docs/ tell a reader to type exists: commands, options, make targets, imports; and examples run."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from embodied_codeact.cli import app
from embodied_codeact.cli.common import choose_task
from embodied_codeact.cli.launch_file import launch_names
from embodied_codeact.registry import load_environment, parse_options
from tests.conftest import REPOSITORY

README = REPOSITORY / "README.md"
DOCUMENTS = [README, REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
NO_RUN = "python no-run"

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def blocks(document: Path, *languages: str) -> list[str]:
    """The content of the fenced blocks of these languages."""
    return [body for language, body in _FENCE.findall(document.read_text()) if language.strip() in languages]


def shell_lines(document: Path) -> Iterator[list[str]]:
    """The words of every command that a document shows, in a block or in a sentence."""
    for body in blocks(document, "sh", "bash", "console"):
        for line in body.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words:
                yield words
    for text in _INLINE.findall(_FENCE.sub("", document.read_text())):
        if text.startswith(("embodied-codeact ", "make ")):
            yield shlex.split(text)


def cli_commands(document: Path) -> list[list[str]]:
    return [words[1:] for words in shell_lines(document) if words[0].endswith("embodied-codeact")]


def parse(words: list[str]) -> dict[str, object]:
    """Parse a command line as the program does, without running it; return its parameters.

    Raises:
        typer's usage error: the command, an option or a value does not exist.
    """
    group = typer.main.get_command(app)
    context = group.make_context("embodied-codeact", list(words))
    assert isinstance(group, typer.core.TyperGroup)
    _, command, rest = group.resolve_command(context, list(words))
    assert command is not None
    return command.make_context(str(command.name), rest, parent=context).params


def check_command(words: list[str]) -> None:
    """Check a command line, and the names in it that can be looked up here."""
    given = parse(words)
    if words[0] == "launch" and given["file"] is not None:
        assert given["file"] in launch_names()
    if given.get("environment") != "household" or given.get("connect") or given.get("games") or not given.get("task"):
        return
    environment = load_environment("household")
    tasks = environment.tasks(parse_options(environment, {}))
    wanted = given["task"]
    for task in [wanted] if isinstance(wanted, str) else list(wanted):  # type: ignore[call-overload]
        choose_task(tasks, task)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_exist(document: Path) -> None:
    for words in cli_commands(document):
        try:
            check_command(words)
        except Exception as error:
            raise AssertionError(f"{document.name}: embodied-codeact {shlex.join(words)}: {error!r}") from error


@pytest.mark.parametrize(
    "line",
    [
        "runn household",
        "run household --per-type 1",
        "run household --max-turns many",
        "run",
        "launch dmo",
        "run household --task Nowhere",
        "halt",
    ],
)
def test_a_planted_wrong_command_is_seen(line: str) -> None:
    with pytest.raises(Exception, match=r"."):
        check_command(line.split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_exist(document: Path) -> None:
    targets = set(_TARGET.findall((REPOSITORY / "Makefile").read_text()))
    assert {"demo", "test"} <= targets
    named = {words[1] for words in shell_lines(document) if words[0] == "make" and len(words) > 1}
    assert named <= targets


def test_the_readme_shows_what_a_newcomer_types_first() -> None:
    """Also that the blocks are found at all."""
    assert ["make", "demo"] in list(shell_lines(README))
    assert len(cli_commands(README)) > 5


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_python_examples_name_what_exists(document: Path) -> None:
    for body in blocks(document, "python", NO_RUN):
        for node in ast.walk(ast.parse(body)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "embodied_codeact":
                module = importlib.import_module(str(node.module))
                for alias in node.names:
                    assert hasattr(module, alias.name), f"{document.name}: {node.module} has no {alias.name}"


def test_python_examples_of_the_readme_run(tmp_path: Path) -> None:
    for body in blocks(README, "python"):
        command = [sys.executable, "-c", body]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{body}\n{done.stderr}"
