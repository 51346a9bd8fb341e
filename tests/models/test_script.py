"""The model that runs one script."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.models import resolve_model
from tests.agent.fakes import Pantry, pantry_task


def test_it_runs_its_script_in_each_episode_and_then_finishes(tmp_path: Path) -> None:
    script = tmp_path / "solve.py"
    script.write_text("\nfor _ in range(1):\n    take('jam')\nbox.put('jam')\n")
    agent = CodeActAgent(resolve_model(f"script:{script}", "pantry"))
    for _ in range(2):
        episode = agent.run(Pantry(ends_when_won=False), pantry_task())
        assert (episode.end, episode.status.success, len(episode.turns)) == ("finish", True, 2)
        assert episode.model == "script:solve.py"


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot read the script"), ("'</execute>'", "end the script there")]
)
def test_files_that_are_no_script(tmp_path: Path, content: str | None, says: str) -> None:
    script = tmp_path / "bad.py"
    if content is not None:
        script.write_text(content)
    with pytest.raises(ConfigurationError, match=says):
        resolve_model(f"script:{script}", "pantry")
    with pytest.raises(ConfigurationError, match="Write script:FILE"):
        resolve_model("script", "pantry")
