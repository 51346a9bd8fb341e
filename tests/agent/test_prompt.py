"""The opening prompt."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from embodied_codeact.agent import MINT, NATIVE, Dialect, Limits
from embodied_codeact.agent.prompt import api_text, fill, load_template, opening_messages
from embodied_codeact.contracts import ErrorSpec, Observation
from embodied_codeact.errors import ConfigurationError
from tests.agent.fakes import DESCRIPTION, pantry_task


@pytest.mark.parametrize("dialect", [NATIVE, MINT], ids=lambda dialect: dialect.name)
def test_prompt_tells_all_that_a_model_needs(dialect: Dialect) -> None:
    system, task = opening_messages(
        DESCRIPTION, pantry_task(), Observation(text="You see a shelf."), dialect=dialect, limits=Limits(turns=7)
    )
    assert (system.role, task.role) == ("system", "user")
    for part in ("<thought>", "<execute>", "<solution>", "7", "You can hold one thing.", "math"):
        assert part in system.content
    assert api_text(DESCRIPTION.api) in system.content
    assert "You see a shelf." in task.content
    assert task.content.count("put the jam into the box") == 1
    assert "$" not in system.content + task.content


def test_instruction_is_not_repeated_where_the_opening_holds_it() -> None:
    opening = Observation(text="A room.\nYour task is to: put the jam into the box.")
    _, task = opening_messages(DESCRIPTION, pantry_task(), opening, dialect=NATIVE, limits=Limits())
    assert task.content.count("put the jam into the box") == 1


def test_api_is_laid_out_as_python() -> None:
    assert api_text(DESCRIPTION.api) == (
        "take(thing: str) -> str\n    Take a thing.\n\n    Raises PrimitiveError.\n\n"
        "# box\nThe box.\n\nbox.put(thing: str) -> str\n    Put a thing into it.\n\n"
        "# state (read only, always current)\nstate.holding: str | None - What the hand holds.\n\n"
        "# errors that calls raise and scripts can catch by name\nPrimitiveError(Exception) - Could not be done."
    )


def test_limit_on_calls_is_told_where_there_is_one() -> None:
    limit = ErrorSpec("CallLimitReached", ["PrimitiveError"], "Too many calls.")
    consent = ErrorSpec("NotApproved", ["PrimitiveError"], "Ask first.")
    api = replace(DESCRIPTION.api, errors=[*DESCRIPTION.api.errors, limit, consent])
    told = {}
    for calls in (None, 1, 3):
        description = replace(DESCRIPTION, api=api)
        limits = Limits(calls=calls)
        system, _ = opening_messages(description, pantry_task(), Observation(), dialect=NATIVE, limits=limits)
        told[calls] = system.content
        assert "NotApproved" not in system.content
    assert "CallLimitReached" not in told[None]
    assert "at most 1 primitive call; one more raises CallLimitReached" in told[1]
    assert "at most 3 primitive calls;" in told[3]
    assert ["loops" in told[calls] for calls in (None, 1, 3)] == [True, False, True]
    assert "CallLimitReached(PrimitiveError) - Too many calls." in told[3]


def test_hole_in_a_template_fails_loudly() -> None:
    with pytest.raises(ConfigurationError, match=r"no value for the variable \$turn\. There are: turns"):
        fill("You have $turn turns.", {"turns": "5"})
    with pytest.raises(ConfigurationError, match=r"write \$\$"):
        fill("It costs 5$.", {})
    assert fill("5$$ for $x", {"x": "$y"}) == "5$ for $y"
    with pytest.raises(ConfigurationError, match=r"Did you mean 'system\.txt'"):
        load_template("sytem.txt")
