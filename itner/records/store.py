"""The run store: sole owner of the names under `models/`, and of what is read from and written to run folders.

Workflows write run folders, pages read them. Folders are untrusted input: everything is validated, nothing is
unpickled, and one broken run never hides the others.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

from filelock import FileLock, Timeout

from itner.core.errors import InputError
from itner.core.words import printable
from itner.records.answers import AnswerReport, Answers
from itner.records.bench import BenchReport
from itner.records.buckets import BucketReport, Buckets
from itner.records.calibration import CalibrationReport, Calibrations
from itner.records.claims import Claims
from itner.records.codec import to_json
from itner.records.config import CompactConfig, EncoderConfig, RunConfig
from itner.records.curve import LearningCurves
from itner.records.evaluation import ErrorReport, Errors, EvalReport, Metrics
from itner.records.files import change_record, check_name, locked, read_bytes, read_record, write_atomic
from itner.records.int8 import Int8Ranges
from itner.records.recall import RecallCurve, Recalls
from itner.records.robustness import Robustness, RobustnessReport
from itner.records.run import CompactRun, EncoderRun, RunRecord
from itner.records.scores import OUTSIDE
from itner.records.seeds import SeedRun, Seeds
from itner.records.study import Ablation, CompressionStudy, Int8Trials
from itner.records.transfer import agree

RUN = "run.json"
CONFIG = "config_resolved.json"
LOG = "trainer_log_history.json"
METRICS = "metrics.json"
ERRORS = "errors.json"
BENCH = "bench.json"
CARD = "README.md"
WEIGHTS = "model.safetensors"
ADAPTER = "adapter_model.safetensors"
TOKENIZER = "tokenizer.json"
INCOMPLETE = "incomplete.json"
CHECKPOINTS = "checkpoints"
_OLD_CHECKPOINTS, _TRAINING_LOCK = ".old-checkpoints", ".training.lock"
ONNX = "onnx"
ONNX_MANIFEST = "manifest.json"
INT8_RANGES = "int8_ranges.json"
SEEDS = "seeds.json"
RECALL = "recall.json"
BUCKETS = "buckets.json"
CALIBRATION = "calibration.json"
ANSWERS = "answers.json"
ROBUSTNESS = "robustness.json"
PREDICTIONS = "predictions"
# Decoders that were built here, under the runs that stand on them.
BASES = "bases"
# How one of them was built, beside its weights; written last.
BASE_RECORD = "base.json"
# Beside the runs, not in one.
INT8_TRIALS = "int8_trials.json"
ABLATION = "ablation.json"
CURVES = "learning_curves.json"
STUDY = "compression_study.json"
CLAIMS = "claims.json"


class _Report(Protocol):
    """What an evaluation's report is found by."""

    @property
    def dataset(self) -> str: ...

    @property
    def split(self) -> str: ...

    @property
    def variant(self) -> str: ...


R = TypeVar("R", bound=_Report)
_D = TypeVar("_D", BucketReport, CalibrationReport)


def read_ablation(root: Path) -> Ablation | None:
    """The ablation beside the runs, None without; InputError when the file is damaged."""
    ablation: Ablation | None = _read(root / ABLATION, Ablation)
    return ablation


def read_curves(root: Path) -> LearningCurves | None:
    """The learning curves beside the runs, None without; InputError when the file is damaged."""
    curves: LearningCurves | None = _read(root / CURVES, LearningCurves)
    return curves


def read_study(root: Path) -> CompressionStudy | None:
    """The compression study beside the runs, None without; InputError when the file is damaged."""
    study: CompressionStudy | None = _read(root / STUDY, CompressionStudy)
    return study


def read_claims(root: Path) -> Claims | None:
    """The tested claims beside the runs, None without; InputError when the file is damaged."""
    claims: Claims | None = _read(root / CLAIMS, Claims)
    return claims


def read_trials(root: Path) -> Int8Trials | None:
    """The trials of INT8 recipes beside the runs, None without; InputError when the file is damaged."""
    trials: Int8Trials | None = _read(root / INT8_TRIALS, Int8Trials)
    return trials


