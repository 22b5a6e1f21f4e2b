"""Scoring taggers on an annotated sample in memory, as `evaluate` does on a prepared dataset; nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from itner.core.errors import InputError
from itner.core.words import listed
from itner.data.corpus import Split
from itner.domains.registry import get_domain
from itner.evaluation.predictions import Predictions
from itner.evaluation.report import score_predictions
from itner.records.evaluation import ErrorReport, EvalReport
from itner.records.store import Run
from itner.records.workspace import Workspace
from itner.taggers.registry import guidelines_of, model_label
from itner.workflows.evaluate import describe_predictions
from itner.workflows.open import open_tagger

# What its reports call it.
SAMPLE = "sample"


@dataclass(frozen=True)
class SampleScore:
    """What a variant of a run does on a sample.

    Attributes:
        found: its mentions, with their scores.
    """

    run: Run
    variant: str
    report: EvalReport
    errors: ErrorReport
    found: Predictions

    @property
    def label(self) -> str:
        """The model's."""
        return model_label(self.run.name, self.variant)


def score_sample(
    run: Run,
    variant: str,
    split: Split,
    place: Workspace,
    guideline: str | None = None,
    on_share: Callable[[float], None] = lambda share: None,
) -> SampleScore:
    """Tag a sample with a variant of a run and score it.

    Args:
        guideline: by which a run that knows it reads the texts; None, and a guideline that the run does not know, leave
            the choice to the run.
        on_share: hears the share of the texts that is done.
    Raises:
        InputError: the run cannot be opened, or does not know a type that the sample holds.
    """
    marked = {mention.type for document in split.documents for mention in document.mentions}
    if unknown := sorted(marked - set(run.info.types)):
        raise InputError(f"run {run.name} knows no {listed(unknown)}, which the sample holds")
    tagger = open_tagger(run.name, variant, place, apart=True)
    known = guideline if guideline in guidelines_of(run) else None
    documents = [replace(document, guideline=known) for document in split.documents]
    mentions = tagger.tag_documents(documents, on_share)
    info = describe_predictions(run, variant, (SAMPLE, SAMPLE, split.sha256), len(documents))
    pairs = zip(documents, mentions, strict=True)
    found = Predictions(info, {document.id: tuple(said) for document, said in pairs if said})
    report, errors = score_predictions(documents, found, run.info.types, get_domain(run.info.domain).personal)
    return SampleScore(run, variant, report, errors, found)
