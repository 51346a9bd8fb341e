"""A training run from data to model, on one process or several."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from accelerate import PartialState
from rich.console import Console
from transformers import PrinterCallback, Trainer, TrainingArguments, set_seed

from embodied_codeact.chatml import END, START
from embodied_codeact.errors import ConfigurationError, ModelError
from embodied_codeact.models.embedded.condense import CONDENSED, PROMPT_FORM
from embodied_codeact.models.hf.loading import quiet
from embodied_codeact.training import checkpoints
from embodied_codeact.training.checkpoints import Training
from embodied_codeact.training.data import ChatRecord, condensed, read_data
from embodied_codeact.training.model import make_model, save_model
from embodied_codeact.training.optimizers import make_optimizer
from embodied_codeact.training.packing import Pack, Packs, collate, pack
from embodied_codeact.training.progress import CURVE, ProgressCallback, draw_losses, read_steps
from embodied_codeact.training.recipe import Recipe
from embodied_codeact.training.tokens import Episode, longest_reply, tokenize


@dataclass(frozen=True)
class Prepared:
    """Data, model and tokenizer, ready to train."""

    packs: list[Pack]
    counts: dict[str, int]
    model: Any
    tokenizer: Any


def run(
    data: Sequence[Path],
    recipe: Recipe,
    out: Path,
    *,
    preset: str = "",
    resume: bool = False,
    console: Console | None = None,
) -> Training:
    """Train a model. In each of several processes (torchrun) it is called alike. A run that has ended already is
    returned as it is.

    Raises:
        ConfigurationError: data, folder or recipe cannot be used, or the training diverges.
        ModelError: the model to begin from cannot be loaded, or the memory does not suffice.
    """
    console = console or Console(stderr=True, highlight=False)
    state = PartialState(cpu=not torch.cuda.is_available())
    _check_shares(recipe, state.num_processes)
    records, files = read_data(data, recipe.rephrased)
    before = checkpoints.check_folder(out, resume=resume, recipe=recipe, data=files)
    if before is not None and before.result:
        console.print(f"{out} is trained already: nothing is left to do", markup=False, soft_wrap=True)
        return before
    # All look before one writes, else another would take the run for an old one.
    state.wait_for_everyone()
    with checkpoints.claimed(out) if state.is_main_process else contextlib.nullcontext(), quiet():
        if before is None and state.is_main_process:
            # A run that ended before its first step may have left one of other texts.
            shutil.rmtree(out / checkpoints.TOKENIZER, ignore_errors=True)
        prepared = _prepare(records, recipe, out, state)
        weights = list(prepared.model.parameters())
        training = Training(
            preset=preset,
            recipe=recipe,
            data=files,
            counts=prepared.counts,
            processes=state.num_processes,
            parameters=sum(weight.numel() for weight in weights),
            trained_parameters=sum(weight.numel() for weight in weights if weight.requires_grad),
            machine=checkpoints.machine(),
            versions=checkpoints.versions(),
        )
        if state.is_main_process:
            checkpoints.write_training(out, training)
            _say(console, training)
        return _train(prepared, training, out, state, console, resume=before is not None)


def _prepare(records: list[ChatRecord], recipe: Recipe, out: Path, state: PartialState) -> Prepared:
    if recipe.prompt == CONDENSED:
        records = [condensed(record) for record in records]
    place = out / checkpoints.TOKENIZER
    with state.main_process_first():
        model, tokenizer = make_model(recipe, records, place)
        if recipe.prompt == CONDENSED:
            setattr(model.config, PROMPT_FORM, CONDENSED)
        if state.is_main_process and not place.exists():
            tokenizer.save_pretrained(out / f"{checkpoints.TOKENIZER}.new")
            (out / f"{checkpoints.TOKENIZER}.new").rename(place)
    marked = [any(mark in m.content for m in record.messages for mark in (START, END)) for record in records]
    plain = [record for record, bad in zip(records, marked, strict=True) if not bad]
    episodes = list(tokenize(plain, tokenizer))
    kept = [episode for episode in episodes if _fits(episode, recipe)]
    counts = {
        "conversations": len(records),
        "with_chatml_marks": sum(marked),
        "too_long": sum(len(episode.ids) > recipe.sequence_length for episode in episodes),
        "nothing_to_learn": sum(not episode.learnt.any() for episode in episodes),
        "trained_on": len(kept),
        "tokens": sum(len(episode.ids) for episode in kept),
        "learnt_tokens": int(sum(np.count_nonzero(episode.learnt) for episode in kept)),
    }
    if not kept:
        raise ConfigurationError(
            f"nothing to train on: of {len(records)} conversations {counts['too_long']} are longer than "
            f"{recipe.sequence_length} tokens (-o sequence_length=N) and {counts['nothing_to_learn']} have no reply to "
            "learn"
        )
    if recipe.from_scratch:
        # It has never seen a reply that was longer: one would be a reply without end.
        model.generation_config.max_new_tokens = max(map(longest_reply, kept))
    packs = pack(kept, recipe.sequence_length, recipe.seed)
    return Prepared(packs, {**counts, "packs": len(packs)}, model, tokenizer)


def _fits(episode: Episode, recipe: Recipe) -> bool:
    return len(episode.ids) <= recipe.sequence_length and bool(episode.learnt.any())


def _say(console: Console, training: Training) -> None:
    """Tell a person what is trained on what, and what was left out."""
    counts = training.counts
    console.print(
        f"{training.parameters / 1e6:.1f} M parameters ({training.trained_parameters / 1e6:.1f} M trained); "
        f"{counts['trained_on']} conversations, {counts['tokens']:,} tokens ({counts['learnt_tokens']:,} learnt) in "
        f"{counts['packs']} packs",
        markup=False,
        soft_wrap=True,
    )
    left_out = {
        f"longer than {training.recipe.sequence_length} tokens": counts["too_long"],
        "without a reply to learn": counts["nothing_to_learn"],
        "with the marks of ChatML in their text": counts["with_chatml_marks"],
    }
    if said := ", ".join(f"{number} {what}" for what, number in left_out.items() if number):
        console.print(f"left out: {said}", style="yellow", markup=False, soft_wrap=True)


def _check_shares(recipe: Recipe, processes: int) -> None:
    if recipe.batch_size % (recipe.micro_batch_size * processes):
        raise ConfigurationError(
            f"batch_size={recipe.batch_size} cannot be shared by {processes} processes with "
            f"micro_batch_size={recipe.micro_batch_size} each"
        )


def _arguments(recipe: Recipe, out: Path, processes: int, tokens_per_pack: float) -> TrainingArguments:
    """The Trainer's settings."""
    steps = -1 if recipe.tokens is None else int(np.ceil(recipe.tokens / (tokens_per_pack * recipe.batch_size)))
    schedule = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}[recipe.schedule]
    arguments = TrainingArguments(
        output_dir=str(out / checkpoints.CHECKPOINTS),
        per_device_train_batch_size=recipe.micro_batch_size,
        gradient_accumulation_steps=recipe.batch_size // (recipe.micro_batch_size * processes),
        num_train_epochs=recipe.epochs,
        max_steps=steps,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type=schedule,
        warmup_steps=recipe.warmup,
        max_grad_norm=recipe.max_grad_norm,
        bf16=recipe.precision == "bf16",
        gradient_checkpointing=recipe.gradient_checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False} if recipe.gradient_checkpointing else None,
        logging_steps=1,
        logging_nan_inf_filter=False,
        include_num_input_tokens_seen="all",
        save_strategy="steps",
        save_steps=recipe.save_steps,
        save_total_limit=2,
        seed=recipe.seed,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
        remove_unused_columns=False,
        ddp_find_unused_parameters=False,
        disable_tqdm=True,
        report_to="none",
    )
    if arguments.n_gpu > 1:
        # One process cannot split a row of episodes among several GPUs; torchrun starts one process for each.
        arguments._n_gpu = 1
    return arguments


