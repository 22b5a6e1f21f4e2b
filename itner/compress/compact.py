"""The graph of a compact network."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch

from itner.records.store import Run
from itner.taggers.compact.weights import load_model


def export_graph(run: Run, path: Path, opset: int) -> None:
    """The FP32 graph as PyTorch exports it, with dynamic batch and length."""
    input_ids = torch.ones((2, 40), dtype=torch.int64)
    attention_mask = torch.ones_like(input_ids)
    attention_mask[1, 30:] = 0
    inputs = {
        "input_ids": input_ids,
        "attention_mask": attention_mask,
        "token_type_ids": torch.zeros_like(input_ids),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            load_model(run),
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=["logits"],
            dynamic_axes={name: {0: "batch", 1: "length"} for name in (*inputs, "logits")},
            opset_version=opset,
            dynamo=False,
        )
