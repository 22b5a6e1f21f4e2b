"""The record of an encoder that was trained, by whatever training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from peft import PeftModel
from transformers import PreTrainedModel

from itner.core.labels import LabelScheme
from itner.records.config import EncoderConfig
from itner.records.files import sha256_file
from itner.records.run import EncoderRun
from itner.records.store import TOKENIZER
from itner.taggers.encoder.backbone import Backbone
from itner.taggers.encoder.model import count_parameters


def describe_encoder(
    config: EncoderConfig,
    folder: Path,
    scheme: LabelScheme,
    backbone: Backbone,
    model: PreTrainedModel | PeftModel,
    weights: Path,
    **training: Any,
) -> EncoderRun:
    """What was trained, from its configuration and its files.

    Args:
        weights: the file that they were saved to.
        training: the fields of the record that say how the training went.
    """
    total, trainable = count_parameters(model)
    return EncoderRun(
        name=folder.name,
        scheme=scheme.name,
        labels=scheme.labels,
        family=config.family,
        preset=config.preset,
        backbone=config.backbone,
        backbone_sha256=backbone.sha256,
        parameters_total=total,
        parameters_trainable=trainable,
        seed=config.seed,
        max_length=config.max_length,
        weights_sha256=sha256_file(weights),
        tokenizer_sha256=sha256_file(folder / TOKENIZER),
        **training,
    )
