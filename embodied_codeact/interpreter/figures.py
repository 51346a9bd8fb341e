"""Pictures that a script drew with matplotlib, as PNG. Nothing here imports matplotlib before a script does."""

from __future__ import annotations

import io
import sys
from typing import Any

from embodied_codeact.contracts import Figure
from embodied_codeact.interpreter.pictures import MAX_TITLE_CHARACTERS
from embodied_codeact.interpreter.records import ScriptLimits


def collect(limits: ScriptLimits, room: int) -> list[Figure]:
    """Return the open figures, at most ``room``, and close them all. What cannot be drawn, and how many there was no
    room for, is said on standard error."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    found: list[Figure] = []
    numbers = pyplot.get_fignums()
    if len(numbers) > room:
        print(
            f"{len(numbers) - room} more figures were not drawn: {limits.max_figures} a script at most", file=sys.stderr
        )
    for number in numbers[:room]:
        figure = pyplot.figure(number)
        buffer = io.BytesIO()
        try:
            figure.savefig(buffer, format="png", bbox_inches="tight")
        except Exception as error:  # noqa: BLE001 - artists run the script's own code
            print(f"figure {number} could not be drawn: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        if buffer.tell() > limits.max_figure_bytes:
            print(f"figure {number} is too large as a picture ({buffer.tell()} bytes); draw less", file=sys.stderr)
            continue
        found.append(Figure(buffer.getvalue(), title=_title(figure)))
    pyplot.close("all")
    return found


def _title(figure: Any) -> str:
    texts = [figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""]
    texts += [axes.get_title() for axes in figure.axes]
    return next((str(text)[:MAX_TITLE_CHARACTERS] for text in texts if text), "")
