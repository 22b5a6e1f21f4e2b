from __future__ import annotations

import dataclasses
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from conftest import Tiny

from itner.workflows import pipelines_old as pipelines
from itner.domains.it.scheme.release import Arm
from itner.records.config import PRECISIONS, DistillSettings
from itner.training.presets import PRESETS
from itner.data import sources
from itner.records.files import sha256_file
from itner.data.jsonl import read_documents, write_lines
from itner.data.processed import read_split, read_stats
from itner.data.sources import EMBEDDED_CORPUS
from itner.domains.it.scheme.scheme import IT5
from itner.core.errors import InputError
from itner.benchmark.protocol import BenchSettings
from itner.benchmark.trials import try_recipes
from itner.workflows.pipelines_old import Workspace
from itner.records.dataset import CorpusReport, WeakReport
from itner.records.scores import Counts
from itner.records.int8 import Int8Recipe
from itner.records.codec import from_json, to_json
from itner.records.store import CARD, METRICS, Run, RunStore, read_ablation
from itner.records.files import write_atomic
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention

SETTINGS = BenchSettings(rounds=1, calls_per_round=2, warmup_calls=1, lengths=(8,), bulk_documents=5, threads=1)


@pytest.fixture(scope="module", autouse=True)
def _small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A part of the corpus that ships, so that tiny models are trained and scored in seconds."""
    tickets = EMBEDDED_CORPUS.read_text(encoding="utf-8").split("\n\n")[:120]
    path = tmp_path_factory.mktemp("corpus") / "tickets.txt"
    path.write_text("\n\n".join(tickets) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "EMBEDDED_CORPUS", path)
        yield


@pytest.fixture(scope="module")
def reproduced(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Run, list[str]]:
    """A tiny stand-in for a preset, reproduced on the embedded corpus."""
    folder = tmp_path_factory.mktemp("workspace")
    place = Workspace(folder / "models", folder / "data")
    heard: list[str] = []
    config = dataclasses.replace(
        PRESETS["minilm_l3"], backbone=str(tiny.backbone), layers=(1,), epochs=2, max_length=32, device="cpu"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "minilm_l3", config)
        (run,) = pipelines.reproduce(
            "embedded", None, ["minilm_l3"], place, SETTINGS, lambda message, share: heard.append(message)
        )
        stamps = {path: path.stat().st_mtime_ns for path in run.path.rglob("*") if path.is_file()}
        (again,) = pipelines.reproduce("embedded", None, ["minilm_l3"], place, SETTINGS)
        assert again == run
        assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*") if path.is_file()} == stamps
        # A score of another INT8 recipe is measured again.
        metrics = json.loads((run.path / METRICS).read_text(encoding="utf-8"))
        for report in metrics["reports"]:
            if report["int8"]:
                report["int8"]["per_channel"] = False
        (run.path / METRICS).write_text(json.dumps(metrics), encoding="utf-8")
        (again,) = pipelines.reproduce("embedded", None, ["minilm_l3"], place, SETTINGS)
        assert [(report.int8, report.micro) for report in again.metrics.reports] == [
            (report.int8, report.micro) for report in run.metrics.reports
        ]
        patch.setitem(PRESETS, "minilm_l3", dataclasses.replace(config, seed=99))
        with pytest.raises(InputError, match="another configuration"):
            pipelines.reproduce("embedded", None, ["minilm_l3"], place, SETTINGS)
    return place, run, heard


@pytest.mark.slow
def test_one_call_makes_a_whole_run_and_a_second_changes_nothing(
    reproduced: tuple[Workspace, Run, list[str]],
) -> None:
    place, run, heard = reproduced
    assert run.name == "minilm_l3-helpdesk"
    for split in ("dev", "test"):
        documents = read_split("helpdesk", split, IT5, place.data)
        gold = sum(len(document.mentions) for document in documents)
        for precision in PRECISIONS:
            report = run.report("helpdesk", split, precision)
            assert report is not None
            assert report.micro.support == gold
            assert report.documents == len(documents)
            assert (report.tag_agreement is None) == (precision == "torch-fp32")
            (errors,) = [r for r in run.errors.reports if (r.split, r.precision) == (split, precision)]
            missed = sum(record.gold is not None for record in errors.errors)
            assert missed == report.micro.fn
            assert sum(errors.confusion[kind][other] for kind in IT5.types for other in errors.confusion[kind]) == gold
    assert run.bench is not None
    assert {result.precision for result in run.bench.results} == set(PRECISIONS)
    for step in ("training", "building", "evaluating", "benchmarking"):
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
    assert run.info.weights_sha256 in text


@pytest.mark.slow
def test_int8_recipes_are_compared_with_fp32(reproduced: tuple[Workspace, Run, list[str]]) -> None:
    place, run, _ = reproduced
    documents = read_split("helpdesk", "dev", IT5, place.data)
    trials = try_recipes(
        run, documents, "helpdesk", "dev", [Int8Recipe(), Int8Recipe(fused=False, fp32_nodes="classifier")]
    )
    assert [trial.kept for trial in trials.trials] == [True, False]
    assert trials.trials[0].forward_ratio == 1.0
    assert all(0.5 < trial.dev_tag_agreement <= 1.0 for trial in trials.trials)
    with pytest.raises(InputError, match="test is for shipped runs"):
        pipelines.try_int8(run.name, "helpdesk", "test", place)


def test_a_finished_or_unfinished_run_is_not_trained_over(full_run: Run, tmp_path: Path) -> None:
    place = Workspace(models=full_run.path.parent)
    with pytest.raises(InputError, match="this run is complete"):
        pipelines.train(full_run.config, "helpdesk", "full", place=place)
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / "incomplete.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="--resume"):
        pipelines.train(full_run.config, "helpdesk", "begun", place=Workspace(models=tmp_path))


def test_open_tagger_builds_what_is_missing(full_run: Run) -> None:
    place = Workspace(models=full_run.path.parent)
    (mentions,) = pipelines.open_tagger("full", "int8", place).tag(["the windows the outlook"])
    assert {mention.type for mention in mentions} <= set(IT5.types)
    assert RunStore(place.models).load("full").onnx_path("int8").is_file()


def test_files_are_tagged_into_a_zip(full_run: Run, tmp_path: Path) -> None:
    place = Workspace(models=full_run.path.parent)
    (tmp_path / "a.txt").write_text("the windows the outlook", encoding="utf-8")
    (tmp_path / "nul.log").write_bytes(b"a\0b")
    output = tmp_path / "tagged.zip"
    paths = [tmp_path / "a.txt", tmp_path / "nul.log"]
    read = pipelines.tag_files(paths, "full", output, "fp32", ["JSONL", "CoNLL"], place=place)
    assert [notice.file for notice in read.problems] == ["nul.log"]
    with zipfile.ZipFile(output) as archive:
        assert archive.namelist() == ["tagged.jsonl", "tagged.conll"]
        (line,) = map(json.loads, archive.read("tagged.jsonl").splitlines())
    assert line["text"] == "the windows the outlook"
    (mentions,) = pipelines.open_tagger("full", "fp32", place).tag([line["text"]])
    assert [(span["start"], span["end"]) for span in line["spans"]] == [(m.start, m.end) for m in mentions]
    assert line["spans"]
    pipelines.tag_files(paths[:1], "full", output, "fp32", ["JSONL"], 1.0, place)
    with zipfile.ZipFile(output) as archive:
        assert json.loads(archive.read("tagged.jsonl"))["spans"] == []


def test_nothing_is_written_when_nothing_can_be_read(full_run: Run, tmp_path: Path) -> None:
    place = Workspace(models=full_run.path.parent)
    (tmp_path / "nul.log").write_bytes(b"a\0b")
    with pytest.raises(InputError, match=r"nul\.log: holds NUL bytes"):
        pipelines.tag_files([tmp_path / "nul.log"], "full", tmp_path / "out.zip", place=place)
    with pytest.raises(InputError, match="no such file"):
        pipelines.tag_files([tmp_path / "gone.txt"], "full", tmp_path / "out.zip", place=place)
    with pytest.raises(InputError, match="no such folder"):
        pipelines.tag_files([tmp_path / "nul.log"], "full", tmp_path / "nowhere" / "out.zip", place=place)
    assert [path.name for path in tmp_path.iterdir()] == ["nul.log"]


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
    report = pipelines.measure_corpus(tmp_path)
    assert (report.tickets, report.sentences, report.channels) == (3, 3, {"chat": 2, "email": 1})
    assert report.agreement.overall == Counts(tp=0, fp=2, fn=1)
    assert report.first_to_gold.overall == Counts(tp=1, fp=0, fn=1)
    assert report.second_to_gold.overall == Counts(tp=1, fp=1, fn=1)
    assert from_json(CorpusReport, (tmp_path / "report.json").read_text(encoding="utf-8")) == report
    (tmp_path / "second_pass.txt").write_text("# H001 | train | email\nOther\n", encoding="utf-8")
    with pytest.raises(InputError, match="no sentence in split"):
        pipelines.measure_corpus(tmp_path)


def test_unlabelled_text_becomes_training_text(full_run: Run, tmp_path: Path) -> None:
    place = Workspace(full_run.path.parent, tmp_path / "data")
    pipelines.prepare("embedded", None, place=place)
    raw = tmp_path / "raw.txt"
    raw.write_text("Ubuntu 22.04 hangs. Call me.\n\nUbuntu 22.04 hangs.\nThe fan is loud", encoding="utf-8")
    report = pipelines.label_weakly([raw], "helpdesk", "weak", "full", threshold=0.7, place=place)
    assert (report.sentences, report.inputs) == (3, {"raw.txt": sha256_file(raw)})
    assert report.functions["os_names"].coverage == pytest.approx(1 / 3, abs=1e-4)
    assert "tagger" in report.functions
    assert report.tagger_sha256 == full_run.info.weights_sha256
    assert report.functions["os_names"].dev["OS"].precision > 0.9
    assert 0 < report.dev_settled_sentences < report.dev_sentences
    path = place.data / "weak" / "weak.jsonl"
    assert report.weak_sha256 == sha256_file(path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == report.kept
    assert from_json(WeakReport, (place.data / "weak" / "weak.json").read_text(encoding="utf-8")) == report
    stats = pipelines.mix(["helpdesk"], "mixed", ["weak"], place=place)
    assert stats.splits["train"].sentences == read_stats("helpdesk", place.data).splits["train"].sentences + report.kept


def test_a_sentence_that_the_tagger_doubts_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = {"Quux hangs": 0.95, "Quuz hangs": 0.5, "Nothing hangs": None}

    class Model:
        def predict(self, documents: list[Document]) -> list[SimpleNamespace]:
            found = {text: (Mention(0, 4, "SOFTWARE", score),) if score else () for text, score in scores.items()}
            # On dev it is always right when it is sure, and never unsure.
            return [
                SimpleNamespace(
                    mentions=found.get(d.text, tuple(dataclasses.replace(m, score=0.95) for m in d.mentions))
                )
                for d in documents
            ]

    place = Workspace(data=tmp_path / "data")
    pipelines.prepare("embedded", None, place=place)
    monkeypatch.setattr(pipelines, "open_tagger", lambda *_: Model())
    raw = tmp_path / "raw.txt"
    raw.write_text("\n\n".join(scores), encoding="utf-8")
    report = pipelines.label_weakly([raw], "helpdesk", "weak", "minilm_lora_kd", place=place)
    kept = read_documents(place.data / "weak" / "weak.jsonl", IT5, "weak")
    assert [(document.text, len(document.mentions)) for document in kept] == [("Quux hangs", 1), ("Nothing hangs", 0)]
    assert report.functions["tagger"].mentions == report.functions["tagger_unsure"].mentions == 1


def test_text_that_cannot_be_labelled_writes_nothing(tmp_path: Path) -> None:
    place = Workspace(data=tmp_path / "data")
    pipelines.prepare("embedded", None, place=place)
    empty = tmp_path / "empty.txt"
    empty.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no text"):
        pipelines.label_weakly([empty], "helpdesk", "weak", place=place)
    empty.write_text("Ubuntu", encoding="utf-8")
    with pytest.raises(InputError, match="lower --threshold"):
        pipelines.label_weakly([empty], "helpdesk", "weak", threshold=1.0, place=place)
    with pytest.raises(InputError, match="no such file"):
        pipelines.label_weakly([tmp_path / "gone.txt"], "helpdesk", "weak", place=place)
    assert not (place.data / "processed" / "weak").exists()
    assert not (place.data / "weak").exists()


@pytest.mark.slow
def test_an_ablation_trains_every_arm_with_every_seed_once(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    pipelines.prepare("embedded", None, place=place)
    config = dataclasses.replace(
        PRESETS["minilm_l3"], preset="small", backbone=str(tiny.backbone), layers=(1,), epochs=1, device="cpu"
    )
    monkeypatch.setitem(PRESETS, "small", config)
    arms = (
        Arm("plain", None, "", "helpdesk", {"oversample": False, "casing": False}),
        Arm("told casing", "plain", "", "helpdesk", {"oversample": False, "casing": True}),
    )
    part = pipelines.ablate(arms, ["plain"], (13,), "small", dev_sets=["helpdesk"], place=place)
    assert [(arm.name, len(arm.runs)) for arm in part.arms] == [("plain", 1)]
    kept = place.models / pipelines.ABLATION_PARTS / "plain-13.json"
    stamp = kept.stat().st_mtime_ns
    whole = pipelines.ablate(arms, None, (13, 14), "small", dev_sets=["helpdesk"], place=place)
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
    gold = sum(len(document.mentions) for document in read_split("helpdesk", "dev", IT5, place.data))
    for run in (run for arm in whole.arms for run in arm.runs):
        assert sum(counts.tp + counts.fn for counts in run.dev["helpdesk"].values()) == gold
    # No weights stay behind.
    assert {path.name for path in place.models.iterdir()} == {pipelines.ABLATION_PARTS, "ablation.json"}
    # The file alone, as in a fresh checkout, is enough to go on from.
    shutil.rmtree(kept.parent)
    assert pipelines.ablate(arms, None, (13, 14), "small", dev_sets=["helpdesk"], place=place) == whole
    assert not kept.exists()
    # Another configuration under the same name is trained anew, and what the old one scored is no longer told.
    monkeypatch.setitem(PRESETS, "small", dataclasses.replace(config, learning_rate=1e-3))
    again = pipelines.ablate(arms, ["plain"], (13,), "small", dev_sets=["helpdesk"], place=place)
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


@pytest.mark.slow
def test_the_shipped_runs_learn_from_both_corpora_and_from_each_other(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    small = {"backbone": str(tiny.backbone), "layers": (1,), "epochs": 1, "max_length": 32, "device": "cpu"}
    for name in ("minilm_l3", "minilm_l3_kd"):
        monkeypatch.setitem(PRESETS, name, dataclasses.replace(PRESETS[name], **small))
    taught = dataclasses.replace(PRESETS["minilm_l3_kd"], distill=DistillSettings(("minilm_l3",)))
    monkeypatch.setitem(PRESETS, "minilm_l3_kd", taught)
    (tmp_path / "public").mkdir()
    public = write_conll(tmp_path / "public")
    write_weak_texts(place.data)
    names = ["minilm_l3", "minilm_l3_kd"]
    # A student asks for its teacher.
    runs = pipelines.reproduce("conll", public, ["minilm_l3_kd"], place, SETTINGS)
    assert [run.name for run in runs] == names
    for run in runs:
        assert run.config.guidelines == ("stackoverflow", "helpdesk")
        assert {(report.dataset, report.split) for report in run.metrics.reports} == {
            (dataset, split) for dataset in ("stackoverflow", "helpdesk") for split in ("dev", "test")
        }
    teacher, student = runs
    assert [run.info.dataset.name for run in runs] == ["combined", "combined-weak"]
    assert student.info.teachers == {"minilm_l3": teacher.info.weights_sha256}
    mixed = read_split("combined", "train", IT5, place.data)
    assert {document.source for document in mixed} == {"stackoverflow", "helpdesk"}
    with_weak = read_split("combined-weak", "train", IT5, place.data)
    assert {document.source for document in with_weak} == {
        "stackoverflow",
        "helpdesk",
        "stackoverflow-forum",
        "tickets",
    }
    assert pipelines.reproduce("conll", public, names, place, SETTINGS) == runs
    # Another source's runs have names of their own, and so have their teachers. One guideline needs no mark.
    alone = pipelines.reproduce("embedded", None, names, place, SETTINGS)
    assert [run.name for run in alone] == [f"{name}-helpdesk" for name in names]
    assert list(alone[1].info.teachers) == ["minilm_l3-helpdesk"]
    own = read_split("helpdesk-weak", "train", IT5, place.data)
    assert {document.source for document in own} == {"helpdesk", "tickets"}
    assert [run.config.guidelines for run in alone] == [(), ()]
    # A student of another teacher is not up to date.
    changed = dataclasses.replace(teacher.info, weights_sha256="0" * 64)
    write_atomic(teacher.path / "run.json", to_json(changed))
    with pytest.raises(InputError, match="other teachers"):
        pipelines.reproduce("conll", public, ["minilm_l3_kd"], place, SETTINGS)
    # Once it has learned, it can do without.
    shutil.rmtree(teacher.path)
    assert pipelines.reproduce("conll", public, ["minilm_l3_kd"], place, SETTINGS) == [student]


def test_issues_of_the_hub_are_labelled_as_files_are(
    full_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Workspace(full_run.path.parent, tmp_path / "data")
    pipelines.prepare("embedded", None, place=place)
    asked = []

    def stream(count: int, seed: int) -> Iterator[str]:
        asked.append((count, seed))
        return iter(["The laptop with Ubuntu 22.04 hangs since Monday morning."] * 2 + ["ok"])

    monkeypatch.setattr(pipelines, "stream_issues", stream)
    report = pipelines.label_weakly([], "helpdesk", "issues", threshold=0.5, hub_issues=3, seed=7, place=place)
    assert asked == [(3, 7)]
    assert report.sentences == 1
    assert list(report.inputs) == ["bigcode/the-stack-github-issues"]
    with pytest.raises(InputError, match="no text to label"):
        pipelines.label_weakly([], "helpdesk", "none", place=place)
