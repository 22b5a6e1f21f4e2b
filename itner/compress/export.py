"""A network in PyTorch as an ONNX graph."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import nn


def export_network(network: nn.Module, casing: bool, path: Path, opset: int) -> None:
    """The FP32 graph as PyTorch exports it, with dynamic batch and length.

    `dynamo=False`: of both exporters, only this one's attention is recognised by onnxruntime's fusion, and it
    needs a fifth of the time. Its one danger, constants baked in by tracing, is what the tests of every length are for.

    Args:
        network: logits of ids, mask and, with `casing`, casing.
    """
    input_ids = torch.ones((2, 16), dtype=torch.int64)
    attention_mask = torch.ones_like(input_ids)
    attention_mask[1, 10:] = 0
    inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
    if casing:
        inputs["token_type_ids"] = torch.zeros_like(input_ids)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracer warnings about Python branches on fixed settings
        torch.onnx.export(
            network.eval(),
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=["logits"],
            dynamic_axes={name: {0: "batch", 1: "length"} for name in (*inputs, "logits")},
            opset_version=opset,
            dynamo=False,
        )
