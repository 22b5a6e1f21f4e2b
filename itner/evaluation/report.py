"""From gold and stored predictions to an evaluation's reports: pure, without a model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from itner.core.errors import InputError
from itner.core.types import Document, Mention
from itner.evaluation.confusion import list_errors, summarize_confusion
from itner.evaluation.predictions import Predictions
from itner.evaluation.scoring import score_documents
from itner.records.evaluation import ErrorRecord, ErrorReport, EvalReport, PredictionInfo


@dataclass(frozen=True)
class Scored:
    """What follows from gold and predicted mentions alone, whoever predicted them.

    Attributes:
        scores: what `score_documents` returns.
        gold_mentions, groups: see `ErrorReport`.
    """

    scores: dict[str, Any]
    confusion: dict[str, dict[str, int]]
    gold_mentions: dict[str, tuple[int, ...]]
    errors: tuple[ErrorRecord, ...]
    groups: dict[str, str]


def score_predictions(
    documents: Sequence[Document], predictions: Predictions, types: Sequence[str], personal: Collection[str] = ()
) -> tuple[EvalReport, ErrorReport]:
    """Counts and errors of predictions for their split's documents; InputError when they are of others.

    Args:
        personal: types that point at a person; where there are some, what redaction would hide is counted.
    """
    pred = match_predictions(documents, predictions, types)
    return make_reports(predictions.info, score_mentions(documents, pred, types, personal))


def match_predictions(
    documents: Sequence[Document], predictions: Predictions, types: Sequence[str]
) -> list[tuple[Mention, ...]]:
    """The predicted mentions of each document; InputError when they are not predictions for these documents."""
    info = predictions.info
    if info.documents != len(documents) or not predictions.mentions.keys() <= {d.id for d in documents}:
        raise InputError(f"the predictions of {info.run} are of other documents than {info.dataset} {info.split} holds")
    pred = [predictions.mentions.get(document.id, ()) for document in documents]
    unknown = {mention.type for found in pred for mention in found} - set(types)
    if unknown:
        raise InputError(
            f"the predictions of {info.run} are of types that are not scored: {', '.join(sorted(unknown))}"
        )
    for document, found in zip(documents, pred, strict=True):
        if found:
            try:
                # What a document may hold: in order, without overlap, within the text.
                replace(document, mentions=found)
            except ValueError as error:
                raise InputError(f"the predictions of {info.run} do not fit their text: {error}") from None
    return pred


def score_mentions(
    documents: Sequence[Document],
    pred: Sequence[Sequence[Mention]],
    types: Sequence[str],
    personal: Collection[str] = (),
) -> Scored:
    """Scores, confusions and errors of predicted mentions."""
    pairs = [(d, found) for d, found in zip(documents, pred, strict=True) if d.mentions or found]
    return Scored(
        scores=score_documents(documents, pred, types, personal),
        confusion=summarize_confusion([d.mentions for d, _ in pairs], [found for _, found in pairs], types),
        gold_mentions={
            document.id: tuple(sum(mention.type == name for mention in document.mentions) for name in types)
            for document in documents
            if document.mentions
        },
        errors=tuple(record for d, found in pairs for record in list_errors(d.id, d.mentions, found)),
        groups={document.id: document.group for document in documents if document.group is not None},
    )


def make_reports(info: PredictionInfo, scored: Scored) -> tuple[EvalReport, ErrorReport]:
    """The reports of what was scored."""
    report = EvalReport(
        dataset=info.dataset,
        split=info.split,
        split_sha256=info.split_sha256,
        variant=info.variant,
        model_sha256=info.model_sha256,
        int8=info.int8,
        repair_rule=info.repair_rule,
        max_logit_difference=info.max_logit_difference,
        tag_agreement=info.tag_agreement,
        provenance=info.provenance,
        **scored.scores,
    )
    errors = ErrorReport(
        dataset=info.dataset,
        split=info.split,
        split_sha256=info.split_sha256,
        variant=info.variant,
        model_sha256=info.model_sha256,
        confusion=scored.confusion,
        gold_mentions={**scored.gold_mentions},
        errors=scored.errors,
        groups=scored.groups,
    )
    return report, errors
