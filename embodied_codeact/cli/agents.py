"""Builds agents from the command line: model, form of action, budgets, and the people around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, cast

import typer
from msgspec.structs import replace

from embodied_codeact.agent import ACTION_DIALECTS, CodeActAgent, User
from embodied_codeact.agent.consent import CONSENT_MODES, Consent, ConsentMode
from embodied_codeact.agent.events import EventSink
from embodied_codeact.agent.feedback import SimulatedUser
from embodied_codeact.agent.limits import default_limits
from embodied_codeact.agent.people import Approver, Person
from embodied_codeact.contracts import ClosableModel, Model, SharedModel
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.models import KINDS, begin_to_load, done, resolve_model

ActionOption = Annotated[
    str, typer.Option("--action", help="How the agent acts: code (scripts), json or text (one call a turn).")
]
ModelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model-option",
        "-m",
        metavar="KEY=VALUE",
        help="Option of the model: of hf:, openai: or embedded, or the expert's own.",
    ),
]
MaxTurns = Annotated[
    int | None, typer.Option(min=1, help="Turns per episode.", show_default="5 for code, 60 for json and text")
]
MaxCalls = Annotated[int | None, typer.Option(min=1, help="Primitive calls in one script; 1 makes actions atomic.")]
MaxTokens = Annotated[int | None, typer.Option(min=1, help="Tokens of all prompts and replies of an episode.")]
ReplyTokens = Annotated[
    int | None, typer.Option(min=1, help="Tokens of one reply, with what is reasoned before it.", show_default="2048")
]
ContextTokens = Annotated[
    int | None,
    typer.Option(
        min=2,
        help="Tokens of a prompt with its reply; older turns are left out of longer ones.",
        show_default="16384, or as many as the model was made for where that is less",
    ),
]
MaxSeconds = Annotated[float | None, typer.Option(min=0.1, help="Seconds for a whole episode.")]
UserOption = Annotated[
    str | None,
    typer.Option("--user", metavar="feedback:MODEL", help="A simulated user, who comments on each turn and answers."),
]
Approve = Annotated[
    str | None,
    typer.Option(
        help="Ask before each script runs (script), before the first call of each kind (first), or never.",
        show_default="script where something real moves, else never",
    ),
]


class AgentMaker:
    """All that the agents of one command share. Wrong options are found here, before anything is started.

    Raises:
        ConfigurationError: an option names what there is not.
        ModelError: a model cannot be loaded.
    """

    def __init__(
        self,
        environment: str,
        model: str,
        *,
        action: str = "code",
        model_options: Sequence[str] | None = None,
        user: str | None = None,
        approve: str | None = None,
    ) -> None:
        if action not in ACTION_DIALECTS:
            raise ConfigurationError(unknown_name("form of action", action, ACTION_DIALECTS))
        check_approve(approve)
        self.dialect = ACTION_DIALECTS[action]
        self.limits = default_limits(self.dialect)
        self._environment = environment
        self._approve = approve
        self._user = _simulated_user(user, environment)
        self._spec = (model, environment, key_values(model_options))
        self._model = begin_to_load(*self._spec)

    @property
    def model(self) -> Model:
        """The agents' model. One that is still being loaded is waited for.

        Raises:
            ModelError: it cannot be loaded.
        """
        return self._model.result()

    def limit(
        self,
        *,
        turns: int | None = None,
        calls: int | None = None,
        tokens: int | None = None,
        seconds: float | None = None,
        reply_tokens: int | None = None,
        context_tokens: int | None = None,
        script_timeout_s: float,
    ) -> None:
        """Set the budgets of an episode. Without a wish the turns are those of the form of action.

        Raises:
            ConfigurationError: one is no budget.
        """
        self.limits = replace(
            self.limits,
            turns=turns or self.limits.turns,
            calls=calls,
            tokens=tokens,
            seconds=seconds,
            reply_tokens=reply_tokens or self.limits.reply_tokens,
            context_tokens=context_tokens or self.limits.context_tokens,
            script_timeout_s=script_timeout_s,
        )

    def switch_model(self, spec: str, options: Sequence[str] | None = None) -> Model:
        """Load another model for the agents from now on; the one before stays where the new one cannot be loaded."""
        wanted = (spec, self._environment, key_values(options))
        model = resolve_model(*wanted)
        self._model, self._spec = done(model), wanted
        return model

    def consent_mode(self, *, real: bool, approver: Approver | None = None) -> ConsentMode:
        """How consent is asked for; ``real``: something outside of a computer moves.

        Raises:
            ConfigurationError: consent is asked for, and nobody is there to give it.
        """
        return consent_mode(self._approve, real=real, approver=approver)

    def make(
        self,
        on_event: EventSink | None = None,
        *,
        real: bool = False,
        user: User | None = None,
        approver: Approver | None = None,
        person: Person | None = None,
    ) -> CodeActAgent:
        """Return an agent for one episode at a time.

        Raises:
            ConfigurationError: consent is asked for, and nobody is there to give it.
        """
        mode = self.consent_mode(real=real, approver=approver)
        return CodeActAgent(
            self.model.for_episode() if isinstance(self.model, SharedModel) else self.model,
            dialect=self.dialect,
            limits=self.limits,
            user=None if self._user is not None else user,
            commentator=None if self._user is None else self._user.for_episode(),
            consent=Consent(mode, approver) if approver is not None and mode != "never" else None,
            person=person,
            on_event=on_event,
        )

    def close(self) -> None:
        """Release the models. May be called twice."""
        loaded = self._model.exception() is None  # Waited for: it cannot be called off.
        for model in [*([self.model] if loaded else []), *([self._user.model] if self._user is not None else [])]:
            if isinstance(model, ClosableModel):
                model.close()


def check_approve(approve: str | None) -> None:
    """See that there is such a way to approve.

    Raises:
        ConfigurationError: there is not.
    """
    if approve is not None and approve not in CONSENT_MODES:
        raise ConfigurationError(unknown_name("way to approve", approve, CONSENT_MODES))


def consent_mode(approve: str | None, *, real: bool, approver: Approver | None = None) -> ConsentMode:
    """How consent is asked for; ``real``: something outside of a computer moves.

    Raises:
        ConfigurationError: there is no such way, or consent is asked for, and nobody is there to give it.
    """
    check_approve(approve)
    mode = cast(ConsentMode, approve or ("script" if real else "never"))
    if mode != "never" and approver is None:
        raise ConfigurationError(
            f"scripts wait for a person's consent here (--approve {mode}), and nobody is there to give it: "
            "use `run` at a terminal, or say --approve never"
        )
    return mode


def key_values(texts: Sequence[str] | None) -> dict[str, str]:
    """Read options of a model.

    Raises:
        ConfigurationError: one is not KEY=VALUE.

    >>> key_values(["dtype=float32", "device=cpu"])
    {'dtype': 'float32', 'device': 'cpu'}
    """
    found: dict[str, str] = {}
    for text in texts or []:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ConfigurationError(f"model option {text!r} is not KEY=VALUE")
        found[key] = value
    return found


def _simulated_user(spec: str | None, environment: str) -> SimulatedUser | None:
    model = simulated_user_model(spec)
    return None if model is None else SimulatedUser(resolve_model(model, environment))


def simulated_user_model(spec: str | None) -> str | None:
    """Return the model of a simulated user, from ``feedback:MODEL``.

    Raises:
        ConfigurationError: it is not of that form.
    """
    if spec is None:
        return None
    kind, _, model = spec.partition(":")
    if kind != "feedback" or not model:
        raise ConfigurationError(
            f"user {spec!r} is not feedback:MODEL, where MODEL is one of {', '.join(KINDS)} with what follows it"
        )
    return model
