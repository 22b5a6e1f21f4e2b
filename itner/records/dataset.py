"""What is known of a dataset: what was done to it, where its text comes from, how it was annotated or labelled."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, NonNegative, Sha256
from itner.records.scores import Counts

# What offsets in a text count, and what is done with a span whose boundary lies inside a word.
OffsetUnit = Literal["code points", "UTF-16 units", "bytes"]
Misaligned = Literal["error", "expand", "drop"]


@dataclass(frozen=True, config=STRICT)
class SourceFacts:
    """A source of documents: the annotation guideline that they follow, the domain's corpus that it is a copy of (None:
    not one that the domain knows), and whether it was labelled weakly instead of annotated."""

    guideline: str
    corpus: str | None = None
    weak: bool = False


@dataclass(frozen=True, config=STRICT)
class ImportStats:
    """How the annotated file of a split was read: what was recognised, and everything that was changed on the way.

    `encoding` is None where the file is no text; `offsets` is what the file's offsets count (None: it has tokens
    instead), `tag_column` the column of a CoNLL file (from 1) that holds the tags; `asked_column` says that the user
    named it. `changes` counts by rule, in words; `notes` holds what cannot be counted.
    """

    format: str
    encoding: str | None = None
    offsets: OffsetUnit | None = None
    tag_column: int | None = None
    asked_column: bool = False
    misaligned: Misaligned = "error"
    changes: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, config=STRICT)
class SplitStats:
    """One split after preparation: sizes, lengths, mentions, and everything that was changed or dropped.

    `length_histogram` gives sentences by their number of tokens; `unseen_mentions` the mentions of each type whose
    text, case ignored, is no mention of that type in train (empty where there is no train); `imported` is None where no
    annotated file was read.
    """

    input_sha256: Sha256
    processed_sha256: Sha256
    sentences: int
    tokens: int
    tokens_mean: float
    tokens_median: float
    length_histogram: dict[int, int]
    mentions: dict[str, int]
    unseen_mentions: dict[str, int]
    source_types: dict[str, int]
    repaired_tags: int
    unaligned_mentions: int
    dropped: dict[str, int]
    duplicates_inside: int
    also_in: dict[str, int]
    imported: ImportStats | None = None


@dataclass(frozen=True, config=STRICT)
class OversamplingStats:
    """Train sizes before and after oversampling, with the rule's settings."""

    entity_factor: float
    rare_bonus: float
    rare_types: tuple[str, ...]
    seed: int
    sentences_before: int
    sentences_after: int
    mentions_before: dict[str, int]
    mentions_after: dict[str, int]


@dataclass(frozen=True, config=STRICT)
class MixPart:
    """A part of a mixture; `weak_ratio` is the share of train that weakly labelled text was to make up."""

    name: str
    sha256: Sha256
    weak_ratio: float | None = None


@dataclass(frozen=True, config=STRICT)
class DataStats:
    """One prepared dataset.

    `splits` are train, dev and test, or `check` alone, which nothing is trained on: then `oversampling` is None.
    `sources` says of each source that its documents name what is known of it; `parts` are those of a mixture.
    """

    name: str
    domain: str
    source: str
    scheme: str
    labels: tuple[str, ...]
    mapping: dict[str, str | None]
    splits: dict[str, SplitStats]
    oversampling: OversamplingStats | None
    sha256: Sha256
    sources: dict[str, SourceFacts]
    parts: tuple[MixPart, ...] = ()


@dataclass(frozen=True, config=STRICT)
class ProcessedMeta:
    """`data/processed_meta.json`: every dataset prepared so far, by name."""

    datasets: dict[str, DataStats]
    schema_version: Literal[3] = 3


@dataclass(frozen=True, config=STRICT)
class Diversity:
    """How varied a corpus is. Case is ignored; shares are of all occurrences unless the name says otherwise.

    `once_only_share` is the share of different mention strings (with their type) that occur once;
    `distinct_opening_share` compares the first two tokens of the sentences.
    """

    distinct_4gram_share: float
    type_token_ratio: float
    mention_strings: NonNegative
    once_only_share: float
    distinct_opening_share: float


@dataclass(frozen=True, config=STRICT)
class Agreement:
    """How far two annotators agree, before the differences were settled; the first one stands as gold.

    Kappa is Cohen's over BIO tags: of all tokens, and of those that at least one of the two marked. None: not defined.
    """

    sentences: NonNegative
    identical_sentences: NonNegative
    per_type: dict[str, Counts]
    kappa: float | None
    kappa_marked: float | None

    @property
    def overall(self) -> Counts:
        """Counts over all types."""
        return sum(self.per_type.values(), Counts())


@dataclass(frozen=True, config=STRICT)
class CorpusReport:
    """`data/<corpus>/report.json`: how an annotated corpus of ours came about, and how varied it is.

    `agreement` compares the two passes, `first_to_gold` and `second_to_gold` each pass with what was settled on.
    `tickets` counts the texts, whatever they are. `sha256` is of each file that was read, by its name, the settled one
    first.
    """

    tickets: NonNegative
    sentences: NonNegative
    channels: dict[str, int]
    diversity: Diversity
    agreement: Agreement
    first_to_gold: Agreement
    second_to_gold: Agreement
    sha256: Annotated[dict[str, Sha256], Field(min_length=1)]
    provenance: Provenance
    schema_version: Literal[1] = 1

    @property
    def what(self) -> str:
        """What the texts are called: as the file that holds them."""
        return next(iter(self.sha256)).removesuffix(".txt")


@dataclass(frozen=True, config=STRICT)
class FunctionStats:
    """A labelling function on unlabelled text, and how often it is right on dev.

    `coverage` is the share of sentences with a vote of it; `overlap` and `conflict` the shares of its mentions that
    another function marks too, and marks otherwise (None: it has no mention).
    """

    coverage: float
    mentions: NonNegative
    overlap: float | None
    conflict: float | None
    dev: dict[str, Counts]


@dataclass(frozen=True, config=STRICT)
class WeakReport:
    """`data/weak/<name>.json`: how unlabelled text became training text.

    `dev_settled` scores the combined votes on those dev sentences whose votes were all settled, as they are kept in
    the unlabelled text; `guideline` is that of `dev`, by which the votes were measured. `weak_sha256` is of the
    sentences that were written, `tagger_sha256` of the model that voted.
    """

    name: str
    domain: str
    guideline: str
    inputs: dict[str, Sha256]
    dev: str
    tagger: str | None
    tagger_sha256: Sha256 | None
    tagger_threshold: float | None
    threshold: float
    sentences: NonNegative
    kept: NonNegative
    mentions: dict[str, int]
    functions: dict[str, FunctionStats]
    dev_sentences: NonNegative
    dev_settled_sentences: NonNegative
    dev_settled: dict[str, Counts]
    weak_sha256: Sha256
    provenance: Provenance
    schema_version: Literal[2] = 2
