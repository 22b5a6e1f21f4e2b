"""From raw text to a prepared dataset, through a server that fails: every text accounted for at every step."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from batch_server import Behaviour, serving
from commands import run_itner
from shipped import HERE

from itner.data.processed import read_split
from itner.labelling.shards import LABELLED, TEXTS, count_shards, read_shards
from itner.records.engine import BatchReport, HarvestReport, MergeReport
from itner.records.files import read_record
from itner.records.workspace import Workspace
from itner.workflows.prepare import prepare


def find(text: str) -> list[tuple[str, str]]:
    return [(name, "SOFTWARE") for name in ("Outlook", "Excel", "Teams") if name in text]


def test_raw_text_becomes_a_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    prepare("embedded", None, "it", place)
    leaked = next(document.text for document in read_split("helpdesk", "dev", HERE) if len(document.tokens) > 8)
    raw = tmp_path / "raw"
    raw.mkdir()
    names = ("Outlook", "Excel", "Teams")
    odd = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(90)]
    lines = [f"Since last week {names[n % 3]} of room q{odd[n]}x stops at step k{odd[n]}" for n in range(90)]
    (raw / "notes.txt").write_text("\n\n".join([*lines, lines[0], leaked, "ok"]), encoding="utf-8")
    texts, labelled, corpus = (tmp_path / name for name in ("texts", "labelled", "corpus"))
    assert run_itner("harvest", str(raw), "--language", "en", "--least-sure", "0", "--output", str(texts)) == 0
    gathered = read_record(texts / "report.json", HarvestReport)
    assert gathered is not None
    assert (gathered.read, gathered.kept) == (93, count_shards(texts, TEXTS))
    assert gathered.left_out["repeated"] == gathered.left_out["too short"] == 1
    # The waits between tries are not what is tested.
    monkeypatch.setattr(random, "uniform", lambda least, most: 0.0)
    with serving(Behaviour(find, faults=0.2)) as endpoint:
        words = ["label-batch", str(texts), "tiny", "--endpoint", endpoint, "--chunk", "20", "--poll", "0"]
        code = run_itner(*words, "--domain", "it", "--output", str(labelled))
    answered = read_record(labelled / "report.json", BatchReport)
    assert answered is not None
    assert code == (1 if answered.left_out else 0)
    assert answered.texts == gathered.kept == answered.labelled + sum(answered.left_out.values())
    for text in read_shards(labelled, LABELLED):
        assert [text.text[m.start : m.end] for m in text.mentions] == [name for name, _ in find(text.text)]
    words = ["merge", str(labelled), "--domain", "it", "--test", "helpdesk", "--alike", "2", "--output", str(corpus)]
    assert run_itner(*words, "--data-root", str(place.data)) == 0
    merged = read_record(corpus / "report.json", MergeReport)
    assert merged is not None
    assert merged.train + merged.validation + sum(merged.left_out.values()) == answered.labelled
    assert merged.left_out["held out"] <= 1
    stats = prepare("jsonl", corpus, "it", place, "own")
    assert stats.splits["train"].sentences == merged.train
    assert stats.splits["dev"].sentences == merged.validation
