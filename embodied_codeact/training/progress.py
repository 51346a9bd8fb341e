"""What a run leaves behind while it goes: a bar, ``losses.jsonl``, and the loss curve."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from embodied_codeact.errors import ConfigurationError

LOSSES, CURVE = "losses.jsonl", "loss.png"
_EVERY_S = 60.0
"""How often a run that nobody watches says where it is."""


class Step(msgspec.Struct, frozen=True):
    """A step as ``losses.jsonl`` has it. ``loss``: mean of the learnt tokens, nats. ``tokens``: read so far, over all
    processes. ``seconds``: of training so far, without what a kill undid. ``grad_norm``: None if not finite."""

    step: int
    loss: float
    learning_rate: float
    grad_norm: float | None
    tokens: int
    seconds: float


def read_steps(folder: Path, last: int | None = None) -> list[Step]:
    """Read the steps of a run, up to the step ``last``. A line that a kill cut off is no step."""
    file = folder / LOSSES
    steps: list[Step] = []
    for line in file.read_bytes().splitlines() if file.is_file() else []:
        try:
            steps.append(msgspec.json.decode(line, type=Step))
        except msgspec.DecodeError:
            break
    return [step for step in steps if last is None or step.step <= last]


class ProgressCallback(TrainerCallback):
    """Writes each step to ``losses.jsonl`` and shows it. Only one process of several has it."""

    def __init__(self, folder: Path, resumed_from: int, console: Console) -> None:
        self._console = console
        kept = read_steps(folder, resumed_from)
        self._seconds_before = kept[-1].seconds if kept else 0.0
        self._tokens_before = kept[-1].tokens if kept else 0
        new = folder / f"{LOSSES}.new"
        new.write_bytes(b"".join(_line(step) for step in kept))
        new.replace(folder / LOSSES)
        self._file = (folder / LOSSES).open("ab")
        self._started = self._said = time.monotonic()
        columns = (
            TextColumn("training"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._bar: TaskID | None = None
        self._resumed_from = resumed_from

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **others: Any
    ) -> None:
        """Show the bar. Time counts from here."""
        del args, control, others
        self._started = self._said = time.monotonic()
        self._progress.start()
        self._bar = self._progress.add_task("", total=state.max_steps, completed=state.global_step)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **others: Any,
    ) -> None:
        """Write the step.

        Raises:
            ConfigurationError: the loss is no number any more; no later step would make it one again.
        """
        del args, control, others
        if logs is None or "loss" not in logs:
            return
        if not math.isfinite(logs["loss"]):
            raise ConfigurationError(
                f"the loss is {logs['loss']} at step {state.global_step}: the training has diverged. Begin again in "
                "another folder with a lower learning_rate or a longer warmup (-o learning_rate=X -o warmup=X)"
            )
        norm = logs.get("grad_norm", 0.0)
        now = time.monotonic()
        step = Step(
            step=state.global_step,
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            grad_norm=norm if math.isfinite(norm) else None,
            tokens=int(state.num_input_tokens_seen),
            seconds=round(self._seconds_before + now - self._started, 3),
        )
        self._file.write(_line(step))
        self._file.flush()
        rate = (step.tokens - self._tokens_before) / max(now - self._started, 1e-9)
        said = f"loss {step.loss:.4f}  {rate:,.0f} tokens/s"
        if self._bar is not None:
            self._progress.update(self._bar, completed=step.step, description=said)
        if not self._console.is_terminal and now - self._said > _EVERY_S:
            self._said = now
            left = (now - self._started) / (step.step - self._resumed_from) * (state.max_steps - step.step)
            line = f"step {step.step} of {state.max_steps}  {said}  {left / 60:.0f} min left"
            self._console.print(line, markup=False, soft_wrap=True)

    def close(self) -> None:
        """Take the bar away and close the file."""
        self._progress.stop()
        self._file.close()


def _line(step: Step) -> bytes:
    return msgspec.json.encode(step) + b"\n"


def draw_losses(steps: list[Step], path: Path) -> None:
    """Draw the loss over the tokens: each step, and the moving average of a fiftieth of them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, NullFormatter

    tokens = [step.tokens / 1e6 for step in steps]
    losses = [step.loss for step in steps]
    width = max(1, len(steps) // 50)
    smooth = [sum(part := losses[max(0, end - width) : end]) / len(part) for end in range(1, len(losses) + 1)]
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(tokens, losses, color="#9ecae1", linewidth=0.8, label="each step")
    axes.plot(tokens, smooth, color="#08519c", linewidth=1.8, label=f"mean of the last {width}")
    axes.set(xlabel="tokens read (millions)", ylabel="loss of the replies (nats per token)", yscale="log")
    # Every decade and two between; where less than one is shown, there is still something to read.
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, which="both", alpha=0.25)
    rates = axes.twinx()
    rates.plot(tokens, [step.learning_rate for step in steps], color="#e6550d", linewidth=1, linestyle="--")
    rates.set_ylabel("learning rate", color="#e6550d")
    rates.set_ylim(bottom=0)
    axes.legend(loc="upper right")
    figure.savefig(path, dpi=120)
