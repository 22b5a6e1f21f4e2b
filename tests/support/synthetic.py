"""Run folders made of JSON alone, for tests of everything that only reads them."""

from __future__ import annotations

import json
from pathlib import Path

from itner.core.provenance import Machine, Provenance
from itner.domains.it.scheme import SCHEME
from itner.records.bench import BenchReport, BenchResult, Latency
from itner.records.codec import to_json
from itner.records.dataset import SourceFacts
from itner.records.evaluation import ErrorRecord, ErrorReport, Errors, EvalReport, Metrics, Span
from itner.records.int8 import Int8Recipe
from itner.records.run import DatasetRef, EncoderRun
from itner.records.scores import Counts, ScoreRanges, Uncertainty
from itner.records.store import BENCH, ERRORS, LOG, METRICS, ONNX, RUN, write_config
from itner.taggers.encoder.presets import preset
from itner.taggers.variants import ONNX_VARIANTS, VARIANTS

HASH = "ab" * 32
SOURCES = {"stackoverflow": SourceFacts("stackoverflow", "stackoverflow")}
PROVENANCE = Provenance(
    created="2026-01-01T00:00:00+00:00",
    commit="c" * 40,
    commit_dirty=False,
    versions={"python": "3.11", "torch": "2", "transformers": "5"},
    machine=Machine(cpu="Test CPU", cores=2, memory_gib=4.0, isa=("avx2",), os="Linux x86_64"),
)


def latency(p50: float) -> Latency:
    return Latency(p50_ms=p50, p95_ms=2 * p50, p99_ms=3 * p50, calls=4, round_p50_ms=(p50, 1.5 * p50))


def eval_report(variant: str, tp: int, dataset: str = "stackoverflow", split: str = "test") -> EvalReport:
    per_type = {name: Counts() for name in SCHEME.types}
    per_type["SOFTWARE"] = Counts(tp=tp, fp=10, fn=100 - tp)
    per_type["OS"] = Counts(tp=5, fp=0, fn=5)
    return EvalReport(
        dataset=dataset,
        split=split,
        split_sha256=HASH,
        variant=variant,
        model_sha256=HASH,
        int8=Int8Recipe() if variant == "int8" else None,
        repair_rule="discard",
        documents=150,
        tokens=500,
        tokens_correct=450,
        unaligned_gold=0,
        per_type=per_type,
        uncertainty=Uncertainty(
            "sentence", 150, 0.95, 100, 13, ScoreRanges(f1=(0.5, 0.9)), per_type={"OS": ScoreRanges(f1=(0.3, 0.9))}
        ),
        max_logit_difference=None,
        tag_agreement=None,
        provenance=PROVENANCE,
    )


def error_report(variant: str, tp: int, dataset: str = "stackoverflow", split: str = "test") -> ErrorReport:
    """Errors that agree with `eval_report`: one SOFTWARE mention in each of 100 documents, ten OS mentions in ten."""
    names = SCHEME.types
    gold = {
        f"{split}-{number:05d}": tuple(int(name == ("SOFTWARE" if number < 100 else "OS")) for name in names)
        for number in range(110)
    }
    missed = [f"{split}-{number:05d}" for number in range(tp, 100)]
    errors = [ErrorRecord(name, "missed", Span(0, 4, "SOFTWARE"), None) for name in missed]
    errors += [ErrorRecord(f"{split}-{number:05d}", "missed", Span(0, 4, "OS"), None) for number in range(100, 105)]
    errors += [ErrorRecord(f"{split}-{number:05d}", "spurious", None, Span(6, 9, "SOFTWARE")) for number in range(10)]
    table = {gold_type: dict.fromkeys((*SCHEME.types, "O"), 0) for gold_type in (*SCHEME.types, "O")}
    table["SOFTWARE"] |= {"SOFTWARE": tp, "O": 100 - tp}
    table["OS"] |= {"OS": 5, "O": 5}
    table["O"]["SOFTWARE"] = 10
    return ErrorReport(dataset, split, HASH, variant, HASH, table, gold, tuple(errors))


def bench_report(p50: float) -> BenchReport:
    results = [
        BenchResult(
            variant=variant,
            model_sha256=HASH,
            int8=Int8Recipe() if variant == "int8" else None,
            file_mib=80.0 / (number + 1),
            load_s=0.1,
            peak_rss_mib=200.0,
            forward={16: latency(p50 / 4), 128: latency(p50 / (number + 1))},
            end_to_end=latency(p50 / 2),
            bulk_tokens_per_s=1000.0 * (number + 1),
            bulk_round_tokens_per_s=(900.0, 1100.0),
        )
        for number, variant in enumerate(VARIANTS)
    ]
    return BenchReport(
        dataset="stackoverflow",
        split="dev",
        documents=50,
        tokens=500,
        threads=2,
        rounds=2,
        calls_per_round=2,
        warmup_calls=1,
        results=tuple(results),
        provenance=PROVENANCE,
    )


def write_run(
    root: Path, name: str, preset_name: str = "minilm_full", tp: int = 80, p50: float = 20.0, measured: bool = True
) -> Path:
    """A run folder without weights; with `measured`, evaluated and benchmarked at every variant."""
    folder = root / name
    folder.mkdir(parents=True)
    config = preset(preset_name)
    write_config(folder, config)
    info = EncoderRun(
        name=name,
        domain="it",
        scheme="it5",
        labels=SCHEME.labels,
        family=config.family,
        preset=preset_name,
        backbone=config.backbone,
        backbone_sha256=HASH,
        dataset=DatasetRef("stackoverflow", "conll", HASH, 100, 120, SOURCES),
        parameters_total=22_000_000,
        parameters_trainable=1_000_000,
        seed=13,
        max_length=128,
        best_epoch=2.0,
        best_dev_f1=0.7,
        train_seconds=10.0,
        weights_sha256=HASH,
        provenance=PROVENANCE,
    )
    (folder / RUN).write_text(to_json(info), encoding="utf-8")
    (folder / LOG).write_text(json.dumps([{"epoch": 1.0, "eval_f1": 0.7}]), encoding="utf-8")
    if measured:
        reports = tuple(eval_report(variant, tp - number) for number, variant in enumerate(VARIANTS))
        (folder / METRICS).write_text(to_json(Metrics(reports)), encoding="utf-8")
        errors = tuple(error_report(variant, tp - number) for number, variant in enumerate(VARIANTS))
        (folder / ERRORS).write_text(to_json(Errors.of(errors)), encoding="utf-8")
        (folder / BENCH).write_text(to_json(bench_report(p50)), encoding="utf-8")
    return folder


def deploy(folder: Path) -> None:
    """Empty files where the run's ONNX files are looked for: as if it could be deployed."""
    (folder / ONNX).mkdir()
    for variant in ONNX_VARIANTS:
        (folder / ONNX / f"model_{variant}.onnx").touch()
