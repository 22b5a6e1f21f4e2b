from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import PROVENANCE, write_run
from test_ablation import ablation, arm

from itner.records.files import sha256_file
from itner.data.processed import read_corpus_report, read_stats
from itner.core.errors import InputError
from itner.workflows.pipelines_old import SHIPPED
from itner.reporting.readme import README_BEGIN, README_END, TIMINGS_BEGIN, TIMINGS_END, app_timings_table, fill_readme, read_app_timings, read_published, results_table
from itner.reporting.corpus_card import aims_table, corpus_tables, fill_data_card, tried_table
from itner.reporting.rows import list_datasets, list_rows
from itner.records.dataset import Agreement
from itner.records.study import AppTiming, AppTimings
from itner.records.scores import Counts
from itner.records.codec import to_json
from itner.records.store import BENCH, METRICS, RunStore, read_ablation

REPOSITORY = Path(__file__).resolve().parents[1]
TIMINGS = AppTimings(
    browser="Chromium 1",
    timings=(AppTiming("first", 4, 2000.0, 1234.0, 1500.0, 7), AppTiming("whole", 4, None, 2500.0, 3000.0, 7)),
    sessions=10,
    memory_before_mib=356.4,
    memory_after_mib=361.0,
    provenance=PROVENANCE,
)


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
    text = f"before\n{README_BEGIN}\nold\n{README_END}\nbetween\n{TIMINGS_BEGIN}\nold\n{TIMINGS_END}\nafter\n"
    filled = fill_readme(text, runs, read_published(), TIMINGS)
    assert filled.startswith("before\n")
    assert f"{README_END}\nbetween\n{TIMINGS_BEGIN}" in filled
    assert filled.endswith(f"{TIMINGS_END}\nafter\n")
    assert "old" not in filled
    assert fill_readme(filled, runs, read_published(), TIMINGS) == filled
    with pytest.raises(InputError, match="no section"):
        fill_readme(f"{TIMINGS_BEGIN}{TIMINGS_END}", runs, read_published(), TIMINGS)


def test_response_times_are_told_with_their_machine(tmp_path: Path) -> None:
    path = tmp_path / "timings.json"
    path.write_text(to_json(TIMINGS), encoding="utf-8")
    assert read_app_timings(path) == TIMINGS
    lines = app_timings_table(TIMINGS).splitlines()
    assert lines[2:4] == ["| first | 4 | 2.00 s | 1.23 s | 1.50 s |", "| whole | 4 | – | 2.50 s | 3.00 s |"]
    assert "Chromium 1 on the server's machine: Test CPU, 2 cores" in lines[-1]
    assert "356 MiB after one session with three models loaded, 361 MiB after 10 more" in lines[-1]
    with pytest.raises(InputError, match="no such file"):
        read_app_timings(tmp_path / "missing.json")


def test_the_dashboard_is_as_fast_as_promised_where_it_was_measured() -> None:
    timings = read_app_timings().timings
    assert {timing.runs for timing in timings} == {len(SHIPPED), 100}
    limited = [timing for timing in timings if timing.limit_ms is not None]
    assert len(limited) >= 12
    assert [timing.what for timing in limited if timing.median_ms > (timing.limit_ms or 0)] == []


def test_the_readme_of_this_repository_shows_the_shipped_numbers() -> None:
    runs = [RunStore().load(name) for name in SHIPPED]
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    filled = fill_readme(text, runs, read_published(), read_app_timings())
    assert filled == text, "run scripts/write_readme.py"


def test_times_of_different_machines_are_not_put_into_one_table(tmp_path: Path) -> None:
    write_run(tmp_path, "one")
    folder = write_run(tmp_path, "other")
    bench = json.loads((folder / BENCH).read_text(encoding="utf-8"))
    bench["provenance"]["machine"]["cpu"] = "Another CPU"
    (folder / BENCH).write_text(json.dumps(bench), encoding="utf-8")
    runs, _ = RunStore(tmp_path).load_all()
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="different machines"):
        fill_readme(text, runs, read_published(), read_app_timings())
    fill_readme(text, runs[:1], read_published(), read_app_timings())


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


