from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from datasets_at import at
from synthetic import PROVENANCE, write_run

from itner.dashboard import run as record
from itner.records.config import DistillSettings
from itner.records.dataset import SourceFacts
from itner.records.store import Run, RunStore, write_config
from itner.records.transfer import TransferFacts, TransferSettings
from itner.records.workspace import Workspace
from itner.taggers.encoder.presets import preset
from itner.workflows.rules import make_rules


@pytest.fixture
def run(tmp_path: Path) -> Run:
    write_run(tmp_path, "good")
    return RunStore(tmp_path).load("good")


def values(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(frame.iloc[:, 0], frame.iloc[:, 1], strict=True))


def test_facts_and_provenance(run: Run) -> None:
    facts = values(record.facts(run))
    assert facts["parameters"] == "22,000,000, trained 1,000,000"
    assert facts["label scheme"] == "it5: ERROR, HARDWARE, OS, SOFTWARE, VERSION"
    found = values(record.provenance(PROVENANCE))
    assert found["commit"] == "c" * 40
    assert found["version of torch"] == "2"
    assert found["GPU"] == "none"
    assert values(record.provenance(replace(PROVENANCE, commit_dirty=True)))["commit"].endswith("uncommitted changes")
    assert values(record.provenance(replace(PROVENANCE, commit=None)))["commit"] == "not recorded"


def test_the_configuration_and_what_differs() -> None:
    full, lora = preset("minilm_full"), preset("minilm_lora")
    assert values(record.config_table(full))["learning_rate"] == "0.00015"
    table = record.config_table(full, lora, ("full", "lora"))
    lines = {line["setting"]: (line["full"], line["lora"]) for line in table.to_dict("records")}
    assert lines["learning_rate"] == ("0.00015", "0.0005")
    assert lines["lora.r"] == ("–", "16")
    assert "batch_size" not in lines
    assert record.config_table(full, full, ("a", "b")).empty


def words(run: Run) -> str:
    return " ".join(record.remake(run).words)


def test_the_command_holds_what_was_changed(tmp_path: Path, run: Run) -> None:
    assert words(run) == "train minilm_full --data stackoverflow --run good_again"
    assert record.remake(run).lost == ()
    write_config(run.path, replace(run.config, seed=7, epochs=2, backbone="my; rm -rf", batch_size=4))
    changed = RunStore(tmp_path).load("good")
    # What may hold anything is one word of its own: a page quotes it for the shell.
    assert list(record.remake(changed).words[6:]) == ["--backbone", "my; rm -rf", "--epochs", "2", "--seed", "7"]
    assert "'my; rm -rf'" in at(tmp_path).command(*record.remake(changed).words)
    assert record.remake(changed).lost == ("batch_size",)


def test_a_distilled_run_is_made_by_distilling(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "kd", "minilm_l3_first")
    run = RunStore(tmp_path).load("kd")
    # The preset's own teachers need no naming.
    assert words(run) == "train minilm_l3_first --data stackoverflow --run kd_again"
    taught = DistillSettings(("a", "b"), temperature=3.0, hidden_weight=0.5)
    write_config(folder, replace(run.config, preset="minilm_l3", distill=taught))
    other = RunStore(tmp_path).load("kd")
    assert words(other) == (
        "distill minilm_l3 --data stackoverflow --run kd_again --teacher a --teacher b "
        "--temperature 3.0 --hidden-weight 0.5 --epochs 8"
    )
    assert record.remake(other).lost == ()


def test_guidelines_that_the_data_lack_make_no_other_preset(tmp_path: Path, run: Run) -> None:
    write_config(run.path, replace(run.config, guidelines=("stackoverflow", "helpdesk")))
    assert record.remake(RunStore(tmp_path).load("good")).lost == ()
    # With one guideline in the data there is nothing to mark, whether the preset would or not.
    write_config(run.path, replace(run.config, mark_guidelines=False, guidelines=()))
    plain = RunStore(tmp_path).load("good")
    assert record.remake(plain).lost == ()
    both = {name: SourceFacts(name) for name in ("stackoverflow", "helpdesk")}
    mixed = replace(plain, info=replace(plain.info, dataset=replace(plain.info.dataset, sources=both)))
    assert record.remake(mixed).lost == ("mark_guidelines",)


