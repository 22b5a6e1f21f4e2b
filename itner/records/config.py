"""Every setting that shapes a run, as frozen dataclasses that go to JSON and back without loss, one for each kind.

Unknown keys and wrong types are errors that name the key. `itner.taggers.encoder.presets` holds the
named configurations.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AnyHttpUrl, Field, field_validator, model_validator
from pydantic.dataclasses import dataclass

from itner.core.validation import STRICT, Name

EMBEDDED_BACKBONE = "embedded/all-MiniLM-L6-v2"

# What a network multiplies in; weights are kept in FP32.
Arithmetic = Literal["fp32", "bf16", "fp16"]
# Endings of modules' names, a list of them: a string would be read as a regular expression.
ModuleNames = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.]{1,64}$")], ...], Field(min_length=1, max_length=64)
]
Family = Literal["full", "lora", "distilled architecture"]


@dataclass(frozen=True, config=STRICT)
class LoraSettings:
    """Low-rank adapters (Hu et al. 2021); `targets` are module-name endings, the classifier is trained in full."""

    r: Annotated[int, Field(ge=1, le=1024)] = 16
    alpha: Annotated[int, Field(ge=1, le=10_000)] = 32
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.05
    targets: ModuleNames = ("query", "key", "value", "dense")


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
class TransferLesson:
    """Learning from a transfer set (`itner transfer`), whose teachers have spoken on every piece.

    Attributes:
        name: of the set.
        begin: the run whose weights are begun with; None for the backbone's.
        soft_weight: the teachers' share in the loss, the rest is the annotation's.
        warmup_steps: until the learning rate is reached.
    """

    name: str
    begin: str | None = None
    temperature: Annotated[float, Field(gt=0)] = 2.0
    soft_weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    warmup_steps: Annotated[int, Field(ge=0)] = 300


@dataclass(frozen=True, config=STRICT)
class EncoderConfig:
    """One training, complete: with the dataset's hash and the seed it says what the run is."""

    preset: str
    family: Family
    backbone: str
    layers: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    lora: LoraSettings | None = None
    distill: DistillSettings | None = None
    transfer: TransferLesson | None = None
    # How each piece is capitalised, told to the model as its token type: for backbones whose pieces are lower case.
    casing: bool = False
    # Sentences of one text are read together, as many as fit into a window.
    context: bool = False
    # Where the data follow several annotation guidelines, the model is told which one to follow. Those it was told of
    # stand in `guidelines`; the last one is followed for other text.
    mark_guidelines: bool = False
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
    kind: Literal["encoder"] = "encoder"
    schema_version: Literal[2] = 2

    @model_validator(mode="after")
    def _family_matches_settings(self) -> EncoderConfig:
        if self.guidelines and not self.mark_guidelines:
            raise ValueError("guidelines are marked only with mark_guidelines")
        if (self.family == "lora") != (self.lora is not None):
            raise ValueError("family 'lora' and the lora settings go together")
        if self.transfer is not None and (self.distill is not None or self.context):
            raise ValueError("a transfer set is learned from without other teachers, each text by itself")
        if self.layers is not None and (not self.layers or sorted(set(self.layers)) != list(self.layers)):
            raise ValueError("layers must be ascending and not empty")
        return self


@dataclass(frozen=True, config=STRICT)
class RulesConfig:
    """A rule tagger, complete: the domain's labelling functions by name, in the order in which they have a say."""

    domain: str
    functions: Annotated[tuple[str, ...], Field(min_length=1)]
    kind: Literal["rules"] = "rules"
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class CompactConfig:
    """A compact tagger, complete: its network, and how it learned from a transfer set.

    Attributes:
        transfer: what it learns from; the set's first teacher lends it tokenizer and embeddings.
        pieces: so many word pieces have an embedding of their own, the most frequent ones of the transfer set; the
            others are read as what smaller pieces they are made of. None for all.
        width: of the embeddings.
        hidden: width of the blocks.
        dilations: of each block's convolution, in order.
        kernel: pieces that a convolution sees at once.
        batch_size: windows of a step.
    """

    preset: str
    transfer: TransferLesson
    pieces: Annotated[int | None, Field(ge=1, le=10**6)] = None
    width: Annotated[int, Field(ge=8, le=4096)] = 96
    hidden: Annotated[int, Field(ge=8, le=4096)] = 128
    dilations: Annotated[tuple[Annotated[int, Field(ge=1, le=512)], ...], Field(min_length=1, max_length=64)] = (
        1,
        1,
        2,
        1,
    )
    kernel: Annotated[int, Field(ge=3, le=63)] = 5
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    epochs: Annotated[int, Field(ge=1)] = 10
    batch_size: Annotated[int, Field(ge=1)] = 256
    learning_rate: Annotated[float, Field(gt=0)] = 3e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    # Those that the teachers were told of; the last one is followed for other text.
    guidelines: tuple[str, ...] = ()
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 13
    device: Literal["auto", "cpu", "cuda"] = "auto"
    kind: Literal["compact"] = "compact"
    schema_version: Literal[1] = 1

    @model_validator(mode="after")
    def _kernel_has_a_middle(self) -> CompactConfig:
        if self.kernel % 2 == 0:
            raise ValueError("the kernel must be odd, so that a piece stands in its middle")
        if self.transfer.begin is not None:
            raise ValueError("a compact network begins with its teacher's embeddings, not with another run")
        return self