def test_the_data_card_of_this_repository_shows_the_measured_corpus() -> None:
    folder = REPOSITORY / "data" / "helpdesk"
    report = read_corpus_report(folder)
    assert report is not None
    text = (folder / "README.md").read_text(encoding="utf-8")
    runs = [RunStore().load(name) for name in SHIPPED]
    filled = fill_data_card(text, report, read_stats("helpdesk"), runs, read_ablation())
    assert filled == text, "run scripts/write_readme.py"
    # The report is of the files as they are.
    for name in ("tickets.txt", "first_pass.txt", "second_pass.txt"):
        assert report.sha256[name] == sha256_file(folder / name), "run scripts/measure_corpus.py"


def test_the_corpus_is_what_was_promised() -> None:
    report = read_corpus_report(REPOSITORY / "data" / "helpdesk")
    stats = read_stats("helpdesk")
    assert report is not None
    assert report.tickets >= 450
    assert report.sentences >= 2500
    assert min(stats.splits["test"].mentions.values()) >= 120
    assert len(report.channels) == 5


def test_the_aims_are_told_with_what_was_reached(tmp_path: Path) -> None:
    write_run(tmp_path, "minilm_full_kd")
    write_run(tmp_path, "minilm_l3_kd", tp=70)
    runs, _ = RunStore(tmp_path).load_all()
    full, taught = (run.report("stackoverflow", "test", "int8") for run in runs)
    assert full is not None
    assert taught is not None
    lines = aims_table(runs).splitlines()[2:]
    assert lines[0] == f"| stackoverflow micro-F1 at least 0.78 | minilm_full_kd | {full.micro.f1:.3f} | 110 | yes |"
    # The run that is best overall is asked for its ERROR, whoever is best there.
    error = full.per_type["ERROR"].f1
    assert lines[1] == f"| stackoverflow ERROR F1 at least 0.35 | minilm_full_kd | {error:.3f} | 0 | no |"
    assert lines[2] == "| helpdesk micro-F1 at least 0.85 | – | – | – | not measured |"
    lost = taught.micro.f1 - full.micro.f1
    assert lost < -0.015
    assert (
        lines[3] == f"| stackoverflow micro-F1 within 0.015 of minilm_full_kd | minilm_l3_kd | {lost:+.3f} | 110 | no |"
    )
    assert lines[4] == "| helpdesk micro-F1 within 0.015 of minilm_full_kd | minilm_l3_kd | – | – | not measured |"
    assert "minilm_l3_kd | – | – | not measured" in aims_table(runs[:1])


def test_what_was_tried_is_told_with_its_noise() -> None:
    base, step = arm("base", None, {1: 70, 2: 72, 3: 74}), arm("step", "base", {1: 75, 2: 77, 3: 79})
    lines = tried_table(ablation(base, step)).splitlines()
    assert lines[0] == "| step | what it adds | to | seeds | d dev | gain (noise) | ERROR |"
    assert lines[2:] == [
        "| base |  | – | 3 | 0.720 | – (–) | 0.000 |",
        "| step |  | base | 3 | 0.770 | +0.050 (0.016) | 0.000 |",
    ]


def test_the_tables_of_a_corpus_by_hand() -> None:
    report = read_corpus_report(REPOSITORY / "data" / "helpdesk")
    assert report is not None
    pair = Agreement(4, 3, {"OS": Counts(tp=8, fp=2, fn=2), "ERROR": Counts()}, kappa=0.5, kappa_marked=None)
    by_hand = replace(report, tickets=2, sentences=4, channels={"chat": 2}, agreement=pair, first_to_gold=pair)
    by_hand = replace(by_hand, second_to_gold=pair)
    text = corpus_tables(by_hand, read_stats("helpdesk"))
    assert text.startswith("2 tickets (2 chat), 4 sentences.")
    assert "| all types | 0.800 | 0.800 | 0.800 |" in text
    assert "| Cohen's kappa, all tokens | 0.500 | 0.500 | 0.500 |" in text
    assert "| Cohen's kappa, tokens that either marked | – | – | – |" in text
    assert "The two passes are identical in 3 of 4 sentences." in text
