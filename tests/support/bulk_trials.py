"""What was measured and tried of tagging much text, made up."""

from __future__ import annotations

from itner.core.provenance import Machine, Provenance
from itner.records.bulk import BulkBench, BulkCorpus, BulkProof, BulkRate, Kill, KillTrial, ShardCounts, SizeTrial
from itner.reporting.bulk import PIPELINE, SPACY

PROVENANCE = Provenance("2026-01-01T00:00:00+00:00", None, False, {}, Machine("A CPU", 2, 8.0, ("avx2",), "Linux"))
BENCH = BulkBench(
    BulkCorpus(13, 1000, 90_000, 20_000, 2_000, 0.75, (40, 20, 80)),
    (
        BulkRate(f"{PIPELINE}, minilm_full_kd, batch 16", None, 1, 2, 500, (1_000.0,)),
        BulkRate(f"{SPACY}, batch 256", None, 2, 1, 500, (10_000.0,)),
        BulkRate("compact_s", "int8", 2, 1, 9_000, (80_000.0,)),
        BulkRate("minilm_full_kd", "int8", 2, 1, 9_000, (2_000.0,)),
    ),
    PROVENANCE,
)


def size(megabytes: float, engine: str = "local", worker: float = 280.0, output: str = "a" * 64) -> SizeTrial:
    return SizeTrial(
        engine=engine,  # type: ignore[arg-type]
        kind="tickets",
        run="compact_s",
        variant="int8",
        seed=13,
        source_bytes=round(megabytes * 1e6),
        output_bytes=round(megabytes * 1e5),
        block_bytes=2**22,
        shards=max(1, round(megabytes / 4)),
        counts=ShardCounts(round(megabytes * 2_000), tokens=round(megabytes * 200_000), sentences=10, distinct=8),
        processes=2,
        wall_seconds=megabytes * 2,
        stages={},
        peak_mib={"worker": worker, "dealer": 125.0},
        output_sha256=output,
        provenance=PROVENANCE,
    )


def kills(engine: str, count: int = 20, same: bool = True, left: int = 0) -> KillTrial:
    kill = Kill(1.0, 3, False)
    return KillTrial(engine, "compact_s", "int8", 13, 4_000_000, 40, (kill,) * count, same, left, PROVENANCE)  # type: ignore[arg-type]


PROOF = BulkProof(
    (size(10), size(10_000, worker=300.0), size(1_000), size(1_000, "ray")), (kills("local"), kills("ray"))
)
