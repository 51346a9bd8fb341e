"""Puts a trained model into the package, as the one that is shipped.

    python -m embodied_codeact.models.embedded.shipping TRAINED

``TRAINED`` is the folder that ``embodied-codeact train --preset embedded`` wrote. The model card stays as it is: its
figures are measured afterwards.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.models.embedded import CHECKPOINT
from embodied_codeact.models.embedded.condense import CONDENSED, PROMPT_FORM

MOST_PARAMETERS = 12_000_000
MOST_BYTES = 30_000_000
FILES = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "loss.png",
)
TRAINING = "training.json"
"""How a checkpoint came about."""


def ship(trained: Path, to: Path = CHECKPOINT) -> int:
    """Copy a trained model. Return how many bytes it has.

    Raises:
        ConfigurationError: there is none, it is not finished, too large, or expects other prompts.
    """
    missing = [name for name in (*FILES, TRAINING) if not (trained / name).is_file()]
    if missing:
        raise ConfigurationError(f"{trained}: no finished model here ({', '.join(missing)} missing)")
    training = json.loads((trained / TRAINING).read_text(encoding="utf-8"))
    if not training.get("result"):
        raise ConfigurationError(f"{trained}: the training has not come to its end: go on with --resume")
    parameters = training["parameters"]
    size = sum((trained / name).stat().st_size for name in FILES)
    if parameters > MOST_PARAMETERS or size > MOST_BYTES:
        raise ConfigurationError(
            f"{trained}: {parameters:,} parameters in {size:,} bytes; shipped are at most {MOST_PARAMETERS:,} in "
            f"{MOST_BYTES:,}"
        )
    form = json.loads((trained / "config.json").read_text(encoding="utf-8")).get(PROMPT_FORM)
    if form != CONDENSED:
        raise ConfigurationError(f"{trained}: trained on prompts of the form {form!r}, not {CONDENSED!r}")
    to.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(trained / name, to / name)
    # Where the data lay on the machine that trained it is nobody's business.
    training["data"] = [{**file, "name": Path(file["name"]).name} for file in training["data"]]
    (to / TRAINING).write_text(f"{json.dumps(training, indent=2)}\n", encoding="utf-8")
    return size


def cost(training: dict[str, Any]) -> str:
    """How long the training took, and on what."""
    result, machine = training["result"], training["machine"]
    where = ", ".join([machine["processor"], f"{machine['cores']} cores", *map(str, machine["gpus"])])
    return f"trained on {result['tokens']:,} tokens in {result['seconds'] / 60:.0f} minutes ({where})"


def main(arguments: list[str]) -> int:
    """See the module's own words; returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m embodied_codeact.models.embedded.shipping TRAINED", file=sys.stderr)
        return 2
    try:
        size = ship(Path(arguments[0]))
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"the embedded model is now that of {arguments[0]}: {size / 1e6:.1f} MB in {CHECKPOINT}")
    print(cost(json.loads((CHECKPOINT / TRAINING).read_text(encoding="utf-8"))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