@dataclass(frozen=True)
class Run:
    """A complete run. Files beside `run.json` and the configuration are read when asked for."""

    path: Path
    info: RunRecord
    config: RunConfig

    @property
    def name(self) -> str:
        """The folder's name, which is the run's."""
        return self.info.name

    @property
    def scheme_types(self) -> tuple[str, ...]:
        """The entity types that the run marks."""
        return self.info.types

    @property
    def weights_path(self) -> Path | None:
        """The file with the trained weights, None in a run without."""
        for name in (WEIGHTS, ADAPTER):
            if (self.path / name).is_file():
                return self.path / name
        return None

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Changes when a file of the run changes, those that are built of it and hidden ones left out."""
        files = sorted(path for path in self.path.iterdir() if path.name[0] != "." and path.is_file())
        stats = [(path.name, path.stat()) for path in files]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

    def onnx_path(self, variant: str) -> Path:
        """Where the ONNX file of a variant is (or will be built)."""
        return self.path / ONNX / f"model_{variant}.onnx"

    def predictions_path(self, dataset: str, split: str, variant: str) -> Path:
        """Where the predictions on a dataset split are (or will be stored)."""
        return self.path / PREDICTIONS / f"{dataset}-{split}-{variant}.parquet"

    @cached_property
    def metrics(self) -> Metrics:
        """Evaluation reports; empty when the run was not evaluated."""
        return _read(self.path / METRICS, Metrics) or Metrics(())

    @cached_property
    def errors(self) -> Errors:
        """Error reports; empty when the run was not evaluated."""
        return _read(self.path / ERRORS, Errors) or Errors.of(())

    @cached_property
    def bench(self) -> BenchReport | None:
        """The benchmark, None when the run was not benchmarked."""
        bench: BenchReport | None = _read(self.path / BENCH, BenchReport)
        return bench

    @cached_property
    def seeds(self) -> Seeds:
        """The run's trainings with other seeds; empty when there are none."""
        return _read(self.path / SEEDS, Seeds) or Seeds()

    @cached_property
    def recalls(self) -> Recalls:
        """What the run's mentions hide at thresholds; empty where nobody measured it."""
        return _read(self.path / RECALL, Recalls) or Recalls()

    @cached_property
    def buckets(self) -> Buckets:
        """How the run scores on parts of datasets; empty where nobody counted it."""
        return _read(self.path / BUCKETS, Buckets) or Buckets()

    @cached_property
    def calibrations(self) -> Calibrations:
        """How far the run's confidences can be relied on; empty where nobody measured it."""
        return _read(self.path / CALIBRATION, Calibrations) or Calibrations()

    @cached_property
    def answers(self) -> Answers:
        """What a language model was asked for and what it took; empty for runs that ask none."""
        return _read(self.path / ANSWERS, Answers) or Answers()

    @cached_property
    def robustness(self) -> Robustness:
        """What perturbations of the text cost; empty where nobody measured it."""
        return _read(self.path / ROBUSTNESS, Robustness) or Robustness()

    def is_repeated_by(self, made: SeedRun) -> bool:
        """Whether a training is the run's own but for the seed: the same settings, data, teachers and beginning.

        What a record of an older version does not say of these is no difference.
        """
        config, info = self.config, self.info
        if not isinstance(config, EncoderConfig | CompactConfig) or not isinstance(info, EncoderRun | CompactRun):
            return False
        made_of = (replace(config, seed=made.seed), info.dataset.sha256, info.teachers)
        begun = {sha256 for sha256 in (begin_of(info), made.begin_sha256) if sha256 is not None}
        return (
            made_of == (made.config, made.dataset_sha256, made.teachers)
            and agree(info.transfer, made.transfer)
            and len(begun) < 2
        )

    def read_int8_ranges(self) -> Int8Ranges | None:
        """The ranges that INT8 scales activations by, None when they were not measured.

        InputError when they are damaged, or were measured with other weights than the run's.
        """
        ranges: Int8Ranges | None = _read(self.path / INT8_RANGES, Int8Ranges)
        if ranges is not None and ranges.weights_sha256 != self.info.model_sha256:
            raise InputError(
                f"{INT8_RANGES}: measured with other weights; measure anew with `itner calibrate {self.name}`",
                path=self.path,
            )
        return ranges

    @cached_property
    def log(self) -> list[dict[str, Any]]:
        """The Trainer's log history; empty when there is none."""
        path = self.path / LOG
        if not path.is_file():
            return []
        try:
            history = json.loads(read_bytes(path))
        except (ValueError, RecursionError):
            raise InputError(f"{LOG}: not valid JSON", path=path) from None
        if not isinstance(history, list) or not all(isinstance(entry, dict) for entry in history):
            raise InputError(f"{LOG}: expected a list of objects", path=path)
        return history

    def report(self, dataset: str, split: str, variant: str) -> EvalReport | None:
        """The evaluation of a variant on a dataset split, None when there is none."""
        return _find(self.metrics.reports, dataset, split, variant)

    def bucket_report(self, dataset: str, split: str, variant: str) -> BucketReport | None:
        """Scores on parts of a dataset split, None when there are none of the model that the report is of."""
        return self._fitting(_find(self.buckets.reports, dataset, split, variant))

    def calibration(self, dataset: str, split: str, variant: str) -> CalibrationReport | None:
        """What is known of the confidences, None when there is nothing of the model that the report is of."""
        return self._fitting(_find(self.calibrations.reports, dataset, split, variant))

    def _fitting(self, found: _D | None) -> _D | None:
        report = self.report(found.dataset, found.split, found.variant) if found is not None else None
        if found is None or report is None:
            return None
        same = (report.split_sha256, report.model_sha256) == (found.split_sha256, found.model_sha256)
        return found if same else None

    def robustness_report(self, dataset: str, split: str, variant: str) -> RobustnessReport | None:
        """What perturbations cost a variant on a dataset split, None where nobody measured it."""
        return _find(self.robustness.reports, dataset, split, variant)

    def error_report(self, dataset: str, split: str, variant: str) -> ErrorReport | None:
        """The errors of a variant on a dataset split, None when there is no record of them that fits the report."""
        report, errors = self.report(dataset, split, variant), _find(self.errors.reports, dataset, split, variant)
        return errors if report is not None and errors is not None and _fit(report, errors) else None


