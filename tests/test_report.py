from __future__ import annotations

import json
from pathlib import Path

import pytest
from synthetic import write_run

from itner.errors import InputError
from itner.pipelines import SHIPPED
from itner.report import README_BEGIN, README_END, fill_readme, list_datasets, list_rows, read_published, results_table
from itner.store import METRICS, RunStore

REPOSITORY = Path(__file__).resolve().parents[1]


def test_rows_hold_what_was_measured_and_none_for_the_rest(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    folder = write_run(tmp_path, "bare", tp=70)
    (folder / "bench.json").unlink()
    runs, broken = RunStore(tmp_path).load_all()
    assert not broken
    rows = {(row.run, row.precision): row for row in list_rows(runs, "stackoverflow")}
    full = rows["full", "int8"]
    # tp 80 - 3 for the fourth precision; the five OS mentions come on top.
    assert full.micro_f1 == pytest.approx(2 * 82 / (2 * 82 + 10 + 23 + 5))
    assert full.p50_ms == 5.0
    assert full.p95_ms == 10.0
    assert full.size_mib == 20.0
    assert full.tokens_per_s == 4000.0
    bare = rows["bare", "int8"]
    assert bare.micro_f1 is not None
    assert (bare.p50_ms, bare.size_mib, bare.tokens_per_s) == (None, None, None)


def test_an_unknown_dataset_leaves_the_scores_empty(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    runs, _ = RunStore(tmp_path).load_all()
    assert {row.micro_f1 for row in list_rows(runs, "helpdesk")} == {None}
    assert list_datasets(runs) == ["stackoverflow"]


def test_the_table_shows_missing_numbers_as_missing(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "full")
    (folder / "bench.json").unlink()
    runs, _ = RunStore(tmp_path).load_all()
    row = results_table(runs).splitlines()[2]
    assert row.endswith("| – | – | – |")
    assert "0.500 to 0.900" in row


def test_the_readme_keeps_everything_outside_the_markers(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    runs, _ = RunStore(tmp_path).load_all()
    text = f"before\n{README_BEGIN}\nold\n{README_END}\nafter\n"
    filled = fill_readme(text, runs, read_published())
    assert filled.startswith("before\n")
    assert filled.endswith(f"{README_END}\nafter\n")
    assert "old" not in filled
    assert fill_readme(filled, runs, read_published()) == filled
    with pytest.raises(InputError, match="no section"):
        fill_readme("nothing here", runs, read_published())


def test_the_readme_of_this_repository_shows_the_shipped_numbers() -> None:
    runs = [RunStore().load(name) for name in SHIPPED]
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert fill_readme(text, runs, read_published()) == text, "run scripts/write_readme.py"


def test_published_results_are_validated(tmp_path: Path) -> None:
    path = tmp_path / "published.json"
    path.write_text(json.dumps({"source": "x", "results": [], "surprise": 1}), encoding="utf-8")
    with pytest.raises(InputError, match="surprise"):
        read_published(path)


def test_reports_of_other_splits_are_not_mistaken_for_test(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "full")
    text = (folder / METRICS).read_text(encoding="utf-8").replace('"split": "test"', '"split": "dev"')
    (folder / METRICS).write_text(text, encoding="utf-8")
    runs, _ = RunStore(tmp_path).load_all()
    assert list_datasets(runs) == []