def test_a_run_of_rules_is_made_by_its_own_verb(tmp_path: Path) -> None:
    make_rules("it", Workspace(tmp_path, tmp_path), "mine")
    rules = RunStore(tmp_path).load("mine")
    assert words(rules) == "rules it --run mine_again"
    assert (record.remake(rules).lost, rules.info.teachers) == ((), {})
    facts = values(record.facts(rules))
    assert facts["kind"] == "rules"
    assert facts["rules SHA-256"] == rules.info.model_sha256
    assert "software_names" in values(record.config_table(rules.config))["functions"]


def test_teachers_that_are_not_here_are_named(run: Run) -> None:
    assert record.needed_first(run, [run]) == ""
    taught = replace(run, info=replace(run.info, teachers={"good": "ab" * 32, "gone": "cd" * 32}))
    assert record.needed_first(taught, [run]).startswith("Its teacher gone is not here and to be trained first. ")
    facts = TransferFacts("set", TransferSettings(copies=3), documents=9, raw=0, windows=40, pieces=400)
    several = replace(run, info=replace(run.info, teachers={"b": "ab" * 32, "gone": "cd" * 32}, transfer=facts))
    assert record.needed_first(several, [run]).startswith(
        "Its teachers b and gone are not here and to be trained first, to label the transfer set set (itner transfer, "
        "3 copies)."
    )


def test_an_unknown_preset_is_said(tmp_path: Path, run: Run) -> None:
    write_config(run.path, replace(run.config, preset="gone"))
    changed = RunStore(tmp_path).load("good")
    assert record.remake(changed).lost == ("preset",)
    assert "--epochs" in record.remake(changed).words


def test_curves_keep_numbers_only(run: Run) -> None:
    log = [{"epoch": 0.5, "loss": 1.0}, {"epoch": 1.0, "eval_f1": 0.6, "eval_loss": 0.4}, {"epoch": "x", "loss": 2}]
    log += [{"epoch": 1.0, "loss": "<script>"}, {"train_runtime": 3.0}]
    (run.path / "trainer_log_history.json").write_text(json.dumps(log), encoding="utf-8")
    frame = record.curves(RunStore(run.path.parent).load("good"))
    assert list(frame["epoch"]) == [0.5, 1.0]
    loss = record.loss_figure(frame)
    assert [(trace.name, list(trace.y)) for trace in loss.data] == [("training loss", [1.0]), ("dev loss", [0.4])]
    f1 = record.f1_figure(frame, 1.0)
    assert list(f1.data[0].y) == [0.6]
    assert f1.layout.annotations[0].text == "kept"


def test_the_size_of_a_small_file_is_not_shown_as_nothing() -> None:
    # Bytes of a file that is no more than an empty object with a line break.
    shown = record.artifact_columns()["size KiB"]["type_config"]["format"]
    assert format(7 / 1024, shown.removeprefix("%")) == "0.01"
    assert format(123456.7, shown.removeprefix("%")) == "123,456.70"


def test_artifacts_leave_out_links_and_hidden_files(run: Run, tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_text("x", encoding="utf-8")
    (run.path / "link").symlink_to(outside)
    (run.path / ".hidden").write_text("x", encoding="utf-8")
    (run.path / "empty.txt").write_text("", encoding="utf-8")
    table = record.artifacts(run)
    assert "run.json" in set(table["file"])
    assert not {"link", ".hidden"} & set(table["file"])
    digest = table.set_index("file").loc["empty.txt", "SHA-256"]
    assert digest == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_evaluations_list_every_report(run: Run) -> None:
    table = record.evaluations(run)
    assert list(table["variant"]) == ["FP32 (PyTorch)", "FP32", "FP16", "INT8"]
    numbers = set(table.select_dtypes("number").columns)
    assert "micro-F1" in numbers
    assert numbers <= set(record.evaluation_columns()) <= set(table.columns)
