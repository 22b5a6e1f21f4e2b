"""A token classifier out of a run folder, which anybody may have filled.

Nothing of the folder but `config.json` and the weights is looked at, no code is fetched, and what the configuration
describes is compared with what the weights are before any memory is taken for it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from transformers import AutoModelForTokenClassification, PretrainedConfig, PreTrainedModel
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from itner.core.errors import InputError
from itner.records.files import read_bytes
from itner.taggers.tensors import check_shapes

CONFIG = "config.json"
# What configurations of any architecture may say beside the fields of their own class; nothing that leads to other
# code, files or arithmetic is among them.
_COMMON = {
    "_name_or_path", "architectures", "dtype", "torch_dtype", "transformers_version", "model_type", "id2label",
    "label2id", "gradient_checkpointing", "position_embedding_type", "use_cache", "classifier_dropout", "layer_types",
}  # fmt: skip
_FORBIDDEN = {"auto_map", "quantization_config", "compression_config", "base_model_tp_plan", "base_model_pp_plan"}
_MOST_LAYERS, _LARGEST = 200, 2**24


def load_saved(folder: Path, weights: Path, labels: tuple[str, ...]) -> PreTrainedModel:
    """The classifier in FP32; InputError unless configuration, weights and labels fit each other in every part."""
    config = read_model_config(folder / CONFIG)
    if config.num_labels != len(labels):
        raise InputError(f"{CONFIG} has {config.num_labels} labels, the run {len(labels)}", path=folder / CONFIG)
    try:
        with torch.device("meta"):
            planned = _plan(config)
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError, ZeroDivisionError) as error:
        raise InputError(
            f"{CONFIG} describes no token classifier ({type(error).__name__})", path=folder / CONFIG
        ) from None
    check_shapes({name: tuple(each.shape) for name, each in planned.state_dict().items()}, weights)
    model = _plan(config, dtype=torch.float32)
    model.load_state_dict(load_file(weights))
    return model


def _plan(config: PretrainedConfig, **given: Any) -> PreTrainedModel:
    from_config: Any = AutoModelForTokenClassification.from_config
    model: PreTrainedModel = from_config(config, **given)
    return model


def read_model_config(path: Path) -> PretrainedConfig:
    """A model's configuration; InputError for one of an unknown architecture, or with a field that is none of its."""
    try:
        given: Any = json.loads(read_bytes(path))
    except (OSError, ValueError, RecursionError):
        raise InputError(f"{path.name} is missing, or no JSON", path=path) from None
    kind = given.get("model_type") if isinstance(given, dict) else None
    if not isinstance(kind, str) or kind not in CONFIG_MAPPING:
        raise InputError(f"{path.name} names no architecture that is known here (model_type)", path=path)
    known = set(CONFIG_MAPPING[kind]().to_dict()) | _COMMON
    foreign = sorted(name for name in given if name in _FORBIDDEN or name not in known)
    if foreign:
        raise InputError(f"{path.name} has fields that are not read from a run: {', '.join(foreign[:5])}", path=path)
    for name, value in given.items():
        most = _MOST_LAYERS if "layers" in name else _LARGEST
        if type(value) is int and not -most <= value <= most:
            raise InputError(f"{path.name}: {name} is {value}, beyond {most}", path=path)
    try:
        config: PretrainedConfig = CONFIG_MAPPING[kind].from_dict(given)
    except Exception as error:  # noqa: BLE001 - its validation has errors of its own
        raise InputError(f"{path.name} is not what {kind} reads ({type(error).__name__})", path=path) from None
    return config
