"""What Ctrl-C does, phase by phase. The signals are real ones, to this process."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from embodied_codeact.cli import chat_keys
from embodied_codeact.cli.chat_input import completions, names_in
from embodied_codeact.cli.chat_keys import CtrlC, Phase


def press() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every press counts, however soon it comes."""
    monkeypatch.setattr(chat_keys, "_SAME_PRESS_S", -1.0)


def never() -> None:
    raise AssertionError("halted")


def test_a_press_while_a_script_runs_halts_once_and_raises_nothing() -> None:
    halts: list[int] = []
    with CtrlC(lambda: halts.append(1)) as keys:
        with keys.during(Phase.SCRIPT):
            press()
            press()
        assert (halts, keys.halted, keys.pending, keys.leaving) == ([1], True, False, False)


@pytest.mark.usefixtures("hasty")
def test_another_press_while_it_is_being_halted_leaves_by_force() -> None:
    halts: list[int] = []
    with CtrlC(lambda: halts.append(1)) as keys, keys.during(Phase.SCRIPT):
        press()
        with pytest.raises(KeyboardInterrupt):
            press()
    assert (halts, keys.leaving) == ([1], True)


@pytest.mark.parametrize("phase", [Phase.REPLY, Phase.PROMPT])
def test_a_press_breaks_into_a_reply_and_into_a_line(phase: Phase) -> None:
    with CtrlC(never) as keys, pytest.raises(KeyboardInterrupt), keys.during(phase):
        press()
    assert (keys.pending, keys.leaving) == (False, False)


@pytest.mark.parametrize("phase", [Phase.REPLY, Phase.PROMPT])
def test_another_press_does_not_strike_where_the_first_is_being_dealt_with(phase: Phase) -> None:
    def press_twice() -> None:
        try:
            press()
        finally:
            press()

    with CtrlC(never) as keys:
        with pytest.raises(KeyboardInterrupt), keys.during(phase):
            press_twice()
        assert (keys.pending, keys.leaving) == (True, False)


def test_a_press_between_waits_for_the_next_reply() -> None:
    with CtrlC(never) as keys:
        press()
        assert keys.pending
        with pytest.raises(KeyboardInterrupt), keys.during(Phase.REPLY):
            raise AssertionError("the model was asked")
        assert not keys.pending


def test_a_press_between_is_forgotten_at_a_prompt() -> None:
    with CtrlC(never) as keys:
        press()
        with keys.during(Phase.PROMPT):
            assert not keys.pending


@pytest.mark.usefixtures("hasty")
def test_what_hangs_between_can_be_left() -> None:
    with CtrlC(never) as keys:
        press()
        with pytest.raises(KeyboardInterrupt):
            press()
        assert keys.leaving


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("phase", list(Phase))
def test_being_told_to_end_ends_in_every_phase(number: signal.Signals, phase: Phase) -> None:
    with CtrlC(never) as keys, pytest.raises(KeyboardInterrupt), keys.during(phase):
        signal.raise_signal(number)
    assert keys.leaving


def test_handlers_are_put_back() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    with CtrlC(never):
        assert all(signal.getsignal(number) is not old for number, old in zip(numbers, before, strict=True))
    assert [signal.getsignal(number) for number in numbers] == before


NAMES = names_in(
    {"objects": {"red block": [0.1], "red bowl": [0.2], "blue block": [0.3]}, "holding": None, "time": 2.0}
)
COMMANDS = {"": ["/halt", "/help", "/model"], "/model": ["expert", "hf:"]}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/he", ["/help"]),
        ("/model ", ["expert", "hf:"]),
        ("/model hf:", []),
        ("/halt now", []),
        ("Put the RED b", ["red block", "red bowl"]),
        ("blue", ["blue block"]),
        ("a word", []),
        ("the blue block ", []),
        ("", []),
    ],
)
def test_completion(line: str, expected: list[str]) -> None:
    choices: Callable[[str], list[str]] = lambda command: COMMANDS.get(command, [])  # noqa: E731
    found = list(completions(line, choices, NAMES))
    names = [text for text, _ in found]
    assert names[: len(expected)] == expected
    # What comes in the place of the end of the line fits what stands there.
    assert all(text.lower().startswith(line[len(line) - count :].lower()) for text, count in found)
