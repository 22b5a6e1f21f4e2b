"""Token classifiers: building them from a backbone, saving them as safetensors, loading them for inference."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from torch import nn
from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer, PreTrainedModel
from transformers.utils import logging as transformers_logging

from itner.core.errors import InputError
from itner.records.config import EncoderConfig
from itner.records.files import check_size, sha256_file
from itner.records.store import ADAPTER, CARD, TOKENIZER, WEIGHTS, Run
from itner.taggers.adapters import fill_adapter
from itner.taggers.encoder.backbone import Backbone, find_backbone
from itner.taggers.encoder.saved import load_saved
from itner.taggers.encoder.variants import facts_of
from itner.taggers.encoder.windows import CASINGS
from itner.taggers.tokenizer_file import read_tokenizer

CASING_EMBEDDINGS = "token_type_embeddings"
CASING_NOISE = 0.01

# A fresh classifier head on a pretrained body is the point here; the report about it only alarms.
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()
# peft asks transformers by a name that it has deprecated.
warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)


class Logits(nn.Module):
    """A token classifier with plain tensors in and out: logits [batch, length, labels] of ids, mask and casing.

    Args:
        casing: whether the model is told it; it ignores it otherwise.
    """

    def __init__(self, model: PreTrainedModel | PeftModel, casing: bool):
        super().__init__()
        self.model = model
        self.casing = casing

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> torch.Tensor:
        """See the class."""
        given = {"token_type_ids": token_type_ids} if self.casing else {}
        logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask, **given).logits
        return logits


def build_model(config: EncoderConfig, backbone: Backbone, labels: tuple[str, ...]) -> PreTrainedModel:
    """A token classifier on the backbone, cut to `config.layers`, without adapters; FP32, on the CPU."""
    settings: dict[str, Any] = {
        "num_labels": len(labels),
        "id2label": dict(enumerate(labels)),
        "label2id": {label: index for index, label in enumerate(labels)},
    }
    model_config = AutoConfig.from_pretrained(backbone.folder, **settings)
    positions = getattr(model_config, "max_position_embeddings", config.max_length)
    if config.max_length > positions:
        raise InputError(f"max_length {config.max_length} is more than the {positions} positions of {backbone.name}")
    if config.dropout is not None:
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout"):
            if isinstance(getattr(model_config, name, None), float):
                setattr(model_config, name, config.dropout)
    model = AutoModelForTokenClassification.from_pretrained(
        backbone.folder, config=model_config, use_safetensors=True, dtype=torch.float32
    )
    if config.layers is not None:
        keep_layers(model, config.layers)
    if config.casing:
        _add_casing(model, backbone)
    return model


def add_lora(model: PreTrainedModel, config: EncoderConfig) -> PeftModel:
    """The model with low-rank adapters; what is new in it is trained in full and saved with the adapter."""
    lora = config.lora
    if lora is None:
        raise ValueError("the configuration has no lora settings")
    adapter = LoraConfig(
        task_type=TaskType.TOKEN_CLS,
        r=lora.r,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
        modules_to_save=["classifier", *([CASING_EMBEDDINGS] if config.casing else [])],
    )
    wrapped = get_peft_model(model, adapter)
    if not isinstance(wrapped, PeftModel):
        raise TypeError(f"peft returned {type(wrapped).__name__}")
    return wrapped


def count_parameters(model: nn.Module) -> tuple[int, int]:
    """Parameters of the model as deployed (adapters merged), and those that were trained."""
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    total = sum(
        p.numel() for name, p in model.named_parameters() if "lora_" not in name and "original_module" not in name
    )
    return total, trainable


def save_model(model: PreTrainedModel | PeftModel, backbone: Backbone, folder: Path) -> Path:
    """Write FP16 safetensors (the adapter alone for LoRA) and return the file with the weights."""
    half = copy.deepcopy(model).cpu().half()
    if isinstance(half, PeftModel):
        # peft has the folder on this machine here, which says nothing elsewhere.
        for adapter in half.peft_config.values():
            adapter.base_model_name_or_path = backbone.name
        # Without the flag, peft asks the hub whether the vocabulary was changed; it never is.
        half.save_pretrained(str(folder), save_embedding_layers=False)
        # peft writes a template card here; the run's own card takes that name later.
        (folder / CARD).unlink(missing_ok=True)
    else:
        half.save_pretrained(folder)
    weights = folder / (ADAPTER if isinstance(half, PeftModel) else WEIGHTS)
    weights.chmod(0o644)
    return weights


def save_tokenizer(backbone: Backbone, folder: Path) -> None:
    """Copy the backbone's tokenizer into the run as `tokenizer.json` with its configuration."""
    tokenizer = AutoTokenizer.from_pretrained(backbone.folder)
    tokenizer.name_or_path = backbone.name
    tokenizer.save_pretrained(folder)


