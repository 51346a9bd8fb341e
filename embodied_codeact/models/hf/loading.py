"""From a checkpoint to a model and its tokenizer. What cannot be loaded says why, and what to do."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
import transformers.utils.logging
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from embodied_codeact.errors import ConfigurationError, ModelError, OperatorError
from embodied_codeact.models.hf.options import HfOptions

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
_UNKNOWN_CONTEXT = 4096
_UNBOUNDED = 10**9

_T = TypeVar("_T")


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model. ``context_tokens``: how many tokens it was made for. ``reply_tokens``: how many a reply has at
    most, where the checkpoint says so (``max_new_tokens`` in its ``generation_config.json``)."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    context_tokens: int
    reply_tokens: int | None


def load_checkpoint(path_or_id: str, options: HfOptions) -> Checkpoint:
    """Load model and tokenizer.

    Raises:
        ConfigurationError: it is not on this machine, is no causal language model, or an option cannot be had here.
        ModelError: it is broken, or does not fit into memory.
    """
    name = f"hf:{path_or_id}"
    place = locate(path_or_id)
    device = _device(options.device)
    common: dict[str, Any] = {
        "local_files_only": not options.download,
        "trust_remote_code": options.trust_remote_code,
    }
    with quiet(progress=options.download):
        config: PreTrainedConfig = _loaded(name, lambda: AutoConfig.from_pretrained(place, **common))
        _check_architecture(name, config)
        context = _context(name, config, options.context_tokens)
        tokenizer: PreTrainedTokenizerBase = _loaded(name, lambda: AutoTokenizer.from_pretrained(place, **common))
        placed = {**common, **_placement(options, device)}
        load: Any = AutoModelForCausalLM.from_pretrained
        model, report = _loaded(name, lambda: load(place, config=config, output_loading_info=True, **placed))
        _check_complete(name, report)
        if options.adapter is not None:
            model = _adapted(model, options.adapter, common["local_files_only"])
        if options.device_map is None and options.quantization is None:
            model = _loaded(name, lambda: model.to(device))
    model.eval().requires_grad_(requires_grad=False)
    return Checkpoint(model, tokenizer, context, model.generation_config.max_new_tokens)


def locate(path_or_id: str) -> str:
    """Return the folder of a local checkpoint, or the ID of one in the hub cache.

    Raises:
        ConfigurationError: it is neither.
    """
    if not path_or_id:
        raise ConfigurationError("hf: names no model. Write hf:FOLDER or hf:ORGANISATION/NAME.")
    path = Path(path_or_id).expanduser()
    if path.is_file():
        raise ConfigurationError(f"hf:{path_or_id} is a file. Name the folder that holds config.json and the weights.")
    if path.is_dir():
        if (path / "config.json").is_file():
            return str(path)
        if (path / "adapter_config.json").is_file():
            raise ConfigurationError(
                f"hf:{path_or_id} is a peft adapter. Load the model it was made for, with -m adapter={path_or_id}"
            )
        raise ConfigurationError(f"hf:{path_or_id}: the folder has no config.json, so it holds no checkpoint")
    if path_or_id[0] in "./~" or not _HUB_ID.fullmatch(path_or_id):
        raise ConfigurationError(f"hf:{path_or_id}: there is no such folder")
    return path_or_id


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out; torch has no one type for it."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)


def one_line(error: BaseException) -> str:
    """The type of an error and the first line of what it says."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0].strip()}" if lines else type(error).__name__


def _loaded(name: str, load: Callable[[], _T]) -> _T:
    """Run one step of loading. Loaders of others raise whatever they meet; the person gets one clear line."""
    try:
        return load()
    except (ImportError, OperatorError):
        raise
    except Exception as error:
        raise _explained(name, error) from error


