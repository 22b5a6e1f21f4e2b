"""Rates of bulk tagging in words and tables."""

from __future__ import annotations

from dataclasses import replace

from itner.core.provenance import Machine, Provenance
from itner.records.bulk import BulkBench, BulkCorpus, BulkRate
from itner.records.codec import from_json, to_json
from itner.reporting.bulk import add_bench, bulk_in_words, bulk_table, list_bulk_rows

MACHINE = Machine("A CPU", 2, 8.0, ("avx2",), "Linux")
BENCH = BulkBench(
    BulkCorpus(13, 1000, 90_000, 20_000, 2_000, 0.75, (40, 20, 80)),
    (
        BulkRate("Transformers pipeline, a", None, 1, 2, 500, (90.0, 110.0, 100.0)),
        BulkRate(
            "fast", "int8", 2, 1, 9_000, (900.0, 1100.0, 1000.0), {"read": 1.0, "model": 3.0, "write": 0.0}, 200.0, 0.9
        ),
        BulkRate("Transformers pipeline, b", None, 1, 2, 500, (50.0, 50.0, 50.0)),
        BulkRate("spaCy NER, nlp.pipe", None, 2, 1, 500, (400.0, 400.0, 400.0)),
    ),
    Provenance("2026-01-01T00:00:00+00:00", None, False, {}, MACHINE),
)


def test_the_fastest_comes_first_and_is_compared_with_the_pipeline() -> None:
    rows = list_bulk_rows(BENCH)
    assert [(row.label, row.how, row.tokens_per_s, row.times) for row in rows] == [
        ("fast int8", "2 × 1", 1000.0, 10.0),
        ("spaCy NER, nlp.pipe", "2 × 1", 400.0, 4.0),
        ("Transformers pipeline, a", "1 × 2", 100.0, 1.0),
        ("Transformers pipeline, b", "1 × 2", 50.0, 0.5),
    ]
    assert "| fast int8 | 2 × 1 | 1,000 | 900 to 1,100 | 10.0 | 200 MiB |" in bulk_table(BENCH)
    alone = replace(BENCH, rates=BENCH.rates[1:2])
    assert "| fast int8 | 2 × 1 | 1,000 | 900 to 1,100 | – | 200 MiB |" in bulk_table(alone)


def test_what_it_was_measured_on_and_where_time_goes_is_said() -> None:
    said = bulk_in_words(BENCH)
    assert "Medians of 3 rounds in turns on A CPU with 2 cores (avx2)" in said
    assert "40 words each in the median (20 to 80 in nine of ten), 75% of all sentences different. Within" in said
    assert "where equal ones are read once, at least 90.0% are." in said
    assert "Where the time goes: fast: model 75%, read 25% and write 0%." in said
    assert from_json(BulkBench, to_json(BENCH)) == BENCH


def test_another_machine_takes_nobodys_place() -> None:
    other = replace(
        BENCH,
        provenance=replace(BENCH.provenance, machine=replace(MACHINE, isa=("avx512_vnni",))),
        rates=BENCH.rates[:2],
    )
    both = add_bench(other, BENCH)
    assert both == replace(other, elsewhere=(BENCH,))
    newer = replace(BENCH, rates=BENCH.rates[1:])
    assert add_bench(newer, both) == replace(newer, elsewhere=(other,))
    assert add_bench(BENCH, None) == BENCH
    assert from_json(BulkBench, to_json(both)) == both
    table = bulk_table(both)
    assert table.index("(avx512_vnni)") < table.index("| spaCy NER, nlp.pipe | 2 × 1 | 400 |") < table.index("(avx2)")