@contextlib.contextmanager
def _told_of_memory(recipe: Recipe) -> Iterator[None]:
    """Say what to change where the memory does not suffice."""
    try:
        yield
    except RuntimeError as error:
        # Of a GPU it is an error of its own kind, of the CPU it is this text.
        if not isinstance(error, torch.OutOfMemoryError) and "DefaultCPUAllocator" not in str(error):
            raise
        raise ModelError(
            f"the memory does not suffice for micro_batch_size={recipe.micro_batch_size} rows of "
            f"sequence_length={recipe.sequence_length} tokens: make one of them smaller (-o micro_batch_size=N)"
        ) from error


def _train(
    prepared: Prepared, training: Training, out: Path, state: PartialState, console: Console, *, resume: bool
) -> Training:
    recipe = training.recipe
    per_pack = training.counts["tokens"] / training.counts["packs"]
    checkpoint, step = checkpoints.last_checkpoint(out) if resume else (None, 0)
    progress = ProgressCallback(out, step, console) if state.is_main_process else None
    set_seed(recipe.seed)
    trainer = Trainer(
        model=prepared.model,
        args=_arguments(recipe, out, state.num_processes, per_pack),
        train_dataset=Packs(prepared.packs),
        data_collator=collate,
        processing_class=prepared.tokenizer,
        callbacks=[] if progress is None else [progress],
        optimizers=(make_optimizer(prepared.model, recipe), None),
    )
    trainer.remove_callback(PrinterCallback)
    try:
        if checkpoint is not None and checkpoints.is_complete(checkpoint):
            # The Trainer would take one more step before it saw that it was at the end.
            trainer._load_from_checkpoint(str(checkpoint))
        else:
            with _told_of_memory(recipe):
                trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    finally:
        if progress is not None:
            progress.close()
    if not state.is_main_process:
        return training
    save_model(trainer.accelerator.unwrap_model(trainer.model), prepared.tokenizer, out, recipe.save_dtype)
    steps = read_steps(out)
    draw_losses(steps, out / CURVE)
    last = steps[-max(1, len(steps) // 50) :]
    result = {
        "steps": steps[-1].step,
        "tokens": steps[-1].tokens,
        "seconds": steps[-1].seconds,
        "tokens_per_second": round(steps[-1].tokens / max(steps[-1].seconds, 1e-9), 1),
        "first_loss": steps[0].loss,
        "last_loss": round(sum(step.loss for step in last) / len(last), 5),
        "weights_bytes": sum(path.stat().st_size for path in out.glob("*.safetensors")),
    }
    finished = msgspec.structs.replace(training, result=result)
    checkpoints.write_training(out, finished)
    return finished
