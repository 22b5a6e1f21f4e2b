"""Every setting that shapes a run, as frozen dataclasses that go to JSON and back without loss.

Unknown keys and wrong types are errors that name the key. `PRESETS` holds the named configurations.
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from itner.errors import InputError

SCHEMA_VERSION = 1
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

EMBEDDED_BACKBONE = "embedded/all-MiniLM-L6-v2"

Family = Literal["full", "lora", "distilled architecture"]
FAMILIES: tuple[Family, ...] = get_args(Family)
Precision = Literal["torch-fp32", "fp32", "fp16", "int8"]
# FP32 in PyTorch is the reference that the ONNX files are compared with; the others are ONNX files.
ONNX_PRECISIONS: tuple[Precision, ...] = ("fp32", "fp16", "int8")
PRECISIONS: tuple[Precision, ...] = ("torch-fp32", *ONNX_PRECISIONS)
PRECISION_NAMES: dict[Precision, str] = {
    "torch-fp32": "FP32 (PyTorch)",
    "fp32": "FP32",
    "fp16": "FP16",
    "int8": "INT8",
}


@dataclass(frozen=True, config=STRICT)
class LoraSettings:
    """Low-rank adapters (Hu et al. 2021); `targets` are module-name endings, the classifier is trained in full."""

    r: Annotated[int, Field(ge=1)] = 16
    alpha: Annotated[int, Field(ge=1)] = 32
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.05
    targets: tuple[str, ...] = ("query", "key", "value", "dense")


@dataclass(frozen=True, config=STRICT)
class DistillSettings:
    """Learning from trained runs, by name: several teach as an ensemble.

    `soft_weight` is the share of the soft labels in the loss, the rest is the annotation's. `hidden_weight` is the
    weight of the first teacher's hidden states; 0 leaves them out.
    """

    teachers: Annotated[tuple[str, ...], Field(min_length=1)]
    temperature: Annotated[float, Field(gt=0)] = 2.0
    soft_weight: Annotated[float, Field(ge=0, le=1)] = 0.7
    hidden_weight: Annotated[float, Field(ge=0)] = 0.0


@dataclass(frozen=True, config=STRICT)
class TrainConfig:
    """One training, complete: with the dataset's hash and the seed it says what the run is."""

    preset: str
    family: Family
    backbone: str
    layers: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    lora: LoraSettings | None = None
    distill: DistillSettings | None = None
    # How each piece is capitalised, told to the model as its token type: for backbones whose pieces are lower case.
    casing: bool = False
    # Sentences of one text are read together, as many as fit into a window.
    context: bool = False
    # Datasets annotated by guidelines of their own: the model is told whose to follow, the last one's for other text.
    guidelines: tuple[str, ...] = ()
    max_length: Annotated[int, Field(ge=8, le=512)] = 128
    epochs: Annotated[int, Field(ge=1)] = 6
    batch_size: Annotated[int, Field(ge=1)] = 16
    learning_rate: Annotated[float, Field(gt=0)] = 2e-5
    # Each layer's learning rate is this times that of the layer above it; the embeddings stand below the first layer.
    layer_decay: Annotated[float, Field(gt=0, le=1)] = 1.0
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    warmup_ratio: Annotated[float, Field(ge=0, lt=1)] = 0.1
    scheduler: Literal["cosine", "linear"] = "cosine"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.05
    dropout: Annotated[float | None, Field(ge=0, lt=1)] = None
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = 0.0
    oversample: bool = True
    gradient_checkpointing: bool = False
    early_stopping_patience: Annotated[int, Field(ge=1)] = 1
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 13
    device: Literal["auto", "cpu", "cuda"] = "auto"
    schema_version: Literal[1] = 1

    @model_validator(mode="after")
    def _family_matches_settings(self) -> TrainConfig:
        if (self.family == "lora") != (self.lora is not None):
            raise ValueError("family 'lora' and the lora settings go together")
        if self.layers is not None and (not self.layers or sorted(set(self.layers)) != list(self.layers)):
            raise ValueError("layers must be ascending and not empty")
        return self


def _hub(preset: str, family: Family, backbone: str, **changes: Any) -> TrainConfig:
    return TrainConfig(preset=preset, family=family, backbone=backbone, gradient_checkpointing=True, **changes)


def _embedded(preset: str, family: Family, **changes: Any) -> TrainConfig:
    # Its pieces are lower case.
    return TrainConfig(
        preset=preset,
        family=family,
        backbone=EMBEDDED_BACKBONE,
        casing=True,
        guidelines=("stackoverflow", "helpdesk"),
        early_stopping_patience=2,
        **changes,
    )


# A window of several sentences is a batch of them, so batches are half as large.
_IN_CONTEXT: dict[str, Any] = {"context": True, "batch_size": 8, "ema_decay": 0.998}


PRESETS: dict[str, TrainConfig] = {
    config.preset: config
    for config in (
        _hub("bert_full", "full", "bert-base-cased"),
        _hub("bert_lora", "lora", "bert-base-cased", learning_rate=1e-4, lora=LoraSettings()),
        _hub("distil_full", "distilled architecture", "distilbert-base-cased"),
        _embedded("minilm_full", "full", learning_rate=1.5e-4, layer_decay=0.7, **_IN_CONTEXT),
        _embedded("minilm_lora", "lora", learning_rate=5e-4, lora=LoraSettings(), **_IN_CONTEXT),
        _embedded(
            "minilm_full_kd",
            "full",
            learning_rate=1.5e-4,
            epochs=5,
            distill=DistillSettings(teachers=("minilm_full", "minilm_lora")),
        ),
        _embedded(
            "minilm_lora_kd",
            "lora",
            learning_rate=5e-4,
            lora=LoraSettings(),
            epochs=6,
            distill=DistillSettings(teachers=("minilm_full_kd", "minilm_lora")),
        ),
        _embedded("minilm_l3", "distilled architecture", layers=(0, 2, 4), learning_rate=1.5e-4),
        _embedded(
            "minilm_l3_kd",
            "distilled architecture",
            layers=(0, 2, 4),
            learning_rate=1.5e-4,
            epochs=8,
            distill=DistillSettings(teachers=("minilm_full_kd", "minilm_lora")),
        ),
    )
}


def preset(name: str, **changes: Any) -> TrainConfig:
    """The named preset with fields replaced; values of None mean "as the preset has it"."""
    if name not in PRESETS:
        raise InputError(f"unknown preset {name!r}; the presets are {', '.join(PRESETS)}")
    given = {key: value for key, value in changes.items() if value is not None}
    try:
        return dataclasses.replace(PRESETS[name], **given)
    except ValidationError as error:
        raise InputError(f"preset {name}: {describe(error)}") from error


def distilling(**values: Any) -> DistillSettings:
    """`DistillSettings` from the command line; InputError for values out of range."""
    try:
        return DistillSettings(**values)
    except ValidationError as error:
        raise InputError(f"distillation: {describe(error)}") from error


def describe(error: ValidationError) -> str:
    """A validation error in one line: each offending key with what is wrong with it."""
    parts = []
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"]) or "value"
        parts.append(f"{key}: {item['msg']}")
    return "; ".join(parts)


def config_to_json(config: TrainConfig) -> str:
    """The configuration as indented JSON."""
    return TypeAdapter(TrainConfig).dump_json(config, indent=2).decode() + "\n"


def config_from_json(text: str | bytes) -> TrainConfig:
    """The configuration from JSON; pydantic's ValidationError names unknown keys and bad values."""
    return TypeAdapter(TrainConfig).validate_json(text)
