"""A decoder with adapters: trained, saved, and opened such that runs on the same base share its weights in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from itner.core.errors import InputError
from itner.records.config import AdapterSettings
from itner.records.files import sha256_file
from itner.taggers.generative.base import Base

_WEIGHTS = "adapter_model.safetensors"


def load_tokenizer(base: Base) -> PreTrainedTokenizerFast:
    """The tokenizer of a decoder; InputError when it has no end of text."""
    tokenizer: Any = AutoTokenizer.from_pretrained(base.folder)
    if tokenizer.eos_token_id is None:
        raise InputError("the decoder's tokenizer names no end of text (eos_token)", path=base.folder)
    loaded: PreTrainedTokenizerFast = tokenizer
    return loaded


def load_base(base: Base) -> Any:
    """The decoder in FP32."""
    return AutoModelForCausalLM.from_pretrained(base.folder, use_safetensors=True, dtype=torch.float32)


def add_adapter(model: Any, settings: AdapterSettings) -> PeftModel:
    """The decoder with fresh adapters, which alone are trained."""
    adapter = LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=settings.r,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        use_dora=settings.dora,
        target_modules=list(settings.targets),
    )
    wrapped = get_peft_model(model, adapter)
    if not isinstance(wrapped, PeftModel):
        raise TypeError(f"peft returned {type(wrapped).__name__}")
    return wrapped


class SharedDecoder:
    """A base with any number of adapters, one of which is at work at a time."""

    def __init__(self, base: Base):
        self._base = base
        self._model: Any = load_base(base).to(_device()).eval()
        self._known: set[str] = set()
        self._lock = threading.RLock()
        self.tokenizer = load_tokenizer(base)

    @contextmanager
    def using(self, adapter: Path, sha256: str) -> Iterator[Any]:
        """The model with this adapter at work; nobody else uses it meanwhile. InputError for other weights."""
        with self._lock:
            if sha256 not in self._known:
                _check(adapter, sha256)
                if isinstance(self._model, PeftModel):
                    self._model.load_adapter(str(adapter), sha256, torch_device=str(_device()))
                else:
                    self._model = PeftModel.from_pretrained(self._model, str(adapter), adapter_name=sha256)
                self._model.eval()
                self._known.add(sha256)
            self._model.set_adapter(sha256)
            yield self._model


@lru_cache(maxsize=2)
def shared_decoder(base: Base) -> SharedDecoder:
    """The decoder of a base, loaded once for all runs that stand on it."""
    return SharedDecoder(base)


def count_parameters(model: PeftModel) -> tuple[int, int]:
    """Parameters of the base and the adapters together, and those that are trained."""
    trained = sum(each.numel() for each in model.parameters() if each.requires_grad)
    return sum(each.numel() for each in model.parameters()), trained


def _check(adapter: Path, sha256: str) -> None:
    weights = adapter / _WEIGHTS
    if not weights.is_file() or sha256_file(weights) != sha256:
        raise InputError("the adapter is not the one that run.json describes", path=weights)


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