def load_model(run: Run) -> PreTrainedModel:
    """The trained model in FP32 and eval mode, adapters merged.

    For LoRA the backbone is found again by name and must have the hash it was trained on.
    """
    model = load_apart(run)
    _check_vocabulary(model, run)
    return (model.merge_and_unload() if isinstance(model, PeftModel) else model).float().eval()


def load_apart(run: Run) -> PreTrainedModel | PeftModel:
    """The same with adapters by themselves, to be trained further on weights that are frozen."""
    info, config = facts_of(run)
    weights = run.weights_path
    if weights is None:
        raise InputError(f"run {run.name} ships no weights; build them with `itner train`", path=run.path)
    check_size(weights, info.parameters_total)
    if sha256_file(weights) != info.weights_sha256:
        raise InputError("the weights are not those that run.json describes", path=weights)
    if weights.name != ADAPTER:
        return load_saved(run.path, weights, info.labels)
    backbone = find_backbone(config.backbone)
    if backbone.sha256 != info.backbone_sha256:
        raise InputError(
            f"the adapter was trained on {backbone.name} with SHA-256 {info.backbone_sha256}, "
            f"here it has {backbone.sha256}",
            path=run.path,
        )
    model = add_lora(build_model(config, backbone, info.labels), config)
    fill_adapter(model, weights)
    return model.float()


def _check_vocabulary(model: PreTrainedModel | PeftModel, run: Run) -> None:
    """InputError when the run's tokenizer knows pieces that the model has no embedding of."""
    known = read_tokenizer(run.path / TOKENIZER).get_vocab()
    embeddings: Any = model.get_input_embeddings()
    rows = len(embeddings.weight)
    if known and max(known.values()) >= rows:
        raise InputError(
            f"{TOKENIZER} has pieces up to number {max(known.values()):,}, the model {rows:,} embeddings", path=run.path
        )


def load_network(run: Run) -> Logits:
    """The trained model, as `load_model` gives it, with plain tensors in and out."""
    return Logits(load_model(run), facts_of(run)[1].casing).eval()


def _add_casing(model: PreTrainedModel, backbone: Backbone) -> None:
    """Token types for `windows.CASINGS`: all begin as the backbone's first one, a little apart."""
    embeddings = getattr(model.base_model, "embeddings", None)
    known = getattr(embeddings, CASING_EMBEDDINGS, None)
    if embeddings is None or known is None:
        raise InputError(f"{backbone.name} reads no token types, so casing cannot be told to it; train without it")
    first = known.weight.detach()[:1]
    types = nn.Embedding(CASINGS, first.shape[1])
    with torch.no_grad():
        types.weight.copy_(first + CASING_NOISE * torch.randn_like(types.weight))
        types.weight[0] = first[0]
    setattr(embeddings, CASING_EMBEDDINGS, types)
    model.config.type_vocab_size = CASINGS


def keep_layers(model: PreTrainedModel, layers: tuple[int, ...]) -> None:
    """Leave these layers alone in a model, in place; InputError when one does not exist."""
    body = model.base_model
    holder = getattr(body, "encoder", None) or getattr(body, "transformer", None) or body
    name = "layer" if hasattr(holder, "layer") else "layers"
    stack = getattr(holder, name)
    if layers[-1] >= len(stack):
        raise InputError(f"layer {layers[-1]} does not exist: the backbone has {len(stack)} layers")
    setattr(holder, name, nn.ModuleList([stack[index] for index in layers]))
    model.config.num_hidden_layers = len(layers)
