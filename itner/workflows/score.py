"""Scoring stored predictions, without a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from itner.core.errors import InputError
from itner.core.forks import map_forked
from itner.core.types import Document, Mention
from itner.core.words import listed
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.evaluation.buckets import Parted
from itner.evaluation.calibration import Confidences
from itner.evaluation.predictions import Predictions, read_info, read_predictions
from itner.evaluation.report import Scored, make_reports, match_predictions, score_mentions
from itner.records.buckets import Bucket, BucketReport
from itner.records.calibration import CalibrationReport
from itner.records.evaluation import ErrorReport, EvalReport, PredictionInfo
from itner.records.store import PREDICTIONS, Run, RunStore, write_buckets, write_calibrations, write_evaluations
from itner.records.workspace import Workspace
from itner.taggers.encoder.backbone import read_embedded_tokenizer
from itner.taggers.registry import check_variants
from itner.workflows.card import write_run_card

_DEV, _TRAIN = "dev", "train"


@dataclass
class Splits:
    """The splits that were read, once for all that is scored on them."""

    place: Workspace
    _documents: dict[tuple[str, str], list[Document]] = field(default_factory=dict)
    _parted: dict[tuple[str, str], Parted] = field(default_factory=dict)

    def check(self, info: PredictionInfo, path: Path) -> None:
        """InputError when predictions are of another version of a split than the one that is prepared here."""
        splits = read_stats(info.dataset, self.place).splits
        if info.split not in splits or splits[info.split].processed_sha256 != info.split_sha256:
            raise InputError(
                f"these predictions are of another version of {info.dataset} {info.split} than the one prepared here",
                path=path,
            )

    def documents(self, dataset: str, split: str) -> list[Document]:
        """Those of a split."""
        key = (dataset, split)
        if key not in self._documents:
            self._documents[key] = read_split(dataset, split, self.place)
        return self._documents[key]

    def parted(self, dataset: str, split: str) -> Parted:
        """A split, ready to be parted into buckets."""
        key = (dataset, split)
        if key not in self._parted:
            train = self.documents(dataset, _TRAIN) if self.train_sha256(dataset) is not None else None
            self._parted[key] = Parted.of(self.documents(dataset, split), train, read_embedded_tokenizer())
        return self._parted[key]

    def train_sha256(self, dataset: str) -> str | None:
        """Of the training split by which mentions are seen or unseen; None where the dataset has none."""
        splits = read_stats(dataset, self.place).splits
        return splits[_TRAIN].processed_sha256 if _TRAIN in splits else None


@dataclass(frozen=True)
class _Judged:
    """What follows from where mentions are, without their confidences."""

    spans: list[list[tuple[int, int, str]]]
    scored: Scored
    buckets: dict[str, tuple[Bucket, ...]]


def score(
    name: str, place: Workspace, which: Sequence[tuple[str, str, str]] | None = None, splits: Splits | None = None
) -> list[EvalReport]:
    """Score stored predictions; writes metrics.json, errors.json, buckets.json, calibration.json and the card.

    Args:
        which: (dataset, split, variant) of each; None for everything that is stored.
        splits: those that were read for other runs.
    """
    run = RunStore(place.models).load(name)
    known = splits if splits is not None else Splits(place)
    paths = (
        sorted((run.path / PREDICTIONS).glob("*.parquet"))
        if which is None
        else [run.predictions_path(*key) for key in which]
    )
    if not paths:
        raise InputError("no stored predictions; make them with `itner evaluate`", path=run.path)
    reports: list[EvalReport] = []
    errors: list[ErrorReport] = []
    buckets: list[BucketReport] = []
    sure: list[tuple[PredictionInfo, Confidences]] = []
    judged: dict[tuple[str, str], list[_Judged]] = {}
    for path in paths:
        info, pred = _read(run, path, known)
        # The variants of a run mostly find the same.
        found = _judge(run, info, pred, known, judged.setdefault((info.dataset, info.split), []))
        report, wrong = make_reports(info, found.scored)
        reports.append(report)
        errors.append(wrong)
        facts = (info.dataset, info.split, info.split_sha256, info.variant, info.model_sha256)
        buckets.append(BucketReport(*facts, known.train_sha256(info.dataset), found.buckets))
        mentions = [mention for each in pred for mention in each]
        if mentions and all(mention.score is not None for mention in mentions):
            sure.append((info, Confidences(known.documents(info.dataset, info.split), pred)))
    write_evaluations(run, reports, errors)
    write_buckets(run, buckets)
    write_calibrations(run, _calibrate(run, sure))
    write_run_card(name, place)
    return reports


def score_runs(
    asked: Mapping[str, Sequence[tuple[str, str, str]] | None], place: Workspace
) -> Iterator[tuple[str, list[EvalReport] | InputError]]:
    """`score` several runs at once; each with its reports, or with why it cannot be scored, in the order asked for.

    Args:
        asked: of a run's name, which of its predictions, as `score` takes them.
    """
    splits = Splits(place)

    def score_one(name: str) -> list[EvalReport] | InputError:
        try:
            return score(name, place, asked[name], splits)
        except InputError as error:
            return error

    store = RunStore(place.models)
    for name, which in asked.items():
        # What they share is read once, before the work is shared out. What cannot be read is told of its run later.
        with suppress(InputError):
            for dataset, split, _ in _keys(store.load(name)) if which is None else which:
                splits.parted(dataset, split)
    yield from zip(asked, map_forked(score_one, list(asked)), strict=True)


def _keys(run: Run) -> list[tuple[str, str, str]]:
    """Dataset, split and variant of all predictions that are stored."""
    infos = map(read_info, sorted((run.path / PREDICTIONS).glob("*.parquet")))
    return [(info.dataset, info.split, info.variant) for info in infos]


def list_stored(
    run: Run, dataset: str | None = None, split: str | None = None, variants: Sequence[str] | None = None
) -> list[tuple[str, str, str]] | None:
    """Which predictions are stored of a run that are of a dataset, a split and variants; None for all, unread.

    InputError when there are none.
    """
    if dataset is None and split is None and not variants:
        return None
    found = _keys(run)
    keys = [
        key
        for key in found
        if dataset in (None, key[0]) and split in (None, key[1]) and (not variants or key[2] in variants)
    ]
    if not keys:
        wanted = " ".join((dataset or "any dataset", split or "any split", *(variants or ("any variant",))))
        stored = listed(dict.fromkeys(map(" ".join, found))) or "none"
        raise InputError(
            f"no predictions of {run.name} are stored for {wanted}, only for {stored}; `itner evaluate` makes them",
            path=run.path,
        )
    return keys


def read_stored(
    run: Run, key: tuple[str, str, str], splits: Splits
) -> tuple[PredictionInfo, list[tuple[Mention, ...]]]:
    """What a run predicted: of (dataset, split, variant), document by document.

    InputError when nothing is stored, or it is none of the run, or of other text.
    """
    return _read(run, run.predictions_path(*key), splits)


def _read(run: Run, path: Path, known: Splits) -> tuple[PredictionInfo, list[tuple[Mention, ...]]]:
    """Predictions of a run, document by document; InputError when they are none of it, or of other text."""
    predictions: Predictions = read_predictions(path)
    info = predictions.info
    if run.predictions_path(info.dataset, info.split, info.variant) != path or info.run != run.name:
        raise InputError(f"holds predictions of {info.run} on {info.dataset} {info.split}", path=path)
    if info.model_sha256 != run.info.model_sha256:
        raise InputError("these predictions are another model's; make them anew with `itner evaluate`", path=path)
    known.check(info, path)
    # What is wrong with the text is no fault of the predictions'.
    documents = known.documents(info.dataset, info.split)
    try:
        check_variants(run, [info.variant])
        return info, match_predictions(documents, predictions, run.info.types)
    except InputError as error:
        raise InputError(error.problem, path=path) from None


def _judge(
    run: Run, info: PredictionInfo, pred: Sequence[Sequence[Mention]], known: Splits, before: list[_Judged]
) -> _Judged:
    spans = [[(m.start, m.end, m.type) for m in found] for found in pred]
    same = next((each for each in before if each.spans == spans), None)
    if same is not None:
        return same
    personal = get_domain(run.info.domain).personal
    scored = score_mentions(known.documents(info.dataset, info.split), pred, run.info.types, personal)
    before.append(_Judged(spans, scored, known.parted(info.dataset, info.split).score(pred)))
    return before[-1]


def _calibrate(run: Run, sure: Sequence[tuple[PredictionInfo, Confidences]]) -> list[CalibrationReport]:
    """How far confidences can be relied on, scaled by what fits dev: scored now, or before."""
    scalings = {
        (report.dataset, report.variant): report.scaling
        for report in run.calibrations.reports
        if report.split == _DEV and report.model_sha256 == run.info.model_sha256
    }
    for info, confidences in sure:
        if info.split == _DEV:
            scalings[info.dataset, info.variant] = confidences.fit()
    found = []
    for info, confidences in sure:
        scaling = scalings.get((info.dataset, info.variant))
        found.append(
            CalibrationReport(
                dataset=info.dataset,
                split=info.split,
                split_sha256=info.split_sha256,
                variant=info.variant,
                model_sha256=info.model_sha256,
                mentions=len(confidences.scores),
                raw=confidences.measure(),
                scaling=scaling,
                scaled=confidences.measure(scaling) if scaling is not None else None,
                points=confidences.try_thresholds(),
            )
        )
    return found
