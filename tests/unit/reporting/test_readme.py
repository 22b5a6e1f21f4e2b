from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from datasets_at import at
from shipped import HERE
from synthetic import PROVENANCE, latency, write_run

from itner.core.errors import InputError
from itner.records.codec import to_json
from itner.records.int8 import Int8Recipe
from itner.records.store import BENCH, RunStore
from itner.records.study import AppTiming, AppTimings, Int8Trial, Int8Trials, Published
from itner.reporting.readme import (
    README_BEGIN,
    README_END,
    TIMINGS_BEGIN,
    TIMINGS_END,
    app_timings_table,
    fill_readme,
    read_app_timings,
    read_published,
    results_table,
    trials_in_words,
)

PUBLISHED = Published("Elsewhere", ())
TIMINGS = AppTimings(
    browser="Chromium 1",
    timings=(AppTiming("first", 4, 2000.0, 1234.0, 1500.0, 7), AppTiming("whole", 4, None, 2500.0, 3000.0, 7)),
    sessions=10,
    memory_before_mib=356.4,
    memory_after_mib=361.0,
    provenance=PROVENANCE,
)


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
    filled = fill_readme(text, runs, PUBLISHED, TIMINGS)
    assert filled.startswith("before\n")
    assert f"{README_END}\nbetween\n{TIMINGS_BEGIN}" in filled
    assert filled.endswith(f"{TIMINGS_END}\nafter\n")
    assert "old" not in filled
    assert fill_readme(filled, runs, PUBLISHED, TIMINGS) == filled
    with pytest.raises(InputError, match="no section"):
        fill_readme(f"{TIMINGS_BEGIN}{TIMINGS_END}", runs, PUBLISHED, TIMINGS)


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


def test_times_of_different_machines_are_not_put_into_one_table(tmp_path: Path) -> None:
    write_run(tmp_path, "one")
    folder = write_run(tmp_path, "other")
    bench = json.loads((folder / BENCH).read_text(encoding="utf-8"))
    bench["provenance"]["machine"]["cpu"] = "Another CPU"
    (folder / BENCH).write_text(json.dumps(bench), encoding="utf-8")
    runs, _ = RunStore(tmp_path).load_all()
    text = f"{README_BEGIN}{README_END}{TIMINGS_BEGIN}{TIMINGS_END}"
    with pytest.raises(InputError, match="different machines"):
        fill_readme(text, runs, PUBLISHED, TIMINGS)
    fill_readme(text, runs[:1], PUBLISHED, TIMINGS)


def test_published_results_are_validated(tmp_path: Path) -> None:
    assert read_published(at(tmp_path)).results == read_published(HERE).results
    path = tmp_path / "published.json"
    path.write_text(json.dumps({"source": "x", "results": [], "surprise": 1}), encoding="utf-8")
    with pytest.raises(InputError, match="surprise"):
        read_published(at(tmp_path))


def test_trials_of_an_int8_recipe_say_whether_they_are_of_the_weights_that_ship(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    run = RunStore(tmp_path).load("full")
    trial = Int8Trial("full", Int8Recipe(), 0.8, 0.8, 1.0, latency(1.0), 1.0, 20.0, True)
    trials = Int8Trials("stackoverflow", "dev", 128, 2, (trial, trial), PROVENANCE)

    def said(sha256: str | None) -> str:
        return trials_in_words(replace(trials, trials=(replace(trial, model_sha256=sha256),)), [run])

    assert trials_in_words(trials, [run]).count("full on stackoverflow dev") == 1
    assert "does not say of which version of it" in said(None)
    assert said(run.info.model_sha256).endswith("with full on stackoverflow dev, as it is above.")
    assert "in another version than the one above" in said("1" * 64)
