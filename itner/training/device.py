"""What a training runs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from itner.core.errors import InputError
from itner.records.config import Arithmetic


def choose_device(wanted: str) -> str:
    """`cuda` or `cpu`; InputError when a GPU is asked for that is not here."""
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda, but torch sees no GPU here; use --device cpu")
    return wanted


def choose_arithmetic(device: str, isa: Sequence[str]) -> Arithmetic:
    """What a training multiplies in: BF16 on a CPU that can, where it takes a quarter less time."""
    if device == "cuda":
        return "fp16"
    return "bf16" if {"avx512_bf16", "amx_bf16"} & set(isa) else "fp32"


def on_device(device: str, arithmetic: Arithmetic) -> dict[str, Any]:
    """What the Trainer is told of the device and the arithmetic, as its arguments."""
    return {
        "fp16": arithmetic == "fp16",
        "bf16": arithmetic == "bf16",
        "use_cpu": device != "cuda",
        "dataloader_pin_memory": device == "cuda",
    }
