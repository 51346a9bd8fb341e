"""What ``gym`` says of itself: options, guide, the one task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from embodied_codeact.contracts import EnvironmentAdapter, SensorSpec, Task, WorldContext
from embodied_codeact.errors import ConfigurationError, PrimitiveError

GUIDE = """\
You act in a Gymnasium environment through env.step(action), which moves time on by one step. Write loops that look at \
the observation after each step and choose the next action by it. Whether the task is done is judged by the \
environment after the last step."""


class EpisodeOver(PrimitiveError):
    """The environment takes no further steps: the task has ended, or the time has run out. Finish."""


class GymState(msgspec.Struct, frozen=True):
    """High-level state of a Gymnasium environment."""

    steps: Annotated[int, msgspec.Meta(description="steps so far")] = 0
    reward: Annotated[float, msgspec.Meta(description="reward of the last step")] = 0.0
    total_reward: Annotated[float, msgspec.Meta(description="sum of all rewards so far")] = 0.0
    terminated: Annotated[bool, msgspec.Meta(description="whether the task has ended")] = False
    truncated: Annotated[bool, msgspec.Meta(description="whether the time has run out")] = False


class GymOptions(msgspec.Struct, frozen=True, kw_only=True, rename={"import_": "import"}):
    """Options of a Gymnasium environment.

    ``id``: what ``gymnasium.make`` takes; ``gym:ID`` says the same. ``import``: modules, separated by commas, that
    register environments when they are imported. ``instruction``: the task in words, for a model. ``arguments``: what
    else ``gymnasium.make`` is to be given, as a JSON object. ``max_steps``: steps of an episode, 0 for as many as the
    environment says.
    """

    id: str = ""
    import_: str = ""
    instruction: str = ""
    arguments: str = ""
    max_steps: int = 0

    def make_arguments(self) -> dict[str, Any]:
        """Return the keyword arguments for ``gymnasium.make``.

        Raises:
            ConfigurationError: ``arguments`` is not a JSON object.
        """
        try:
            given = msgspec.json.decode(self.arguments or "{}", type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            raise ConfigurationError(f"option arguments={self.arguments}: not a JSON object ({error})") from error
        return {**given, "max_episode_steps": self.max_steps} if self.max_steps > 0 else given


class GymEnvironment:
    """Satisfies :class:`~embodied_codeact.contracts.Environment`."""

    name: str = "gym"
    guide: str = GUIDE
    options_type: type[msgspec.Struct] = GymOptions
    state_type: type[msgspec.Struct] = GymState
    error_types: Sequence[type[Exception]] = (EpisodeOver,)
    sensors: Sequence[SensorSpec] = ()
    argument_option: str = "id"

    def tasks(self, options: GymOptions) -> Sequence[Task]:
        """Return the one task: make this environment succeed.

        Raises:
            ConfigurationError: no environment is named.
        """
        if not options.id:
            raise ConfigurationError("say which Gymnasium environment: gym:ENV_ID, such as gym:CartPole-v1")
        instruction = options.instruction or f"control the Gymnasium environment {options.id} so that it succeeds"
        return [Task(options.id, self.name, instruction, metadata={"type": options.id})]

    def adapter(self, options: GymOptions, context: WorldContext) -> EnvironmentAdapter:
        """Make one environment.

        Raises:
            ConfigurationError: Gymnasium is not installed, there is no such environment, or it cannot be made; or its
                actions are of a kind that scripts cannot give.
        """
        del context
        try:
            # Imported here because listing tasks needs no Gymnasium.
            from embodied_codeact.envs.gym_env.adapter import GymAdapter
        except ImportError as error:
            raise ConfigurationError(
                f"gym:ENV_ID needs Gymnasium ({error}): pip install 'embodied-codeact[tabletop]'"
            ) from error
        return GymAdapter(options)
