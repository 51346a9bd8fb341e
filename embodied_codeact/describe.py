"""Describes an environment's primitives, state and errors as plain data, from signatures and docstrings alone."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from embodied_codeact.contracts import (
    ApiDescription,
    Environment,
    EnvironmentAdapter,
    EnvironmentDescription,
    ErrorSpec,
    FieldSpec,
    ForkableEnvironment,
    GuidesItself,
    MayRefuseSaves,
    MethodSpec,
    PrimitiveSpec,
    RealEnvironment,
    Task,
    commands_of,
    parameters_of,
)
from embodied_codeact.errors import CallLimitReached, InvalidArgument, NotApproved, PrimitiveError, Stopped

COMMON_ERRORS: tuple[type[Exception], ...] = (
    PrimitiveError,
    InvalidArgument,
    Stopped,
    CallLimitReached,
    NotApproved,
)
"""Errors that every environment's primitives may raise."""


class DescriptionError(TypeError):
    """A primitive or state type cannot be described: a docstring or an annotation is missing. Names the place."""


def annotation_text(annotation: Any) -> str:
    """Return an annotation as the Python source that a reader would write.

    >>> annotation_text(list[str]), annotation_text(None), annotation_text("np.ndarray")
    ('list[str]', 'None', 'np.ndarray')
    """
    if isinstance(annotation, str):
        return annotation
    if annotation is None or annotation is type(None):
        return "None"
    if typing.get_origin(annotation) is typing.Annotated:
        return annotation_text(typing.get_args(annotation)[0])
    return inspect.formatannotation(annotation).replace("typing.", "")


def signature_text(function: Any) -> str:
    """Return the signature of a function or bound method as source, without ``self``.

    >>> def goto(receptacle: str) -> str: ...
    >>> signature_text(goto)
    '(receptacle: str) -> str'
    >>> def stack(count: int, /, on: str = "table", *, gently: bool = True) -> None: ...
    >>> signature_text(stack)
    "(count: int, /, on: str = 'table', *, gently: bool = True) -> None"
    """
    signature = inspect.signature(function)
    parts: list[str] = []
    parameters = list(signature.parameters.values())
    positional_only = sum(parameter.kind is parameter.POSITIONAL_ONLY for parameter in parameters)
    for index, parameter in enumerate(parameters):
        text = str(parameter.replace(annotation=inspect.Parameter.empty))
        if parameter.annotation is not inspect.Parameter.empty:
            name, _, default = text.partition("=")
            text = f"{name}: {annotation_text(parameter.annotation)}" + (f" = {default}" if default else "")
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts and not any(p[0] == "*" for p in parts):
            parts.append("*")
        parts.append(text)
        if index + 1 == positional_only:
            parts.append("/")
    returns = signature.return_annotation
    arrow = "" if returns is inspect.Signature.empty else f" -> {annotation_text(returns)}"
    return f"({', '.join(parts)}){arrow}"


def _method(name: str, function: Any) -> MethodSpec:
    doc = inspect.getdoc(function)
    if not doc:
        raise DescriptionError(f"primitive {name!r} has no docstring; models read it to know what the call does")
    return MethodSpec(
        name=name.rpartition(".")[2], signature=signature_text(function), doc=doc, commands=_commands(name, function)
    )


def _commands(name: str, function: Any) -> list[str]:
    commands = commands_of(function)
    parameters = list(inspect.signature(function).parameters)
    for template in commands:
        for parameter in parameters_of(template):
            if parameter not in parameters:
                raise DescriptionError(f"the text command {template!r} of {name!r} names no parameter {parameter!r}")
    return commands


def public_methods(primitive: object) -> dict[str, Any]:
    """Return the public methods of a primitive object, in the order in which its classes define them."""
    found: dict[str, Any] = {}
    for cls in reversed(type(primitive).__mro__[:-1]):
        for name, member in vars(cls).items():
            if not name.startswith("_") and inspect.isfunction(member):
                found[name] = getattr(primitive, name)
    return found


