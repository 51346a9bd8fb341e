"""The suites that come with this project, one YAML file each (:mod:`embodied_codeact.evaluation.suites`)."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

atomic = _HERE / "atomic.yaml"
compositional = _HERE / "compositional.yaml"
alfworld = _HERE / "alfworld.yaml"
alfworld_mint = _HERE / "alfworld-mint.yaml"
formats = _HERE / "formats.yaml"
household = _HERE / "household.yaml"
phrasings = _HERE / "phrasings.yaml"
tabletop = _HERE / "tabletop.yaml"
workspace = _HERE / "workspace.yaml"
