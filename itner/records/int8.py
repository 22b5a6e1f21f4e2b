"""How a variant's weights and activations are quantised."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Positive, Sha256

INT8 = "int8"
# The second matrix of each feed-forward block, as BERT and DistilBERT name it. Its inputs hold the largest outliers. In
# FP32 it brings the logits nearer to those of FP32, but no F1 on dev, and costs half as much again in size and a third
# more time.
FFN_OUTPUT = r"layer\.\d+/(output/dense|ffn/lin2)/"
_NODES = {FFN_OUTPUT: "FFN output FP32"}

_EMBEDDINGS = {"fp32": "embeddings FP32", "tensor": "embeddings INT8", "rows": "embeddings INT8 by row"}
# Zero is in every range; scales are 32-bit floats, and this is the largest.
_LARGEST = 3.4028234e38
_Low = Annotated[float, Field(ge=-_LARGEST, le=0)]
_High = Annotated[float, Field(ge=0, le=_LARGEST)]


@dataclass(frozen=True, config=STRICT)
class Int8Recipe:
    """How INT8 quantisation is done. The defaults were chosen by the trials in `models/int8_trials.json`.

    `reduce_range` keeps weights to 7 bits: CPUs without VNNI add two products in 16 bits, which overflow with 8 bits,
    so that the same file scored differently there. `fp32_nodes` is a regular expression: nodes whose name it finds are
    left alone; empty means none. `embeddings` are left in FP32, quantised with one step for a whole table (`tensor`) or
    with a step for each row (`rows`). `activations` are scaled by the largest values of each batch (`dynamic`), or by
    ranges measured once on training text (`fixed`), so that a sentence is read alike whatever stands beside it.
    """

    weight_type: Literal["QInt8", "QUInt8"] = "QInt8"
    per_channel: bool = True
    reduce_range: bool = True
    embeddings: Literal["fp32", "tensor", "rows"] = "rows"
    fp32_nodes: str = ""
    fused: bool = True
    activations: Literal["dynamic", "fixed"] = "fixed"

    @property
    def name(self) -> str:
        """The recipe in words."""
        parts = [self.weight_type, "per channel" if self.per_channel else "per tensor"]
        parts.append(_EMBEDDINGS[self.embeddings])
        parts.append("fused graph" if self.fused else "plain graph")
        if self.reduce_range:
            parts.append("reduced range")
        if self.fp32_nodes:
            parts.append(_NODES.get(self.fp32_nodes, f"FP32 nodes {self.fp32_nodes}"))
        parts.append(f"{self.activations} activation scales")
        return ", ".join(parts)


@dataclass(frozen=True, config=STRICT)
class Int8Ranges:
    """`int8_ranges.json` of a run: what each tensor that INT8 quantises ranges over, by its name in the FP32 graph.

    Measured once, on `sentences` of the training split of `dataset`, drawn with `seed`: `inside` is the share of a
    tensor's values that lie in its range; zero always does. `weights_sha256` is of the weights that were run.
    """

    tensors: Annotated[dict[str, tuple[_Low, _High]], Field(min_length=1)]
    inside: Annotated[float, Field(gt=0, le=1)]
    dataset: str
    dataset_sha256: Sha256
    sentences: Positive
    seed: int
    weights_sha256: Sha256
    provenance: Provenance
    schema_version: Literal[1] = 1


def check_recipe(variant: str, recipe: Int8Recipe | None) -> None:
    """ValueError unless exactly the variant `int8` says how its weights were quantised."""
    if (variant == INT8) != (recipe is not None):
        raise ValueError("int8 must say how the weights were quantised for the variant int8, and be null for others")
