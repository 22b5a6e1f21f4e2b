"""`report.json` of a merged corpus: what became of every text."""

from __future__ import annotations

from pydantic import model_validator
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, NonNegative


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
