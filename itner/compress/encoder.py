"""The graph of an encoder."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from transformers import AutoConfig

from itner.records.store import Run
from itner.taggers.encoder.backbone import find_backbone
from itner.taggers.encoder.model import load_model
from itner.taggers.encoder.variants import facts_of


def export_plain(run: Run, path: Path, opset: int) -> None:
    """The FP32 graph as PyTorch exports it, with dynamic batch and length.

    `dynamo=False`: of both exporters, only this one's attention is recognised by onnxruntime's fusion, and it
    needs a fifth of the time. Its one danger, constants baked in by tracing, is what the tests of every length are for.
    """

    class Logits(torch.nn.Module):
        """The model with plain tensors in and out."""

        def __init__(self, model: torch.nn.Module):
            super().__init__()
            self.model = model

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
        ) -> torch.Tensor:
            given = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
            logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask, **given).logits
            return logits

    model = load_model(run)
    model.set_attn_implementation("eager")
    input_ids = torch.ones((2, 16), dtype=torch.int64)
    attention_mask = torch.ones_like(input_ids)
    attention_mask[1, 10:] = 0
    inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
    if facts_of(run)[1].casing:
        inputs["token_type_ids"] = torch.zeros_like(input_ids)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracer warnings about Python branches on fixed settings
        torch.onnx.export(
            Logits(model).eval(),
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=["logits"],
            dynamic_axes={name: {0: "batch", 1: "length"} for name in (*inputs, "logits")},
            opset_version=opset,
            dynamo=False,
        )


def fuse(run: Run, source: Path, target: Path, embeddings: bool = True) -> None:
    """Fuse attention, layer norms and activations with onnxruntime's transformer optimizer.

    Args:
        embeddings: make one operator of their tables and layer norm, too; it knows tables of one step alone.
    """
    folder = run.path
    if not (folder / "config.json").is_file():
        folder = find_backbone(facts_of(run)[1].backbone).folder
    config = AutoConfig.from_pretrained(folder)
    options = FusionOptions("bert")
    options.enable_embed_layer_norm = embeddings
    optimized = optimize_model(
        str(source),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        opt_level=0,
        only_onnxruntime=False,
        optimization_options=options,
    )
    optimized.save_model_to_file(str(target))
