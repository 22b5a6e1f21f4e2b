from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from datasets_at import write_dataset
from synthetic import HASH, write_run

from itner.core.errors import InputError
from itner.core.progress import silent
from itner.core.types import Document, Mention, Token
from itner.data.corpus import Split
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.evaluation.scoring import score_documents
from itner.records.peers import Peers
from itner.records.scores import MaskedCharacters
from itner.records.workspace import Workspace
from itner.reporting.peers import PEERS, read_peers
from itner.workflows.prepare import prepare
from itner.workflows.rules import make_rules
from tools.peers.__main__ import parse, print_peers, to_task
from tools.peers.crf_features import features, shape, short_shape
from tools.peers.environment import Environment
from tools.peers.handover import Sentence, Span, read_sentences, read_spans, write_sentences, write_spans
from tools.peers.measure import Measurement, Task, describe_files, mask_spans, score_spans, to_sentence
from tools.peers.plans import CRF, PLANS, PRESIDIO
from tools.peers.presidio_spans import TYPES, to_spans
from tools.peers.worker import RESULT, Model, main, predict, time_passes

SENTENCE = Sentence("Win-11  fails.", ((0, 6), (8, 13), (13, 14)), ((0, 1, "OS"),), "tickets")


def test_shapes_by_hand() -> None:
    assert shape("Win-11b") == "Xxx-ddx"
    assert short_shape("Win-11b") == "Xx-dx"
    assert shape("ÄÖü世") == "XXxx"
    assert short_shape("") == ""


def test_features_are_of_the_token_its_neighbours_and_the_guideline() -> None:
    words = ["Win-11", "fails", "."]
    plain = features(words)
    assert [len(found) for found in plain] == [len(set(found)) for found in plain]
    assert {"w=win-11", "W=Win-11", "s=Xxx-dd", "ss=Xx-d", "p3=win", "e2=11", "has digit", "has hyphen"} <= set(
        plain[0]
    )
    assert {"first", "1w=fails", "2w=.", "0|1=win-11|fails"} <= set(plain[0])
    assert {"-1w=win-11", "1w=.", "-1|0=win-11|fails"} <= set(plain[1])
    assert {"last", "-2w=win-11", "no letter or digit", "long=1"} <= set(plain[2])
    assert not any("p2=" in feature for feature in plain[2])
    told = features(words, "tickets")
    assert set(plain[0]) < set(told[0])
    assert {"tickets: ", "tickets: w=win-11"} <= set(told[0])
    assert features([]) == []


def test_sentences_and_spans_go_to_files_and_back(tmp_path: Path) -> None:
    write_sentences(tmp_path / "new" / "a.jsonl", [SENTENCE, Sentence("x\u2028y", ((0, 3),), (), "")])
    first, second = read_sentences(tmp_path / "new" / "a.jsonl")
    assert first == SENTENCE
    assert second.text == "x\u2028y"
    assert (first.words, first.spaces) == (["Win-11", "fails", "."], [True, False, False])
    write_spans(tmp_path / "a.found", [[(0, 6, "OS")], []])
    assert read_spans(tmp_path / "a.found") == [[(0, 6, "OS")], []]


def fake_model(found: list[list[Span]], unit: Any) -> Model:
    return Model(list, lambda read: found[: len(read)], unit)


def test_token_spans_come_back_as_characters() -> None:
    assert predict(fake_model([[(0, 1, "OS"), (1, 3, "ERROR")]], "tokens"), [SENTENCE]) == [
        [(0, 6, "OS"), (8, 14, "ERROR")]
    ]
    assert predict(fake_model([[(2, 4, "OS")]], "characters"), [SENTENCE]) == [[(2, 4, "OS")]]
    with pytest.raises(ValueError, match="2 sentences were read, 1 were tagged"):
        predict(fake_model([[]], "tokens"), [SENTENCE, SENTENCE])


def test_every_pass_reads_everything() -> None:
    read = []

    def tag(sentences: list[Sentence]) -> list[list[Span]]:
        read.append(len(sentences))
        return [[] for _ in sentences]

    times = time_passes([(Model(list, tag, "tokens"), [SENTENCE] * 120), (Model(list, tag, "tokens"), [SENTENCE])], 2)
    assert len(times) == 2
    assert read == [100, 1, 120, 1, 120, 1]


