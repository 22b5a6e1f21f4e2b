"""A compact network's weights on disk and in memory."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from itner.core.errors import InputError
from itner.records.files import check_size, sha256_file
from itner.records.store import WEIGHTS, Run
from itner.taggers.compact.model import CompactModel
from itner.taggers.compact.variants import facts_of

_EMBEDDINGS, _PARTS = "embeddings.weight", "parts"


def save_model(model: CompactModel, folder: Path) -> Path:
    """Write the weights in FP16 as safetensors; the file."""
    path = folder / WEIGHTS
    state = {
        name: (tensor.to(torch.int16) if name == _PARTS else tensor.half()).detach().cpu().contiguous()
        for name, tensor in model.state_dict().items()
    }
    save_file(state, path, {"format": "pt"})
    path.chmod(0o644)
    return path


def load_model(run: Run) -> CompactModel:
    """The trained network in FP32 and eval mode; InputError when the weights are not the run's."""
    info, config = facts_of(run)
    path = run.weights_path
    if path is None:
        raise InputError(f"run {run.name} ships no weights; build them with `itner train`", path=run.path)
    check_size(path, info.parameters_total)
    if sha256_file(path) != info.weights_sha256:
        raise InputError("the weights are not those that run.json describes", path=path)
    try:
        state = load_file(path)
        rows, parts = len(state[_EMBEDDINGS]), state.get(_PARTS)
        if parts is not None and not bool(((parts >= 0) & (parts <= rows)).all() and (parts < rows).any(1).all()):
            raise ValueError("pieces are read as rows that are not there")
        model = CompactModel(config, len(info.labels), rows, parts)
        model.load_state_dict(
            {name: t.to(torch.int32 if name == _PARTS else torch.float32) for name, t in state.items()}
        )
    except (SafetensorError, KeyError, RuntimeError, TypeError, ValueError, IndexError) as error:
        kind = type(error).__name__
        raise InputError(f"these weights do not fit the run's configuration ({kind})", path=path) from None
    return model.eval()
