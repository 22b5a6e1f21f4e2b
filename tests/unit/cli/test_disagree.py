"""`itner disagree` on files as people have them."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path

import pytest
from commands import run_itner
from shipped import HERE
from synthetic import write_run

from itner.core.types import Mention
from itner.records.workspace import Workspace
from itner.workflows import disagree as workflow
from itner.workflows.rules import make_rules
from itner.workflows.tag import Chosen

disagree = partial(run_itner, "disagree")


class Words:
    """Marks each of some words, as sure as they are long; the types are of the tagger."""

    def __init__(self, type: str, *words: str) -> None:
        self.types, self.words = (type,), words

    def tag(self, texts: list[str], guideline: str | None = None) -> list[list[Mention]]:
        return [
            [Mention(text.index(word), text.index(word) + len(word), self.types[0], len(word) / 10)
             for word in self.words if word in text]
            for text in texts
        ]  # fmt: skip


@pytest.fixture
def two_taggers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "models"))
    for run in ("one", "other"):
        write_run(tmp_path / "models", run)
    make_rules("pii", Workspace(tmp_path / "models", HERE.data), "far")
    known = {
        "one": Words("SOFTWARE", "Excel", "Teams"),
        "other": Words("SOFTWARE", "Excel"),
        "far": Words("PERSON_NAME", "Excel"),
    }

    def choose(name: str, variant: str | None, guideline: str | None, *_: object) -> Chosen:
        domain = "pii" if name == "far" else "it"
        return Chosen(known[name], f"run {name}", guideline, name, variant or "int8", domain)  # type: ignore[arg-type]

    monkeypatch.setattr(workflow, "choose_tagger", choose)
    (tmp_path / "a.csv").write_text("id,body\n1,Excel hangs\n2,Teams hangs on Monday\n3,Teams hangs\n", "utf-8")


@pytest.mark.usefixtures("two_taggers")
def test_it_says_where_two_taggers_differ_and_writes_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert disagree("one:fp32", "other", "a.csv", "--output", "d.jsonl") == 0
    said = capsys.readouterr()
    assert "a.csv: read `body` of id, body" in said.err
    assert "first one:fp32, second other:int8" in said.err
    lines = said.out.splitlines()
    assert lines[0].startswith("3 texts: 50.0% of 4 mentions are marked by both alike (1 by both, 2 by the first alone")
    assert "95% interval" in lines[0]
    assert lines[1] == "2 differing places: only the first 2"
    assert lines[2] == "    1.00  only the first, a.csv, row 2 at 0"
    assert lines[3] == "          Teams → SOFTWARE 0.50 | not marked"
    assert lines[-1] == "d.jsonl written"
    written = [json.loads(line) for line in Path("d.jsonl").read_text("utf-8").splitlines()]
    assert [(line["part"], line["times"], line["sentence"]) for line in written] == [
        ("row 2", 2, "Teams hangs on Monday"),
        ("row 3", 2, "Teams hangs"),
    ]
    # Less certain mentions count as not found, and nothing is written over.
    assert disagree("one", "other", "a.csv", "--threshold", "0.6") == 0
    assert capsys.readouterr().out == "3 texts: neither marks anything in 3 texts\n0 differing places\n"
    assert disagree("one", "other", "a.csv", "--output", "d.jsonl") == 2
    assert disagree("one", "other", "a.csv", "--output", "D.CSV") == 0
    with Path("D.CSV").open(encoding="utf-8-sig", newline="") as file:
        assert [row["one:int8"] for row in csv.DictReader(file)] == ["Teams → SOFTWARE 0.50"] * 2


@pytest.mark.usefixtures("two_taggers")
def test_what_is_of_another_domain_is_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "choose_tagger", lambda *_: pytest.fail("opened"))
    assert disagree("one", "far", "a.csv") == 2
    assert disagree("one", "one:int8", "a.csv") == 2


@pytest.mark.usefixtures("two_taggers")
def test_what_cannot_be_read_is_left_out_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("nul.txt").write_bytes(b"a\0b")
    assert disagree("one", "other", "a.csv", "nul.txt") == 1
    said = capsys.readouterr()
    assert "nul.txt: holds NUL bytes" in said.err
    assert "2 differing places" in said.out


@pytest.mark.usefixtures("two_taggers")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("one", "one:int8", "a.csv"), "one:int8 is given twice"),
        (("one", "far", "a.csv"), "one:int8 marks types of the domain 'it' and far:patterns of 'pii'"),
        (("one:", "other", "a.csv"), "'one:' names no tagger"),
        ((":int8", "other", "a.csv"), "':int8' names no tagger"),
        (("one", "other", "nowhere.csv"), "no such file"),
        (("one", "other", "a.csv", "--output", "d.txt"), "is none of .jsonl, .csv"),
        (("one", "other", "a.csv", "--output", "no/d.csv"), "no such folder"),
        (("one", "other", "a.csv", "--encoding", "nope"), "--encoding"),
        (("one", "other"), "Missing argument"),
    ],
)
def test_bad_usage_says_what_to_do(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert disagree(*arguments) == 2
    assert message in capsys.readouterr().err
