"""Run folders are untrusted: what else one of them may hold, and what writing to one may lose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from synthetic import eval_report, write_run

from itner.records import files
from itner.records.store import RunStore, training, write_errors, write_metrics
from itner.reporting.readme import results_table
from itner.reporting.rows import list_rows


def rename_run(folder: Path, name: str) -> Path:
    text = (folder / "run.json").read_text(encoding="utf-8").replace(f'"{folder.name}"', json.dumps(name))
    (folder / "run.json").write_text(text, encoding="utf-8")
    return folder.rename(folder.parent / name)


def nested_log(folder: Path) -> None:
    (folder / "trainer_log_history.json").write_text("[" * 100_000, encoding="utf-8")


def log_of_numbers(folder: Path) -> None:
    (folder / "trainer_log_history.json").write_text("[1, 2]", encoding="utf-8")


def nested_metrics(folder: Path) -> None:
    (folder / "metrics.json").write_text('{"reports":' + "[" * 100_000, encoding="utf-8")


def run_is_a_folder(folder: Path) -> None:
    (folder / "run.json").unlink()
    (folder / "run.json").mkdir()


def name_that_cannot_be_asked_for(folder: Path) -> None:
    rename_run(folder, "a b<i>")


def bench_without_a_length(folder: Path) -> None:
    data = json.loads((folder / "bench.json").read_text(encoding="utf-8"))
    data["results"][0]["forward"] = {}
    (folder / "bench.json").write_text(json.dumps(data), encoding="utf-8")


def bench_without_rounds(folder: Path) -> None:
    data = json.loads((folder / "bench.json").read_text(encoding="utf-8"))
    data["results"][0]["forward"]["128"]["round_p50_ms"] = []
    (folder / "bench.json").write_text(json.dumps(data), encoding="utf-8")


def schema_version_is_a_list(folder: Path) -> None:
    data = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    (folder / "metrics.json").write_text(json.dumps(data | {"schema_version": []}), encoding="utf-8")


def schema_version_is_an_object(folder: Path) -> None:
    data = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(data | {"schema_version": {}}), encoding="utf-8")


def labels_without_a_type(folder: Path) -> None:
    data = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(data | {"labels": ["O"]}), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (nested_log, "trainer_log_history.json: not valid JSON"),
        (log_of_numbers, "trainer_log_history.json: expected a list of objects"),
        (nested_metrics, "metrics.json: value: Invalid JSON"),
        (run_is_a_folder, "run.json is missing"),
        (name_that_cannot_be_asked_for, "'a b<i>' cannot name a run"),
        (bench_without_a_length, "bench.json: results.0.forward: "),
        (bench_without_rounds, "bench.json: results.0.forward.128.round_p50_ms: "),
        (schema_version_is_a_list, "metrics.json: schema_version: "),
        (schema_version_is_an_object, "run.json: encoder.schema_version: "),
        (labels_without_a_type, "run.json: encoder.labels: "),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_damage_is_found_when_loading_not_on_a_page(tmp_path: Path, damage, reason: str) -> None:
    write_run(tmp_path, "good")
    damage(write_run(tmp_path, "bad"))
    runs, broken = RunStore(tmp_path).load_all()
    assert [run.name for run in runs] == ["good"]
    assert len(broken) == 1
    assert broken[0].reason.startswith(reason)


def test_every_run_that_is_listed_can_be_used_by_all_readers(tmp_path: Path) -> None:
    write_run(tmp_path, "good")
    bench_without_a_length(write_run(tmp_path, "bad"))
    runs, _ = RunStore(tmp_path).load_all()
    assert all(RunStore(tmp_path).load(run.name) == run for run in runs)
    assert "good" in results_table(runs)
    assert any(row.p50_ms for row in list_rows(runs, "stackoverflow"))


def test_a_file_too_large_to_be_ours_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "good")
    large = write_run(tmp_path, "large") / "metrics.json"
    large.write_text(large.read_text(encoding="utf-8") + " " * 2**20, encoding="utf-8")
    monkeypatch.setattr(files, "MAX_JSON_BYTES", 2**20)
    runs, broken = RunStore(tmp_path).load_all()
    assert [run.name for run in runs] == ["good"]
    assert "larger than 1 MiB" in broken[0].reason


def test_a_linked_folder_that_leads_nowhere_is_no_run(tmp_path: Path) -> None:
    write_run(tmp_path, "good")
    (tmp_path / "dangling").symlink_to(tmp_path / "missing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    runs, broken = RunStore(tmp_path).load_all()
    assert ([run.name for run in runs], broken) == (["good"], [])


def test_two_writes_from_one_run_lose_nothing(tmp_path: Path) -> None:
    write_run(tmp_path, "run", measured=False)
    run = RunStore(tmp_path).load("run")
    write_metrics(run, [eval_report("int8", 1, split="dev")])
    write_metrics(run, [eval_report("fp16", 2, split="dev")])
    stored = RunStore(tmp_path).load("run").metrics.reports
    assert [report.variant for report in stored] == ["fp16", "int8"]


def test_writing_nothing_keeps_what_is_there(tmp_path: Path) -> None:
    write_run(tmp_path, "run")
    before = RunStore(tmp_path).load("run")
    write_metrics(RunStore(tmp_path).load("run"), [])
    write_errors(RunStore(tmp_path).load("run"), [])
    after = RunStore(tmp_path).load("run")
    assert sorted(after.metrics.reports, key=repr) == sorted(before.metrics.reports, key=repr)
    assert sorted(after.errors.reports, key=repr) == sorted(before.errors.reports, key=repr)
    assert len(after.errors.reports) == 4


def test_a_complete_run_beside_an_unfinished_one_of_its_name_waits(tmp_path: Path) -> None:
    # Training anew in a folder that holds an older run.json must not show the old numbers with new files.
    folder = write_run(tmp_path, "run")
    (folder / "incomplete.json").write_text("{}", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), training(folder, {}):
        raise KeyboardInterrupt
    runs, (broken,) = RunStore(tmp_path).load_all()
    assert runs == []
    assert "--resume" in broken.reason


def test_the_fingerprint_of_the_same_files_is_the_same(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "run")
    before = RunStore(tmp_path).fingerprint()
    assert RunStore(tmp_path).fingerprint() == before
    (folder / "incomplete.json").write_text("{}", encoding="utf-8")
    unfinished = RunStore(tmp_path).fingerprint()
    (folder / "incomplete.json").unlink()
    assert unfinished != before == RunStore(tmp_path).fingerprint()


def test_a_folder_where_only_locks_are_left_is_no_run(tmp_path: Path) -> None:
    write_run(tmp_path, "good")
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / ".README.md.lock").touch()
    runs, broken = RunStore(tmp_path).load_all()
    assert ([run.name for run in runs], broken) == (["good"], [])
