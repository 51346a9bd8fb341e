"""What a record refuses to hold."""

from __future__ import annotations

import math

import pytest

from embodied_codeact.contracts import Status


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_that_no_file_could_hold_is_refused_where_it_is_made(score: float) -> None:
    with pytest.raises(ValueError, match=f"has to be a finite number, and is {score}"):
        Status(score=score)
