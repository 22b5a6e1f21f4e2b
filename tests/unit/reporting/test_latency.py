"""Timings pooled over runs of one network."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import write_run

from itner.records.store import RunStore
from itner.reporting.latency import median_interval, pool_timings


def test_the_interval_of_a_median_by_hand() -> None:
    # Five: 1 - 2 / 32 is sure enough; six: 1 - 2 / 64, and one further in 1 - 14 / 64 is not.
    assert median_interval([5, 1, 4, 2, 3]) == (1, 5)
    assert median_interval([1, 2, 3, 4, 5, 6]) == (1, 6)
    # Ten: 1 - 22 / 1024 is, 1 - 112 / 1024 is not.
    assert median_interval(range(10)) == (1, 8)
    assert median_interval([7.0]) == (7.0, 7.0)
    assert median_interval([2.0, 1.0]) == (1.0, 2.0)


@pytest.mark.parametrize("count", [5, 8, 10, 25])
def test_it_holds_the_median_as_often_as_it_says(count: int) -> None:
    chance = np.random.default_rng(3)
    held = [low <= math.log(2) <= high for low, high in map(median_interval, chance.exponential(size=(4000, count)))]
    assert np.mean(held) > 0.88


def test_equal_networks_share_what_was_timed_and_others_do_not(tmp_path: Path) -> None:
    write_run(tmp_path, "one", p50=40.0)
    write_run(tmp_path, "two", p50=44.0)
    write_run(tmp_path, "cut", "minilm_l3", p50=8.0)
    runs = RunStore(tmp_path).load_all()[0]
    found = pool_timings(runs)
    shared = found["one", "fp32"]
    assert shared == found["two", "fp32"]
    assert shared.runs == ("one", "two")
    assert shared.p50.value == pytest.approx(21.0)
    # Rounds of 1 and 1.5 times each; a run's p95 is twice its p50.
    assert (shared.p50.low, shared.p50.high) == pytest.approx((20.0, 33.0))
    assert (shared.p95.value, shared.p95.low, shared.p95.high) == pytest.approx((42.0, 40.0, 66.0))
    assert shared.rounds == 4
    assert found["cut", "fp32"].runs == ("cut",)
    assert found["one", "int8"] != shared
    # A time of another machine is another time.
    bench = runs[0].bench
    assert bench is not None
    moved = replace(bench.provenance.machine, cpu="Other CPU")
    object.__setattr__(runs[0], "bench", replace(bench, provenance=replace(bench.provenance, machine=moved)))
    again = pool_timings(runs)
    assert again[runs[0].name, "fp32"].runs == (runs[0].name,)
    assert again[runs[0].name, "fp32"].machine == "Other CPU, 2 cores, 2 threads"
