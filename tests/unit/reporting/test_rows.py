from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import write_run

from itner.records.store import METRICS, RunStore
from itner.reporting.rows import list_datasets, list_rows, megabytes


def test_rows_hold_what_was_measured_and_none_for_the_rest(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    folder = write_run(tmp_path, "bare", tp=70)
    (folder / "bench.json").unlink()
    runs, broken = RunStore(tmp_path).load_all()
    assert not broken
    rows = {(row.run, row.variant): row for row in list_rows(runs, "stackoverflow")}
    full = rows["full", "int8"]
    # tp 80 - 3 for the fourth precision; the five OS mentions come on top.
    assert full.micro_f1 == pytest.approx(2 * 82 / (2 * 82 + 10 + 23 + 5))
    assert full.p50_ms == 5.0
    assert full.p95_ms == 10.0
    assert full.size_mb == pytest.approx(20.97152)  # 20 MiB
    assert full.tokens_per_s == 4000.0
    bare = rows["bare", "int8"]
    assert bare.micro_f1 is not None
    assert (bare.p50_ms, bare.size_mb, bare.tokens_per_s) == (None, None, None)


def test_an_unknown_dataset_leaves_the_scores_empty(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    runs, _ = RunStore(tmp_path).load_all()
    assert {row.micro_f1 for row in list_rows(runs, "helpdesk")} == {None}
    assert list_datasets(runs) == ["stackoverflow"]


def test_reports_of_other_splits_are_not_mistaken_for_test(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "full")
    text = (folder / METRICS).read_text(encoding="utf-8").replace('"split": "test"', '"split": "dev"')
    (folder / METRICS).write_text(text, encoding="utf-8")
    runs, _ = RunStore(tmp_path).load_all()
    assert list_datasets(runs) == []


def test_types_weigh_as_they_are_told(tmp_path: Path) -> None:
    write_run(tmp_path, "full", tp=80)
    (row, *_) = list_rows(RunStore(tmp_path).load_all()[0], "stackoverflow")
    # SOFTWARE: 80 right, 10 wrong, 20 missed; OS: 5 right, 5 missed.
    weighed = replace(row, weights={"OS": 4.0, "SOFTWARE": 0.5})
    assert weighed.micro_f1 == pytest.approx(2 * (40 + 20) / (2 * (40 + 20) + 5 + 10 + 20))
    assert weighed.recall == pytest.approx((40 + 20) / (40 + 20 + 10 + 20))
    assert replace(row, weights={"OS": 1.0}).micro_f1 == row.micro_f1
    assert replace(row, weights=dict.fromkeys(("OS", "SOFTWARE"), 0.0)).micro_f1 == 0.0


def test_small_sizes_keep_their_digits() -> None:
    assert [megabytes(size) for size in (86.104, 1.0, 0.012)] == ["86.1", "1.0", "0.01"]
