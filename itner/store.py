"""The run store: sole owner of the names and schemas under `models/`.

Scripts write run folders, pages read them. Folders are untrusted input: everything is validated, nothing is
unpickled, and one broken run never hides the others.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from itner.config import ONNX_PRECISIONS, Precision, TrainConfig, config_from_json, config_to_json, describe
from itner.errors import InputError
from itner.results import Ablation, BenchReport, ErrorReport, Errors, EvalReport, Metrics, RunInfo, from_json, to_json

T = TypeVar("T")

MODELS_ROOT = Path(__file__).resolve().parents[1] / "models"

RUN = "run.json"
CONFIG = "config_resolved.json"
LOG = "trainer_log_history.json"
METRICS = "metrics.json"
ERRORS = "errors.json"
BENCH = "bench.json"
CARD = "README.md"
WEIGHTS = "model.safetensors"
ADAPTER = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"
TOKENIZER = "tokenizer.json"
INCOMPLETE = "incomplete.json"
CHECKPOINTS = "checkpoints"
ONNX = "onnx"
ONNX_MANIFEST = "manifest.json"
# Beside the runs, not in one.
INT8_TRIALS = "int8_trials.json"
ABLATION = "ablation.json"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NOT_RUNS = {ONNX}
# A JSON file of a run folder larger than this is not ours.
_MAX_JSON_BYTES = 64 * 2**20


def check_run_name(name: str) -> str:
    """The name, when it can name a run folder."""
    if not _NAME.fullmatch(name) or name in _NOT_RUNS:
        raise InputError(f"{name!r} cannot name a run: use letters, digits, '.', '_' and '-', 64 at most")
    return name


def write_atomic(path: Path, text: str) -> None:
    """Write the whole file or nothing: a temporary name in the same folder, then a rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def read_ablation(root: Path = MODELS_ROOT) -> Ablation | None:
    """The ablation beside the runs, None without; InputError when the file is damaged."""
    return _read_json(root / ABLATION, Ablation)


@dataclass(frozen=True)
class Run:
    """A complete run. Files beside `run.json` and the configuration are read when asked for."""

    path: Path
    info: RunInfo
    config: TrainConfig

    @property
    def name(self) -> str:
        """The folder's name, which is the run's."""
        return self.info.name

    @property
    def scheme_types(self) -> tuple[str, ...]:
        """The entity types that the run tags."""
        return tuple(label[2:] for label in self.info.labels if label.startswith("B-"))

    @property
    def weights_path(self) -> Path | None:
        """The file with the trained weights, None in a run without."""
        for name in (WEIGHTS, ADAPTER):
            if (self.path / name).is_file():
                return self.path / name
        return None

    def onnx_path(self, precision: Precision) -> Path:
        """Where the ONNX file of a weight precision is (or will be built)."""
        if precision not in ONNX_PRECISIONS:
            raise ValueError(f"{precision} is not an ONNX precision")
        return self.path / ONNX / f"model_{precision}.onnx"

    @cached_property
    def metrics(self) -> Metrics:
        """Evaluation reports; empty when the run was not evaluated."""
        return _read_json(self.path / METRICS, Metrics) or Metrics(())

    @cached_property
    def errors(self) -> Errors:
        """Error reports; empty when the run was not evaluated."""
        return _read_json(self.path / ERRORS, Errors) or Errors(())

    @cached_property
    def bench(self) -> BenchReport | None:
        """The benchmark, None when the run was not benchmarked."""
        return _read_json(self.path / BENCH, BenchReport)

    @cached_property
    def log(self) -> list[dict[str, Any]]:
        """The Trainer's log history; empty when there is none."""
        path = self.path / LOG
        if not path.is_file():
            return []
        history = json.loads(_read_bytes(path))
        if not isinstance(history, list) or not all(isinstance(entry, dict) for entry in history):
            raise InputError(f"{LOG}: expected a list of objects", path=path)
        return history

    def report(self, dataset: str, split: str, precision: Precision) -> EvalReport | None:
        """The evaluation on a dataset split at a weight precision, None when there is none."""
        key = (dataset, split, precision)
        return next((r for r in self.metrics.reports if (r.dataset, r.split, r.precision) == key), None)

    def error_report(self, dataset: str, split: str, precision: Precision) -> ErrorReport | None:
        """The errors on a dataset split at a weight precision, None when there is no record of them."""
        key = (dataset, split, precision)
        return next((r for r in self.errors.reports if (r.dataset, r.split, r.precision) == key), None)


@dataclass(frozen=True)
class BrokenRun:
    """A folder that cannot be used, and why. `incomplete` when a training has not finished."""

    path: Path
    reason: str
    incomplete: bool = False

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name


