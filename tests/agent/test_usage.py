"""How much room prompts and replies have, by the limits and by what a model knows of itself."""

from __future__ import annotations

from embodied_codeact.agent.limits import Limits
from embodied_codeact.agent.usage import prompt_budget, prompt_limit, reply_budget
from embodied_codeact.models.script import ScriptModel

LIMITS = Limits(context_tokens=8000, reply_tokens=2000)


class Small(ScriptModel):
    """A model that says how much it reads, and how long its replies are."""

    def __init__(self, reply_tokens: int | None = None) -> None:
        super().__init__("pass")
        self.context_tokens = 2048
        self.reply_tokens = reply_tokens


def test_the_limits_count_where_a_model_knows_nothing_of_itself() -> None:
    model = ScriptModel("pass")
    assert (reply_budget(model, LIMITS), prompt_budget(model, LIMITS), prompt_limit(model)) == (2000, 6000, None)


def test_a_model_whose_replies_are_short_leaves_the_rest_of_its_context_to_the_prompt() -> None:
    unknown, short, long = Small(), Small(600), Small(5000)
    assert [reply_budget(model, LIMITS) for model in (unknown, short, long)] == [2000, 600, 2000]
    assert [prompt_budget(model, LIMITS) for model in (unknown, short, long)] == [512, 1448, 512]
    assert [prompt_limit(model) for model in (unknown, short, long)] == [1536] * 3