def _explained(name: str, error: Exception) -> OperatorError:
    text = str(error)
    if out_of_memory(error):
        return ModelError(
            f"{name} does not fit into memory. Try -m dtype=bfloat16, -m quantization=4bit (with CUDA), "
            "-m device_map=auto, or a smaller model."
        )
    if "trust_remote_code" in text:
        return ConfigurationError(
            f"{name} brings its own Python code, which is not run unasked. If you trust it: -m trust_remote_code=true"
        )
    local = Path(name.removeprefix("hf:")).expanduser().is_dir()
    if not local and isinstance(error, OSError):
        return ConfigurationError(
            f"{name} is not on this machine, or not whole. Get it with `hf download {name.removeprefix('hf:')}`, add "
            f"-m download=true, or name a local folder ({one_line(error)})"
        )
    return ModelError(f"{name} cannot be loaded: {one_line(error)}")


def _check_architecture(name: str, config: PreTrainedConfig) -> None:
    """Refuse what would load, with random weights or without a causal mask, and then speak nonsense."""
    architectures = list(config.architectures or [])
    known = set(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.values())
    own_code = bool(getattr(config, "auto_map", None))
    encodes = bool(getattr(config, "is_encoder_decoder", False))
    if encodes or (architectures and not own_code and not known.intersection(architectures)):
        what = ", ".join(architectures) or config.model_type
        raise ConfigurationError(
            f"{name} is no causal language model (its architecture is {what}). Name one whose config.json says "
            "...ForCausalLM."
        )


def _check_complete(name: str, report: dict[str, Any]) -> None:
    missing = sorted(report.get("missing_keys") or [])
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise ModelError(f"{name}: the checkpoint lacks weights ({', '.join(missing[:3])}{more})")


def _context(name: str, config: PreTrainedConfig, wanted: int | None) -> int:
    known = getattr(config.get_text_config(decoder=True), "max_position_embeddings", None)
    if not isinstance(known, int) or not 0 < known < _UNBOUNDED:
        return wanted or _UNKNOWN_CONTEXT
    if wanted is not None and wanted > known:
        raise ConfigurationError(f"context_tokens={wanted} is more than {name} was made for: {known}")
    return wanted or known


def _device(named: str) -> torch.device:
    if named == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(named)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ConfigurationError(f"the device {named!r} cannot be used here: {one_line(error)}") from error
    return device


def _placement(options: HfOptions, device: torch.device) -> dict[str, Any]:
    """Arguments that say which numbers the weights become, and where."""
    given: dict[str, Any] = {"dtype": options.dtype if options.dtype == "auto" else getattr(torch, options.dtype)}
    if options.device_map is not None:
        given["device_map"] = options.device_map
    if options.quantization is None:
        return given
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ConfigurationError(
            f"quantization={options.quantization} needs the package bitsandbytes: pip install bitsandbytes"
        )
    quantized: Any = BitsAndBytesConfig
    if options.quantization == "4bit":
        compute = torch.bfloat16 if options.dtype == "auto" else given["dtype"]
        given["quantization_config"] = quantized(load_in_4bit=True, bnb_4bit_compute_dtype=compute)
    else:
        given["quantization_config"] = quantized(load_in_8bit=True)
    given.setdefault("device_map", {"": device})
    return given


def _adapted(model: Any, adapter: str, offline: bool) -> Any:
    """Put a peft adapter on top; it is merged into the weights where they are plain numbers."""
    from peft import PeftModel

    folder = Path(adapter).expanduser()
    if not (folder / "adapter_config.json").is_file() and (folder.exists() or not _HUB_ID.fullmatch(adapter)):
        raise ConfigurationError(f"adapter {adapter!r}: there is no adapter_config.json in such a folder")
    place = str(folder) if folder.exists() else adapter
    wrapped: Any = _loaded(
        f"adapter {adapter}", lambda: PeftModel.from_pretrained(model, place, local_files_only=offline)
    )
    if getattr(model, "quantization_method", None) is not None:
        return wrapped.base_model.model
    return wrapped.merge_and_unload()


@contextlib.contextmanager
def quiet(*, progress: bool = False) -> Iterator[None]:
    """Load without the library's remarks, which would stand among an episode's output; errors still come as such.
    ``progress``: its bars are shown."""
    logging: Any = transformers.utils.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    if not progress:
        logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
