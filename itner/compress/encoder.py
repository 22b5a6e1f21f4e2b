"""The graph of an encoder."""

from __future__ import annotations

from pathlib import Path

from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from transformers import AutoConfig

from itner.compress.export import export_network
from itner.records.store import Run
from itner.taggers.encoder.backbone import find_backbone
from itner.taggers.encoder.load import load_encoder
from itner.taggers.encoder.model import load_network
from itner.taggers.encoder.variants import facts_of

__all__ = ["export_plain", "fuse", "load_encoder"]


def export_plain(run: Run, path: Path, opset: int) -> None:
    """The FP32 graph as PyTorch exports it."""
    network = load_network(run)
    network.model.set_attn_implementation("eager")
    export_network(network, network.casing, path, opset)


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
    # See `SLOW_FUSIONS`.
    options.enable_skip_layer_norm = False
    options.enable_bias_skip_layer_norm = False
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
