"""Mistakes that models really make in scripts: each kind is a function that returns the ways in which a given script
could hold that mistake. Nothing here knows an environment: names and attributes are those of the script itself."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator

from embodied_codeact.instruct.script_source import Edit, Script

Ways = Iterator[str]
"""Sources of a script with one mistake in it."""
Mistake = Callable[[Script, random.Random], Ways]

OTHER_WORDS: dict[str, tuple[str, ...]] = {
    "goto": ("go_to", "move_to", "walk_to", "go"), "take": ("pick_up", "grab", "pick", "get"),
    "put": ("place", "put_down", "drop", "put_in"), "open": ("open_receptacle", "open_up"), "close": ("shut",),
    "use": ("turn_on", "toggle", "switch_on"), "clean": ("wash", "rinse"), "heat": ("warm", "heat_up"),
    "cool": ("chill", "cool_down"), "examine": ("inspect", "look_at"), "look": ("look_around", "observe"),
    "inventory": ("holding", "get_inventory"), "take_from": ("take", "pick_up_from"),
    "move_to": ("goto", "moveto", "go_to"), "move_by": ("move_relative", "shift", "move_rel"),
    "pick": ("pick_up", "grasp", "grab"), "place": ("put", "place_on", "release_on"), "push": ("push_to", "slide"),
    "find": ("get", "locate", "find_object", "get_object"), "objects": ("list_objects", "items"),
    "is_inside": ("is_in", "inside"), "is_on": ("on", "is_on_top"), "pose": ("get_pose", "position"),
    "home": ("go_home", "reset"), "turn": ("rotate", "turn_object"), "stack": ("stack_on", "put_on"),
    "grasp": ("close_on", "grip"), "release": ("let_go", "drop"), "joints": ("joint_positions", "get_joints"),
    "location": ("position", "place", "current_location"), "holding": ("held", "inventory", "in_hand"),
    "places": ("receptacles", "locations"), "seen": ("contents", "visible", "known"),
    "moves": ("steps", "move_count"), "position": ("pos", "xyz", "location"), "top": ("height", "top_z"),
    "size": ("dimensions", "extent", "shape"), "yaw": ("angle", "rotation"), "block": ("cube", "brick"),
    "bowl": ("dish", "cup"), "zone": ("area", "square"), "tray": ("plate", "box"), "mug": ("cup",), "cup": ("mug",),
    "countertop": ("counter",), "sinkbasin": ("sink",), "garbagecan": ("trashcan", "bin"),
    "fridge": ("refrigerator",), "desklamp": ("lamp",), "floorlamp": ("lamp",), "cellphone": ("phone",),
    "tvstand": ("television stand",), "remotecontrol": ("remote",), "sofa": ("couch",), "diningtable": ("table",),
    "coffeetable": ("table",), "sidetable": ("nightstand",), "bathtubbasin": ("bathtub",), "stoveburner": ("stove",),
    "saltshaker": ("salt",), "peppershaker": ("pepper",), "creditcard": ("card",),
    "receptacle": ("location", "place", "target"), "object": ("item", "obj", "name"), "name": ("object", "label"),
}  # fmt: skip
"""What a model may say instead: other words for methods, fields and things."""

NUMBERED = re.compile(r"[a-z]+ \d+")
_OPENING = re.compile(r"^(?:[ \t]*)(?:for|if|while|def|else|elif|with|try|match|case)\b.*:[ \t]*$", re.MULTILINE)


def misspelt(word: str, rng: random.Random) -> str:
    """Return a word with one slip: a letter dropped, doubled or swapped, an underscore too few, or another ending."""
    ways = [word[:-1] if word.endswith("s") else f"{word}s"]
    if "_" in word:
        ways += [word.replace("_", "", 1)] * 2
    if len(word) > 3:
        at = rng.randrange(1, len(word) - 1)
        ways += [word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]]
        ways += [word[:at] + word[at + 1] + word[at] + word[at + 2 :]]
    ways = [way for way in ways if way.isidentifier() and way != word]
    return rng.choice(ways) if ways else f"{word}s"


def _otherwise(word: str, rng: random.Random) -> str:
    others = OTHER_WORDS.get(word, ())
    return rng.choice(others) if others and rng.random() < 0.8 else misspelt(word, rng)


def _given_calls(script: Script) -> list[ast.Call]:
    """Calls of what the environment gives: its functions, and methods of its objects."""
    given = script.given_names()
    calls = [node for node in script.nodes() if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(root := _root(call.func), ast.Name) and root.id in given]


def _root(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Attribute) else node


def misspelt_method(script: Script, rng: random.Random) -> Ways:
    """A method, or a function that the environment gives, goes by another name."""
    for call in _given_calls(script):
        _, end = script.span(call.func)
        name = call.func.attr if isinstance(call.func, ast.Attribute) else script.text(call.func)
        yield script.edited(Edit(end - len(name.encode()), end, _otherwise(name, rng)))


def misspelt_variable(script: Script, rng: random.Random) -> Ways:
    """A variable goes by a name that nothing has."""
    own = script.own_names()
    for node in script.nodes():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in own:
            wrong = misspelt(node.id, rng)
            if wrong not in own:
                yield script.replaced(node, wrong)


def forgotten_import(script: Script, _: random.Random) -> Ways:
    """A module is used that was not imported."""
    for node in script.nodes():
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield script.without(node)


def forgotten_definition(script: Script, _: random.Random) -> Ways:
    """A function or variable is used that was not defined."""
    used = {node.id for node in script.nodes() if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    for node in script.tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]) if name in used:
                yield script.without(node)


def missing_argument(script: Script, rng: random.Random) -> Ways:
    """A call lacks an argument."""
    for call in _given_calls(script):
        if call.args and not call.keywords and not isinstance(call.args[-1], ast.Starred):
            dropped = rng.randrange(len(call.args))
            kept = [script.text(argument) for place, argument in enumerate(call.args) if place != dropped]
            yield _with_arguments(script, call, kept)


def swapped_arguments(script: Script, _: random.Random) -> Ways:
    """Two arguments stand in the wrong order."""
    for call in _given_calls(script):
        if len(call.args) >= 2 and not any(isinstance(argument, ast.Starred) for argument in call.args):
            first, second = call.args[:2]
            yield script.edited(
                Edit(*script.span(first), script.text(second)), Edit(*script.span(second), script.text(first))
            )


def extra_argument(script: Script, rng: random.Random) -> Ways:
    """A call is given one argument too many."""
    for call in _given_calls(script):
        if len(call.args) == 1 and not call.keywords and not isinstance(call.args[0], ast.Starred):
            yield _with_arguments(script, call, [script.text(call.args[0]), rng.choice(("True", "1", "0.1"))])


def wrong_keyword(script: Script, rng: random.Random) -> Ways:
    """An argument is named by a name that the call does not know."""
    for call in _given_calls(script):
        texts = [script.text(argument) for argument in call.args]
        for keyword in call.keywords:
            if keyword.arg is not None:
                start = script.span(keyword.value)[0] - len(keyword.arg.encode()) - 1
                yield script.edited(Edit(start, start + len(keyword.arg.encode()), _otherwise(keyword.arg, rng)))
        if texts and not call.keywords and not isinstance(call.args[-1], ast.Starred):
            name = rng.choice(("target", "location", "item", "obj", "to", "where", "thing"))
            yield _with_arguments(script, call, [*texts[:-1], f"{name}={texts[-1]}"])


def _with_arguments(script: Script, call: ast.Call, arguments: list[str]) -> str:
    start = script.span(call.func)[1]
    return script.edited(Edit(start, script.span(call)[1], f"({', '.join(arguments)})"))


def _texts(script: Script) -> Iterator[ast.Constant]:
    """String constants that are data: no docstrings, no parts of an f-string, no mapping's keys."""
    for node in script.nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parent = script.parents[node]
            if not isinstance(parent, ast.Expr | ast.JoinedStr | ast.FormattedValue | ast.MatchValue):
                yield node


