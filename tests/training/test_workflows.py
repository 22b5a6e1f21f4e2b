"""The workflows, from a source to a measured run, on a tiny backbone and a part of the corpus that ships."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from datasets_at import write_weak_report
from measuring_here import measure_here
from shipped import HERE, release
from tiny import Tiny

from itner.benchmark import protocol
from itner.benchmark.protocol import BenchSettings
from itner.benchmark.trials import try_recipes
from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.data.jsonl import read_documents, write_lines
from itner.data.processed import read_split, read_stats
from itner.domains.it.scheme import SCHEME
from itner.domains.release import AblationPlan, Arm, TrackPlan, TransferPlan, UnionPlan
from itner.evaluation.predictions import read_predictions, write_predictions
from itner.records.codec import from_json, to_json
from itner.records.config import DistillSettings, EncoderConfig, TransferLesson, UnionConfig
from itner.records.dataset import CorpusReport, ProcessedMeta, WeakReport
from itner.records.files import sha256_file, write_atomic
from itner.records.int8 import Int8Recipe
from itner.records.scores import Counts
from itner.records.store import CARD, ERRORS, METRICS, Run, RunStore, read_ablation
from itner.records.workspace import Workspace
from itner.taggers.encoder.presets import PRESETS, TAUGHT
from itner.taggers.encoder.tagger import EncoderTagger
from itner.taggers.rules.tagger import RulesTagger
from itner.taggers.variants import VARIANTS
from itner.workflows import evaluate as evaluate_module
from itner.workflows import label as label_module
from itner.workflows import reproduce as reproduce_module
from itner.workflows.ablate import ABLATION_PARTS, ablate
from itner.workflows.benchmark import benchmark, try_int8
from itner.workflows.calibrate import calibrate
from itner.workflows.evaluate import evaluate
from itner.workflows.label import label_weakly
from itner.workflows.open import open_tagger
from itner.workflows.prepare import measure_corpus, mix, prepare
from itner.workflows.reproduce import reproduce
from itner.workflows.score import score
from itner.workflows.tag import Chosen, choose_tagger, read_files, tag_files
from itner.workflows.train import train

SETTINGS = BenchSettings(rounds=1, calls_per_round=2, warmup_calls=1, lengths=(8,), bulk_documents=5, threads=1)
RULES = "it_rules"


def write_small_corpus(data: Path) -> None:
    """A part of the corpus that ships, so that tiny models are trained and scored in seconds."""
    tickets = HERE.corpus("helpdesk/tickets.txt").read_text(encoding="utf-8").split("\n\n")[:120:3]
    (data / "helpdesk").mkdir(parents=True)
    (data / "helpdesk" / "tickets.txt").write_text("\n\n".join(tickets) + "\n", encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """An empty workspace with a small corpus of its own."""
    write_small_corpus(tmp_path / "data")
    return Workspace(tmp_path / "models", tmp_path / "data")


@pytest.fixture
def beside(full_run: Run, place: Workspace) -> Workspace:
    """The same beside the tiny trained runs."""
    return replace(place, models=full_run.path.parent)


@pytest.fixture(scope="module")
def reproduced(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Run, list[str]]:
    """A tiny stand-in for a preset, reproduced on the embedded corpus."""
    folder = tmp_path_factory.mktemp("workspace")
    place = Workspace(folder / "models", folder / "data")
    write_small_corpus(place.data)
    heard: list[str] = []
    config = replace(
        PRESETS["minilm_l3"], backbone=str(tiny.backbone), layers=(1,), epochs=2, max_length=32, device="cpu"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "minilm_l3", config)
        patch.setattr(protocol, "measure_apart", measure_here)
        run, rules = reproduce(
            "embedded", None, "it", place, ["minilm_l3", RULES], SETTINGS, lambda message, share: heard.append(message)
        )
        assert [run.info.kind, rules.info.kind] == ["encoder", "rules"]
        stamps = {path: path.stat().st_mtime_ns for path in run.path.rglob("*") if path.is_file()}
        (again,) = reproduce("embedded", None, "it", place, ["minilm_l3"], SETTINGS)
        assert again == run
        assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*") if path.is_file()} == stamps
        # A score of another INT8 recipe is measured again.
        metrics = json.loads((run.path / METRICS).read_text(encoding="utf-8"))
        for report in metrics["reports"]:
            if report["int8"]:
                report["int8"]["per_channel"] = False
        (run.path / METRICS).write_text(json.dumps(metrics), encoding="utf-8")
        (again,) = reproduce("embedded", None, "it", place, ["minilm_l3"], SETTINGS)
        assert [(report.int8, report.micro) for report in again.metrics.reports] == [
            (report.int8, report.micro) for report in run.metrics.reports
        ]
        patch.setitem(PRESETS, "minilm_l3", replace(config, seed=99))
        with pytest.raises(InputError, match="another configuration"):
            reproduce("embedded", None, "it", place, ["minilm_l3"], SETTINGS)
    return place, run, heard


@pytest.mark.slow
def test_one_call_makes_a_whole_run_and_a_second_changes_nothing(
    reproduced: tuple[Workspace, Run, list[str]],
) -> None:
    place, run, heard = reproduced
    assert run.name == "minilm_l3-helpdesk"
    for split in ("dev", "test"):
        documents = read_split("helpdesk", split, place)
        gold = sum(len(document.mentions) for document in documents)
        for variant in VARIANTS:
            report = run.report("helpdesk", split, variant)
            assert report is not None
            assert report.micro.support == gold
            assert report.documents == len(documents)
            assert (report.tag_agreement is None) == (variant == "torch-fp32")
            (errors,) = [r for r in run.errors.reports if (r.split, r.variant) == (split, variant)]
            missed = sum(record.gold is not None for record in errors.errors)
            assert missed == report.micro.fn
            assert (
                sum(errors.confusion[kind][other] for kind in SCHEME.types for other in errors.confusion[kind]) == gold
            )
    assert run.bench is not None
    assert {result.variant for result in run.bench.results} == set(VARIANTS)
    for step in ("training", "building", "predicting", "benchmarking"):
        assert any(message.startswith(step) for message in heard)


@pytest.mark.slow
def test_the_card_is_a_hub_card_with_the_measured_numbers(reproduced: tuple[Workspace, Run, list[str]]) -> None:
    _, run, _ = reproduced
    text = (run.path / CARD).read_text(encoding="utf-8")
    front = yaml.safe_load(text.split("---")[1])
    assert front["pipeline_tag"] == "token-classification"
    report = run.report("helpdesk", "test", "torch-fp32")
    assert report is not None
    (result,) = front["model-index"][0]["results"]
    values = {metric["name"]: metric["value"] for metric in result["metrics"]}
    assert values["micro f1"] == pytest.approx(report.micro.f1, abs=1e-4)
    assert f"{report.micro.f1:.3f}" in text
    assert run.info.model_sha256 in text


@pytest.mark.slow
def test_int8_recipes_are_compared_with_fp32(reproduced: tuple[Workspace, Run, list[str]]) -> None:
    place, run, _ = reproduced
    documents = read_split("helpdesk", "dev", place)
    recipes = [
        Int8Recipe(),
        Int8Recipe(fused=False),
        Int8Recipe(embeddings="tensor", fp32_nodes="classifier"),
        Int8Recipe(embeddings="tensor", fused=False, activations="dynamic"),
    ]
    trials = try_recipes(run, documents, read_split("helpdesk", "train", place), "helpdesk", "dev", recipes)
    assert [trial.kept for trial in trials.trials] == [True, False, False, False]
    assert [trial.dev_alone_agreement for trial in trials.trials[:3]] == [1.0, 1.0, 1.0]
    assert trials.trials[0].forward_ratio == 1.0
    assert {trial.model_sha256 for trial in trials.trials} == {run.info.model_sha256}
    assert all(0.5 < trial.dev_tag_agreement <= 1.0 for trial in trials.trials)


@pytest.mark.slow
def test_what_is_stored_is_scored_again_without_a_model(
    reproduced: tuple[Workspace, Run, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, run, _ = reproduced
    before = {name: (run.path / name).read_bytes() for name in (METRICS, ERRORS)}
    for name in before:
        (run.path / name).unlink()
    monkeypatch.setattr(evaluate_module, "open_variant", lambda *_: pytest.fail("a model was opened"))
    reports = score(run.name, place)
    assert len(reports) == 2 * len(VARIANTS)
    assert {name: (run.path / name).read_bytes() for name in before} == before


@pytest.mark.slow
def test_predictions_of_another_model_or_text_are_not_scored(reproduced: tuple[Workspace, Run, list[str]]) -> None:
    place, run, _ = reproduced
    path = run.predictions_path("helpdesk", "dev", "int8")
    found, documents = read_predictions(path), read_split("helpdesk", "dev", place)
    mentions = [found.mentions.get(document.id, ()) for document in documents]
    whole = path.read_bytes()
    try:
        for change, said in (
            ({"model_sha256": "0" * 64}, "another model's"),
            ({"split_sha256": "0" * 64}, "another version of helpdesk dev"),
            ({"documents": 1}, "of other documents"),
            ({"run": "other"}, "holds predictions of other"),
        ):
            write_predictions(path, replace(found.info, **change), documents, mentions)
            with pytest.raises(InputError, match=said):
                score(run.name, place)
    finally:
        path.write_bytes(whole)


@pytest.mark.slow
def test_rules_stand_beside_the_trained_run(reproduced: tuple[Workspace, Run, list[str]]) -> None:
    place, _, _ = reproduced
    rules = RunStore(place.models).load(RULES)
    report = rules.report("helpdesk", "test", "patterns")
    assert report is not None
    assert report.micro.f1 > 0.4
    assert (report.tag_agreement, report.max_logit_difference, report.int8) == (None, None, None)
    assert rules.bench is not None
    assert [(result.variant, result.unit) for result in rules.bench.results] == [("patterns", "tokens")]
    documents = read_split("helpdesk", "test", place)
    found = open_tagger(RULES, place=place).tag_documents(documents)
    stored = read_predictions(rules.predictions_path("helpdesk", "test", "patterns")).mentions
    assert {d.id: m for d, m in zip(documents, found, strict=True) if m} == stored


def test_a_kind_has_its_own_variants(beside: Workspace) -> None:
    prepare("embedded", None, "it", beside)
    with pytest.raises(InputError, match="is of kind 'encoder' and has no variant 'patterns'; it has torch-fp32, fp32"):
        evaluate("full", "helpdesk", beside, "dev", ["patterns"])


def test_a_dataset_of_another_domain_is_refused(beside: Workspace) -> None:
    stats = prepare("embedded", None, "it", beside)
    meta = beside.data / "processed_meta.json"
    other = replace(stats, domain="elsewhere")
    meta.write_text(to_json(ProcessedMeta({"helpdesk": other})), encoding="utf-8")
    notes = beside.data / "notes.txt"
    notes.write_text("Outlook hangs on Windows 11.", encoding="utf-8")
    for verb in (
        lambda: evaluate("full", "helpdesk", beside, "dev", ["fp32"]),
        lambda: calibrate("full", beside, "helpdesk"),
        lambda: benchmark("full", "helpdesk", beside),
        lambda: try_int8("full", "helpdesk", beside),
    ):
        with pytest.raises(InputError, match="run full is of domain 'it', the dataset helpdesk of 'elsewhere'"):
            verb()
    meta.write_text(to_json(ProcessedMeta({"helpdesk": replace(stats, domain="pii")})), encoding="utf-8")
    with pytest.raises(InputError, match="run full is of domain 'it', the dataset helpdesk of 'pii'"):
        label_weakly([notes], "helpdesk", "weak", beside, tagger="full")


def test_a_finished_or_unfinished_run_is_not_trained_over(full_run: Run, place: Workspace, beside: Workspace) -> None:
    assert isinstance(full_run.config, EncoderConfig)
    with pytest.raises(InputError, match="this run is complete"):
        train(full_run.config, "helpdesk", beside, "full")
    (place.models / "begun").mkdir(parents=True)
    (place.models / "begun" / "incomplete.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="--resume"):
        train(full_run.config, "helpdesk", place, "begun")


def test_open_tagger_builds_what_is_missing(full_run: Run, beside: Workspace) -> None:
    (mentions,) = open_tagger("full", place=beside).tag(["the windows the outlook"])
    assert [mention.type for mention in mentions] == ["OS", "SOFTWARE"]
    assert full_run.onnx_path("int8").is_file()


def test_files_are_tagged_into_a_zip(beside: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the windows the outlook", encoding="utf-8")
    (tmp_path / "nul.log").write_bytes(b"a\0b")
    output = tmp_path / "tagged.zip"
    paths = [tmp_path / "a.txt", tmp_path / "nul.log"]
    tagger = open_tagger("full", "fp32", beside)
    read = read_files(paths, output)
    tag_files(read, Chosen(tagger, "run full"), output, ["JSONL", "CoNLL"])
    assert [notice.file for notice in read.problems] == ["nul.log"]
    with zipfile.ZipFile(output) as archive:
        assert archive.namelist() == ["tagged.jsonl", "tagged.conll"]
        (line,) = map(json.loads, archive.read("tagged.jsonl").splitlines())
    assert line["text"] == "the windows the outlook"
    (mentions,) = tagger.tag([line["text"]])
    assert [(span["start"], span["end"]) for span in line["spans"]] == [(m.start, m.end) for m in mentions]
    assert line["spans"]
    tag_files(read, Chosen(tagger, "run full"), output, ["JSONL"], 1.0)
    with zipfile.ZipFile(output) as archive:
        assert json.loads(archive.read("tagged.jsonl"))["spans"] == []


def test_what_tags_where_nothing_is_named_is_said(full_run: Run, place: Workspace) -> None:
    chosen = choose_tagger(None, None, None, place)
    assert isinstance(chosen.tagger, RulesTagger)
    assert "the rules of domain 'it', because there is no run minilm_full_kd under" in chosen.what
    with pytest.raises(InputError, match="--variant needs --run"):
        choose_tagger(None, "int8", None, place)
    with pytest.raises(InputError, match="--guideline needs --run"):
        choose_tagger(None, None, "tiny", place)
    shutil.copytree(full_run.path, place.models / "minilm_full_kd")
    info = (place.models / "minilm_full_kd" / "run.json").read_text(encoding="utf-8")
    text = info.replace('"name": "full"', '"name": "minilm_full_kd"', 1)
    (place.models / "minilm_full_kd" / "run.json").write_text(text, encoding="utf-8")
    chosen = choose_tagger(None, None, None, place)
    assert isinstance(chosen.tagger, EncoderTagger)
    assert chosen.what == "run minilm_full_kd, the default"
    with pytest.raises(InputError, match="knows no guideline 'tiny'; it reads all text in one way"):
        choose_tagger(None, None, "tiny", place)


def test_raw_text_is_read_by_the_guideline_that_was_asked_for(beside: Workspace) -> None:
    chosen = choose_tagger("l1", "torch-fp32", "a", beside)
    assert (chosen.what, chosen.guideline) == ("run l1, by the guideline of a", "a")
    with pytest.raises(InputError, match="knows no guideline 'b'; it knows those of a, tiny"):
        choose_tagger("l1", "torch-fp32", "b", beside)
    assert isinstance(chosen.tagger, EncoderTagger)
    text = "the windows the outlook"
    read = {name: chosen.tagger.read([text], name)[0].prediction.probabilities for name in ("a", "tiny", None)}
    assert (read["tiny"] == read[None]).all()
    assert (read["a"] != read[None]).any()


def test_a_corpus_is_measured_by_its_two_passes(tmp_path: Path) -> None:
    header = "# H{0} | {1} | {2}\n"
    lines = {
        "tickets": ["[Word](SOFTWARE) fails", "[Linux](OS) is slow", "It hangs"],
        "first_pass": ["[Word](SOFTWARE) fails", "Linux is slow", "It hangs"],
        "second_pass": ["[Word](OS) fails", "[Linux](OS) is slow", "It hangs"],
    }
    places = [("001", "train", "email"), ("002", "dev", "chat"), ("003", "test", "chat")]
    for name, texts in lines.items():
        tickets = [header.format(*place) + text + "\n" for place, text in zip(places, texts, strict=True)]
        (tmp_path / f"{name}.txt").write_text("\n".join(tickets), encoding="utf-8")
    report = measure_corpus(tmp_path, "it")
    assert (report.tickets, report.sentences, report.channels) == (3, 3, {"chat": 2, "email": 1})
    assert report.agreement.overall == Counts(tp=0, fp=2, fn=1)
    assert report.first_to_gold.overall == Counts(tp=1, fp=0, fn=1)
    assert report.second_to_gold.overall == Counts(tp=1, fp=1, fn=1)
    assert from_json(CorpusReport, (tmp_path / "report.json").read_text(encoding="utf-8")) == report
    (tmp_path / "second_pass.txt").write_text("# H001 | train | email\nOther\n", encoding="utf-8")
    with pytest.raises(InputError, match="no sentence in split"):
        measure_corpus(tmp_path, "it")


def test_unlabelled_text_becomes_training_text(full_run: Run, beside: Workspace, tmp_path: Path) -> None:
    place = beside
    prepare("embedded", None, "it", place)
    raw = tmp_path / "raw.txt"
    raw.write_text("Ubuntu 22.04 hangs. Call me.\n\nUbuntu 22.04 hangs.\nThe fan is loud", encoding="utf-8")
    report = label_weakly([raw], "helpdesk", "weak", place, "full", threshold=0.7)
    assert (report.sentences, report.inputs) == (3, {"raw.txt": sha256_file(raw)})
    assert report.functions["os_names"].coverage == pytest.approx(1 / 3, abs=1e-4)
    assert "tagger" in report.functions
    assert report.tagger_sha256 == full_run.info.model_sha256
    assert (report.domain, report.guideline) == ("it", "helpdesk")
    assert report.functions["os_names"].dev["OS"].precision > 0.9
    assert 0 < report.dev_settled_sentences < report.dev_sentences
    path = place.data / "weak" / "weak.jsonl"
    assert report.weak_sha256 == sha256_file(path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == report.kept
    assert from_json(WeakReport, (place.data / "weak" / "weak.json").read_text(encoding="utf-8")) == report
    stats = mix(["helpdesk"], place, "mixed", ["weak"])
    assert stats.splits["train"].sentences == read_stats("helpdesk", place).splits["train"].sentences + report.kept


def test_a_sentence_that_the_tagger_doubts_is_left_out(
    full_run: Run, beside: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = {"Quux hangs": 0.95, "Quuz hangs": 0.5, "Nothing hangs": None}

    class Model:
        def tag_documents(self, documents: list[Document]) -> list[tuple[Mention, ...]]:
            found = {text: (Mention(0, 4, "SOFTWARE", score),) if score else () for text, score in scores.items()}
            # On dev it is always right when it is sure, and never unsure.
            return [found.get(d.text, tuple(replace(m, score=0.95) for m in d.mentions)) for d in documents]

    place = beside
    prepare("embedded", None, "it", place)
    monkeypatch.setattr(label_module, "open_tagger", lambda *_: Model())
    raw = tmp_path / "raw.txt"
    raw.write_text("\n\n".join(scores), encoding="utf-8")
    report = label_weakly([raw], "helpdesk", "weak", place, full_run.name)
    kept = read_documents(place.data / "weak" / "weak.jsonl", SCHEME, "weak")
    assert [(document.text, len(document.mentions)) for document in kept] == [("Quux hangs", 1), ("Nothing hangs", 0)]
    assert report.functions["tagger"].mentions == report.functions["tagger_unsure"].mentions == 1


def test_text_that_cannot_be_labelled_writes_nothing(place: Workspace, tmp_path: Path) -> None:
    prepare("embedded", None, "it", place)
    empty = tmp_path / "empty.txt"
    empty.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no text"):
        label_weakly([empty], "helpdesk", "weak", place)
    empty.write_text("Ubuntu", encoding="utf-8")
    with pytest.raises(InputError, match="lower --threshold"):
        label_weakly([empty], "helpdesk", "weak", place, threshold=1.0)
    with pytest.raises(InputError, match="no such file"):
        label_weakly([tmp_path / "gone.txt"], "helpdesk", "weak", place)
    assert not (place.data / "processed" / "weak").exists()
    assert not (place.data / "weak").exists()


@pytest.mark.slow
def test_an_ablation_trains_every_arm_with_every_seed_once(
    tiny: Tiny, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare("embedded", None, "it", place)
    config = replace(
        PRESETS["minilm_l3"], preset="small", backbone=str(tiny.backbone), layers=(1,), epochs=1, device="cpu"
    )
    monkeypatch.setitem(PRESETS, "small", config)
    arms = (
        Arm("plain", None, "", "helpdesk", {"oversample": False, "casing": False}),
        Arm("told casing", "plain", "", "helpdesk", {"oversample": False, "casing": True}),
    )
    plan = AblationPlan("small", (13,), ("helpdesk",), arms, "told casing", "plain", "Casing")
    part = ablate("it", place, plan, ["plain"], (13,))
    assert [(arm.name, len(arm.runs)) for arm in part.arms] == [("plain", 1)]
    kept = place.models / ABLATION_PARTS / "plain-13.json"
    stamp = kept.stat().st_mtime_ns
    whole = ablate("it", place, plan, None, (13, 14))
    # What was trained before is not trained again, and what is written is what is returned.
    assert kept.stat().st_mtime_ns == stamp
    assert part.arms[0].runs[0] == whole.arms[0].runs[0]
    assert read_ablation(place.models) == whole
    assert [(run.arm, run.seed, run.config.casing) for arm in whole.arms for run in arm.runs] == [
        ("plain", 13, False),
        ("plain", 14, False),
        ("told casing", 13, True),
        ("told casing", 14, True),
    ]
    gold = sum(len(document.mentions) for document in read_split("helpdesk", "dev", place))
    for run in (run for arm in whole.arms for run in arm.runs):
        assert sum(counts.tp + counts.fn for counts in run.dev["helpdesk"].values()) == gold
    # No weights stay behind.
    left = {path.name for path in place.models.iterdir() if path.suffix != ".lock"}
    assert left == {ABLATION_PARTS, "ablation.json"}
    kept.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"plain-13\.json: .*its arm is trained again"):
        ablate("it", place, plan, None, (13, 14))
    # The file alone, as in a fresh checkout, is enough to go on from.
    shutil.rmtree(kept.parent)
    assert ablate("it", place, plan, None, (13, 14)) == whole
    assert not kept.exists()
    # Another configuration under the same name is trained anew, and what the old one scored is no longer told.
    monkeypatch.setitem(PRESETS, "small", replace(config, learning_rate=1e-3))
    again = ablate("it", place, plan, ["plain"], (13,))
    assert [(arm.name, len(arm.runs)) for arm in again.arms] == [("plain", 1)]
    assert again.arms[0].runs[0].config.learning_rate == 1e-3


def write_conll(folder: Path) -> Path:
    """A public corpus in small: texts under headers, every type in every split."""
    lines = []
    for number, (word, kind) in enumerate(
        [("jQuery", "Library"), ("Ubuntu", "Operating_System"), ("3.12", "Version"), ("segfault", "Error_Name"),
         ("laptop", "Device")] * 6
    ):  # fmt: skip
        if number % 3 == 0:
            lines.append(f"Question_ID\tO\n:\tO\n{number}\tO")
        lines.append(f"we\tO\nuse\tO\n{word}\tB-{kind}\nno{number}\tO")
    for split in ("train", "dev", "test"):
        (folder / f"{split}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    return folder


def write_weak_texts(root: Path) -> None:
    """Stand-ins for the weakly labelled texts that ship."""
    (root / "weak").mkdir(parents=True)
    for name in ("tickets", "stackoverflow-forum"):
        text = f"Debian in {name}"
        document = Document(text, split_tokens(text), (Mention(0, 6, "OS"),), "0", name)
        (root / "weak" / f"{name}.jsonl").write_text(write_lines([document]), encoding="utf-8")
        write_weak_report(root, name, "helpdesk" if name == "tickets" else "stackoverflow")


@pytest.mark.slow
def test_the_shipped_runs_learn_from_both_corpora_and_from_each_other(
    tiny: Tiny, place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {"backbone": str(tiny.backbone), "layers": (1,), "epochs": 1, "max_length": 32, "device": "cpu"}
    for presets, name in ((PRESETS, "minilm_l3"), (PRESETS, "minilm_l3_first"), (TAUGHT, "minilm_l3_kd")):
        monkeypatch.setitem(presets, name, replace(presets[name], **small))
    taught = replace(PRESETS["minilm_l3_first"], distill=DistillSettings(("minilm_l3",)))
    monkeypatch.setitem(PRESETS, "minilm_l3_first", taught)
    plan = TransferPlan("set", ("raw.txt",), ("minilm_l3_first",), 1, {"minilm_l3_kd": "minilm_l3_first"})
    both = UnionPlan("both", "minilm_l3_kd", ("os_names", "device_nouns"))
    track = TrackPlan("minilm_l3", "helpdesk")
    planned = replace(release(), transfers=(plan,), unions=(both,), tracks=(track,))
    monkeypatch.setattr(reproduce_module, "release_of", lambda name, what: planned)
    # What is timed, in a process for each variant, is another test's.
    monkeypatch.setattr(reproduce_module, "benchmark", lambda *_, **__: None)
    (tmp_path / "public").mkdir()
    public = write_conll(tmp_path / "public")
    write_weak_texts(place.data)
    (place.data / "raw.txt").write_text("The laptop with Ubuntu hangs.\n", encoding="utf-8")
    names = ["minilm_l3", "minilm_l3_first", "minilm_l3_kd"]
    # A student asks for its teacher, and what learns from a transfer set for those that label it.
    runs = reproduce("conll", public, "it", place, ["minilm_l3_kd"], SETTINGS)
    assert [run.name for run in runs] == names
    for run in runs:
        assert run.config.guidelines == ("stackoverflow", "helpdesk")
        assert {(report.dataset, report.split) for report in run.metrics.reports} == {
            (dataset, split) for dataset in ("stackoverflow", "helpdesk") for split in ("dev", "test")
        }
    teacher, student, learner = runs
    assert [run.info.dataset.name for run in runs] == ["combined", "combined-weak", "combined-weak"]
    assert student.info.teachers == {"minilm_l3": teacher.info.weights_sha256}
    assert learner.info.teachers == {"minilm_l3_first": student.info.weights_sha256}
    assert (learner.info.transfer.name, learner.info.transfer.raw) == ("set", 1)
    mixed = read_split("combined", "train", place)
    assert {document.source for document in mixed} == {"stackoverflow", "helpdesk"}
    with_weak = read_split("combined-weak", "train", place)
    assert {document.source for document in with_weak} == {
        "stackoverflow",
        "helpdesk",
        "stackoverflow-forum",
        "tickets",
    }
    assert reproduce("conll", public, "it", place, names, SETTINGS) == runs
    # A track learns from its own dataset alone, and is scored like the others.
    (apart,) = reproduce("conll", public, "it", place, [track.name], SETTINGS)
    assert (apart.name, apart.info.dataset.name, apart.config.guidelines) == ("minilm_l3-helpdesk", "helpdesk", ())
    assert {(report.dataset, report.split) for report in apart.metrics.reports} == {
        (dataset, split) for dataset in ("stackoverflow", "helpdesk") for split in ("dev", "test")
    }
    assert reproduce("conll", public, "it", place, [track.name], SETTINGS) == [apart]
    # Another source's runs have names of their own, and so have their teachers. One guideline needs no mark.
    alone = reproduce("embedded", None, "it", place, names, SETTINGS)
    assert [run.name for run in alone] == [f"{name}-helpdesk" for name in names]
    assert [list(run.info.teachers) for run in alone] == [[], ["minilm_l3-helpdesk"], ["minilm_l3_first-helpdesk"]]
    assert alone[2].config.transfer == TransferLesson("set-helpdesk", "minilm_l3_first-helpdesk")
    own = read_split("helpdesk-weak", "train", place)
    assert {document.source for document in own} == {"helpdesk", "tickets"}
    assert [run.config.guidelines for run in alone] == [(), (), ()]
    # What is made of a run asks for it, and is made once.
    learner, union = reproduce("conll", public, "it", place, ["both"], SETTINGS)
    assert (learner, union.config) == (runs[2], UnionConfig("minilm_l3_kd", both.functions))
    assert union.report("helpdesk", "test", "int8") is not None
    assert reproduce("conll", public, "it", place, ["both"], SETTINGS) == [union]
    planned = replace(planned, unions=(replace(both, functions=("os_names",)),))
    with pytest.raises(InputError, match="made of another run or other rules"):
        reproduce("conll", public, "it", place, ["both"], SETTINGS)
    # What learned from another teacher is not up to date.
    for other, name in ((teacher, "minilm_l3_first"), (student, "minilm_l3_kd")):
        known = (other.path / "run.json").read_text(encoding="utf-8")
        write_atomic(other.path / "run.json", to_json(replace(other.info, weights_sha256="0" * 64)))
        with pytest.raises(InputError, match="other teachers"):
            reproduce("conll", public, "it", place, [name], SETTINGS)
        write_atomic(other.path / "run.json", known)
    # Once it has learned, it can do without.
    shutil.rmtree(teacher.path)
    shutil.rmtree(student.path)
    assert reproduce("conll", public, "it", place, ["minilm_l3_kd"], SETTINGS) == [learner]


def test_what_a_learner_begins_with_is_trained_first_though_it_does_not_teach(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def note(name: str, *_: object) -> str:
        made.append(name)
        return name

    for step in ("_train", "_train_taught", "_measure"):
        monkeypatch.setattr(reproduce_module, step, note if step != "_measure" else lambda name, *_: name)
    plan = TransferPlan("set", (), ("minilm_full",), 1, {"minilm_lora_kd": "minilm_lora", "compact_s": None})
    planned = replace(release(), transfers=(plan,))
    monkeypatch.setattr(reproduce_module, "release_of", lambda name, what: planned)
    write_weak_texts(place.data)
    assert reproduce("embedded", None, "it", place, ["minilm_lora_kd"], SETTINGS) == made
    assert made == ["minilm_full", "minilm_lora", "minilm_lora_kd"]
    made.clear()
    reproduce("embedded", None, "it", place, ["compact_s"], SETTINGS)
    assert made == ["minilm_full", "compact_s"]


def test_issues_of_the_hub_are_labelled_as_files_are(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare("embedded", None, "it", place)
    asked = []

    def stream(dataset: str, count: int, seed: int) -> Iterator[str]:
        asked.append((dataset, count, seed))
        return iter(["The laptop with Ubuntu 22.04 hangs since Monday morning."] * 2 + ["ok"])

    monkeypatch.setattr(label_module, "stream_issues", stream)
    report = label_weakly([], "helpdesk", "issues", place, threshold=0.5, hub_issues=3, seed=7)
    assert asked == [("bigcode/the-stack-github-issues", 3, 7)]
    assert report.sentences == 1
    assert list(report.inputs) == ["bigcode/the-stack-github-issues"]
    with pytest.raises(InputError, match="no text to label"):
        label_weakly([], "helpdesk", "none", place)


def test_a_decoder_is_built_before_its_adapters_are_trained_and_once(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, ...]] = []

    def build(name: str, where: Workspace, resume: bool, progress: object) -> None:
        done.append(("build", name, str(resume)))
        folder = where.models / "bases" / name
        folder.mkdir(parents=True)
        (folder / "base.json").write_text("{}", encoding="utf-8")

    def train_one(config: object, dataset: str, where: Workspace, name: str, resume: bool, progress: object) -> None:
        done.append(("train", dataset, name, str(resume)))

    monkeypatch.setattr(reproduce_module, "build_decoder", build)
    monkeypatch.setattr(reproduce_module, "train_generative", train_one)
    monkeypatch.setattr(reproduce_module, "_measure", lambda name, *_: name)
    asked = ["decoder_lora", "decoder_dora"]
    made = reproduce("embedded", None, "it", place, asked, SETTINGS)
    assert made == [f"{name}-helpdesk" for name in asked]
    assert done == [
        ("build", "small", "False"),
        ("train", "helpdesk", "decoder_lora-helpdesk", "False"),
        ("train", "helpdesk", "decoder_dora-helpdesk", "False"),
    ]
