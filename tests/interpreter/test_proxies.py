"""What a script sees of its environment behaves like ordinary Python objects."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest

from embodied_codeact.interpreter.host import Interpreter
from embodied_codeact.interpreter.proxies import build_namespace, parse_signature
from embodied_codeact.interpreter.world import RemoteError
from tests.interpreter.little_world import API, LittleWorld


class DirectWorld:
    """The little world without a channel between."""

    def __init__(self) -> None:
        self._world = LittleWorld()

    def call(self, target: str, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        request = {"op": "call", "target": target, "method": method, "args": list(args), "kwargs": kwargs}
        reply = self._world._answer(request)
        if "error" in reply:
            raise RemoteError(**reply["error"])
        return reply["ok"]

    def state(self) -> dict[str, Any]:
        fields: dict[str, Any] = self._world._answer({"op": "state"})["ok"]
        return fields


@pytest.fixture
def names() -> dict[str, Any]:
    return build_namespace(API, DirectWorld())


def test_signatures_docs_and_help_are_real(names: dict[str, Any]) -> None:
    arm, look = names["arm"], names["look"]
    assert str(inspect.signature(arm.move_to)) == "(position: Vector, *, speed: float = 0.5) -> MotionResult"
    assert str(inspect.signature(look)) == "(target: str = 'here') -> str"
    assert (arm.__doc__, arm.move_to.__doc__, look.__doc__) == ("A small arm.", "Move the hand.", "Look at a target.")
    assert "move_to" in dir(arm)
    assert repr(arm) == "<arm: move_to, echo, wait>"
    import pydoc

    assert "move_to(self, position: Vector, *, speed: float = 0.5) -> MotionResult" in pydoc.plain(
        pydoc.render_doc(arm)
    )


@pytest.mark.parametrize(
    "source", ["(a, /, b: 'X' = None, *rest: int, c, d: dict[str, int] = {}, **more) -> None", "()", "(x=Vector(1, 2))"]
)
def test_any_signature_is_kept_as_written(source: str) -> None:
    assert str(parse_signature(source, method=False)) == source


@pytest.mark.parametrize("source", ["(a", "(): pass\nimport os\ndef g()", "a, b", "(a) -> 1: 2"])
def test_what_is_no_signature_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="not a signature"):
        parse_signature(source, method=False)


def test_a_wrong_call_names_the_right_one(names: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"Did you mean 'position'\? Signature: arm.move_to\(position: Vector"):
        names["arm"].move_to(positon=[0, 0, 0])
    with pytest.raises(TypeError, match=r"look\(\): too many positional arguments. Signature: look\(target"):
        names["look"](1, 2)


def test_errors_are_caught_by_their_names_and_bases(names: dict[str, Any]) -> None:
    with pytest.raises(names["OutOfReach"], match=r"1.7 m is too far"):
        names["arm"].move_to([1, 1, 1])
    with pytest.raises(names["PrimitiveError"]):
        names["look"]("unicorn")
    assert issubclass(names["NoSuchThing"], LookupError)


def test_the_state_is_read_only_and_names_what_was_meant(names: dict[str, Any]) -> None:
    state = names["state"]
    assert state.holding is None
    assert dir(state) == ["holding", "place"]
    assert repr(state).startswith("State(holding=None, place='place")
    with pytest.raises(AttributeError, match=r"no field 'holdin'\. Did you mean 'holding'\?"):
        _ = state.holdin
    with pytest.raises(AttributeError, match="read-only"):
        state.holding = "cup"
    with pytest.raises(AttributeError, match="read-only"):
        names["arm"].speed = 1
    with pytest.raises(AttributeError, match=r"Did you mean 'move_to'\?"):
        names["arm"].mov_to()


def test_calls_cross_into_the_world_and_back(embodied: Interpreter, world: LittleWorld) -> None:
    outcome = embodied.run(
        "import numpy as np\nr = arm.move_to(np.array([0.1, 0.2, 0.3]), speed=1)\nr, arm.echo((1, 'a'))"
    )
    assert outcome.error is None
    assert outcome.value == "(MotionResult(reached=array([0.1, 0.2, 0.3]), position_error_m=0.001), [1, 'a'])"
    assert [call["method"] for call in world.calls] == ["move_to", "echo"]
    assert world.calls[0]["kwargs"] == {"speed": 1}
    assert embodied.run("a = state.place\na != state.place").value == "True"


def test_a_function_is_asked_while_the_call_runs(embodied: Interpreter) -> None:
    outcome = embodied.run(
        "seen = []\n"
        "def enough(sensors):\n    seen.append(sensors['count'])\n    return sensors['count'] >= 3\n"
        "print(arm.move_to([0, 0, 0], speed=enough).position_error_m, seen)"
    )
    assert outcome.error is None
    assert outcome.stdout == "0.001 [0, 1, 2, 3]\n"


def test_what_a_function_raises_ends_the_call_and_is_raised(embodied: Interpreter) -> None:
    error = embodied.run("arm.move_to([0, 0, 0], speed=lambda sensors: sensors['cuont'])").error
    assert error is not None
    assert (error.kind, error.line) == ("KeyError", 1)
    assert "world.py" not in error.traceback
    error = embodied.run("arm.move_to([0, 0, 0], speed=lambda sensors: sensors + 1)").error
    assert error is not None
    assert error.kind == "TypeError"
    assert error.message.startswith("unsupported operand"), "it is the function's, and of no argument"
    assert embodied.run("arm.echo(1)").value == "1", "the channel goes on"


def test_anything_that_can_be_called_is_a_condition(embodied: Interpreter) -> None:
    code = "import functools, operator\narm.move_to([0, 0, 0], speed=functools.partial(operator.ne, {'count': 0}))"
    assert embodied.run(code).error is None


def test_a_function_cannot_use_primitives(embodied: Interpreter) -> None:
    for use in ("arm.echo(1)", "state.place"):
        error = embodied.run(f"arm.move_to([0, 0, 0], speed=lambda sensors: {use})").error
        assert error is not None
        assert "cannot use primitives itself" in error.message
    assert embodied.run("arm.echo(1)").value == "1"


def test_a_function_that_goes_on_for_ever_is_interrupted(embodied: Interpreter) -> None:
    outcome = embodied.run(
        "def loop(sensors):\n    while True: pass\narm.move_to([0, 0, 0], speed=loop)", timeout_s=0.3
    )
    assert outcome.error is not None
    assert outcome.error.kind == "TimeLimitExceeded"


def test_a_function_in_a_list_cannot_travel(embodied: Interpreter) -> None:
    error = embodied.run("arm.echo([lambda sensors: True])").error
    assert error is not None
    assert "a function cannot travel" in error.message


def test_an_error_shows_the_scripts_line_and_nothing_of_the_proxies(embodied: Interpreter) -> None:
    assert embodied.run("try: arm.move_to([1, 1, 1])\nexcept OutOfReach as e: print(e)").stdout.startswith("1.7 m")
    error = embodied.run("x = 1\narm.move_to([1, 1, 1])").error
    assert error is not None
    assert (error.kind, error.line) == ("OutOfReach", 2)
    assert error.traceback.count("File") == 1
    assert "RemoteError" not in error.traceback
    misspelt = embodied.run("state.holdin").error
    assert misspelt is not None
    assert misspelt.text().count("Did you mean") == 1


@pytest.mark.parametrize("value", ["[lambda: 1]", "object()", "open('/dev/null')", "10**30", "'\\ud800'", "arm"])
def test_what_cannot_travel_is_a_clear_error(embodied: Interpreter, world: LittleWorld, value: str) -> None:
    error = embodied.run(f"arm.echo({value})").error
    assert error is not None
    assert error.kind == "TypeError"
    assert "arm.echo()" in error.message
    assert world.calls == []
    assert embodied.run("a = []\na.append(a)\narm.echo(a)").error is not None
    assert embodied.run("arm.echo(1)").value == "1"


def test_a_stale_reply_after_an_interrupt_is_skipped(embodied: Interpreter) -> None:
    outcome = embodied.run("arm.wait(0.4)", timeout_s=0.1)
    assert outcome.interrupted
    assert not outcome.restarted
    assert embodied.run("arm.echo('mine')").value == "'mine'"


def test_a_fresh_worker_gets_a_world_of_its_own(embodied: Interpreter, world: LittleWorld) -> None:
    assert embodied.run("import os; os._exit(1)").restarted
    assert embodied.run("arm.echo(5)").value == "5"
    assert world.connections == 2


def test_threads_share_the_primitives_while_the_script_runs(embodied: Interpreter) -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: found = list(pool.map(arm.echo, range(40)))\nfound == list(range(40))"
    )
    assert embodied.run(code).value == "True"


def test_a_world_that_is_gone_is_said_to_be_gone(embodied: Interpreter, world: LittleWorld) -> None:
    world.hang_up()
    error = embodied.run("arm.echo(1)").error
    assert error is not None
    assert error.kind == "EnvironmentGone"