def test_a_worker_does_its_job_and_prints_the_result_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_sentences(tmp_path / "in.jsonl", [SENTENCE])

    def load(_: Path, settings: dict[str, Any]) -> Model:
        return fake_model([[(0, 1, settings["type"])]], "tokens")

    def call(job: dict[str, Any]) -> object:
        monkeypatch.setattr(sys, "argv", ["worker", json.dumps(job)])
        main(None, load, lambda settings: tmp_path / settings["type"])
        return json.loads(capsys.readouterr().out.splitlines()[-1].removeprefix(RESULT))

    files = [[str(tmp_path), str(tmp_path / "in.jsonl"), str(tmp_path / "out.found")]]
    assert call({"verb": "predict", "settings": {"type": "OS"}, "files": files}) is None
    assert read_spans(tmp_path / "out.found") == [[(0, 6, "OS")]]
    timed = call({"verb": "time", "settings": {"type": "OS"}, "files": [files[0][:2]], "passes": 2})
    assert isinstance(timed, list)
    assert len(timed) == 2
    assert call({"verb": "version", "library": "pytest"}) == pytest.__version__
    assert call({"verb": "find", "settings": {"type": "OS"}}) == str(tmp_path / "OS")
    with pytest.raises(ValueError, match="no verb 'train'"):
        call({"verb": "train"})


def test_files_of_a_model_are_hashed_and_weighed(tmp_path: Path) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "x").write_bytes(b"123")
    (tmp_path / "a" / "y").write_bytes(b"4")
    whole, size = describe_files({tmp_path / "a"}, "**/*")
    assert size == 4
    assert describe_files({tmp_path / "a"}, "y")[1] == 1
    (tmp_path / "a" / "__pycache__").mkdir()
    (tmp_path / "a" / "__pycache__" / "x.pyc").write_bytes(b"of one machine")
    assert describe_files({tmp_path / "a"}, "**/*") == (whole, size)
    (tmp_path / "a" / "y").write_bytes(b"5")
    assert describe_files({tmp_path / "a"}, "**/*")[0] != whole
    with pytest.raises(InputError, match="train first"):
        describe_files({tmp_path / "b"}, "**/*")


@pytest.mark.parametrize("words", [["--only", "everything"], ["--rounds", "many"]])
def test_a_wrong_word_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        parse(words)


def test_the_command_takes_runs_to_time_beside() -> None:
    assert parse(["--beside", "a", "--beside", "b"]).beside == ["a", "b"]


def test_what_is_not_named_is_what_the_release_of_the_domain_says() -> None:
    assert to_task(parse([])) == Task("it", "combined", "minilm_full_kd", ("minilm_full_kd",))
    asked = ["--domain", "pii", "--data", "personal", "--rounds", "2"]
    assert to_task(parse(asked)) == Task("pii", "personal", "pii_union", ("pii_union",), rounds=2)
    with pytest.raises(InputError, match="unknown domain 'law'"):
        to_task(parse(["--domain", "law"]))


@dataclass
class Found:
    """What Presidio's analyzer returns of an entity, as far as it is looked at."""

    entity_type: str
    start: int
    end: int
    score: float


# "Call Ann-Lee, +1 555 0100; a@b.example!"
WORDS = ((0, 4), (5, 12), (12, 13), (14, 16), (17, 20), (21, 25), (25, 26), (27, 38), (38, 39))


@pytest.mark.parametrize(
    ("results", "spans"),
    [
        ([("PERSON", 5, 12, 0.85), ("PHONE_NUMBER", 14, 25, 0.4)], [(1, 2, "PERSON_NAME"), (3, 6, "PHONE")]),
        ([("PERSON", 5, 8, 0.85)], [(1, 2, "PERSON_NAME")]),  # a part of a word takes the word
        ([("PERSON", 4, 5, 0.85)], []),  # blanks belong to no word
        ([("URL", 29, 38, 1.0), ("EMAIL_ADDRESS", 27, 38, 0.5)], [(7, 8, "EMAIL")]),  # no type of ours
        ([("DATE_TIME", 17, 25, 0.85), ("PHONE_NUMBER", 14, 25, 0.4)], [(4, 6, "DATE")]),  # the surer one
        ([("DATE_TIME", 17, 20, 0.4), ("PHONE_NUMBER", 14, 25, 0.4)], [(3, 6, "PHONE")]),  # the longer one
        ([("LOCATION", 12, 20, 0.4), ("LOCATION", 17, 25, 0.4)], [(2, 5, "LOCATION")]),  # the first of equals
        ([("PERSON", 5, 9, 0.6), ("LOCATION", 9, 12, 0.7)], [(1, 2, "LOCATION")]),  # they overlap as whole words
        ([("PHONE_NUMBER", 14, 25, 0.9), ("PERSON", 5, 12, 0.1)], [(1, 2, "PERSON_NAME"), (3, 6, "PHONE")]),
    ],
)
def test_what_presidio_finds_is_told_in_our_words_and_types(
    results: list[tuple[str, int, int, float]], spans: list[Span]
) -> None:
    assert to_spans([Found(*result) for result in results], WORDS) == spans


