"""From gold and stored predictions to an evaluation's reports: pure, without a model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from itner.core.errors import InputError
from itner.core.types import Document
from itner.evaluation.confusion import list_errors, summarize_confusion
from itner.evaluation.predictions import Predictions
from itner.evaluation.scoring import score_documents
from itner.records.evaluation import ErrorReport, EvalReport


def score_predictions(
    documents: Sequence[Document], predictions: Predictions, types: Sequence[str], personal: Collection[str] = ()
) -> tuple[EvalReport, ErrorReport]:
    """Counts and errors of predictions for their split's documents; InputError when they are of others.

    Args:
        personal: types that point at a person; where there are some, what redaction would hide is counted.
    """
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
        try:
            # What a document may hold: in order, without overlap, within the text.
            replace(document, mentions=found)
        except ValueError as error:
            raise InputError(f"the predictions of {info.run} do not fit their text: {error}") from None
    gold = [document.mentions for document in documents]
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
        **score_documents(documents, pred, types, personal),
    )
    errors = ErrorReport(
        dataset=info.dataset,
        split=info.split,
        split_sha256=info.split_sha256,
        variant=info.variant,
        model_sha256=info.model_sha256,
        confusion=summarize_confusion(gold, pred, types),
        gold_mentions={
            document.id: tuple(sum(mention.type == name for mention in document.mentions) for name in types)
            for document in documents
            if document.mentions
        },
        errors=tuple(
            record
            for document, found in zip(documents, pred, strict=True)
            for record in list_errors(document.id, document.mentions, found)
        ),
        groups={document.id: document.group for document in documents if document.group is not None},
    )
    return report, errors
