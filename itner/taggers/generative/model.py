"""A decoder with adapters: trained, saved, and opened such that runs on the same base share its weights in memory."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from peft.helpers import DoraCaching
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from itner.core.errors import InputError
from itner.records.config import AdapterSettings
from itner.records.files import check_size, sha256_file
from itner.records.store import TOKENIZER
from itner.taggers.adapters import fill_adapter
from itner.taggers.generative.base import Base
from itner.taggers.tokenizer_file import read_tokenizer

_WEIGHTS = "adapter_model.safetensors"


def load_tokenizer(base: Base) -> PreTrainedTokenizerFast:
    """The tokenizer of a decoder; InputError when it has no end of text, or parts that are not known."""
    if (base.folder / TOKENIZER).is_file():
        read_tokenizer(base.folder / TOKENIZER)
    tokenizer: Any = AutoTokenizer.from_pretrained(base.folder)
    if tokenizer.eos_token_id is None:
        raise InputError("the decoder's tokenizer names no end of text (eos_token)", path=base.folder)
    loaded: PreTrainedTokenizerFast = tokenizer
    return loaded


def load_base(base: Base) -> Any:
    """The decoder in FP32."""
    return AutoModelForCausalLM.from_pretrained(base.folder, use_safetensors=True, dtype=torch.float32)


def _form(settings: AdapterSettings) -> LoraConfig:
    return LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=settings.r,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        use_dora=settings.dora,
        target_modules=list(settings.targets),
    )


def add_adapter(model: Any, settings: AdapterSettings, name: str = "default") -> PeftModel:
    """The decoder with fresh adapters, which alone are trained."""
    wrapped = get_peft_model(model, _form(settings), adapter_name=name)
    if not isinstance(wrapped, PeftModel):
        raise TypeError(f"peft returned {type(wrapped).__name__}")
    return wrapped


@dataclass(frozen=True)
class Adapter:
    """An adapter in a folder.

    Attributes:
        sha256: of its weights.
        parameters: of the decoder with it.
    """

    folder: Path
    sha256: str
    settings: AdapterSettings
    parameters: int

    @property
    def name(self) -> str:
        """What it is called in memory: two forms of the same numbers are two."""
        form = hashlib.sha256(repr(self.settings).encode()).hexdigest()[:8]
        return f"{self.sha256}-{form}"


class SharedDecoder:
    """A base with any number of adapters, one of which is at work at a time."""

    def __init__(self, base: Base):
        self._base = base
        self._model: Any = load_base(base).to(_device()).eval()
        self._known: set[str] = set()
        self._lock = threading.RLock()
        self.tokenizer = load_tokenizer(base)

    @contextmanager
    def using(self, adapter: Adapter) -> Iterator[Any]:
        """The model with this adapter at work; nobody else uses it meanwhile. InputError for other weights."""
        with self._lock:
            name = adapter.name
            if name not in self._known:
                weights = _check(adapter)
                if isinstance(self._model, PeftModel):
                    self._model.add_adapter(name, _form(adapter.settings))
                else:
                    self._model = add_adapter(self._model, adapter.settings, name)
                try:
                    fill_adapter(self._model, weights, name)
                except InputError:
                    self._model.delete_adapter(name)
                    raise
                self._model.to(_device()).eval()
                self._known.add(name)
            self._model.set_adapter(name)
            # What DoRA scales by depends on weights alone, which do not change here: once is enough.
            with DoraCaching():
                yield self._model


@lru_cache(maxsize=2)
def shared_decoder(base: Base) -> SharedDecoder:
    """The decoder of a base, loaded once for all runs that stand on it."""
    return SharedDecoder(base)


def count_parameters(model: PeftModel) -> tuple[int, int]:
    """Parameters of the base and the adapters together, and those that are trained."""
    trained = sum(each.numel() for each in model.parameters() if each.requires_grad)
    return sum(each.numel() for each in model.parameters()), trained


def _check(adapter: Adapter) -> Path:
    weights = adapter.folder / _WEIGHTS
    if not weights.is_file():
        raise InputError("the adapter is missing", path=weights)
    check_size(weights, adapter.parameters)
    if sha256_file(weights) != adapter.sha256:
        raise InputError("the adapter is not the one that run.json describes", path=weights)
    return weights


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