def test_presidio_is_asked_for_types_of_the_domain() -> None:
    assert set(TYPES.values()) == set(get_domain("pii").scheme.types) - {"CITY"}
    assert PLANS["pii"] == (PRESIDIO,)
    # The scheme knows these names as well, from text that others annotated with them.
    assert {theirs: get_domain("pii").scheme.target(theirs) for theirs in TYPES} == TYPES


class Scripted(Environment):
    """Workers without libraries: a model is a file, predictions are gold but for one mention, times are made up."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.calls: list[tuple[str, str]] = []

    def call(self, worker: str, own: bool, job: dict[str, Any]) -> Any:
        self.calls.append((worker, job["verb"]))
        if job["verb"] == "version":
            return "1.0"
        if job["verb"] == "find":
            folder = self.folder / "installed" / (job["settings"]["pipeline"] or "patterns")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "data").write_bytes(b"1" * 50_000)
            return str(folder)
        if job["verb"] == "train":
            folder = Path(job["folder"])
            folder.mkdir(parents=True)
            (folder / "model.crfsuite").write_text(Path(job["train"]).name * 1000, encoding="utf-8")
        if job["verb"] == "predict":
            for _, source, target in job["files"]:
                gold = [
                    [(s.tokens[start][0], s.tokens[end - 1][1], name) for start, end, name in s.spans]
                    for s in read_sentences(Path(source))
                ]
                # The more, the worse: only these candidates are to be kept.
                kept = job["settings"].get("c2", 0.01) == 0.01 and job["settings"].get("threshold", 0.35) == 0.35
                for _ in range(1 if kept else 3):
                    next(found for found in gold if found).pop()
                write_spans(Path(target), gold)
        if job["verb"] == "time":
            return [job["settings"].get("batch_size", 100) / 100] * job["passes"]
        return None


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("peers")
    found = Workspace(root / "models", root / "data")
    prepare("embedded", None, "it", found)
    # Some of it says as much as all: it is handed over dozens of times.
    some = {split: Split(read_split("helpdesk", split, found)[:300], sha256=HASH) for split in ("train", "dev", "test")}
    write_dataset(some, "helpdesk", found.data, guideline="helpdesk")
    make_rules("it", found)
    (write_run(found.models, "weights") / "model.safetensors").write_bytes(b"weights" * 10_000)
    return found


def documents(place: Workspace) -> list[Document]:
    return read_split("helpdesk", "test", place)


def test_spans_are_scored_as_our_runs_are(place: Workspace) -> None:
    read = documents(place)
    types = tuple(label[2:] for label in read_stats("helpdesk", place).labels if label.startswith("B-"))
    found = [document.mentions[1:] for document in read]
    spans = [[(m.start, m.end, m.type) for m in mentions] for mentions in found]
    assert score_spans(read, spans, types) == score_documents(read, found, types)["per_type"]


def test_a_document_is_handed_over_with_what_it_says(place: Workspace) -> None:
    document = next(document for document in documents(place) if document.mentions)
    sentence = to_sentence(document)
    assert sentence.words == document.token_texts()
    assert sentence.guideline == "helpdesk"
    start, end, name = sentence.spans[0]
    mention = document.mentions[0]
    assert (sentence.tokens[start][0], sentence.tokens[end - 1][1], name) == (mention.start, mention.end, mention.type)


def test_the_peers_are_trained_once_scored_and_timed(place: Workspace, tmp_path: Path) -> None:
    # Others write it there, too, and may have come first.
    (place.data / PEERS).unlink(missing_ok=True)
    environment = Scripted(tmp_path / "peers")
    task = Task("it", "helpdesk", "weights", ("it_rules",), documents=40, rounds=3, passes=2)

    def measurement() -> Measurement:
        return Measurement(task, place, environment, silent)

    with pytest.raises(InputError, match="no peer was scored yet"):
        measurement().speed()
    with pytest.raises(InputError, match="train first"):
        measurement().score()
    measurement().train()
    trained = environment.calls.count(("crf", "train")), environment.calls.count(("spacy", "train"))
    assert trained[0] == len({json.dumps(candidate.settings) for candidate in CRF.candidates})
    assert trained[1] == 1  # one corpus: a model of all corpora is a model of this one
    measurement().train()
    assert environment.calls.count(("crf", "train")) == trained[0]

    scored = measurement().score()
    assert scored == read_peers(place, "it")
    assert scored.timing is None
    assert [peer.name for peer in scored.peers] == [plan.name for plan in PLANS["it"]]
    _, crf, pipeline = scored.peers
    assert [trial.kept for trial in crf.trials].count(True) == 1
    assert not next(trial for trial in crf.trials if "L2 0.1" in trial.what).kept
    assert {(score.dataset, score.split) for score in crf.scores} == {("helpdesk", "dev"), ("helpdesk", "test")}
    assert all(score.micro.fn == 1 and score.micro.fp == 0 for score in crf.scores)
    assert all(score.masking is None for score in crf.scores)
    assert crf.trained_on == {"helpdesk": read_stats("helpdesk", place).splits["train"].processed_sha256}
    assert (pipeline.trained_on, pipeline.size_mib) == ({}, 0.07)
    assert "weights of weights" in pipeline.about
    # Test is read once, by what was kept.
    assert [verb for worker, verb in environment.calls if worker == "pipeline"].count("predict") == 5

    timed = measurement().speed()
    assert timed.timing is not None
    assert {found.name: found.setting for found in timed.timing.timed} == {
        "spaCy NER": "batch_size 64", "CRF": "", "Transformers pipeline": "batch_size 1", "it_rules": "",
    }  # fmt: skip
    assert {len(found.round_tokens_per_s) for found in timed.timing.timed} == {3}
    assert timed.timing.documents == 40
    assert next(t for t in timed.timing.timed if t.name == "CRF").tokens_per_s == timed.timing.tokens
    assert all(timed.timed(peer) is not None for peer in timed.peers)
    # Scoring again keeps what was timed; other models void it.
    again: Peers = measurement().score()
    assert again.timing == timed.timing
    assert again.timed(again.peers[1]) is not None
    for path in (tmp_path / "peers" / "crf").glob("*/model.crfsuite"):
        path.write_text("other" * 5000, encoding="utf-8")
    with pytest.raises(InputError, match="score them again"):
        measurement().speed()
    again = measurement().score()
    assert again.timed(again.peers[1]) is None


def test_what_redaction_would_leave_and_hide_is_counted_where_types_are_personal() -> None:
    text, tokens = "Ann is in Rome", (Token(0, 3), Token(4, 6), Token(7, 9), Token(10, 14))
    read = [Document(text, tokens, (Mention(0, 3, "PERSON_NAME"), Mention(10, 14, "CITY")), "1", "")]
    found: list[list[Span]] = [[(7, 14, "PERSON_NAME")]]
    # Nothing of Ann; "in Rome" without its blank.
    assert mask_spans(read, found, {"PERSON_NAME"}) == MaskedCharacters(personal=3, left=3, harmless=8, masked=6)
    assert mask_spans(read, found, ()) is None


def test_what_comes_with_its_library_is_scored_without_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    prepare("embedded", None, "pii", place)
    environment = Scripted(tmp_path / "peers")

    def measurement(domain: str = "pii") -> Measurement:
        return Measurement(Task(domain, "personal", "", ()), place, environment, silent)

    with pytest.raises(InputError, match=r"no peer was scored yet: `python -m tools\.peers --domain pii`"):
        measurement().speed()
    measurement().train()
    assert ("presidio", "train") not in environment.calls
    scored = measurement().score()
    assert (tmp_path / "data" / "pii" / PEERS).is_file()
    assert not (tmp_path / "data" / PEERS).exists()
    assert read_peers(place, "pii") == scored
    (peer,) = scored.peers
    assert (peer.name, peer.trained_on, peer.size_mib) == ("Presidio", {}, 0.05)
    assert [trial.what for trial in peer.trials if trial.kept] == ["patterns alone, score threshold 0.35"]
    assert environment.calls.count(("presidio", "predict")) == len(PRESIDIO.candidates) + 1
    assert {(score.dataset, score.split) for score in peer.scores} == {("personal", "dev"), ("personal", "test")}
    for score in peer.scores:
        assert score.masking is not None
        assert score.masking.personal > 0
        assert score.masking.masked == 0
    print_peers(scored, get_domain("pii").personal)
    printed = capsys.readouterr().out
    assert printed.count("of the personal types: ") == printed.count("harmless characters hidden: 0.0%") == 2

    timed = measurement().speed().timing
    assert timed is not None
    assert [(found.name, found.setting) for found in timed.timed] == [("Presidio", "batch_size 1")]

    with pytest.raises(InputError, match="of the domain 'pii', not 'it'"):
        measurement("it")
    prepare("embedded", None, "utility", place)
    with pytest.raises(InputError, match="no library is measured for the domain 'utility'"):
        Measurement(Task("utility", "specifications", "", ()), place, environment, silent)
