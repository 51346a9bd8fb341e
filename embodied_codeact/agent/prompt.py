"""Builds the opening prompt: templates from ``prompts/*.txt``, filled from an environment's description and a task.

A template's variables are strict: one that has no value is an error. A prompt with a hole in it would silently spoil
every measurement made with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template
from textwrap import indent

from msgspec.structs import replace

from embodied_codeact.agent.dialects import Dialect
from embodied_codeact.agent.limits import Limits
from embodied_codeact.agent.tool_docs import json_tools_text, text_commands_text
from embodied_codeact.contracts import (
    ApiDescription,
    EnvironmentDescription,
    ErrorSpec,
    FieldSpec,
    Message,
    MethodSpec,
    Observation,
    PrimitiveSpec,
    Task,
)
from embodied_codeact.errors import CallLimitReached, ConfigurationError, NotApproved, unknown_name


def opening_messages(
    description: EnvironmentDescription,
    task: Task,
    opening: Observation,
    *,
    dialect: Dialect,
    limits: Limits,
    images: bool = False,
) -> list[Message]:
    """Return the system message and the user message that begin an episode. ``images``: the model takes pictures."""
    values = {
        "environment": description.name,
        "guide": guide_text(description),
        "api": documentation(description.api, dialect, limits),
        "reach": reach_text(limits),
        "pictures": PICTURES if images else "",
        "task": task_text(task, opening.text),
        "turns": str(limits.turns),
        "proposals": "" if dialect.proposals is None else str(dialect.proposals),
        "script_timeout_s": f"{limits.script_timeout_s:g}",
    }
    return [
        Message("system", fill(load_template(dialect.system_template), values, dialect.system_template)),
        Message("user", fill(load_template(dialect.task_template), values, dialect.task_template)),
    ]


_MUCH = "A reply may do much: write loops and conditions, look at what calls return, and catch errors that you expect."
PICTURES = (
    '\n- show(image, title="") shows you a picture: an array (height, width, 3) or (height, width), or what a camera '
    "captured. Figures of matplotlib are shown too."
)


@cache
def load_template(name: str) -> str:
    """Return the text of one of the package's templates.

    Raises:
        ConfigurationError: there is no template of that name.
    """
    folder = files("embodied_codeact.agent") / "prompts"
    template = folder / name
    if not template.is_file():
        known = [entry.name for entry in folder.iterdir() if entry.name.endswith(".txt")]
        raise ConfigurationError(unknown_name("prompt template", name, known))
    return template.read_text(encoding="utf-8").strip()


def fill(template: str, values: Mapping[str, str], name: str = "prompt") -> str:
    """Put values in the place of a template's ``$variables``; ``$$`` is a dollar sign.

    Raises:
        ConfigurationError: a variable has no value, or a lone ``$`` stands in the template.
    """
    try:
        return Template(template).substitute(values)
    except KeyError as error:
        known = ", ".join(sorted(values))
        raise ConfigurationError(f"{name}: no value for the variable ${error.args[0]}. There are: {known}.") from error
    except ValueError as error:
        raise ConfigurationError(f"{name}: {error} (write $$ for a dollar sign)") from error


def task_text(task: Task, opening: str) -> str:
    """The environment's opening words, and the instruction where they do not hold it already."""
    words, instruction = opening.strip(), task.instruction.strip()
    if instruction in words:
        return words
    return f"{words}\n\nYour task is to: {instruction}".strip()


def without_instruction(opening: str, instruction: str) -> str:
    """The environment's opening words without its own instruction, for where a person instructs.

    >>> without_instruction("You see a bed 1.\\n\\nYour task is to: look at the pen.", "look at the pen")
    'You see a bed 1.'
    """
    wanted = instruction.strip().rstrip(".")
    if not wanted:
        return opening.strip()
    sentence = re.compile(rf"\s*(?:your task is to:?\s*)?{re.escape(wanted)}\.?", re.IGNORECASE)
    return sentence.sub("", opening).strip()


def guide_text(description: EnvironmentDescription) -> str:
    """The environment's own guide and the packages worth knowing."""
    guide = description.guide.strip()
    if description.packages:
        guide += f"\nPython packages that you can import: {', '.join(description.packages)}."
    return guide.strip()


def documentation(api: ApiDescription, dialect: Dialect, limits: Limits) -> str:
    """Document what the agent can call, in the form in which it calls it."""
    if dialect.action == "json":
        return json_tools_text(api)
    if dialect.action == "text":
        return text_commands_text(api)
    return api_text(replace(api, errors=[error for error in api.errors if _may_meet(error, limits)]))


def reach_text(limits: Limits) -> str:
    """How much one script may do."""
    if limits.calls is None:
        return _MUCH
    calls = "1 primitive call" if limits.calls == 1 else f"{limits.calls} primitive calls"
    rule = f"Each script may make at most {calls}; one more raises {CallLimitReached.__name__}."
    return rule if limits.calls == 1 else f"{_MUCH}\n- {rule}"


def _may_meet(error: ErrorSpec, limits: Limits) -> bool:
    """Whether a script can meet an error; who has to approve is told by the error itself."""
    if error.name == CallLimitReached.__name__:
        return limits.calls is not None
    return error.name != NotApproved.__name__


def api_text(api: ApiDescription) -> str:
    """Document everything that a script finds in its namespace, as Python programmers are used to read it."""
    sections = [*(_primitive(spec) for spec in api.primitives), _state(api.state), _errors(api.errors)]
    return "\n\n".join(section for section in sections if section)


def _primitive(spec: PrimitiveSpec) -> str:
    if spec.function is not None:
        return _method(spec.function)
    head = f"# {spec.name}\n{spec.doc.strip()}".strip()
    return "\n\n".join([head, *(_method(method, f"{spec.name}.") for method in spec.methods)])


def _method(spec: MethodSpec, prefix: str = "") -> str:
    head = f"{prefix}{spec.name}{spec.signature}"
    return f"{head}\n{indent(spec.doc.strip(), '    ')}" if spec.doc.strip() else head


def _state(fields: Sequence[FieldSpec]) -> str:
    if not fields:
        return ""
    lines = [f"state.{field.name}: {field.type}" + (f" - {field.doc.strip()}" if field.doc else "") for field in fields]
    return "\n".join(["# state (read only, always current)", *lines])


def _errors(errors: Sequence[ErrorSpec]) -> str:
    if not errors:
        return ""
    lines = [
        f"{error.name}({', '.join(error.bases)})" + (f" - {' '.join(error.doc.split())}" if error.doc else "")
        for error in errors
    ]
    return "\n".join(["# errors that calls raise and scripts can catch by name", *lines])