def wrong_number(script: Script, rng: random.Random) -> Ways:
    """An object goes by another number than it has."""
    for node in _texts(script):
        if NUMBERED.fullmatch(str(node.value)):
            yield script.replaced(node, _quoted(renumbered(str(node.value), rng)))
    for call in _given_calls(script):  # Where names are variables, one is made up for the call.
        for argument in call.args:
            if isinstance(argument, ast.Name):
                wrong = f'{script.text(argument)}.split()[0] + " {rng.randrange(1, 13)}"'
                yield script.replaced(argument, wrong)


def renumbered(name: str, rng: random.Random) -> str:
    """Return the name of a thing with another number: ``drawer 9`` for ``drawer 1``."""
    kind, _, number = name.rpartition(" ")
    return f"{kind} {int(number) + rng.choice((1, 2, 3, 5, 8))}"


def wrong_name(script: Script, rng: random.Random) -> Ways:
    """A thing goes by another word than the environment's: the red cube for the red block."""
    for node in _texts(script):
        if (other := renamed(str(node.value), rng)) is not None:
            yield script.replaced(node, _quoted(other))


def renamed(name: str, rng: random.Random) -> str | None:
    """Return the name of a thing in other words, None where there are none."""
    words = name.split(" ")
    places = [place for place, word in enumerate(words) if word in OTHER_WORDS]
    if not places or len(words) > 3:
        return None
    words[places[-1]] = rng.choice(OTHER_WORDS[words[places[-1]]])
    return " ".join(words)


def _quoted(text: str) -> str:
    return f'"{text}"'


