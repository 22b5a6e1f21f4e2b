"""The graph of a compact network, of operators that onnxruntime is fast at."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

from itner.compress.export import export_network
from itner.records.store import Run
from itner.taggers.compact.model import Block, CompactModel, Depthwise
from itner.taggers.compact.tagger import load_encoder
from itner.taggers.compact.weights import load_model

__all__ = ["export_plain", "for_runtime", "fuse", "load_encoder"]


def export_plain(run: Run, path: Path, opset: int) -> None:
    """The FP32 graph as PyTorch exports it."""
    export_network(for_runtime(load_model(run)), True, path, opset)
    _narrow(path)


def fuse(run: Run, source: Path, target: Path, embeddings: bool = True) -> None:
    """The plain file as it is: it was exported of operators that onnxruntime has fast kernels for."""
    shutil.copyfile(source, target)


def _narrow(path: Path) -> None:
    """Keep the table of the pieces' parts in as many bits as its numbers need, in place."""
    model = onnx.load(path)
    for item in model.graph.initializer:
        rows = numpy_helper.to_array(item) if item.name == "parts" else None
        if rows is not None and rows.max() <= np.iinfo(np.uint16).max:
            item.CopyFrom(numpy_helper.from_array(rows.astype(np.uint16), item.name))
            onnx.save(model, path)


def for_runtime(model: CompactModel) -> CompactModel:
    """The same network, changed in place, of operators that onnxruntime has fast kernels for."""
    for number, block in enumerate(model.blocks):
        if not isinstance(block, Block):
            raise TypeError(f"block {number} is a {type(block).__name__}")
        model.blocks[number] = _RuntimeBlock(block)
    return model.eval()


class _RuntimeBlock(nn.Module):
    """A `Block` with two products instead of one that is cut in two, and a convolution."""

    def __init__(self, block: Block):
        super().__init__()
        width = block.out.in_features
        self.norm, self.out = block.norm, block.out
        self.convolution = _convolution(block.depthwise)
        self.values, self.gates = (nn.Linear(width, width) for _ in range(2))
        with torch.no_grad():
            for part, rows in ((self.values, slice(0, width)), (self.gates, slice(width, None))):
                part.weight.copy_(block.gated.weight[rows])
                part.bias.copy_(block.gated.bias[rows])

    def forward(self, given: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        # As an image of one row: for one dimension, onnxruntime has no kernel that is worth it.
        image = (self.norm(given) * mask).transpose(1, 2).unsqueeze(2)
        seen = self.convolution(image).squeeze(2).transpose(1, 2)
        changed: torch.Tensor = self.out(self.values(seen) * functional.silu(self.gates(seen)))
        return given + changed


def _convolution(depthwise: Depthwise) -> nn.Conv2d:
    kernel, width = depthwise.weight.shape
    convolution = nn.Conv2d(
        width,
        width,
        (1, kernel),
        padding=(0, depthwise.dilation * (kernel // 2)),
        dilation=(1, depthwise.dilation),
        groups=width,
    )
    with torch.no_grad():
        convolution.weight.copy_(depthwise.weight.t()[:, None, None, :])
        if convolution.bias is not None:
            convolution.bias.copy_(depthwise.bias)
    return convolution
