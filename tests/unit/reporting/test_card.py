from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml
from commands import parse
from huggingface_hub import ModelCard
from synthetic import HASH, write_run

from itner.records.dataset import SourceFacts
from itner.records.run import EncoderRun
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.reporting.card import write_card
from itner.taggers.encoder.presets import PRESETS
from itner.workflows.rules import make_rules


def card(root: Path, name: str, preset_name: str = "minilm_full", **changes: object) -> str:
    write_run(root, name, preset_name, **changes)  # type: ignore[arg-type]
    return write_card(RunStore(root).load(name))


def test_the_front_matter_is_what_the_hub_reads(tmp_path: Path) -> None:
    data = ModelCard(card(tmp_path, "full", tp=80)).data
    assert data.base_model == "sentence-transformers/all-MiniLM-L6-v2"
    assert (data.license, data.pipeline_tag, data.library_name) == (
        "apache-2.0",
        "token-classification",
        "transformers",
    )
    assert data.eval_results is not None
    values = {result.metric_name: result.metric_value for result in data.eval_results}
    # FP32 in PyTorch is the reference: 85 right of 95 found and 110 gold.
    assert values == {"micro precision": 0.8947, "micro recall": 0.7727, "micro f1": 0.8293}


def test_every_measured_number_is_in_the_card(tmp_path: Path) -> None:
    text = card(tmp_path, "full", tp=80, p50=20.0)
    rows = [line for line in text.splitlines() if line.startswith("| stackoverflow test")]
    assert len(rows) == 4
    scores = "0.895 (interval unknown) | 0.773 (interval unknown) | 0.829 (0.500 to 0.900)"
    assert f"| stackoverflow test | FP32 (PyTorch) | {scores} |" in text
    assert "| OS | 1.000 (interval unknown) | 0.500 (interval unknown) | 0.667 (0.300 to 0.900) | 10 |" in text
    assert "from drawing sentences of stackoverflow test anew (100 resamples of 150)" in text
    assert "| FP32 | 41.9 | 10.0 | 20.0 | 2,000 |" in text  # at 128 pieces; at 16 it would be 5.0
    assert "Test CPU, 2 threads, batch 1" in text
    assert HASH in text


def test_nothing_is_claimed_that_was_not_measured(tmp_path: Path) -> None:
    text = card(tmp_path, "bare", measured=False)
    assert "Not evaluated." in text
    assert "Not benchmarked." in text
    assert "model-index" not in yaml.safe_load(text.split("---")[1])


def test_the_summary_says_how_the_run_was_adapted(tmp_path: Path) -> None:
    assert "all weights fine-tuned" in card(tmp_path, "full")
    assert "layers 0, 2, 4 of the backbone kept" in card(tmp_path, "small", "minilm_l3")
    lora = card(tmp_path, "lora", "minilm_lora")
    assert "low-rank adapters" in lora
    assert yaml.safe_load(lora.split("---")[1])["library_name"] == "peft"
    hub = card(tmp_path, "distil", "distil_full")
    assert "a distilled backbone fine-tuned" in hub
    assert "layers" not in hub.split("## Use")[0]
    assert yaml.safe_load(hub.split("---")[1])["base_model"] == PRESETS["distil_full"].backbone
    assert "license" not in yaml.safe_load(hub.split("---")[1])


def test_dev_scores_are_not_shown_as_test_scores(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "run")
    path = folder / "metrics.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"split": "test"', '"split": "dev"'), encoding="utf-8")
    assert "Not evaluated." in write_card(RunStore(tmp_path).load("run"))


PUBLIC = SourceFacts("stackoverflow", "stackoverflow")
OWN = SourceFacts("helpdesk", "helpdesk")


def test_the_card_says_whose_the_text_was_whatever_the_mixture_is_called(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    run = RunStore(tmp_path).load("full")

    def trained_on(**sources: SourceFacts) -> str:
        assert isinstance(run.info, EncoderRun)
        dataset = replace(run.info.dataset, name="any-name", sources=sources)
        return write_card(replace(run, info=replace(run.info, dataset=dataset)))

    mixed = trained_on(stackoverflow=PUBLIC, helpdesk=OWN, tickets=SourceFacts("helpdesk", weak=True))
    assert "MIT licence" in mixed
    assert "The helpdesk tickets are the project's own" in mixed
    assert "weakly labelled text as well (tickets)" in mixed
    assert "programmers' questions" not in mixed
    alone = trained_on(stackoverflow=PUBLIC)
    assert "programmers' questions" in alone
    assert "helpdesk tickets" not in alone
    foreign = trained_on(mine=SourceFacts("mine"))
    assert "MIT licence" not in foreign
    assert "weakly" not in foreign


def test_a_run_of_rules_has_a_card_of_its_own(tmp_path: Path) -> None:
    make_rules("it", Workspace(tmp_path, tmp_path))
    text = write_card(RunStore(tmp_path).load("it_rules"))
    data = ModelCard(text).data
    assert (data.library_name, data.base_model, data.pipeline_tag) == ("itner", None, "token-classification")
    assert "13 labelling functions" in text
    assert 'open_tagger("it_rules")' in text


def test_a_run_without_weights_says_so_and_how_one_like_it_is_trained(tmp_path: Path) -> None:
    text = card(tmp_path, "bare", "minilm_l3")
    assert "This run comes without its weights, so it cannot be opened as it is. Train one like it with:" in text
    (line,) = [line for line in text.splitlines() if line.startswith("itner ")]
    parse(line)
    assert line.startswith("itner train minilm_l3 ")
    assert "--run bare_again" in line
    assert 'open_tagger("bare_again", "int8")' in text
    for name in ("model.safetensors", "int8_ranges.json"):
        (tmp_path / "bare" / name).touch()
    text = write_card(RunStore(tmp_path).load("bare"))
    assert "comes without" not in text
    assert 'open_tagger("bare", "int8")' in text


def test_changes_that_were_not_committed_are_said(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    run = RunStore(tmp_path).load("full")
    for dirty in (True, False, None):
        info = replace(run.info, provenance=replace(run.info.provenance, commit_dirty=dirty))  # type: ignore[type-var]
        said = "The code had changes that were not committed. Written by itner" in write_card(replace(run, info=info))
        assert said is (dirty is True)


def test_a_file_outside_the_folder_is_named(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    text = write_card(RunStore(tmp_path).load("full"), (), "data/peers.json")
    assert text.endswith("in this folder, and `data/peers.json` of the checkout.\n")
