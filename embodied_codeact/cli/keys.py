"""``keys``: makes a pair of keys, and says which file goes where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from embodied_codeact.bridge.security import create_keys
from embodied_codeact.cli import common

FOLDER = Path(typer.get_app_dir("embodied-codeact")) / "keys"


@common.operator_errors
def keys(
    name: Annotated[
        str, typer.Argument(help="Of this machine or person, such as robot-1 or anna.", show_default=False)
    ],
    folder: Annotated[
        Path, typer.Option(help="Where to write them.", file_okay=False, show_default=str(FOLDER))
    ] = FOLDER,
) -> None:
    """Make a pair of keys, for a server or a client that other machines talk to."""
    files = create_keys(folder.expanduser(), name)
    console = Console(highlight=False)
    console.print(f"secret: {files.secret}", markup=False, soft_wrap=True)
    console.print("  stays on this machine: --key, for a server as for a client", style="dim", soft_wrap=True)
    console.print(f"public: {files.public}", markup=False, soft_wrap=True)
    console.print(
        "  of a server: copy it to each client (--server-key); of a client: into the server's folder (--allow)",
        style="dim",
        soft_wrap=True,
    )
