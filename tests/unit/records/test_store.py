from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from synthetic import HASH, eval_report, write_run

from itner.core.errors import InputError
from itner.records.evaluation import ErrorRecord, ErrorReport, Span
from itner.records.files import check_name, write_atomic
from itner.records.store import RunStore, training, write_errors, write_metrics


def test_a_complete_run_loads_with_everything(tmp_path: Path) -> None:
    write_run(tmp_path, "good")
    (run,), broken = RunStore(tmp_path).load_all()
    assert broken == []
    assert (run.name, run.config.preset, run.weights_path) == ("good", "minilm_full", None)
    assert len(run.metrics.reports) == 4
    assert run.bench is not None
    assert run.bench.result("int8") is not None
    assert run.log == [{"epoch": 1.0, "eval_f1": 0.7}]
    assert len(run.errors.reports) == 4
    assert run.report("stackoverflow", "test", "int8") is not None
    assert run.report("stackoverflow", "dev", "int8") is None


def break_json(folder: Path) -> None:
    (folder / "run.json").write_text("{", encoding="utf-8")


def unknown_key(folder: Path) -> None:
    data = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(data | {"surprise": 1}), encoding="utf-8")


def missing_key(folder: Path) -> None:
    data = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    del data["seed"]
    (folder / "run.json").write_text(json.dumps(data), encoding="utf-8")


def newer_schema(folder: Path) -> None:
    text = (folder / "bench.json").read_text(encoding="utf-8").replace('"schema_version": 4', '"schema_version": 99')
    (folder / "bench.json").write_text(text, encoding="utf-8")


def no_config(folder: Path) -> None:
    (folder / "config_resolved.json").unlink()


def no_run(folder: Path) -> None:
    (folder / "run.json").unlink()


def negative_count(folder: Path) -> None:
    text = (folder / "metrics.json").read_text(encoding="utf-8").replace('"tp": 5', '"tp": -5')
    (folder / "metrics.json").write_text(text, encoding="utf-8")


def other_name(folder: Path) -> None:
    text = (folder / "run.json").read_text(encoding="utf-8").replace('"bad"', '"other"')
    (folder / "run.json").write_text(text, encoding="utf-8")


def log_is_no_list(folder: Path) -> None:
    (folder / "trainer_log_history.json").write_text("{}", encoding="utf-8")


def log_is_no_json(folder: Path) -> None:
    (folder / "trainer_log_history.json").write_bytes(b"\xff\xfe")


