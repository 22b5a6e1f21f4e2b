"""Predicting, and storing what was predicted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from itner.core.errors import InputError
from itner.core.labels import PREDICTION_RULE
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.evaluation.masking import curve_of
from itner.evaluation.predictions import load_arrow, write_predictions
from itner.records.answers import AnswerReport
from itner.records.evaluation import EvalReport, PredictionInfo
from itner.records.recall import RecallCurve
from itner.records.store import Run, RunStore, write_answers, write_recall
from itner.records.workspace import Workspace
from itner.taggers.base import Accountable, Adjustable, TokenScores
from itner.taggers.registry import check_variants, kind_of, open_variant, recipe_of
from itner.workflows.open import built, check_domain
from itner.workflows.score import score

# A variant that must equal the reference but for rounding, and is further from it than this, is a broken export.
MAX_LOGIT_DIFFERENCE = 1e-3


def evaluate(
    name: str,
    dataset: str,
    place: Workspace,
    split: str = "test",
    variants: Sequence[str] | None = None,
    progress: Progress = silent,
) -> list[EvalReport]:
    """Predict a dataset split with variants of a run (all for None), store the predictions, and score them.

    Writes `predictions/`, metrics.json, errors.json and the card; on dev of a domain with personal types also
    recall.json.
    """
    run = RunStore(place.models).load(name)
    asked = check_variants(run, variants)
    predict(run, dataset, place, split, asked, progress)
    reports = score(name, place, [(dataset, split, variant) for variant in asked])
    if split == "dev":
        measure_recall(run, dataset, place, asked, progress)
    return reports


def predict(
    run: Run, dataset: str, place: Workspace, split: str, variants: Sequence[str], progress: Progress = silent
) -> None:
    """Predict a dataset split with variants of a run and store the predictions.

    Where the kind has a reference, every variant is compared with it, tag by tag. Raises RuntimeError when one that
    must equal it differs by more than `MAX_LOGIT_DIFFERENCE`.
    """
    # What is missing to store the predictions should not be found out after they were made.
    load_arrow()
    stats = read_stats(dataset, place)
    check_domain(run, stats)
    documents = read_split(dataset, split, place)
    kind = kind_of(run)
    ordered = [kind.reference, *(v for v in variants if v != kind.reference)] if kind.reference else list(variants)
    run = built(run.name, place, tuple(ordered), progress)
    reference: np.ndarray | None = None
    for variant in ordered:
        tagger = open_variant(run, variant)
        if tagger.types != run.info.types or set(tagger.types) != {label[2:] for label in stats.labels if label != "O"}:
            raise InputError(f"run {run.name} marks {tagger.types}, the dataset holds other types")
        step = f"predicting {dataset} {split} with {run.name}, {variant}"

        def report(share: float, step: str = step) -> None:
            progress(step, share)

        difference = agreement = None
        if isinstance(tagger, TokenScores):
            logits, offsets = tagger.token_logits(documents, report)
            if reference is None:
                reference = logits
            else:
                difference, agreement = _compare(logits, reference, offsets)
                if variant in kind.exact and difference > MAX_LOGIT_DIFFERENCE:
                    raise RuntimeError(f"{run.name}: {variant} logits differ from the reference by {difference:.2g}")
            if variant not in variants:
                continue
            mentions = tagger.find_mentions(documents, logits, offsets)
        else:
            mentions = tagger.tag_documents(documents, report)
        place_of = (dataset, split, stats.splits[split].processed_sha256)
        info = describe_predictions(run, variant, place_of, len(documents), difference, agreement)
        write_predictions(run.predictions_path(dataset, split, variant), info, documents, mentions)
        if isinstance(tagger, Accountable):
            report_of = AnswerReport(
                dataset=dataset,
                split=split,
                split_sha256=stats.splits[split].processed_sha256,
                variant=variant,
                model_sha256=run.info.model_sha256,
                account=tagger.account(),
                provenance=collect_provenance(),
            )
            write_answers(run, [report_of])


def describe_predictions(
    run: Run,
    variant: str,
    split: tuple[str, str, str],
    documents: int,
    difference: float | None = None,
    agreement: float | None = None,
) -> PredictionInfo:
    """What predictions are of that a variant of a run makes now.

    Args:
        split: names of dataset and split, and the hash of its text.
        difference, agreement: with the reference variant, see `EvalReport`; None where there is none.
    """
    dataset, name, sha256 = split
    return PredictionInfo(
        run=run.name,
        dataset=dataset,
        split=name,
        split_sha256=sha256,
        variant=variant,
        model_sha256=run.info.model_sha256,
        int8=recipe_of(run, variant),
        repair_rule=PREDICTION_RULE,
        documents=documents,
        max_logit_difference=difference,
        tag_agreement=agreement,
        provenance=collect_provenance(),
    )


def measure_recall(
    run: Run, dataset: str, place: Workspace, variants: Sequence[str], progress: Progress = silent
) -> None:
    """Measure on dev what redaction leaves and hides at thresholds, of the variants that can be told one."""
    personal = get_domain(run.info.domain).personal
    if not personal:
        return
    documents = read_split(dataset, "dev", place)
    if not any(mention.type in personal for document in documents for mention in document.mentions):
        return
    run = built(run.name, place, tuple(variants), progress)
    curves = []
    for variant in variants:
        tagger = open_variant(run, variant)
        if not isinstance(tagger, Adjustable):
            continue
        step = f"trying thresholds on {dataset} dev with {run.name}, {variant}"

        def report(share: float, step: str = step) -> None:
            progress(step, share)

        curves.append(
            RecallCurve(
                dataset=dataset,
                split="dev",
                split_sha256=read_stats(dataset, place).splits["dev"].processed_sha256,
                variant=variant,
                model_sha256=run.info.model_sha256,
                int8=recipe_of(run, variant),
                points=curve_of(tagger, documents, personal, report),
                provenance=collect_provenance(),
            )
        )
    if curves:
        write_recall(run, curves)


def _compare(logits: np.ndarray, reference: np.ndarray, offsets: np.ndarray) -> tuple[float, float]:
    """The largest difference of two taggers' logits, and the share of tokens with the same tag."""
    both = np.isfinite(reference) & np.isfinite(logits)
    token_rows = np.delete(np.arange(len(logits)), offsets[1:] - 1)
    agreement = (logits.argmax(1) == reference.argmax(1))[token_rows].mean()
    return float(np.abs(logits[both] - reference[both]).max()), float(agreement)
