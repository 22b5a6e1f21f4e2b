"""Transfer sets: altered copies of documents, labelled at every word piece by teachers."""

from __future__ import annotations

from dataclasses import fields
from typing import Literal

from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, NonNegative, Sha256, Share
from itner.records.config import Arithmetic


@dataclass(frozen=True, config=STRICT)
class TransferSettings:
    """How copies are altered; shares are of documents unless said otherwise.

    Attributes:
        copies: altered copies of each document, beside the document itself.
        swap: share of the mentions in whose place another one stands.
        other_type: share of those whose place is taken by a mention of another type.
        replace: documents in which words are replaced.
        replace_words: share of the words outside mentions that are replaced in these.
        join: followed by another document.
        lower: in lower case throughout.
        cut: cut off between two words.
        typos: with mistyped words outside mentions.
        typo_words: share of the words that are mistyped in these.
    """

    copies: NonNegative = 12
    swap: Share = 0.7
    other_type: Share = 0.1
    replace: Share = 0.5
    replace_words: Share = 0.08
    join: Share = 0.15
    lower: Share = 0.1
    cut: Share = 0.05
    typos: Share = 0.05
    typo_words: Share = 0.1
    seed: NonNegative = 13


@dataclass(frozen=True, config=STRICT)
class TransferFacts:
    """What a run that learned from a transfer set says of it; `raw_sha256` is None where an older one does not say."""

    name: str
    settings: TransferSettings
    documents: NonNegative
    raw: NonNegative
    windows: NonNegative
    pieces: NonNegative
    raw_sha256: Sha256 | None = None


@dataclass(frozen=True, config=STRICT)
class TransferRecord:
    """`data/transfer/<name>/transfer.json`: what a transfer set is made of, written before and after it is made.

    `raw` counts the documents of raw text among `documents`, `raw_sha256` is of their texts, and `held_out` counts
    what was left out because it stands in another split of the dataset; both are None where an older set does not say.
    `operations` counts what was done to the copies; it and the counts are None until the set is whole. `teachers`
    are runs by name, with the hash of their model; `arithmetic` is what they multiplied in.
    """

    name: str
    domain: str
    dataset: str
    dataset_sha256: Sha256
    settings: TransferSettings
    teachers: dict[str, Sha256]
    labels: tuple[str, ...]
    arithmetic: Arithmetic
    documents: NonNegative
    raw: NonNegative
    provenance: Provenance
    operations: dict[str, int] | None = None
    windows: NonNegative | None = None
    pieces: NonNegative | None = None
    raw_sha256: Sha256 | None = None
    held_out: NonNegative | None = None
    schema_version: Literal[1] = 1

    @property
    def facts(self) -> TransferFacts:
        """What a run says of the set; ValueError while it is not whole."""
        if self.windows is None or self.pieces is None:
            raise ValueError(f"the transfer set {self.name} is not whole")
        return TransferFacts(
            self.name, self.settings, self.documents, self.raw, self.windows, self.pieces, self.raw_sha256
        )


def agree(one: TransferFacts | TransferRecord | None, other: TransferFacts | TransferRecord | None) -> bool:
    """Whether two records can be of the same set: what one does not say, such as an older one, is no difference.

    Provenance says when and where, not what.
    """
    if one is None or other is None:
        return True
    names = {field.name for field in fields(one)} - {"provenance"}
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    return all(mine == theirs or mine is None or theirs is None for mine, theirs in pairs)
