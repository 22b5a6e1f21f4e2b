"""Adapters out of a run folder: their form is what the run's configuration says, a file gives nothing but numbers."""

from __future__ import annotations

from pathlib import Path

import torch
from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file

from itner.taggers.tensors import check_shapes


def fill_adapter(model: PeftModel, weights: Path, name: str = "default") -> None:
    """Put the numbers of a file into a model's fresh adapter of that name.

    Raises:
        InputError: the file does not hold every tensor of the adapter in its shape, or holds others.
    """
    fresh = get_peft_model_state_dict(model, adapter_name=name, save_embedding_layers=False)
    check_shapes({key: tuple(tensor.shape) for key, tensor in fresh.items()}, weights)
    state = {key: tensor.to(torch.float32) for key, tensor in load_file(weights).items()}
    set_peft_model_state_dict(model, state, adapter_name=name)
