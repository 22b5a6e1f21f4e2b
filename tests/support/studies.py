"""Compression studies made of numbers."""

from __future__ import annotations

from dataclasses import replace

from synthetic import HASH, PROVENANCE, latency

from itner.records.config import CompactConfig, TransferLesson
from itner.records.int8 import Int8Recipe
from itner.records.scores import Counts
from itner.records.study import CompressionPoint, CompressionStudy, InTurns, PointVariant, StudyReference
from itner.records.transfer import TransferFacts, TransferSettings

FACTS = TransferFacts("set", TransferSettings(), 100, 10, 1000, 20_000)


def counts(percent: int) -> dict[str, dict[str, Counts]]:
    """A micro-F1 of `percent` on one dev set and of two less on another."""
    return {
        name: {"SOFTWARE": Counts(f1, 100 - f1, 100 - f1), "ERROR": Counts()}
        for name, f1 in (("d", percent), ("e", percent - 2))
    }


def variant(name: str, percent: int, ratio: float | None, mib: float) -> PointVariant:
    """Timed at `ratio` times the reference's speed on one window, at twice that on many; None for no times."""
    scored = PointVariant(Int8Recipe() if name == "int8" else None, mib, counts(percent))
    if ratio is None:
        return scored
    return replace(
        scored,
        forward=InTurns(1, 128, latency(10 / ratio), latency(10.0)),
        bulk=InTurns(64, 16, latency(20 / ratio), latency(40.0)),
        threads=2,
        timed=PROVENANCE,
    )


def point(name: str, varies: str, seed: int = 13, **variants: tuple[int, float | None, float]) -> CompressionPoint:
    """A point from (percent, ratio, MiB) by variant."""
    return CompressionPoint(
        name=name,
        varies=varies,
        what=f"a network called {name}",
        config=CompactConfig(preset="compact_s", transfer=TransferLesson("set"), seed=seed),
        datasets_sha256={"d": HASH},
        transfer=FACTS,
        teachers={"teacher": HASH},
        model_sha256=HASH,
        parameters_total=3_000_000,
        parameters_outside_embeddings=100_000,
        steps=24,
        train_seconds=120.0,
        provenance=PROVENANCE,
        variants={variant_name: variant(variant_name, *values) for variant_name, values in variants.items()},
    )


REFERENCE = StudyReference("teacher", "int8", HASH, Int8Recipe(), 22_000_000, 10_000_000, 20.0, {"d": HASH}, counts(88))
POINTS = (
    point("base", "base", fp32=(84, 10.0, 12.0), int8=(83, 20.0, 3.0)),
    point("width 32", "width", int8=(80, 25.0, 1.0)),
    point("vocabulary 4000", "vocabulary", int8=(81, 18.0, 1.5)),
    point("3 layers", "layers", fp32=(86, 1.0, 60.0), int8=(86, 2.0, 15.0)),
)


def study(*points: CompressionPoint) -> CompressionStudy:
    return CompressionStudy("it", "set", "dev", "base", REFERENCE, points or POINTS)
