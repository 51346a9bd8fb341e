"""What ``textworld`` says of itself: options, guide, and a task for each game."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from embodied_codeact.contracts import EnvironmentAdapter, SensorSpec, Task, WorldContext
from embodied_codeact.errors import ConfigurationError, PrimitiveError

GUIDE = """\
You play a text game through game.act(command), which gives the game one command and returns its answer. state tells \
what the game shows after each command: state.admissible_commands lists the commands that do something now, and \
state.description, state.inventory, state.score and state.objective say where you are, what you carry, how far you \
are, and what is asked. Write loops and conditions that look at the answers. The game judges when it is won; a game \
that is lost is over too."""

_PLAYED = re.compile(r"\.(z[1-8]|tw-pddl)$")
_NO_LONGER_PLAYED = ".ulx"


class GameOver(PrimitiveError):
    """The game has ended and takes no further command. Finish."""


class TextGameState(msgspec.Struct, frozen=True, kw_only=True):
    """What the game shows. What a game's format does not tell is empty."""

    objective: Annotated[str, msgspec.Meta(description="what is asked")] = ""
    description: Annotated[str, msgspec.Meta(description="the place where you are, in words")] = ""
    inventory: Annotated[str, msgspec.Meta(description="what you carry, in words")] = ""
    admissible_commands: Annotated[
        list[str], msgspec.Meta(description="the commands that do something now, sorted")
    ] = msgspec.field(default_factory=list)
    score: Annotated[int, msgspec.Meta(description="points so far")] = 0
    max_score: Annotated[int, msgspec.Meta(description="points that can be had; 0 where the game has none")] = 0
    moves: Annotated[int, msgspec.Meta(description="how many commands the game has been given")] = 0
    won: Annotated[bool, msgspec.Meta(description="whether the game is won")] = False
    lost: Annotated[bool, msgspec.Meta(description="whether the game is lost")] = False


class TextGameOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of a text game.

    ``file``: a game file (``.z1`` to ``.z8`` or ``.tw-pddl``) or a folder of them; ``textworld:FILE`` says the same.
    ``admissible``: whether the state lists the commands that do something; without, a model has to find the words.
    """

    file: str = ""
    admissible: bool = True


class TextGameEnvironment:
    """Satisfies :class:`~embodied_codeact.contracts.Environment`."""

    name: str = "textworld"
    guide: str = GUIDE
    options_type: type[msgspec.Struct] = TextGameOptions
    state_type: type[msgspec.Struct] = TextGameState
    error_types: Sequence[type[Exception]] = (GameOver,)
    sensors: Sequence[SensorSpec] = ()
    argument_option: str = "file"

    def tasks(self, options: TextGameOptions) -> Sequence[Task]:
        """Return one task for each game, sorted by id. Its own objective comes with the reset.

        Raises:
            ConfigurationError: no game is named, or nothing is there.
        """
        return [
            Task(task_id, self.name, f"play the text game {task_id} and win it", metadata={"type": "text game"})
            for task_id in find_text_games(options.file)
        ]

    def adapter(self, options: TextGameOptions, context: WorldContext) -> EnvironmentAdapter:
        """Make one world.

        Raises:
            ConfigurationError: TextWorld is not installed.
        """
        try:
            # Imported here because it takes a second, and listing tasks needs none of it.
            from embodied_codeact.envs.textworld_game.adapter import TextGameAdapter
        except ImportError as error:
            raise ConfigurationError(
                f"textworld:FILE needs TextWorld ({error}): pip install 'embodied-codeact[household]'"
            ) from error
        return TextGameAdapter(options, context)


def find_text_games(file: str) -> dict[str, Path]:
    """Return the absolute path of each game by task id: the file's name, or its path within the folder, without the
    ending.

    Raises:
        ConfigurationError: no game is named, nothing is there, its format is not played, or two games have one id.
    """
    if not file:
        raise ConfigurationError("say which game: textworld:FILE, such as textworld:games/simple.z8, or a folder")
    place = Path(file).expanduser().absolute()
    if place.is_dir():
        found = [path for path in sorted(place.rglob("*")) if _PLAYED.search(path.name) and path.is_file()]
        if not found:
            raise ConfigurationError(f"{place}: no game in it or below: make one with `tw-make tw-simple --output ...`")
    elif not place.is_file():
        raise ConfigurationError(f"{place}: no such file or folder: textworld:FILE names a game, or a folder of games")
    else:
        found = [place]
    games: dict[str, Path] = {}
    for path in found:
        _check_format(path)
        task_id = _PLAYED.sub("", path.relative_to(place).as_posix() if path != place else path.name)
        if task_id in games:
            raise ConfigurationError(f"{path}: has the same task id as {games[task_id]}: rename one of the two")
        games[task_id] = path
    return games


def _check_format(path: Path) -> None:
    if path.suffix == _NO_LONGER_PLAYED:
        raise ConfigurationError(
            f"{path}: TextWorld plays no Glulx games since 1.7: make the game with `tw-make ... --format z8`"
        )
    if not _PLAYED.search(path.name):
        raise ConfigurationError(f"{path}: is no game that TextWorld plays: name a .z8 (.z1 to .z8) or .tw-pddl file")
