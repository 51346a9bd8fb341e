"""TextWorld as ALFWorld's users have it, its own classes and wrappers and nothing of ours between: to check against.

``engine_textworld`` is the same with one world built at a reset where these build two; the check is to show that, too.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from textworld import EnvInfos
from textworld.envs.pddl import PddlEnv

from embodied_codeact.envs.household.engine_textworld import TextWorldEngine
from embodied_codeact.errors import ConfigurationError

_FOLDER = "ALFWORLD_DATA"


class StockEngine(TextWorldEngine):
    """Plays games by ``AlfredInfos(AlfredDemangler(PddlEnv()))``.

    Raises:
        ConfigurationError: alfworld is not installed.
    """

    def __init__(self) -> None:
        try:
            with _without_a_cache_folder():
                from alfworld.agents.environment.alfred_tw_env import AlfredDemangler, AlfredInfos
        except ImportError as error:
            raise ConfigurationError(
                f"the check needs ALFWorld ({error}): pip install 'embodied-codeact[household]'"
            ) from error
        stock = PddlEnv(EnvInfos(won=True, admissible_commands=True, extras=["gamefile"]))
        self._planner = stock.downward_lib
        self._env: Any = AlfredInfos(AlfredDemangler(stock, shuffle=False))
        self._game = None
        self._won = False
        self._admissible = []


@contextmanager
def _without_a_cache_folder() -> Iterator[None]:
    """Importing alfworld makes a folder in the user's home, or where this variable says."""
    before = os.environ.get(_FOLDER)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ[_FOLDER]
            else:
                os.environ[_FOLDER] = before


def stock_engine() -> TextWorldEngine:
    """Return TextWorld as it is.

    Raises:
        ConfigurationError: ALFWorld is not installed.
    """
    return StockEngine()