def unknown_field(script: Script, rng: random.Random) -> Ways:
    """A field of the state, or of a result, that there is not."""
    for node in script.nodes():
        if isinstance(node, ast.Attribute) and not _is_called(script, node) and isinstance(node.ctx, ast.Load):
            if isinstance(node.value, ast.Name) and node.value.id in ("math", "np", "numpy", "itertools", "re"):
                continue
            _, end = script.span(node)
            yield script.edited(Edit(end - len(node.attr.encode()), end, _otherwise(node.attr, rng)))


def _is_called(script: Script, node: ast.expr) -> bool:
    parent = script.parents[node]
    return isinstance(parent, ast.Call) and parent.func is node


def syntax_error(script: Script, rng: random.Random) -> Ways:
    """A bracket, a colon or a quote is missing, a comparison is written as an assignment, or a line is not indented."""
    source = script.source
    for opening in _OPENING.finditer(source):
        at = opening.group().rstrip().rfind(":") + opening.start()
        yield source[:at] + source[at + 1 :]
    for call in _given_calls(script):
        _, end = script.span(call)
        yield script.edited(Edit(end - 1, end, ""))
    for node in script.nodes():
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and isinstance(node.test.ops[0], ast.Eq):
            left, right = script.span(node.test.left)[1], script.span(node.test.comparators[0])[0]
            yield script.edited(Edit(left, right, " = "))
        if isinstance(node, ast.For | ast.While | ast.If | ast.FunctionDef) and len(node.body) > 1:
            moved = rng.choice(node.body[1:])
            start = script.lines(moved)[0]
            yield script.edited(Edit(start, script.span(moved)[0], " " * max(moved.col_offset - 2, 1)))


def forgotten_call(script: Script, _: random.Random) -> Ways:
    """Something is not done: an open, a take, a walk is left out."""
    calls = set(_given_calls(script))
    for node in script.nodes():
        match node:
            case ast.Expr(value=ast.Call()) if calls & set(ast.walk(node.value)):
                yield script.without(node)
            case ast.If(orelse=[], body=[ast.Assign() | ast.Expr()]) if calls & set(ast.walk(node.body[0])):
                yield script.without(node)


def short_search(script: Script, rng: random.Random) -> Ways:
    """A search looks at the first few only."""
    few = rng.choice((1, 2, 3))
    for node in script.nodes():
        match node:
            case ast.For(iter=(ast.Name() | ast.Attribute()) as searched):
                yield script.edited(Edit(*script.span(searched), f"{script.text(searched)}[:{few}]"))
            case ast.For(iter=ast.List(elts=[_, _, *_] as items) as searched):
                yield script.edited(Edit(script.span(items[0])[1], script.span(searched)[1] - 1, ""))
            case ast.Assign(value=ast.Call(func=ast.Name(id="list" | "sorted")) as searched):
                yield script.edited(Edit(*script.span(searched), f"{script.text(searched)}[:{few}]"))


def wrong_unit(script: Script, rng: random.Random) -> Ways:
    """Centimetres or millimetres where metres are wanted, degrees where radians are."""
    for node in script.nodes():
        match node:
            case ast.BinOp(op=ast.Div(), left=left, right=ast.Constant(value=100 | 1000)):
                yield script.replaced(node, script.text(left))
            case ast.Call(func=ast.Attribute(attr="radians" | "deg2rad"), args=[angle]):
                yield script.replaced(node, script.text(angle))
            case ast.Constant(value=float(value)) if 0.0 < abs(value) < 1.0:
                yield script.replaced(node, f"{value * rng.choice((100, 1000)):g}")


def wrong_type(script: Script, _: random.Random) -> Ways:
    """A text where a number is wanted, a list where a text is."""
    for node in script.nodes():
        match node:
            case ast.Assign(value=ast.Constant(value=int() | float()) as number) if not isinstance(number.value, bool):
                yield script.replaced(number, f'"{script.text(number)}"')
    for call in _given_calls(script):
        for argument in call.args:
            if isinstance(argument, ast.Name):
                yield script.replaced(argument, f"[{script.text(argument)}]")
                yield script.replaced(argument, f"{script.text(argument)}.split()")
            elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield script.replaced(argument, f"[{script.text(argument)}]")


def early_end(script: Script, rng: random.Random) -> Ways:
    """A loop ends after its first turn."""
    for node in script.nodes():
        if isinstance(node, ast.For | ast.While) and not isinstance(node.body[-1], ast.Break | ast.Return):
            last = node.body[-1]
            _, end = script.lines(last)
            tail = script.slice(0, end)
            line = f"{' ' * node.body[0].col_offset}break\n"
            yield script.edited(Edit(end, end, line if tail.endswith("\n") else f"\n{line}"))
        if isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Return):
            for loop in node.body:  # A return that stands a level too deep.
                if isinstance(loop, ast.For) and rng.random() < 0.7:
                    _, end = script.lines(loop)
                    yield script.edited(Edit(end, end, f"{' ' * loop.body[0].col_offset}return None\n"))


