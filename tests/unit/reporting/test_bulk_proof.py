"""What was to be reached of tagging much text, and what was: a goal that was not measured is not met."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bulk_trials import BENCH, PROOF, PROVENANCE, kills, size

from itner.bulk.simulation import simulate
from itner.records.bulk import (
    BulkBench,
    BulkProof,
    Cluster,
    Dealing,
    Simulation,
    SizeTrial,
)
from itner.records.codec import from_json, to_json
from itner.records.prices import ComputePrice, Prices
from itner.reporting.bulk import BULK_BEGIN, BULK_END
from itner.reporting.bulk_proof import (
    GOALS_BEGIN,
    GOALS_END,
    PLAN_BEGIN,
    PLAN_END,
    fill_bulk,
    goals_table,
    list_goals,
    plan_in_words,
)


def lines(megabytes: float, worker: float) -> SizeTrial:
    return replace(size(megabytes, worker=worker), kind="lines")


def met(bench: BulkBench = BENCH, proof: BulkProof = PROOF) -> list[bool | None]:
    return [goal.met for goal in list_goals(bench, proof)]


def test_each_goal_is_met_missed_or_not_measured() -> None:
    # 2 times the pipeline is not 3; a CPU without VNNI tells nothing of one with it.
    assert met() == [False, None, True, True, True, True, True, True, True]
    vnni = replace(BENCH, provenance=replace(PROVENANCE, machine=replace(PROVENANCE.machine, isa=("avx512_vnni",))))
    assert met(vnni)[:2] == [None, False]
    alone = replace(BENCH, rates=BENCH.rates[2:3])
    assert met(alone)[:5] == [None, None, None, True, None]
    assert met(proof=BulkProof())[5:] == [None] * 4
    assert met(replace(BENCH, rates=()), BulkProof()) == [None] * 9
    # On two machines, each goal is held against those that it is about.
    fast = replace(vnni, rates=(*vnni.rates[:3], replace(vnni.rates[3], tokens_per_s=(7_500.0,))))
    both = replace(fast, elsewhere=(BENCH,))
    assert met(both)[:5] == [False, True, True, True, True]
    slow = replace(BENCH, rates=(*BENCH.rates[:2], replace(BENCH.rates[2], tokens_per_s=(39_000.0,))))
    assert met(replace(fast, elsewhere=(slow,)))[:5] == [None, True, False, False, False]
    said = [goal.reached for goal in list_goals(both, PROOF)]
    assert said[1] == "7.5 times (7,500 against 1,000 tokens/s)"
    assert said[3] == "80,000 on a CPU with VNNI and 80,000 on a CPU without VNNI"


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([size(10, worker=200), size(10_000, worker=244)], True),
        ([size(10, worker=200), size(10_000, worker=250)], False),
        # What was not tried to the end is not met, and what was hardly tried says nothing.
        ([size(10), size(1_000)], False),
        ([size(10), size(100)], None),
        ([size(10, worker=200), size(10_000, worker=210), size(100, worker=260)], False),
        # Each kind is as flat as it is; all have to be.
        ([size(10, worker=100), size(10_000, worker=110), *(lines(n, 300) for n in (10, 1_000))], True),
        ([size(10, worker=100), size(10_000, worker=110), lines(10, 200), lines(1_000, 300)], False),
    ],
)
def test_memory_is_flat_within_a_tenth_from_end_to_end(sizes: list[SizeTrial], expected: bool | None) -> None:
    assert met(proof=BulkProof(tuple(sizes)))[5] is expected


def test_outputs_and_kills_are_the_same_or_are_not() -> None:
    other = size(1_000, "ray", output="b" * 64)
    assert met(proof=replace(PROOF, sizes=(size(1_000), other)))[6] is False
    smaller = replace(size(1_000, "ray"), block_bytes=2**20)
    assert met(proof=replace(PROOF, sizes=(size(1_000), smaller)))[6] is None
    for trial in (kills("ray", same=False), kills("ray", left=1), kills("ray", count=19)):
        assert met(proof=replace(PROOF, kills=(kills("local"), trial)))[7:] == [True, False]


def test_tables_say_what_was_reached() -> None:
    table = goals_table(BENCH, PROOF)
    assert (
        "| minilm_full_kd, 3 times the pipeline (CPU without VNNI) | "
        "2.0 times (2,000 against 1,000 tokens/s) | **no** |" in table
    )
    assert "| minilm_full_kd, 7 times the pipeline (CPU with VNNI) | not measured | – |" in table
    assert "worker 280 to 300 MiB (±3%) and dealer 125 to 125 MiB (±0%) on tickets of 10 MB to 10 GB" in table
    assert "| 1,000 MB of tickets | ray | 2,000,000 | 250 | 33.3 | 0.50 | 100,000 | 80% | 280 | 125 |" in table
    assert from_json(BulkProof, to_json(PROOF)) == PROOF


def test_a_billion_tickets_by_the_rates_and_the_price() -> None:
    said = plan_in_words(BENCH, PROOF, Prices("EUR", 65.0, ComputePrice(0.04)))
    # 20 tokens a ticket at 40,000 tokens/s a core: 138.9 core hours.
    assert "| compact_s int8 | 40,000 | 139 | 2.2 | 0.1 | 6 |" in said
    assert "| minilm_full_kd int8 | 1,000 | 5,556 | 86.8 | 5.4 | 222 |" in said
    assert "0.50 TB of JSON Lines and give 50 GB of Parquet, 300 MiB of memory a core" in said
    assert "spaCy" not in said
    assert "| – |" in plan_in_words(BENCH, PROOF, None)
    assert "Not known" in plan_in_words(BENCH, BulkProof(), None)


def test_dealing_and_the_simulation_are_told_where_they_are_known() -> None:
    cluster = Cluster(2, 2, 100.0, 3.0, 0.01, 0.2, 0.5, 2.0, 24.0, 60.0)
    found = Simulation("compact_s", cluster, 1, tuple(simulate(cluster, mib, 0) for mib in (1.0, 10.0)), PROVENANCE)
    proof = replace(
        PROOF, dealing=(Dealing("csv", (19.0, 20.0, 21.0), 1.0), Dealing("jsonl.gz", (5.0,), 0.25)), simulation=found
    )
    said = plan_in_words(BENCH, proof, None)
    # A core reads 40,000 tokens a second, which are 0.2 MB of the file.
    assert "csv 20.0 MiB/s, enough for 105 cores of compact_s and jsonl.gz 5.0 MiB/s, enough for 105 cores" in said
    assert "| 1 MiB | 100 |" in said
    assert "| 10 MiB | 10 |" in said
    assert "a block costs 10 ms however long it is" in said


def test_the_sections_of_the_page_are_filled() -> None:
    page = "\n".join(
        f"{begin}\nold\n{end}"
        for begin, end in [(BULK_BEGIN, BULK_END), (GOALS_BEGIN, GOALS_END), (PLAN_BEGIN, PLAN_END)]
    )
    filled = fill_bulk(page, BENCH, PROOF, None)
    assert "old" not in filled
    assert fill_bulk(filled, BENCH, PROOF, None) == filled
    assert fill_bulk(page, BENCH, None, None).count("old") == 2