class RunStore:
    """The run folders under one root."""

    def __init__(self, root: Path = MODELS_ROOT):
        self.root = root

    def load_all(self) -> tuple[list[Run], list[BrokenRun]]:
        """Every run that validates, in name order, and every folder that does not, with the reason."""
        runs: list[Run] = []
        broken: list[BrokenRun] = []
        for path in self._folders():
            try:
                run = self._load(path)
                # A run whose reports cannot be read would fail later, in the middle of a page.
                _ = run.metrics, run.errors, run.bench, run.log
                runs.append(run)
            except _IncompleteError as error:
                broken.append(BrokenRun(path, error.problem, incomplete=True))
            except (InputError, OSError, ValueError, RecursionError) as error:
                broken.append(BrokenRun(path, getattr(error, "problem", str(error))))
        return runs, broken

    def load(self, name: str) -> Run:
        """One run by name; InputError when it is missing or broken."""
        path = self.root / check_run_name(name)
        if not path.is_dir():
            known = ", ".join(folder.name for folder in self._folders()) or "none"
            raise InputError(f"no run {name!r} under {self.root.name}/ (runs: {known}); train it with scripts/train.py")
        return self._load(path)

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Changes when any file that `load_all` reads changes; cheap enough to ask on every page view."""
        names = (RUN, CONFIG, LOG, METRICS, ERRORS, BENCH, INCOMPLETE, WEIGHTS, ADAPTER)
        marks = []
        for folder in self._folders():
            marks.append((folder.name, 0, 0))
            for name in names:
                try:
                    stat = (folder / name).stat()
                except OSError:
                    continue
                marks.append((f"{folder.name}/{name}", stat.st_mtime_ns, stat.st_size))
        return tuple(marks)

    def _folders(self) -> list[Path]:
        if not self.root.is_dir():
            return []
        return sorted(
            path
            for path in self.root.iterdir()
            if path.is_dir() and not path.name.startswith(".") and path.name not in _NOT_RUNS
        )

    def _load(self, path: Path) -> Run:
        check_run_name(path.name)
        if (path / INCOMPLETE).exists():
            raise _IncompleteError("training has not finished; go on with `--resume`, or remove the folder", path=path)
        info = _read_json(path / RUN, RunInfo)
        if info is None:
            raise InputError(f"{RUN} is missing", path=path)
        if info.name != path.name:
            raise InputError(f"{RUN} says the run is {info.name!r}, the folder {path.name!r}", path=path)
        config = _read_config(path / CONFIG)
        return Run(path, info, config)


class _IncompleteError(InputError):
    pass


def write_metrics(run: Run, reports: list[EvalReport]) -> None:
    """Merge reports into `metrics.json`; a report replaces the one with the same dataset, split and precision."""
    # Read anew: what `run` has cached may be older than what another evaluation has written.
    known = _read_json(run.path / METRICS, Metrics) or Metrics(())
    write_atomic(run.path / METRICS, to_json(Metrics(tuple(_merge(list(known.reports), reports)))))


def write_errors(run: Run, reports: list[ErrorReport]) -> None:
    """Merge reports into `errors.json`, as `write_metrics` does."""
    known = _read_json(run.path / ERRORS, Errors) or Errors(())
    write_atomic(run.path / ERRORS, to_json(Errors(tuple(_merge(list(known.reports), reports))), indent=None))


def write_bench(run: Run, report: BenchReport) -> None:
    """Write `bench.json`."""
    write_atomic(run.path / BENCH, to_json(report))


def write_config(path: Path, config: TrainConfig) -> None:
    """Write `config_resolved.json` of the run folder `path`."""
    write_atomic(path / CONFIG, config_to_json(config))


def read_config(path: Path) -> TrainConfig:
    """`config_resolved.json` of the run folder `path`."""
    return _read_config(path / CONFIG)


@contextmanager
def training(path: Path, note: dict[str, Any]) -> Iterator[None]:
    """Mark a run folder incomplete while its training runs; the mark goes only when the body ends well."""
    path.mkdir(parents=True, exist_ok=True)
    write_atomic(path / INCOMPLETE, json.dumps(note, indent=2) + "\n")
    yield
    (path / INCOMPLETE).unlink()


def read_training_note(path: Path) -> dict[str, Any] | None:
    """What `training` noted in an unfinished run's folder, None when there is no note."""
    try:
        note = json.loads((path / INCOMPLETE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def _merge(old: list[T], new: list[T]) -> list[T]:
    def key(report: Any) -> tuple[str, str, str]:
        return report.dataset, report.split, report.precision

    replaced = {key(report) for report in new}
    return sorted([report for report in old if key(report) not in replaced] + new, key=key)


def _read_bytes(path: Path) -> bytes:
    if path.stat().st_size > _MAX_JSON_BYTES:
        raise InputError(f"larger than {_MAX_JSON_BYTES // 2**20} MiB", path=path)
    return path.read_bytes()


def _read_json(path: Path, kind: type[T]) -> T | None:
    if not path.is_file():
        return None
    try:
        return from_json(kind, _read_bytes(path))
    except ValidationError as error:
        raise InputError(f"{path.name}: {describe(error)}", path=path) from None


def _read_config(path: Path) -> TrainConfig:
    if not path.is_file():
        raise InputError(f"{path.name} is missing", path=path)
    try:
        return config_from_json(_read_bytes(path))
    except ValidationError as error:
        raise InputError(f"{path.name}: {describe(error)}", path=path) from None
