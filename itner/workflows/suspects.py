"""Labels under suspicion: cross-validate a dataset's annotation, ask stored predictions, rank what they contradict."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.core.types import Document, Mention
from itner.data.processed import read_split, read_stats
from itner.domains.registry import Domain, get_domain
from itner.evaluation.planting import plant_errors, rank_planted
from itner.evaluation.predictions import read_predictions
from itner.evaluation.scoring import count_documents, counts_per_type
from itner.evaluation.suspects import decode_probabilities, list_suspects, rank
from itner.evaluation.uncertainty import LEVEL, RESAMPLES, add_by_unit, find_ranges
from itner.records.codec import to_json
from itner.records.dataset import DataStats
from itner.records.files import locked, read_record, replacing, write_atomic
from itner.records.scores import Counts, Interval
from itner.records.store import Run, RunStore
from itner.records.suspects import SUSPECT_KINDS, SUSPECTS_FILE, OutOfSample, PlantedTest, Suspect, SuspectReport
from itner.records.workspace import Workspace
from itner.taggers.registry import kind_of

# Of datasets that do not ship, under `data/`: ids and offsets of somebody's own text, which no commit takes along.
SUSPECTS = "suspects"
FOLDS, SEED, PLANTED_SHARE = 5, 13, 0.05
# More than anybody goes through; the others are counted.
MOST_LISTED = 500
# Of a fold's probabilities: more than any dataset here has.
_MOST_BYTES = 2**30

Opinion = Mapping[str, Sequence[Mention]]


def suspects_file(dataset: str, domain: Domain) -> str:
    """Where the suspects of a dataset are kept, under `data/`: beside a corpus that ships, else by its name."""
    corpus = domain.corpus(dataset)
    return f"{corpus.folder}/{SUSPECTS_FILE}" if corpus is not None and corpus.folder else f"{SUSPECTS}/{dataset}.json"


def read_suspects(dataset: str, domain: Domain, place: Workspace) -> SuspectReport | None:
    """The suspects of a dataset, None where nobody looked for any; InputError when the file is damaged."""
    path = place.corpus(suspects_file(dataset, domain))
    report: SuspectReport | None = read_record(path, SuspectReport, "look for suspects again")
    return report


def find_suspects(
    dataset: str,
    place: Workspace,
    folds: int = FOLDS,
    seed: int = SEED,
    planted_share: float = PLANTED_SHARE,
    plant_seeds: Sequence[int] = (),
    progress: Progress = silent,
) -> SuspectReport:
    """Rank what a tagger that never saw a label finds implausible, in all splits; writes and returns the record.

    The tagger is trained anew for each of the folds, on what is outside of it. Where predictions of runs are stored for
    a split that are better there than that tagger, each run's weigh as much as the tagger's. Called again after a
    stop, it goes on with the next fold.

    Args:
        seed: of the folds and of what is learned.
        planted_share: of the mentions, as many errors are planted in a test.
        plant_seeds: of the tests, each of which learns all folds once more. Tests of earlier calls are kept.
    Raises:
        InputError: there are fewer texts than folds.
    """
    stats = read_stats(dataset, place)
    domain = get_domain(stats.domain)
    path = place.data / suspects_file(dataset, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    splits = {name: read_split(dataset, name, place) for name in stats.splits}
    documents = [document for found in splits.values() for document in found]
    assigned = _assign(documents, folds, seed)
    passes = 1 + len(plant_seeds)
    # Kept beside the datasets until all is done, in a folder of its own for calls that go on.
    kept = place.data / f".suspects-{dataset}"
    with locked(kept):
        kept.mkdir(exist_ok=True)

        def cross(annotated: Sequence[Document], what: str, number: int) -> list[np.ndarray]:
            def told(message: str, share: float) -> None:
                progress(f"{message} ({what})", (number + share) / passes)

            return _cross_validate(annotated, assigned, domain.scheme, seed, kept, told)

        found = cross(documents, "as annotated", 0)
        scores = _score(splits, found, domain.scheme)
        opinions = _list_opinions(stats, scores, place)
        tests = []
        for number, plant_seed in enumerate(plant_seeds, start=1):
            changed, errors = plant_errors(documents, planted_share, domain.scheme.types, plant_seed)
            if not errors:
                raise InputError(f"dataset {dataset!r} is too small to plant {planted_share:.0%} of its mentions in")
            names = [(split, document.id) for split, held in splits.items() for document in held]
            ranked = _rank(
                _split_up(changed, splits), cross(changed, f"planted {plant_seed}", number), domain, opinions
            )
            ranks = rank_planted(ranked, {names[at]: error for at, error in errors.items()})
            tests.append(
                PlantedTest(
                    dataset_sha256=stats.sha256,
                    folds=folds,
                    seed=plant_seed,
                    share=planted_share,
                    suspects=len(ranked),
                    **asdict(ranks),
                )
            )
        suspects = _rank(splits, found, domain, opinions)
        counts = Counter(suspect.kind for suspect in suspects)
        report = SuspectReport(
            dataset=dataset,
            domain=domain.name,
            sentences=len(documents),
            splits={name: split.processed_sha256 for name, split in stats.splits.items()},
            folds=folds,
            seed=seed,
            runs=tuple(dict.fromkeys(name for said in opinions.values() for name in said)),
            scores=scores,
            found={kind: counts[kind] for kind in SUSPECT_KINDS},
            suspects=tuple(suspects[:MOST_LISTED]),
            planted=_keep_tests(path, tests),
            provenance=collect_provenance(),
        )
        write_atomic(path, to_json(report))
        shutil.rmtree(kept)
    return report


def _assign(documents: Sequence[Document], folds: int, seed: int) -> np.ndarray:
    from itner.training.crossfit import assign_folds

    assigned = assign_folds(documents, folds, seed)
    if empty := folds - len(np.unique(assigned)):
        raise InputError(f"{empty} of {folds} folds are empty: there are fewer texts than folds; take fewer --folds")
    return assigned


def _cross_validate(
    documents: Sequence[Document],
    assigned: np.ndarray,
    scheme: LabelScheme,
    seed: int,
    kept: Path,
    progress: Progress,
) -> list[np.ndarray]:
    """Label probabilities [tokens, labels] of each document, from the fold that did not learn it.

    Args:
        kept: the folder in which each fold's are kept.
    """
    # Here, so that whoever only reads suspects never loads PyTorch.
    from itner.training.crossfit import VERSION, predict_fold, read_documents

    reading = read_documents(documents, scheme)
    folds = int(assigned.max()) + 1
    found: list[np.ndarray] = [np.zeros((0, 0))] * len(documents)
    told = [VERSION, seed, scheme.labels]
    parts = (reading.features, reading.words, reading.labels, reading.offsets, assigned)
    key = hashlib.sha256(json.dumps(told).encode() + b"".join(part.tobytes() for part in parts)).hexdigest()[:16]
    for fold in range(folds):
        chosen = assigned == fold
        rows = int(np.diff(reading.offsets)[chosen].sum())
        path = kept / f"{key}-{fold}.npy"

        def on_share(share: float, fold: int = fold) -> None:
            progress(f"fold {fold + 1} of {folds}", (fold + share) / folds)

        probabilities = _read_fold(path, (rows, len(scheme.labels)))
        if probabilities is None:
            probabilities = predict_fold(reading, chosen, len(scheme.labels), seed, on_share)
            with replacing(path) as file:
                np.save(file, probabilities, allow_pickle=False)
        on_share(1.0)
        bounds = np.cumsum(np.diff(reading.offsets)[chosen])[:-1]
        for number, part in zip(np.flatnonzero(chosen), np.split(probabilities, bounds), strict=True):
            found[number] = part
    return found


def _read_fold(path: Path, shape: tuple[int, int]) -> np.ndarray | None:
    """What was kept of a fold; None where there is nothing, or nothing that is whole."""
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return None
    try:
        kept: np.ndarray = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return kept if kept.shape == shape and kept.dtype == np.float32 else None


def _split_up(documents: Sequence[Document], splits: Mapping[str, Sequence[Document]]) -> dict[str, Sequence[Document]]:
    """Documents of all splits one after the other, as splits again."""
    rest = iter(documents)
    return {name: [next(rest) for _ in held] for name, held in splits.items()}


def _rank(
    splits: Mapping[str, Sequence[Document]],
    probabilities: Sequence[np.ndarray],
    domain: Domain,
    opinions: Mapping[str, Mapping[str, Opinion]],
) -> list[Suspect]:
    suspects: list[Suspect] = []
    at = 0
    for name, documents in splits.items():
        rows = probabilities[at : at + len(documents)]
        at += len(documents)
        suspects += list_suspects(name, documents, rows, domain.scheme, list(opinions.get(name, {}).values()))
    return rank(suspects)


def _score(
    splits: Mapping[str, Sequence[Document]], probabilities: Sequence[np.ndarray], scheme: LabelScheme
) -> dict[str, OutOfSample]:
    scores = {}
    at = 0
    for name, documents in splits.items():
        found = decode_probabilities(documents, probabilities[at : at + len(documents)], scheme.types)
        at += len(documents)
        counts = count_documents(documents, found, scheme.types)
        micro = sum(counts_per_type(counts, scheme.types).values(), Counts())
        by_unit = add_by_unit(documents, counts)
        ends = find_ranges(by_unit, len(by_unit))[0].f1 or (0.0, 1.0)
        scores[name] = OutOfSample(micro, Interval(*ends, LEVEL, RESAMPLES))
    return scores


def _list_opinions(
    stats: DataStats, scores: Mapping[str, OutOfSample], place: Workspace
) -> dict[str, dict[str, Opinion]]:
    """By split, and by run and variant, stored predictions that are better there than the tagger of the folds.

    Of a run, the variant that is worth most a look. Predictions for train are not asked: it learned from that.
    """
    runs = [run for run in RunStore(place.models).load_all()[0] if run.info.domain == stats.domain]
    opinions: dict[str, dict[str, Opinion]] = {}
    for split in stats.splits:
        if split == "train":
            continue
        for run in runs:
            known = _find_predictions(run, stats, split, scores[split].counts.f1)
            if known is not None:
                variant, said = known
                opinions.setdefault(split, {})[f"{run.name} {variant}"] = said
    return opinions


def _find_predictions(run: Run, stats: DataStats, split: str, least_f1: float) -> tuple[str, Opinion] | None:
    sha256 = stats.splits[split].processed_sha256
    for variant in kind_of(run).live:
        report = next(
            (r for r in run.metrics.reports if (r.dataset, r.split, r.variant) == (stats.name, split, variant)), None
        )
        path = run.predictions_path(stats.name, split, variant)
        if report is None or report.split_sha256 != sha256 or report.micro.f1 <= least_f1 or not path.is_file():
            continue
        predictions = read_predictions(path)
        if (predictions.info.split_sha256, predictions.info.model_sha256) == (sha256, report.model_sha256):
            return variant, predictions.mentions
    return None


def _keep_tests(path: Path, tests: Sequence[PlantedTest]) -> tuple[PlantedTest, ...]:
    """These tests, and those of earlier calls that were not made again."""
    before: SuspectReport | None = read_record(path, SuspectReport, "remove the file")
    known = {(test.seed, test.share, test.folds): test for test in (*(before.planted if before else ()), *tests)}
    return tuple(known[key] for key in sorted(known))