def begin_of(info: EncoderRun | CompactRun) -> str | None:
    """The hash of the model that a run began with; None where there is none, or the record does not say."""
    return info.begin_sha256 if isinstance(info, EncoderRun) else None


@dataclass(frozen=True)
class BrokenRun:
    """A folder that cannot be used, and why.

    Attributes:
        incomplete: whether a training has not finished.
        remedy: the words of the command that mends it; empty where there is none.
    """

    path: Path
    reason: str
    incomplete: bool = False
    remedy: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The folder's name."""
        return printable(self.path.name)


class RunStore:
    """The run folders under one root."""

    def __init__(self, root: Path):
        self.root = root

    def load_all(self) -> tuple[list[Run], list[BrokenRun]]:
        """Every run that validates, by kind and name, and every folder that does not, with the reason."""
        runs: list[Run] = []
        broken: list[BrokenRun] = []
        for path in self._folders():
            try:
                run = self._load(path)
                # A run whose reports cannot be read would fail later, in the middle of a page.
                _ = run.metrics, run.errors, run.bench, run.seeds, run.recalls, run.answers, run.log
                _ = run.buckets, run.calibrations
                _ = run.robustness
                _check_meaning(run)
                runs.append(run)
            except _IncompleteError as error:
                broken.append(BrokenRun(path, error.problem, incomplete=True))
            except _OtherNameError as error:
                broken.append(BrokenRun(path, error.problem, remedy=("adopt", path.name)))
            except (InputError, OSError, ValueError, RecursionError) as error:
                broken.append(BrokenRun(path, printable(getattr(error, "problem", str(error)))))
        return sorted(runs, key=lambda run: (run.info.kind, run.name)), broken

    def load(self, name: str) -> Run:
        """One run by name; InputError when it is missing or broken."""
        path = self.root / check_name(name)
        if not path.is_dir():
            known = ", ".join(folder.name for folder in self._folders() if (folder / RUN).is_file()) or "none"
            raise InputError(
                f"no run {name!r} under {self.root.name}/ (runs: {known}); make one with `itner train` or `itner rules`"
            )
        try:
            run = self._load(path)
        except _OtherNameError as error:
            raise InputError(f"{error.problem} with `itner adopt {name}`", path=path) from None
        _sweep_checkpoints(path)
        return run

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Changes when any file that `load_all` reads changes; cheap enough to ask on every page view."""
        names = (
            RUN,
            CONFIG,
            LOG,
            METRICS,
            ERRORS,
            BENCH,
            SEEDS,
            RECALL,
            BUCKETS,
            CALIBRATION,
            ANSWERS,
            ROBUSTNESS,
            INCOMPLETE,
            WEIGHTS,
            ADAPTER,
        )
        marks = []
        for folder in self._folders():
            shown = printable(folder.name)
            marks.append((shown, 0, 0))
            for name in names:
                try:
                    stat = (folder / name).stat()
                except OSError:
                    continue
                marks.append((f"{shown}/{name}", stat.st_mtime_ns, stat.st_size))
        return tuple(marks)

    def _folders(self) -> list[Path]:
        if not self.root.is_dir():
            return []
        return sorted(
            path
            for path in self.root.iterdir()
            if path.is_dir()
            and not path.name.startswith(".")
            and path.name not in (ONNX, PREDICTIONS, BASES)
            and not _holds_locks_alone(path)
        )

    def _load(self, path: Path) -> Run:
        try:
            check_name(path.name)
        except InputError as error:
            raise InputError(f"{error.problem}; rename the folder", path=path) from None
        _refuse_links(path)
        if (path / INCOMPLETE).exists():
            raise _IncompleteError("training has not finished; go on with `--resume`, or remove the folder", path=path)
        info: RunRecord | None = _read(path / RUN, RunRecord)
        if info is None:
            raise InputError(f"{RUN} is missing", path=path)
        if info.name != path.name:
            raise _OtherNameError(
                f"{RUN} says the run is {info.name!r}, the folder {path.name!r}: it was copied or renamed; rename the "
                f"folder to {info.name!r}, or make it a run of its own",
                path=path,
            )
        config = read_config(path)
        if config.kind != info.kind:
            raise InputError(f"{RUN} says the run is of kind {info.kind!r}, {CONFIG} {config.kind!r}", path=path)
        return Run(path, info, config)


def _holds_locks_alone(folder: Path) -> bool:
    """Whether this is what stays of a run whose files somebody removed."""
    names = [path.name for path in folder.iterdir()]
    return bool(names) and all(name.startswith(".") and name.endswith(".lock") for name in names)


def _check_meaning(run: Run) -> None:
    """InputError when reports, each right by itself, are none of this run, or not one of each."""
    types = set(run.info.types)
    written = (
        (METRICS, run.metrics.reports),
        (ERRORS, run.errors.reports),
        (ANSWERS, run.answers.reports),
        (ROBUSTNESS, run.robustness.reports),
    )
    for file, reports in written:
        keys = [(report.dataset, report.split, report.variant) for report in reports]
        twice = next((" ".join(key) for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise InputError(f"{file}: two reports on {twice}", path=run.path)
    for report in run.metrics.reports:
        if foreign := sorted(set(report.per_type) - types):
            raise InputError(f"{METRICS}: {foreign[0]!r} is no type of this run", path=run.path)
    for measured in run.robustness.reports:
        if foreign := sorted(set(measured.types) - types):
            raise InputError(f"{ROBUSTNESS}: {foreign[0]!r} is no type of this run", path=run.path)
    for errors in run.errors.reports:
        named = {span.type for error in errors.errors for span in (error.gold, error.pred) if span is not None}
        confused = {name for gold, preds in errors.confusion.items() for name in (gold, *preds)}
        if foreign := sorted((named | confused) - types - {OUTSIDE}):
            raise InputError(f"{ERRORS}: {foreign[0]!r} is no type of this run", path=run.path)
    if run.bench is not None:
        variants = [result.variant for result in run.bench.results]
        if len(set(variants)) < len(variants):
            raise InputError(f"{BENCH}: a variant stands there twice", path=run.path)


def _refuse_links(folder: Path) -> None:
    """InputError for a link in a run: it could lead to any file of the machine, and show it to who may not see it."""
    inside = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
    below = [each for entry in inside if entry.is_dir(follow_symlinks=False) for each in os.scandir(entry)]
    for entry in (*inside, *below):
        if entry.is_symlink():
            raise InputError(f"{entry.name} is a link; a run holds files of its own alone", path=Path(entry.path))


class _IncompleteError(InputError):
    pass


class _OtherNameError(InputError):
    pass


def write_evaluations(run: Run, reports: list[EvalReport], errors: list[ErrorReport]) -> None:
    """Merge evaluations and the errors of the same ones; those of two calls do not mix.

    Errors come first, which nobody sees before the report that they fit is there (`Run.error_report`).
    """
    with locked(run.path / METRICS.removesuffix(".json")):
        write_errors(run, errors)
        write_metrics(run, reports)


def write_metrics(run: Run, reports: list[EvalReport]) -> None:
    """Merge reports into `metrics.json`; a report replaces the one with the same dataset, split and variant."""
    change_record(
        run.path / METRICS, Metrics, lambda known: Metrics(_merge(known.reports if known is not None else (), reports))
    )


def write_errors(run: Run, reports: list[ErrorReport]) -> None:
    """Merge reports into `errors.json`, as `write_metrics` does."""
    change_record(
        run.path / ERRORS,
        Errors,
        lambda known: Errors.of(_merge(known.reports if known is not None else (), reports)),
        indent=None,
    )


def write_recall(run: Run, curves: list[RecallCurve]) -> None:
    """Merge curves into `recall.json`, as `write_metrics` does."""
    change_record(
        run.path / RECALL,
        Recalls,
        lambda known: Recalls(_merge(known.curves if known is not None else (), curves)),
        indent=None,
    )


def write_buckets(run: Run, reports: list[BucketReport]) -> None:
    """Merge reports into `buckets.json`, as `write_metrics` does."""
    change_record(
        run.path / BUCKETS,
        Buckets,
        lambda known: Buckets(_merge(known.reports if known is not None else (), reports)),
        indent=None,
    )


def write_calibrations(run: Run, reports: list[CalibrationReport]) -> None:
    """Merge reports into `calibration.json`, as `write_metrics` does; without any, no file is made."""
    if reports:
        change_record(
            run.path / CALIBRATION,
            Calibrations,
            lambda known: Calibrations(_merge(known.reports if known is not None else (), reports)),
            indent=None,
        )


def write_answers(run: Run, reports: list[AnswerReport]) -> None:
    """Merge accounts into `answers.json`, as `write_metrics` does."""
    change_record(
        run.path / ANSWERS, Answers, lambda known: Answers(_merge(known.reports if known is not None else (), reports))
    )


def write_robustness(run: Run, report: RobustnessReport) -> None:
    """Merge a report into `robustness.json`, as `write_metrics` does."""
    change_record(
        run.path / ROBUSTNESS,
        Robustness,
        lambda known: Robustness(_merge(known.reports if known is not None else (), [report])),
        indent=None,
    )


def write_int8_ranges(run: Run, ranges: Int8Ranges) -> None:
    """Write `int8_ranges.json`."""
    write_atomic(run.path / INT8_RANGES, to_json(ranges))


def write_bench(run: Run, report: BenchReport) -> None:
    """Write `bench.json`."""
    write_atomic(run.path / BENCH, to_json(report))


def write_seed(run: Run, made: SeedRun) -> None:
    """Put a training into `seeds.json`, in the place of the one of the same seed."""

    def change(known: Seeds | None) -> Seeds:
        others = [each for each in (known.runs if known is not None else ()) if each.seed != made.seed]
        return Seeds(tuple(sorted((*others, made), key=lambda each: each.seed)))

    change_record(run.path / SEEDS, Seeds, change)


def claim_folder(root: Path, name: str) -> Path:
    """The folder of a new run that nothing is trained for; InputError where one is, or is being trained."""
    folder = root / check_name(name)
    if (folder / RUN).exists():
        raise InputError("this run is complete; choose another name with --run, or remove the folder", path=folder)
    if (folder / INCOMPLETE).exists():
        raise InputError("a training of that name is not finished; choose another name with --run", path=folder)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_run(path: Path, info: RunRecord) -> None:
    """Write `run.json` of the run folder `path`."""
    write_atomic(path / RUN, to_json(info))


def write_config(path: Path, config: RunConfig) -> None:
    """Write `config_resolved.json` of the run folder `path`."""
    write_atomic(path / CONFIG, to_json(config))


def read_config(path: Path) -> RunConfig:
    """`config_resolved.json` of the run folder `path`."""
    config: RunConfig | None = _read(path / CONFIG, RunConfig)
    if config is None:
        raise InputError(f"{CONFIG} is missing", path=path)
    return config


def is_complete(path: Path) -> bool:
    """Whether a run folder holds a run whose making has finished."""
    return (path / RUN).exists() and not (path / INCOMPLETE).exists()


@contextmanager
def training(path: Path, note: dict[str, Any]) -> Iterator[None]:
    """Mark a run folder incomplete while its training runs; the mark goes only when the body ends well.

    Then its checkpoints go, too, which are hidden first: a run that is complete stays so, whatever stops that.

    Raises:
        InputError: another training of that folder runs, or has ended meanwhile.
    """
    path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path / _TRAINING_LOCK)
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        raise InputError(
            "another call trains here; wait for it, or choose another name with --run", path=path
        ) from None
    with held:
        if not (path / INCOMPLETE).exists() and any((path / name).exists() for name in (RUN, BASE_RECORD)):
            raise InputError("this was completed by another call meanwhile", path=path)
        shutil.rmtree(path / _OLD_CHECKPOINTS, ignore_errors=True)
        write_atomic(path / INCOMPLETE, json.dumps(note, indent=2) + "\n")
        yield
        (path / INCOMPLETE).unlink()
        if (path / CHECKPOINTS).exists():
            (path / CHECKPOINTS).rename(path / _OLD_CHECKPOINTS)
            shutil.rmtree(path / _OLD_CHECKPOINTS, ignore_errors=True)


def _sweep_checkpoints(path: Path) -> None:
    """Remove what a training left that was killed when its run was complete, unless it is at that itself."""
    left = [path / name for name in (CHECKPOINTS, _OLD_CHECKPOINTS) if (path / name).is_dir()]
    if left:
        with suppress(Timeout, OSError), FileLock(path / _TRAINING_LOCK, timeout=0):
            for folder in left:
                shutil.rmtree(folder, ignore_errors=True)


def read_training_note(path: Path) -> dict[str, Any] | None:
    """What `training` noted in an unfinished run's folder, None when there is no note."""
    try:
        note = json.loads((path / INCOMPLETE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def _fit(report: EvalReport, errors: ErrorReport) -> bool:
    """Whether errors are of the same predictions as a report, as far as can be told: of the same text and model, and
    as many."""
    counts = report.micro
    missed = {(error.document, error.gold) for error in errors.errors if error.gold is not None}
    added = {(error.document, error.pred) for error in errors.errors if error.pred is not None}
    return (
        (report.split_sha256, report.model_sha256) == (errors.split_sha256, errors.model_sha256)
        and (counts.fn, counts.fp) == (len(missed), len(added))
        and counts.tp + counts.fn == errors.gold_total
    )


def _find(reports: Sequence[R], dataset: str, split: str, variant: str) -> R | None:
    return next((r for r in reports if (r.dataset, r.split, r.variant) == (dataset, split, variant)), None)


def _merge(old: Sequence[R], new: Sequence[R]) -> tuple[R, ...]:
    def key(report: R) -> tuple[str, str, str]:
        return report.dataset, report.split, report.variant

    merged = {key(report): report for report in (*old, *new)}
    return tuple(merged[name] for name in sorted(merged))


def _read(path: Path, kind: Any) -> Any:
    try:
        return read_record(path, kind)
    except InputError as error:
        # A card of a broken run names the file, not where the folder is.
        raise InputError(f"{path.name}: {error.problem}", path=path) from None
