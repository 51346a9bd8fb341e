"""Says why a command could not be carried out, from the preconditions of the action that it asks for.

An agent is told only what it could know: names that it has not come across are unknown, whether or not they exist, and
of what stands in the way the first thing is named that it meets, so that nothing is said of places where it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from embodied_codeact.envs.household.native.formulas import And, Atom, Formula, Or, Quantified
from embodied_codeact.envs.household.native.grammar import Each, Plain, Value, read_symbols
from embodied_codeact.envs.household.native.memo import Get
from embodied_codeact.envs.household.native.pddl import ROOT_TYPE
from embodied_codeact.envs.household.native.rulebook import Schema
from embodied_codeact.envs.household.native.tables import Fact
from embodied_codeact.envs.household.native.world import World
from embodied_codeact.envs.household.state import HouseholdState
from embodied_codeact.errors import PrimitiveError, did_you_mean
from embodied_codeact.primitives.household_errors import NotPossible, NotUnderstood, UnknownThing

Binding = dict[str, str]

_KINDS = ("receptacletype", "objecttype")
_MET = (*_KINDS, "atlocation", "receptacleatlocation", "objectatlocation", "openable", "opened")
_MET_LATER = ("holdsany", "holds", "inreceptacle")
"""The order in which an agent meets what may be in the way; all else comes after these."""

_CANNOT = {
    "pickupable": "picked up",
    "cleanable": "cleaned",
    "heatable": "heated",
    "coolable": "cooled",
    "sliceable": "sliced",
    "toggleable": "switched on or off",
    "openable": "opened or closed",
    "moveable": "moved",
}
_VARIABLE = re.compile(r"\s*(\w+)(?:\.name)?\s*")


def explanation(world: World, get: Get, command: str, state: HouseholdState) -> PrimitiveError:
    """Return the error that says why a command does nothing, to an agent who knows ``state``."""
    plain = " ".join(command.lower().split())
    asked = [found for schema in world.book.schemas if (found := _asked(world, schema, plain)) is not None]
    if not asked:
        return NotUnderstood(_no_such_command(world, plain))
    known = {name.lower() for name in _known_names(state)}
    unknown = [[name for name in names.values() if name not in known] for _, names in asked]
    if all(unknown):
        name = min(unknown, key=len)[0]
        hint = did_you_mean(name, known) or " Use names as they were shown, and look for what you have not seen yet."
        return UnknownThing(f"you have come across no {name!r}.{hint}")
    understood = [found for found, missing in zip(asked, unknown, strict=True) if not missing]
    identifiers = {name: identifier for identifier, name in world.names.items()}
    schema, binding = min(
        ((schema, {variable: identifiers[name] for variable, name in names.items()}) for schema, names in understood),
        key=lambda found: _misfits(world, *found),
    )
    return NotPossible(_Finding(world, get, schema, state, binding).words(plain if plain != command.strip() else ""))


def _known_names(state: HouseholdState) -> Iterator[str]:
    yield from state.places
    for place, things in state.seen.items():
        yield place
        yield from things
    if state.holding:
        yield state.holding


def _asked(world: World, schema: Schema, command: str) -> tuple[Schema, dict[str, str]] | None:
    """Return the action with the names given for its variables, where a command has its form."""
    form = _form(world, schema)
    if form is None:
        return None
    pattern = "".join(re.escape(piece) if index % 2 == 0 else "(.+)" for index, piece in enumerate(form))
    found = re.fullmatch(pattern, command)
    return (schema, dict(zip(form[1::2], found.groups(), strict=True))) if found else None


def _form(world: World, schema: Schema) -> list[str] | None:
    """Return a template as text and variables in turns, or None where it is more than those."""
    wording = world.wordings.get(schema.action.name)
    pieces = [""]
    for symbol in read_symbols(wording.template) if wording else ():
        if isinstance(symbol, Plain):
            pieces[-1] += symbol.text
        elif isinstance(symbol, Each) and isinstance(symbol.symbol, Value):
            variable = _VARIABLE.fullmatch(symbol.symbol.expression)
            if variable is None:
                return None
            pieces += [f"?{variable[1]}", ""]
        else:
            return None
    return pieces if wording else None


def _no_such_command(world: World, command: str) -> str:
    forms: dict[str, None] = {}
    for schema in world.book.schemas:
        pieces, kinds = _form(world, schema), dict(schema.params)
        if pieces:
            shown = [piece if index % 2 == 0 else f"({kinds.get(piece, 'name')})" for index, piece in enumerate(pieces)]
            forms["".join(shown)] = None
    first = command.partition(" ")[0]
    near = [form for form in forms if form.partition(" ")[0] == first]
    return f"{command!r} is no command here: " + (
        f"say it as {' or '.join(map(repr, near))}"
        if near
        else f"the commands are {', '.join(map(repr, sorted(forms)))}"
    )


def _misfits(world: World, schema: Schema, binding: Binding) -> int:
    kinds = dict(schema.params)
    return sum(kinds.get(variable) != world.kinds[name] for variable, name in binding.items())


@dataclass
class _Finding:
    """Looks for what is in the way of an action with some objects."""

    world: World
    get: Get
    schema: Schema
    state: HouseholdState
    binding: Binding

    def words(self, exactly: str) -> str:
        """Say it; ``exactly`` is the command as it should have been spelt, where that was wrong."""
        misfit = next((name for variable, name in self.binding.items() if not self._is_meant(variable, name)), None)
        if misfit:
            return f"that cannot be done with {self._name(misfit)}"
        named = list(self.binding.values())
        for part in sorted(_parts(self.schema.action.precondition), key=_rank):
            if not self._holds(part, self.binding):
                return self._in_the_way(part)
        if exactly:
            return f"say it exactly as {exactly!r}, in lower case and with single blanks"
        place = next((self._name(name) for name in named), None)
        if place and "atlocation" in self.schema.touches:
            return f"you stand at {place} already: examine it to see what is in or on it"
        return "that would change nothing"

    def _is_meant(self, variable: str, name: str) -> bool:
        """Whether a thing is of the kind that an action is about; "object" says little where all is below it."""
        kind = dict(self.schema.params)[variable]
        if kind == ROOT_TYPE and ROOT_TYPE in self.world.kinds.values():
            return self.world.kinds[name] == ROOT_TYPE
        return name in self.world.domains[kind]

    def _holds(self, part: Formula, binding: Binding) -> bool:
        """Whether a part of the precondition holds, binding what it alone can tell."""
        if isinstance(part, Or):
            return any(self._holds(option, dict(binding)) for option in part.parts)
        if isinstance(part, And):
            return all(self._holds(each, binding) for each in part.parts)
        if isinstance(part, Quantified):
            possible = all(self.world.domains[kind] for _, kind in part.params)
            return part.every or (possible and self._holds(part.part, dict(binding)))
        args = tuple(binding.get(arg, arg) for arg in part.args)
        if part.predicate == "=":
            return (args[0] == args[1]) is not part.negated
        match = next((fact for fact in self.world.facts(part.predicate, self.get) if _fits(args, fact)), None)
        if match and not part.negated:
            binding.update({arg: name for arg, name in zip(args, match, strict=True) if arg[0] == "?"})
        return (match is not None) is not part.negated

    def _in_the_way(self, part: Formula) -> str:
        if isinstance(part, (Or, And)):
            options = [option for option in part.parts if not isinstance(option, Quantified) or self._possible(option)]
            kinds = [self._kind(option) for option in options]
            if kinds and all(kinds) and isinstance(options[0], Atom):
                return f"{self._name(self._arg(options[0], 0))} is no {' or '.join(kind for kind in kinds if kind)}"
            # The last of the options is what an agent can bring about: openable or not is given, opened is not.
            return self._in_the_way(options[-1]) if options else "that cannot be done in this home"
        if isinstance(part, Quantified):
            return self._in_the_way(
                next((each for each in _parts(part.part) if not self._holds(each, {**self.binding})), part.part)
            )
        known = self._known_words(part)
        if known:
            return known
        names = ", ".join(self._name(arg) for arg in self._args(part) if arg[0] != "?") or "this home"
        return f"{part.predicate} must {'not ' if part.negated else ''}be true of {names} first"

    def _known_words(self, atom: Atom) -> str | None:
        args = self._args(atom)
        if not args:
            return None
        first = self._name(args[0])
        match atom.predicate, atom.negated:
            case "receptacleatlocation", False:
                where = f"at {self.state.location}" if self.state.location else "in the middle of the room"
                if args[0][0] == "?":
                    return f"you are {where}: go to where it can be done first"
                return f"you are {where}, not at {first}: go to {first} first"
            case "objectatlocation", False:
                return f"{first} is not where you are: go to where it is first"
            case "opened", False:
                done = any(effect.atom == Atom("opened", atom.args, True) for effect in self.schema.action.effects)
                return f"{first} is closed already" if done else f"{first} is closed: open it first"
            case "opened", True:
                return f"{first} is open already"
            case "holdsany", True:
                return f"you already hold {self.state.holding or 'something'}: put it down first"
            case "holds", False:
                held = f"you hold {self.state.holding}, not" if self.state.holding else "you do not hold"
                return f"{held} {self._name(args[1])}: take {self._name(args[1])} first"
            case "inreceptacle", False if args[1][0] == "?" or atom.args[1] not in self._form_variables():
                return f"{first} is not where you are{self._last_seen(first)}"
            case "inreceptacle", False:
                return f"{first} is not in or on {self._name(args[1])}{self._last_seen(first)}"
            case "cancontain", False:
                return (
                    " and ".join(self._name(name) for name in self._named()) + " do not go together: put it elsewhere"
                )
            case predicate, False if predicate in _CANNOT:
                return f"{first} cannot be {_CANNOT[predicate]}"
        kind = self._kind(atom)
        return f"{first} is no {kind}" if kind else None

    def _last_seen(self, name: str) -> str:
        places = [place for place, things in self.state.seen.items() if name in things]
        return f": you last saw it in or on {places[-1]}" if places else ""

    def _kind(self, part: Formula) -> str | None:
        """Return the kind that a condition asks for: ``receptacletype ?r fridgetype`` asks for a fridge."""
        if isinstance(part, Atom) and part.predicate in _KINDS and not part.negated:
            kind = part.args[1]
            return None if kind[0] == "?" else kind.removesuffix("type")
        return None

    def _possible(self, part: Quantified) -> bool:
        return all(self.world.domains[kind] for _, kind in part.params)

    def _args(self, atom: Atom) -> tuple[str, ...]:
        return tuple(self.binding.get(arg, arg) for arg in atom.args)

    def _arg(self, atom: Atom, index: int) -> str:
        return self._args(atom)[index]

    def _form_variables(self) -> list[str]:
        return (_form(self.world, self.schema) or [])[1::2]

    def _named(self) -> list[str]:
        return [self.binding[variable] for variable in self._form_variables() if variable in self.binding]

    def _name(self, identifier: str) -> str:
        return self.world.names[identifier].strip() if identifier[0] != "?" else "it"


def _fits(args: Fact, fact: Fact) -> bool:
    bound: dict[str, str] = {}
    pairs = zip(args, fact, strict=True)
    return all(bound.setdefault(arg, name) == name if arg[0] == "?" else arg == name for arg, name in pairs)


def _parts(formula: Formula) -> list[Formula]:
    """Flatten what must hold together."""
    if isinstance(formula, And):
        return [each for part in formula.parts for each in _parts(part)]
    if isinstance(formula, Quantified) and not formula.every:
        return _parts(formula.part)
    return [formula]


_ORDER: Mapping[str, int] = {predicate: rank for rank, predicate in enumerate((*_MET, *_MET_LATER))}


def _rank(part: Formula) -> int:
    if isinstance(part, Atom):
        if part.predicate in _KINDS and part.args[1][0] == "?":
            return len(_ORDER)
        return _ORDER.get(part.predicate, len(_ORDER))
    if isinstance(part, Quantified):
        return _rank(part.part)
    return max((_rank(each) for each in part.parts), default=0)
