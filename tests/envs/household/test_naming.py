"""Names are those that ALFWorld gives."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec

from embodied_codeact.envs.household.games import find_games, read_game
from embodied_codeact.envs.household.naming import object_names

ALFWORLD = """
import sys, types, msgspec
from alfworld.agents.utils.misc import Demangler
named = []
for ids in msgspec.json.decode(sys.stdin.buffer.read()):
    demangler = Demangler(game_infos={i: types.SimpleNamespace(id=i) for i in ids})
    named.append({i: demangler.demangle_alfred_name(i) for i in ids})
sys.stdout.buffer.write(msgspec.json.encode(named))
"""


def as_alfworld_names(games: list[list[str]], folder: Path) -> list[dict[str, str]]:
    """Ask alfworld itself, in a process of its own: importing it makes a folder in the user's home."""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ALFWORLD],
        input=msgspec.json.encode(games),
        capture_output=True,
        check=True,
        env={"ALFWORLD_DATA": str(folder), "PATH": ""},
    )
    return msgspec.json.decode(ran.stdout, type=list[dict[str, str]])


MADE_UP = [
    "sink_bar__minus_00_dot_60_bar__plus_00_dot_93",
    "sink_bar__minus_00_dot_60_bar__plus_00_dot_93_bar_sinkbasin",
    "mug_bar__plus_00_dot_10",
    "mug_bar__minus_00_dot_10",
    "loc_bar_0_bar__minus_3_bar_3_bar_45",
    "agent1",
    "a_dot_b",
]


def test_made_up_names_agree(tmp_path: Path) -> None:
    assert as_alfworld_names([MADE_UP], tmp_path) == [object_names(MADE_UP)]


def test_names_of_real_games_agree(data_dir: Path, tmp_path: Path) -> None:
    games = []
    for path in find_games(str(data_dir / "alfworld" / "valid_unseen")).values():
        listed = re.findall(r"\b(\w+_bar_\w+) - \w+", read_game(path).problem.lower())
        games.append(sorted(set(listed)))
    assert all(len(identifiers) > 20 for identifiers in games)
    assert as_alfworld_names(games, tmp_path) == [object_names(identifiers) for identifiers in games]