def bad_config(folder: Path) -> None:
    text = (folder / "config_resolved.json").read_text(encoding="utf-8").replace('"epochs"', '"epoch"')
    (folder / "config_resolved.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (break_json, "run.json: value: Invalid JSON"),
        (unknown_key, "surprise"),
        (missing_key, "seed: Field required"),
        (newer_schema, "schema_version"),
        (no_config, "config_resolved.json is missing"),
        (no_run, "run.json is missing"),
        (negative_count, "metrics.json: reports.0.per_type.OS.tp: "),
        (other_name, "'other'"),
        (log_is_no_list, "trainer_log_history.json: expected a list"),
        (log_is_no_json, "trainer_log_history.json: not valid JSON"),
        (bad_config, "config_resolved.json: encoder.epoch: "),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_run_says_why_and_hides_no_other(tmp_path: Path, damage, reason: str) -> None:
    write_run(tmp_path, "good")
    damage(write_run(tmp_path, "bad"))
    runs, broken = RunStore(tmp_path).load_all()
    assert [run.name for run in runs] == ["good"]
    assert [run.name for run in broken] == ["bad"]
    assert reason in broken[0].reason
    assert not broken[0].incomplete


def test_hidden_folders_the_onnx_folder_and_files_are_no_runs(tmp_path: Path) -> None:
    for name in (".hidden", "onnx"):
        (tmp_path / name).mkdir()
    (tmp_path / "int8_trials.json").write_text("{}", encoding="utf-8")
    assert RunStore(tmp_path).load_all() == ([], [])
    assert RunStore(tmp_path / "missing").load_all() == ([], [])


def test_an_unfinished_training_is_never_taken_for_a_run(tmp_path: Path) -> None:
    made, models = write_run(tmp_path / "made", "run"), tmp_path / "models"
    folder = models / "run"

    def make_and_stop() -> None:
        with training(folder, {"preset": "x"}):
            shutil.copytree(made, folder, dirs_exist_ok=True)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        make_and_stop()
    _, broken = RunStore(models).load_all()
    assert [(run.name, run.incomplete) for run in broken] == [("run", True)]
    with training(folder, {"preset": "x"}):
        pass
    assert RunStore(models).load("run").name == "run"


def test_a_folder_is_trained_in_by_one_call_at_a_time(tmp_path: Path) -> None:
    made, folder = write_run(tmp_path / "made", "run"), tmp_path / "models" / "run"
    with training(folder, {}):
        with pytest.raises(InputError, match="another call trains here"), training(folder, {}):
            pass
        shutil.copytree(made, folder, dirs_exist_ok=True)
    with pytest.raises(InputError, match="completed by another call"), training(folder, {}):
        pass
    assert RunStore(tmp_path / "models").load("run").name == "run"


def test_what_a_killed_clean_up_left_of_checkpoints_is_none_of_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with training(folder, {}):
        (folder / "checkpoints" / "checkpoint-1").mkdir(parents=True)
    assert not (folder / "checkpoints").exists()
    (folder / ".old-checkpoints").mkdir()
    (folder / "incomplete.json").write_text("{}", encoding="utf-8")
    with training(folder, {}):
        assert not (folder / ".old-checkpoints").exists()


def test_loading_by_name_says_what_there_is(tmp_path: Path) -> None:
    write_run(tmp_path, "good")
    with pytest.raises(InputError, match="runs: good"):
        RunStore(tmp_path).load("missing")
    for name in ("", "..", "a/b", "onnx", ".x", "a" * 65, "a b"):
        with pytest.raises(InputError, match="cannot name a run"):
            check_name(name)
    assert check_name("minilm_full-2.x") == "minilm_full-2.x"


def test_reports_are_merged_by_dataset_split_and_precision(tmp_path: Path) -> None:
    write_run(tmp_path, "good")
    run = RunStore(tmp_path).load("good")
    write_metrics(run, [eval_report("int8", 11), eval_report("int8", 12, split="dev")])
    run = RunStore(tmp_path).load("good")
    assert len(run.metrics.reports) == 5
    test, dev = (run.report("stackoverflow", split, "int8") for split in ("test", "dev"))
    assert test is not None
    assert dev is not None
    assert (test.per_type["SOFTWARE"].tp, dev.per_type["SOFTWARE"].tp) == (11, 12)

    record = ErrorRecord("d", "missed", Span(0, 3, "OS"), None)
    errors = ErrorReport("stackoverflow", "test", HASH, "int8", HASH, {"OS": {"O": 1}}, {"d": 1}, (record,))
    write_errors(run, [errors])
    write_errors(run, [errors])
    stored = RunStore(tmp_path).load("good").errors.reports
    assert [report for report in stored if report.variant == "int8"] == [errors]
    assert len(stored) == 4


def test_the_fingerprint_changes_with_any_file(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "good")
    store = RunStore(tmp_path)
    seen = {store.fingerprint()}
    write_atomic(folder / "metrics.json", "{}")
    seen.add(store.fingerprint())
    (folder / "bench.json").unlink()
    seen.add(store.fingerprint())
    (tmp_path / "new").mkdir()
    seen.add(store.fingerprint())
    assert len(seen) == 4


def test_an_atomic_write_replaces_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    write_atomic(path, "one")
    write_atomic(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert [item.name for item in tmp_path.iterdir()] == ["file.json"]


def test_a_folder_whose_name_is_no_text_is_a_broken_run_that_can_be_shown(tmp_path: Path) -> None:
    folder = os.path.join(os.fsencode(tmp_path), b"run \xff")
    os.mkdir(folder)
    Path(os.fsdecode(folder), "run.json").write_text("{}", encoding="utf-8")
    store = RunStore(tmp_path)
    (broken,) = store.load_all()[1]
    assert broken.name == "run \\udcff"
    for text in (broken.name, broken.reason, repr(store.fingerprint())):
        text.encode("utf-8")
    with pytest.raises(InputError) as refused:
        store.load(os.fsdecode(b"run \xff"))
    str(refused.value).encode("utf-8")
