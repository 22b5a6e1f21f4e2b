"""`report.json` beside texts that a Batch API labelled, and a line of `left_out.jsonl`."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Name, NonNegative, Sha256
from itner.records.answers import Losses

_Amount = Annotated[float, Field(ge=0)]


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
    cost: _Amount | None = None
    currency: str | None = None
    schema_version: Literal[1] = field(default=1)

    @model_validator(mode="after")
    def _every_text_is_accounted_for(self) -> BatchReport:
        if self.texts != self.labelled + sum(self.left_out.values()):
            raise ValueError("texts must be those labelled and those left out together")
        return self
