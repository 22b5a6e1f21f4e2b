"""`run.json`: what a run is, a record for each kind of tagger."""

from __future__ import annotations

import hashlib
import re
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, TYPE, Amount, Name, NonNegative, Positive, Sha256, Share, Words
from itner.records.config import Arithmetic, Family
from itner.records.dataset import SourceFacts
from itner.records.transfer import TransferFacts


@dataclass(frozen=True, config=STRICT)
class DatasetRef:
    """Which data a run was trained on; the hash covers the processed splits, `sources` says what is in them."""

    name: Name
    source: Words
    sha256: Sha256
    train_documents: NonNegative
    train_documents_oversampled: NonNegative
    sources: dict[str, SourceFacts] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class _Record:
    """What the records of all kinds share. `labels` are the BIO tags of the run's types, in model order."""

    name: Name
    domain: Words
    scheme: Words
    labels: Annotated[tuple[str, ...], Field(max_length=1001)]
    provenance: Provenance

    @field_validator("labels")
    @classmethod
    def _labels_in_order(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        types = [label[2:] for label in labels if label.startswith("B-")]
        if not all(re.fullmatch(TYPE, name) for name in types):
            raise ValueError("a type must have a name of words")
        expected = ("O", *(f"{prefix}-{name}" for name in types for prefix in "BI"))
        if not types or len(set(types)) != len(types) or labels != expected:
            raise ValueError("labels must be O, then B-X and I-X for each type")
        return labels

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that the run marks."""
        return tuple(label[2:] for label in self.labels if label.startswith("B-"))


@dataclass(frozen=True, config=STRICT, kw_only=True)
class EncoderRun(_Record):
    """A fine-tuned encoder.

    `teachers` gives the SHA-256 of the weights of the runs that it learned from, `transfer` what the transfer set was
    made of that it learned from, if any, `begin_sha256` that of the run whose weights it began with, None where it
    began with the backbone's or an older record does not say. `arithmetic` is what its training multiplied in; the
    weights themselves are trained in FP32. `tokenizer_sha256` is of `tokenizer.json`; None in records of before it was
    written down.
    """

    kind: Literal["encoder"] = "encoder"
    family: Family
    preset: Name
    backbone: Words
    backbone_sha256: Sha256
    dataset: DatasetRef
    parameters_total: Positive
    parameters_trainable: Positive
    seed: NonNegative
    max_length: Annotated[int, Field(ge=8, le=512)]
    best_epoch: Amount
    best_dev_f1: Share
    train_seconds: Amount
    weights_sha256: Sha256
    tokenizer_sha256: Sha256 | None = None
    teachers: dict[Name, Sha256] = field(default_factory=dict)
    transfer: TransferFacts | None = None
    begin_sha256: Sha256 | None = None
    arithmetic: Arithmetic = "fp32"
    schema_version: Literal[2] = 2

    @property
    def model_sha256(self) -> str:
        """What every measurement of the run is tied to."""
        return self.weights_sha256


@dataclass(frozen=True, config=STRICT, kw_only=True)
class CompactRun(_Record):
    """A small convolutional network that learned from what teachers say of a transfer set.

    `transfer` says what that set was made of, `teachers` gives the SHA-256 of the models that labelled it; the first
    one lent tokenizer and embeddings. `best_dev_f1` is that of the last step, whose weights are kept.
    """

    kind: Literal["compact"] = "compact"
    preset: Name
    dataset: DatasetRef
    transfer: TransferFacts
    teachers: dict[Name, Sha256]
    parameters_total: Positive
    parameters_trainable: Positive
    seed: NonNegative
    best_epoch: Amount
    best_dev_f1: Share
    train_seconds: Amount
    weights_sha256: Sha256
    tokenizer_sha256: Sha256 | None = None
    arithmetic: Arithmetic = "fp32"
    schema_version: Literal[1] = 1

    @property
    def family(self) -> str:
        """What it stands under in legends and tables."""
        return "compact"

    @property
    def model_sha256(self) -> str:
        """What every measurement of the run is tied to."""
        return self.weights_sha256


class _Made(_Record):
    """What pages ask of any run, of one that was put together and not trained."""

    @property
    def dataset(self) -> None:
        """It learned from none."""
        return None

    @property
    def parameters_trainable(self) -> None:
        """It has none."""
        return None

    @property
    def best_epoch(self) -> None:
        """There was none."""
        return None

    @property
    def train_seconds(self) -> None:
        """It took none."""
        return None

    @property
    def teachers(self) -> dict[str, str]:
        """Nobody taught it."""
        return {}


class _Untrained(_Made):
    """The same of a run that has no network at all."""

    @property
    def parameters_total(self) -> None:
        """It has none."""
        return None


@dataclass(frozen=True, config=STRICT, kw_only=True)
class RulesRun(_Untrained):
    """A domain's labelling functions as a tagger; nothing is trained. `rules_sha256` is of the code that holds them."""

    kind: Literal["rules"] = "rules"
    rules_sha256: Sha256
    schema_version: Literal[2] = 2

    @property
    def family(self) -> str:
        """What it stands under in legends and tables."""
        return "rules"

    @property
    def model_sha256(self) -> str:
        """What every measurement of the run is tied to."""
        return self.rules_sha256


@dataclass(frozen=True, config=STRICT, kw_only=True)
class UnionRun(_Made):
    """Rules that overrule a network of another run; `model_sha256` is of both, the parameters are the network's."""

    kind: Literal["union"] = "union"
    parameters_total: Positive
    member_sha256: Sha256
    model_sha256: Sha256
    schema_version: Literal[1] = 1

    @property
    def family(self) -> str:
        """What it stands under in legends and tables."""
        return "union"


@dataclass(frozen=True, config=STRICT, kw_only=True)
class PromptedRun(_Untrained):
    """A language model that is asked for mentions.

    `digest` is the server's of the model's weights, None where it tells none; `examples` says where the examples come
    from that stand in front of a text, and `examples_sha256` is of them. `model_sha256` is over all that shapes an
    answer: server, model, digest, prompt, examples and settings.
    """

    kind: Literal["prompted"] = "prompted"
    model: Words
    digest: Words | None
    prompt_sha256: Sha256
    examples: DatasetRef | None = None
    examples_sha256: Sha256 | None = None
    model_sha256: Sha256
    schema_version: Literal[1] = 1

    @property
    def family(self) -> str:
        """What it stands under in legends and tables."""
        return "prompted"


@dataclass(frozen=True, config=STRICT, kw_only=True)
class GenerativeRun(_Record):
    """A decoder with adapters that writes mentions.

    `base_sha256` is of the decoder's weights, `wording` says how it was taught to read and write; `best_sha256` is of
    the adapter after the epoch with the lowest loss on dev, `last_sha256` of the one after the last epoch. `processes`
    trained together, each its own windows of a step.
    """

    kind: Literal["generative"] = "generative"
    preset: Name
    base: Words
    base_sha256: Sha256
    wording: Words
    dataset: DatasetRef
    parameters_total: Positive
    parameters_trainable: Positive
    seed: NonNegative
    best_epoch: Amount
    best_dev_loss: Amount
    train_seconds: Amount
    arithmetic: Arithmetic
    best_sha256: Sha256
    last_sha256: Sha256
    processes: Positive = 1
    schema_version: Literal[1] = 1

    @property
    def family(self) -> str:
        """What it stands under in legends and tables."""
        return "generative"

    @property
    def teachers(self) -> dict[str, str]:
        """Nobody taught it."""
        return {}

    @property
    def model_sha256(self) -> str:
        """What every measurement of the run is tied to: both adapters, the base and the wording."""
        parts = (self.base_sha256, self.best_sha256, self.last_sha256, self.wording)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


RunRecord = Annotated[
    EncoderRun | RulesRun | CompactRun | UnionRun | PromptedRun | GenerativeRun, Field(discriminator="kind")
]