@dataclass(frozen=True, config=STRICT)
class UnionConfig:
    """A union tagger, complete.

    Attributes:
        member: the run beside it that finds what the rules leave.
        functions: the domain's labelling functions by name that have the first word, in the order of their say.
    """

    member: Name
    functions: Annotated[tuple[Name, ...], Field(min_length=1)]
    kind: Literal["union"] = "union"
    schema_version: Literal[1] = 1


Provider = Literal["ollama", "openai"]
# How a server is held to the form of an answer: by a JSON schema, to some JSON, or not at all.
Structured = Literal["schema", "json", "none"]


@dataclass(frozen=True, config=STRICT)
class Price:
    """What a million tokens cost, those that a model reads and those that it writes."""

    tokens_in: Annotated[float, Field(ge=0)]
    tokens_out: Annotated[float, Field(ge=0)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

    def of(self, tokens_in: float, tokens_out: float) -> float:
        """What so many tokens cost."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1e6


@dataclass(frozen=True, config=STRICT)
class Budget:
    """What a tagger may use up from its opening until it is closed; None for as much as it takes."""

    requests: Annotated[int, Field(ge=1)] | None = None
    tokens: Annotated[int, Field(ge=1)] | None = None
    money: Annotated[float, Field(gt=0)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None


@dataclass(frozen=True, config=STRICT)
class PromptedConfig:
    """A prompted tagger, complete: whom it asks for what, and how patiently.

    Attributes:
        provider: whose interface the server speaks.
        endpoint: the server's address.
        key_variable: the environment variable with the key for it; None where none is needed. The key is never stored.
        domain: whose guideline the model is told.
        shots: examples in front of each text, the most similar ones of the run's.
        temperature: None to leave it to the server, for models that allow no other.
        max_tokens: of an answer.
        concurrency: requests under way at once.
        timeout_s: for a whole answer.
        retries: of a request that failed.
        price: None where it is not known.
    """

    provider: Provider
    endpoint: Annotated[str, Field(pattern=r"^https?://[^\s@/?#]+(/[^\s@?#]*)?$")]
    model: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S+$")]
    domain: Name
    key_variable: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    shots: Annotated[int, Field(ge=0, le=50)] = 0
    structured: Structured = "schema"
    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.0
    max_tokens: Annotated[int, Field(ge=16)] = 2048
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 13
    concurrency: Annotated[int, Field(ge=1, le=256)] = 4
    timeout_s: Annotated[float, Field(gt=0)] = 120.0
    retries: Annotated[int, Field(ge=0)] = 6
    budget: Budget = Budget()
    price: Price | None = None
    kind: Literal["prompted"] = "prompted"
    schema_version: Literal[1] = 1

    @field_validator("endpoint")
    @classmethod
    def _is_an_address(cls, endpoint: str) -> str:
        # As given: the validated form has a host and a path of its own spelling.
        AnyHttpUrl(endpoint)
        return endpoint

    @model_validator(mode="after")
    def _money_needs_a_price(self) -> PromptedConfig:
        if self.budget.money is not None and self.price is None:
            raise ValueError("a budget in money needs a price")
        return self


@dataclass(frozen=True, config=STRICT)
class AdapterSettings:
    """Low-rank adapters of a decoder (LoRA: Hu et al. 2021); with `dora`, direction and magnitude are apart (Liu et al.
    2024). `targets` are module names: the projections of attention and MLP."""

    r: Annotated[int, Field(ge=1, le=1024)] = 16
    alpha: Annotated[int, Field(ge=1, le=10_000)] = 32
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.05
    dora: bool = False
    targets: ModuleNames = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, config=STRICT)
class GenerativeConfig:
    """One fine-tuning of a decoder, complete.

    Attributes:
        base: a decoder that was built here (`built/NAME`), a folder, or a hub name.
        window: word pieces that several examples are packed into.
        longest: word pieces of an answer at most.
        batch_size: windows of a step on one device; `accumulate` of these before the weights change.
    """

    preset: str
    base: str
    adapter: AdapterSettings = AdapterSettings()
    window: Annotated[int, Field(ge=64)] = 512
    longest: Annotated[int, Field(ge=16)] = 192
    epochs: Annotated[int, Field(ge=1)] = 3
    batch_size: Annotated[int, Field(ge=1)] = 8
    accumulate: Annotated[int, Field(ge=1)] = 1
    learning_rate: Annotated[float, Field(gt=0)] = 2e-4
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    warmup_ratio: Annotated[float, Field(ge=0, lt=1)] = 0.05
    gradient_checkpointing: bool = False
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 13
    device: Literal["auto", "cpu", "cuda"] = "auto"
    kind: Literal["generative"] = "generative"
    schema_version: Literal[1] = 1

    @model_validator(mode="after")
    def _an_answer_fits(self) -> GenerativeConfig:
        if self.longest >= self.window:
            raise ValueError("an answer must be shorter than a window")
        return self


RunConfig = Annotated[
    EncoderConfig | RulesConfig | CompactConfig | UnionConfig | PromptedConfig | GenerativeConfig,
    Field(discriminator="kind"),
]
