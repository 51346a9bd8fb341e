"""Reading what people write in YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from embodied_codeact.errors import ConfigurationError


def read_yaml(path: Path, what: str) -> Any:
    """Return what a file holds; ``what`` says what it is to be, such as ``"the suite"``.

    Raises:
        ConfigurationError: it cannot be read, or is no YAML (file and place named).
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read {what} {path}: {getattr(error, 'strerror', error)}") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{what} {path} is no YAML: {error}") from error
