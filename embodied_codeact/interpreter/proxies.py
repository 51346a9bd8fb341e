"""What a script sees of its environment: primitives with real methods, error classes, and the read-only ``state``.

Built from an :class:`ApiDescription` alone. Signatures are parsed, never evaluated: annotations stay source text, since
they may name types that this process does not have.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from embodied_codeact.arguments import Arguments
from embodied_codeact.contracts import ApiDescription, ErrorSpec, FieldSpec, MethodSpec, PrimitiveSpec
from embodied_codeact.errors import did_you_mean
from embodied_codeact.interpreter.world import CannotTravel, RemoteError

_MODULE = "__main__"
"""Where the classes claim to be from, so that tracebacks show their bare names and pickle finds them."""


class World(Protocol):
    """What the proxies need of the channel to the world; see :class:`~embodied_codeact.interpreter.world.WorldLink`."""

    def call(self, target: str, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call one primitive."""
        ...

    def state(self) -> dict[str, Any]:
        """Read the high-level state."""
        ...


class _Source(str):
    """A piece of Python source that is shown as it stands: an annotation, or a default that is no literal."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def build_namespace(api: ApiDescription, world: World) -> dict[str, Any]:
    """Return the names that a script's namespace starts with."""
    names: dict[str, Any] = dict(build_errors(api.errors))
    errors: dict[str, type[Exception]] = dict(names)
    for primitive in api.primitives:
        if primitive.function is not None:
            names[primitive.name] = _function(primitive, primitive.function, world, errors)
        else:
            names[primitive.name] = _object(primitive, world, errors)
    if api.state:
        names["state"] = _state(api.state, world, errors)
    return names


def build_errors(specs: Iterable[ErrorSpec]) -> dict[str, type[Exception]]:
    """Return the error classes by name, each derived from its bases: other specs, or Python's own errors."""
    pending = {spec.name: spec for spec in specs}
    made: dict[str, type[Exception]] = {}

    def make(name: str, path: tuple[str, ...]) -> type[Exception]:
        if name in made:
            return made[name]
        if name not in pending or name in path:
            return _builtin_error(name) or Exception
        spec = pending[name]
        bases = tuple(dict.fromkeys(make(base, (*path, name)) for base in spec.bases)) or (Exception,)
        body = {"__doc__": spec.doc, "__module__": _MODULE}
        try:
            made[name] = type(name, bases, body)
        except TypeError:
            # Bases that cannot stand beside each other (their layouts or orders conflict): keep the first.
            made[name] = type(name, bases[:1], body)
        return made[name]

    for name in pending:
        make(name, ())
    return made


def _builtin_error(name: str) -> type[Exception] | None:
    kind = getattr(builtins, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, Exception) else None


