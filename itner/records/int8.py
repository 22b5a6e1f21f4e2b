"""How a variant's weights are quantised."""

from __future__ import annotations

from typing import Literal

from pydantic.dataclasses import dataclass

from itner.core.validation import STRICT

INT8 = "int8"
# The second matrix of each feed-forward block, as BERT and DistilBERT name it. Its inputs hold the largest outliers. In
# FP32 it brings the logits nearer to those of FP32, but no F1 on dev, and costs half as much again in size and a third
# more time.
FFN_OUTPUT = r"layer\.\d+/(output/dense|ffn/lin2)/"


@dataclass(frozen=True, config=STRICT)
class Int8Recipe:
    """How INT8 quantisation is done. The defaults were chosen by the trials in `models/int8_trials.json`.

    `reduce_range` keeps weights to 7 bits: CPUs without VNNI add two products in 16 bits, which overflow with 8 bits,
    so that the same file scored differently there. `fp32_nodes` is a regular expression: nodes whose name it finds are
    left alone; empty means none. `activations` are scaled by the largest values of each batch (`dynamic`), or by ranges
    measured once on training text (`fixed`), so that a sentence is read alike whatever stands beside it.
    """

    weight_type: Literal["QInt8", "QUInt8"] = "QInt8"
    per_channel: bool = True
    reduce_range: bool = True
    embeddings: bool = True
    fp32_nodes: str = ""
    fused: bool = True
    activations: Literal["dynamic", "fixed"] = "dynamic"

    @property
    def name(self) -> str:
        """The recipe in words."""
        parts = [self.weight_type, "per channel" if self.per_channel else "per tensor"]
        parts.append("embeddings INT8" if self.embeddings else "embeddings FP32")
        parts.append("fused graph" if self.fused else "plain graph")
        if self.reduce_range:
            parts.append("reduced range")
        if self.fp32_nodes:
            parts.append("FFN output FP32" if self.fp32_nodes == FFN_OUTPUT else f"FP32 nodes {self.fp32_nodes}")
        if self.activations == "fixed":
            parts.append("fixed activation scales")
        return ", ".join(parts)


def check_recipe(variant: str, recipe: Int8Recipe | None) -> None:
    """ValueError unless exactly the variant `int8` says how its weights were quantised."""
    if (variant == INT8) != (recipe is not None):
        raise ValueError("int8 must say how the weights were quantised for the variant int8, and be null for others")
