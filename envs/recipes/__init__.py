"""The recipes that come with this project, one YAML file each (:mod:`embodied_codeact.instruct.recipes`)."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

codeact_instruct = _HERE / "codeact-instruct.yaml"
embedded = _HERE / "embedded.yaml"
formats = _HERE / "formats.yaml"
small = _HERE / "small.yaml"
