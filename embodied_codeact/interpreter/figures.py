"""Pictures that a script drew with matplotlib, as PNG. Nothing here imports matplotlib before a script does."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any

from embodied_codeact.contracts import Figure
from embodied_codeact.interpreter.pictures import MAX_TITLE_CHARACTERS
from embodied_codeact.interpreter.records import ScriptLimits


def collect(limits: ScriptLimits, room: int) -> Iterator[tuple[Figure | None, str]]:
    """Draw the open figures, at most ``room``, one after another, and close them all. Yield each, or None, with a note
    of what could not be drawn or had no room."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    numbers = pyplot.get_fignums()
    if len(numbers) > room:
        yield None, f"{len(numbers) - room} more figures were not drawn: {limits.max_figures} a script at most\n"
    for number in numbers[:room]:
        figure = pyplot.figure(number)
        buffer = io.BytesIO()
        try:
            figure.savefig(buffer, format="png", bbox_inches="tight")
            title = _title(figure)
        except Exception as error:  # noqa: BLE001 - artists run the script's own code
            pyplot.close(number)
            yield None, f"figure {number} could not be drawn: {type(error).__name__}: {error}\n"
            continue
        pyplot.close(number)
        if buffer.tell() > limits.max_figure_bytes:
            yield None, f"figure {number} is too large as a picture ({buffer.tell()} bytes); draw less\n"
            continue
        yield Figure(buffer.getvalue(), title=title), ""
    pyplot.close("all")


def _title(figure: Any) -> str:
    texts = [figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""]
    texts += [axes.get_title() for axes in figure.axes]
    return next((str(text)[:MAX_TITLE_CHARACTERS] for text in texts if text), "")
