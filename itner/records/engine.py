"""The data engine's records: how a folder of texts came about, was labelled, and became a corpus."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Amount, Name, NonNegative, Positive, Sha256
from itner.records.answers import Losses


@dataclass(frozen=True, config=STRICT)
class HarvestSettings:
    """Which texts are kept; lengths are in characters.

    Attributes:
        text_key: of a JSON record, a dotted path.
        shortest: what a text has at least, also without its boilerplate.
        longest: what it has at most.
        languages: ISO 639-1; empty: all, and those that nobody found out.
        least_sure: less probable than this, a text's language counts as not found out.
        boilerplate: a line of so many texts is removed; 0: none is.
        limit: so many texts are kept at most; None: all.
    """

    text_key: str = "text"
    shortest: Positive = 20
    longest: Annotated[int, Field(ge=1, le=1_000_000)] = 4000
    languages: tuple[str, ...] = ()
    least_sure: Annotated[float, Field(ge=0, le=1)] = 0.5
    boilerplate: NonNegative = 20
    limit: Positive | None = None


@dataclass(frozen=True, config=STRICT)
class HarvestReport:
    """`report.json` of a folder of texts that was harvested.

    `read` counts texts, and lines and pages that no text came of: it is `kept` and all of `left_out`, by reason.
    `files_left_out` counts files of which nothing or only the beginning was read, by reason. `unread` counts what is
    broken among both. `lines_removed` are lines of boilerplate, also those of texts that were left out then.
    `languages` (`unknown`: not found out) and `sources` (by number and name) count what was kept.
    """

    read: NonNegative
    kept: NonNegative
    left_out: dict[str, int]
    files_left_out: dict[str, int]
    unread: NonNegative
    lines_removed: NonNegative
    languages: dict[str, int]
    sources: dict[str, int]
    settings: HarvestSettings
    provenance: Provenance
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class LeftOut:
    """A text that has no labels, and why, without a word of it."""

    id: str
    reason: str


@dataclass(frozen=True, config=STRICT)
class BatchReport:
    """What became of a folder of texts, and what that took; each text is labelled or left out.

    Attributes:
        endpoint: the server's address.
        prompt_sha256: of all that is said for every text.
        model_sha256: of all that shapes an answer.
        texts_sha256: of the ids and texts, in order.
        left_out: texts by reason.
        mentions: that have a place, by type.
        losses: mentions of answers that have none.
        repaired: answers that were cut off or garbled, of which whole pairs were kept.
        batches: that the server took on.
        requests: lines of these batches, a text that was sent again counted again.
        resubmitted: of the requests, those for a text that was sent before.
        unknown_ids: lines about a text that the batch did not hold.
        repeated_answers: answers to a text that had one.
        failures: whole batches, lines, and calls of the interface that failed, by what was wrong.
        tokens_in, tokens_out: of all lines that came back, as the server counts them.
        uncounted: labelled texts whose tokens nobody counted.
        cost: of these tokens, in the price's currency; None without a price.
    """

    domain: Name
    model: str
    endpoint: str
    prompt_sha256: Sha256
    model_sha256: Sha256
    texts_sha256: Sha256
    texts: NonNegative
    labelled: NonNegative
    left_out: dict[str, NonNegative]
    mentions: dict[str, NonNegative]
    losses: Losses
    repaired: NonNegative
    batches: NonNegative
    requests: NonNegative
    resubmitted: NonNegative
    unknown_ids: NonNegative
    repeated_answers: NonNegative
    failures: dict[str, NonNegative]
    tokens_in: NonNegative
    tokens_out: NonNegative
    uncounted: NonNegative
    provenance: Provenance
    cost: Amount | None = None
    currency: str | None = None
    schema_version: Literal[1] = 1

    @model_validator(mode="after")
    def _every_text_is_accounted_for(self) -> BatchReport:
        if self.texts != self.labelled + sum(self.left_out.values()):
            raise ValueError("texts must be those labelled and those left out together")
        return self


@dataclass(frozen=True, config=STRICT)
class MergeReport:
    """A merge of labelled texts.

    Attributes:
        domain: whose types are marked.
        read: texts of each folder, by its name.
        left_out: texts, by reason.
        unknown_types: mentions of types that the domain has not, which are left out of their texts.
        conflicts: texts that were labelled differently, copies counted once.
        train, validation: texts that went there.
        mentions: of both, by type.
        languages: texts of both, by language; `?` where nobody found out.
        held_out: the splits that nothing may learn from.
        not_here: splits that nothing should learn from, and whose text is not on this machine.
        test: the dataset whose test split lies beside; None for none.
    """

    domain: str
    read: dict[str, NonNegative]
    left_out: dict[str, NonNegative]
    unknown_types: dict[str, NonNegative]
    conflicts: NonNegative
    train: NonNegative
    validation: NonNegative
    mentions: dict[str, NonNegative]
    languages: dict[str, NonNegative]
    held_out: tuple[str, ...]
    not_here: tuple[str, ...]
    test: str | None
    rules: dict[str, str]
    provenance: Provenance

    @model_validator(mode="after")
    def _every_text_is_accounted_for(self) -> MergeReport:
        if sum(self.read.values()) != self.train + self.validation + sum(self.left_out.values()):
            raise ValueError("some texts are neither kept nor left out")
        return self