def describe_primitive(name: str, primitive: Any) -> PrimitiveSpec:
    """Describe one name of a script's namespace.

    Raises:
        DescriptionError: it, or one of its public methods, has no docstring.
    """
    if inspect.isroutine(primitive):
        method = _method(name, primitive)
        return PrimitiveSpec(name=name, doc=method.doc, function=msgspec.structs.replace(method, name=name))
    doc = inspect.getdoc(type(primitive))
    if not doc:
        raise DescriptionError(f"primitive {name!r} has no docstring on its class {type(primitive).__name__}")
    methods = [_method(f"{name}.{key}", value) for key, value in public_methods(primitive).items()]
    return PrimitiveSpec(name=name, doc=doc, methods=methods)


def describe_state(state_type: type[msgspec.Struct]) -> list[FieldSpec]:
    """Describe the fields of a high-level state.

    Raises:
        DescriptionError: a field has no default, or no description in its annotation.
    """
    hints = typing.get_type_hints(state_type, include_extras=True)
    fields: list[FieldSpec] = []
    for field in msgspec.structs.fields(state_type):
        metas = [m for m in getattr(hints[field.name], "__metadata__", ()) if isinstance(m, msgspec.Meta)]
        doc = next((meta.description for meta in metas if meta.description), None)
        if doc is None:
            raise DescriptionError(
                f"state field {field.name!r} has no description: annotate it "
                f"Annotated[type, msgspec.Meta(description=...)]"
            )
        if field.required:
            raise DescriptionError(f"state field {field.name!r} has no default, so a fresh state would lack it")
        fields.append(FieldSpec(name=field.name, type=annotation_text(hints[field.name]), doc=doc))
    return fields


def describe_errors(kinds: Iterable[type[Exception]]) -> list[ErrorSpec]:
    """Describe model-facing errors so that scripts can catch them by name; bases come before what derives of them."""
    specs: dict[str, ErrorSpec] = {}

    def add(kind: type[BaseException]) -> None:
        if kind.__name__ in specs or not issubclass(kind, PrimitiveError):
            return
        for base in kind.__bases__:
            add(base)
        bases = [base.__name__ if issubclass(base, PrimitiveError) else "Exception" for base in kind.__bases__]
        # The first paragraph is for scripts; what follows is for those who write environments.
        doc = (inspect.getdoc(kind) or "").partition("\n\n")[0]
        specs[kind.__name__] = ErrorSpec(name=kind.__name__, bases=bases, doc=doc)

    for kind in kinds:
        add(kind)
    return list(specs.values())


def describe_api(environment: Environment, adapter: EnvironmentAdapter) -> ApiDescription:
    """Describe everything that a script will find in its namespace.

    Raises:
        DescriptionError: something is undocumented.
    """
    kinds = (adapter if isinstance(adapter, GuidesItself) else environment).error_types
    return ApiDescription(
        primitives=[describe_primitive(name, primitive) for name, primitive in adapter.primitives().items()],
        state=describe_state(environment.state_type),
        errors=describe_errors([*COMMON_ERRORS, *kinds]),
    )


def is_forkable(environment: Environment) -> bool:
    """Return whether its worlds can be saved and restored."""
    return isinstance(environment, ForkableEnvironment) and environment.forkable


def why_unsaveable(environment: Environment, adapter: object) -> str:
    """Return why this world of an environment cannot be saved; empty where it can."""
    if not is_forkable(environment):
        return "this environment cannot be saved: it does not say that its world can be forked"
    return adapter.unsaveable if isinstance(adapter, MayRefuseSaves) else ""


def describe_environment(
    environment: Environment, adapter: EnvironmentAdapter, tasks: Sequence[Task], *, saveable: bool = True
) -> EnvironmentDescription:
    """Describe an environment with its API and tasks. ``saveable``: nothing but the environment keeps it from that.

    Raises:
        DescriptionError: something is undocumented.
    """
    return EnvironmentDescription(
        name=environment.name,
        guide=(adapter if isinstance(adapter, GuidesItself) else environment).guide,
        api=describe_api(environment, adapter),
        sensors=list(environment.sensors),
        tasks=list(tasks),
        forkable=saveable and is_forkable(environment),
        real=isinstance(environment, RealEnvironment) and environment.real,
    )