def wrong_result_type(script: Script, rng: random.Random) -> Ways:
    """What a call returned is used as if it were of another type."""
    own = script.own_names()
    for node in script.nodes():
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in own and name not in _modules(script):
                if _is_called(script, node):
                    field = rng.choice(("text", "message", "result", "observation"))
                    yield script.replaced(node, f"{name}.{field}.{attribute}")
                else:
                    yield script.replaced(node, f'{name}["{attribute}"]')
            case ast.Attribute(value=ast.Call() as call, attr=attribute) if not _is_called(script, node):
                yield script.replaced(node, f'{script.text(call)}["{attribute}"]')
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq() | ast.NotEq() | ast.In()]) if name in own:
                yield script.replaced(node.left, f"{name}.{rng.choice(('text', 'message', 'success', 'status'))}")


def _modules(script: Script) -> set[str]:
    return {
        (item.asname or item.name).partition(".")[0]
        for node in script.nodes()
        if isinstance(node, ast.Import)
        for item in node.names
    }


def off_by_one(script: Script, rng: random.Random) -> Ways:
    """An index, a bound or a count is one too large or too small."""
    for node in script.nodes():
        match node:
            case ast.Subscript(slice=ast.Constant(value=int(index)) as place):
                yield script.replaced(place, str(index + 1))
            case ast.Subscript(slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)) as place):
                yield script.replaced(place, rng.choice(("-2", "1")))
            case ast.Slice(lower=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(size)))) if size > 1:
                yield script.replaced(node.lower, f"-{size - 1}") if node.lower else script.source
            case ast.Call(func=ast.Name(id="range"), args=[limit]):
                yield script.replaced(limit, f"{script.text(limit)} {rng.choice('+-')} 1")
            case ast.Compare(ops=[ast.GtE()], left=left, comparators=[bound]):
                yield script.edited(Edit(script.span(left)[1], script.span(bound)[0], " > "))


def negated_condition(script: Script, _: random.Random) -> Ways:
    """A condition says the opposite of what is meant."""
    opposites: dict[type[ast.cmpop], str] = {
        ast.Is: " is not ", ast.IsNot: " is ", ast.Eq: " != ", ast.NotEq: " == ", ast.In: " not in ", ast.NotIn: " in ",
    }  # fmt: skip
    for node in script.nodes():
        if not isinstance(node, ast.If | ast.While):
            continue
        match node.test:
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in opposites:
                yield script.edited(Edit(script.span(left)[1], script.span(right)[0], opposites[type(operator)]))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield script.replaced(node.test, script.text(operand))
            case ast.Name() | ast.Call():
                yield script.replaced(node.test, f"not {script.text(node.test)}")


MISTAKES: dict[str, tuple[Mistake, float]] = {
    "misspelt method": (misspelt_method, 2.0),
    "misspelt variable": (misspelt_variable, 1.5),
    "forgotten import": (forgotten_import, 2.0),
    "forgotten definition": (forgotten_definition, 1.5),
    "missing argument": (missing_argument, 1.0),
    "extra argument": (extra_argument, 0.5),
    "swapped arguments": (swapped_arguments, 1.0),
    "wrong keyword": (wrong_keyword, 1.0),
    "wrong number": (wrong_number, 1.0),
    "wrong name": (wrong_name, 2.0),
    "unknown field": (unknown_field, 2.0),
    "syntax error": (syntax_error, 1.0),
    "forgotten call": (forgotten_call, 2.0),
    "short search": (short_search, 1.0),
    "wrong unit": (wrong_unit, 1.0),
    "wrong type": (wrong_type, 1.0),
    "early end": (early_end, 1.0),
    "wrong result type": (wrong_result_type, 1.0),
    "off by one": (off_by_one, 1.0),
    "negated condition": (negated_condition, 1.0),
}
"""Every kind of mistake, and how often it is tried first, relative to the others."""


def with_mistake(code: str, rng: random.Random) -> tuple[str, str] | None:
    """Return a script with one mistake in it and the kind of the mistake, None where it can hold none.

    All mistakes but a syntax error leave a script that can be parsed.
    """
    try:
        script = Script(code)
    except SyntaxError:
        return None
    left = {kind: weight for kind, (_, weight) in MISTAKES.items()}
    while left:
        kind = rng.choices(list(left), list(left.values()))[0]
        del left[kind]
        ways = list(dict.fromkeys(MISTAKES[kind][0](script, rng)))
        rng.shuffle(ways)
        for way in ways[:20]:
            if way.strip() and way != code and _parses(way) != (kind == "syntax error"):
                return way, kind
    return None


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True