def parse_signature(source: str, *, method: bool) -> inspect.Signature:
    """Return the signature written in ``source``, such as ``(target: str, *, speed: float = 0.5) -> MotionResult``.

    Raises:
        ValueError: it is not the signature of a function.
    """
    try:
        tree = ast.parse(f"def f{source}: ...").body
    except SyntaxError as error:
        raise ValueError(f"not a signature: {source!r}") from error
    function = tree[0]
    if len(tree) != 1 or not isinstance(function, ast.FunctionDef):
        raise ValueError(f"not a signature: {source!r}")
    given = function.args
    kind = inspect.Parameter
    positional: list[tuple[ast.arg, Any]] = [(argument, kind.POSITIONAL_ONLY) for argument in given.posonlyargs]
    positional += [(argument, kind.POSITIONAL_OR_KEYWORD) for argument in given.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults)) + list(given.defaults)
    parameters = [_parameter(a, k, d) for (a, k), d in zip(positional, defaults, strict=True)]
    if given.vararg:
        parameters.append(_parameter(given.vararg, kind.VAR_POSITIONAL, None))
    parameters += [
        _parameter(a, kind.KEYWORD_ONLY, d) for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    if given.kwarg:
        parameters.append(_parameter(given.kwarg, kind.VAR_KEYWORD, None))
    if method:
        # Positional only, so that no argument's name can collide with it.
        own = kind.POSITIONAL_ONLY if given.posonlyargs else kind.POSITIONAL_OR_KEYWORD
        parameters.insert(0, kind("self", own))
    returns = inspect.Signature.empty if function.returns is None else _Source(ast.unparse(function.returns))
    return inspect.Signature(parameters, return_annotation=returns)


def _parameter(argument: ast.arg, kind: Any, default: ast.expr | None) -> inspect.Parameter:
    value: Any = inspect.Parameter.empty
    if default is not None:
        try:
            value = ast.literal_eval(default)
        except ValueError:
            value = _Source(ast.unparse(default))
    annotation = inspect.Parameter.empty if argument.annotation is None else _Source(ast.unparse(argument.annotation))
    return inspect.Parameter(argument.arg, kind, default=value, annotation=annotation)


def _check_arguments(
    arguments: Arguments, shown: str, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> None:
    """Raise TypeError where a call does not fit the signature; the message gives the signature and the nearest name."""
    try:
        arguments.check(args, kwargs)
    except TypeError as error:
        parameters = arguments.signature.parameters.values()
        hint = ""
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            known = [parameter.name for parameter in parameters if parameter.name != "self"]
            unknown = next((keyword for keyword in kwargs if keyword not in known), None)
            hint = did_you_mean(unknown, known) if unknown else ""
        raise TypeError(f"{name}(): {error}.{hint} Signature: {shown}") from None


def _caller(
    world: World, errors: Mapping[str, type[Exception]], target: str, method: str
) -> Callable[[tuple[Any, ...], Mapping[str, Any]], Any]:
    shown = f"{target}.{method}" if method else target

    def call(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        try:
            return world.call(target, method, args, kwargs)
        except RemoteError as error:
            raise _as_local(error, errors) from None
        except CannotTravel as error:
            raise TypeError(f"an argument of {shown}(): {error}") from None

    return call


def _as_local(error: RemoteError, errors: Mapping[str, type[Exception]]) -> Exception:
    kind = errors.get(error.kind) or _builtin_error(error.kind)
    if kind is None:
        base = errors.get("PrimitiveError", RuntimeError)
        kind = type(error.kind if error.kind.isidentifier() else "PrimitiveError", (base,), {"__module__": _MODULE})
    try:
        return kind(error.message)
    except TypeError:
        # Some of Python's own errors (UnicodeDecodeError) want more than a message.
        return RuntimeError(f"{error.kind}: {error.message}")


def _signature_of(spec: MethodSpec, *, method: bool) -> inspect.Signature:
    try:
        return parse_signature(spec.signature, method=method)
    except ValueError:
        # Better callable without checks than not at all: the world checks the arguments too.
        return parse_signature("(*args, **kwargs)", method=method)


def _named(function: Callable[..., Any], name: str, qualname: str, doc: str, signature: inspect.Signature) -> Any:
    function.__name__ = name
    function.__qualname__ = qualname
    function.__doc__ = doc
    function.__module__ = _MODULE
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _function(spec: PrimitiveSpec, function: MethodSpec, world: World, errors: Mapping[str, type[Exception]]) -> Any:
    call = _caller(world, errors, spec.name, "")
    signature = _signature_of(function, method=False)
    arguments, shown = Arguments(signature), f"{spec.name}{signature}"

    def primitive(*args: Any, **kwargs: Any) -> Any:
        _check_arguments(arguments, shown, spec.name, args, kwargs)
        return call(args, kwargs)

    return _named(primitive, spec.name, spec.name, function.doc or spec.doc, signature)


def _method(owner: str, class_name: str, spec: MethodSpec, world: World, errors: Mapping[str, type[Exception]]) -> Any:
    call = _caller(world, errors, owner, spec.name)
    signature = _signature_of(spec, method=True)
    arguments, parameters = Arguments(signature), list(signature.parameters.values())[1:]
    shown = f"{owner}.{spec.name}{signature.replace(parameters=parameters)}"

    def primitive(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        _check_arguments(arguments, shown, f"{owner}.{spec.name}", (self, *args), kwargs)
        return call(args, kwargs)

    return _named(primitive, spec.name, f"{class_name}.{spec.name}", spec.doc, signature)


def _class_name(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) or "Primitive"


def _object(spec: PrimitiveSpec, world: World, errors: Mapping[str, type[Exception]]) -> Any:
    class_name = _class_name(spec.name)
    known = [method.name for method in spec.methods]

    def missing(_self: Any, name: str) -> Any:
        hint = did_you_mean(name, known) or f" It has: {', '.join(known)}."
        raise AttributeError(f"{spec.name!r} has no attribute {name!r}.{hint}", name=name, obj=None)

    def refuse(_self: Any, name: str, _value: Any = None) -> None:
        raise AttributeError(f"{spec.name!r} is read-only: {name!r} cannot be set")

    body: dict[str, Any] = {
        "__doc__": spec.doc,
        "__module__": _MODULE,
        "__slots__": (),
        "__getattr__": missing,
        "__setattr__": refuse,
        "__delattr__": refuse,
        "__repr__": lambda _self: f"<{spec.name}: {', '.join(known)}>",
    }
    body |= {method.name: _method(spec.name, class_name, method, world, errors) for method in spec.methods}
    return type(class_name, (), body)()


def _state(fields: Sequence[FieldSpec], world: World, errors: Mapping[str, type[Exception]]) -> Any:
    known = [field.name for field in fields]

    def read() -> dict[str, Any]:
        try:
            return world.state()
        except RemoteError as error:
            raise _as_local(error, errors) from None

    def get(_self: Any, name: str) -> Any:
        if name in known:
            values = read()
            if name in values:
                return values[name]
        hint = did_you_mean(name, known) or f" It has: {', '.join(known)}."
        raise AttributeError(f"'state' has no field {name!r}.{hint}", name=name, obj=None)

    def refuse(_self: Any, name: str, _value: Any = None) -> None:
        raise AttributeError(
            f"'state' is read-only: {name!r} cannot be set. It shows the environment as it is; keep notes in variables."
        )

    def show(_self: Any) -> str:
        values = read()
        return f"State({', '.join(f'{name}={values[name]!r}' for name in known if name in values)})"

    lines = [f"{field.name}: {field.type}\n    {field.doc}" for field in fields]
    body: dict[str, Any] = {
        "__doc__": "The environment's high-level state, read live. Read-only.\n\n" + "\n".join(lines),
        "__module__": _MODULE,
        "__slots__": (),
        "__getattr__": get,
        "__setattr__": refuse,
        "__delattr__": refuse,
        "__repr__": show,
        "__dir__": lambda _self: known,
    }
    return type("State", (), body)()
