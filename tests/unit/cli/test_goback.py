"""`itner goback`: verdicts on reports, with the words they rest on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from commands import run_itner
from shipped import REPOSITORY

from itner.core.types import Document, Mention
from itner.domains.registry import get_domain
from itner.domains.utility.rules import TABLE
from itner.files.items import TextItem
from itner.taggers.rules.tagger import RulesTagger
from itner.workflows.goback import CONFIDENCE, as_json_lines, count_verdicts, decide, go_back, score_reports
from itner.workflows.tag import Chosen

goback = partial(run_itner, "goback")
DEV = REPOSITORY / "data" / "utility" / "infractions_dev.tsv"


class Marks:
    """Marks the whole of each text, as certain as it is told."""

    types = ("MEASURE",)

    def __init__(self, score: float):
        self._score = score

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        return [[Mention(0, len(text), "MEASURE", self._score)] for text in texts]

    def tag_documents(self, documents: Sequence[Document], on_share: object = None) -> list[tuple[Mention, ...]]:
        return [tuple(each) for each in self.tag([document.text for document in documents])]


def rules() -> Chosen:
    return Chosen(RulesTagger(get_domain("utility")), "rules")


def test_a_text_is_judged_with_the_reason(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        goback("--text", "16 ft clearance over the street", "--text", "18 ft clearance over street meets G.O. 95") == 0
    )
    out, err = capsys.readouterr()
    assert "violation  0.94  16 ft clearance over the street" in out
    assert "compliant  0.94  18 ft clearance over street meets G.O. 95" in out
    assert "clearance is to be at least 18 ft (G.O. 95 Rule 37 Table 1 Case 3); the report says 16 ft" in out
    assert "2 reports: 1 violation, 1 compliant, 0 review" in out
    assert "found by the rules of domain 'utility'" in err


def test_every_line_of_a_file_and_every_row_of_a_table_is_a_report(here: Path) -> None:
    (here / "a.txt").write_text("Drop over Elm Street at 17 ft\n\nnothing to see\n", encoding="utf-8")
    (here / "b.csv").write_text("id,note\n7,Ground rod reads 31 ohms at the pole today\n", encoding="utf-8")
    assert goback("a.txt", "b.csv", "--text-column", "note", "--output", "v.jsonl") == 0
    lines = [json.loads(line) for line in (here / "v.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["file"], line["part"], line["verdict"]) for line in lines] == [
        ("a.txt", "line 1", "violation"), ("a.txt", "line 3", "review"), ("b.csv", "row 1", "violation"),
    ]  # fmt: skip
    assert {e["role"]: e["text"] for e in lines[0]["evidence"]} == {
        "subject": "Drop", "over": "Street", "clearance": "17 ft",
    }  # fmt: skip
    items = [TextItem(line["file"], line["part"], line["text"]) for line in lines]
    judged = list(go_back(items, get_domain("utility"), rules()))
    assert as_json_lines(judged) == (here / "v.jsonl").read_text(encoding="utf-8")
    assert count_verdicts(judged) == {"violation": 2, "compliant": 0, "review": 1}
    assert "go95-street-service-drop" in lines[0]["rules"]
    assert {"MEASURE", "LOCATION"} <= {m["type"] for m in lines[0]["mentions"]}


def judge_file(name: str, data: str, *options: str) -> list[tuple[str, str, str]]:
    """Part, text and verdict of each report of a file."""
    Path(name).write_text(data, encoding="utf-8", newline="")
    assert goback(name, *options, "--output", "out.jsonl") == 0
    lines = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    Path("out.jsonl").unlink()
    return [(line["part"], line["text"], line["verdict"]) for line in lines]


def test_a_row_or_a_record_is_one_report_whatever_lines_it_has(here: Path) -> None:
    corrected = "Service drop over street at 16 ft.\nCorrected same day, now 19 ft."
    for name, data in (
        ("a.csv", f'id,note\n1,"{corrected}"\n2,all quiet at the pole\n'),
        ("a.tsv", f'id\tnote\n1\t"{corrected}"\n2\tall quiet at the pole\n'),
        ("a.jsonl", "".join(json.dumps({"note": text}) + "\n" for text in (corrected, "all quiet at the pole"))),
        ("a.json", json.dumps([{"note": corrected}, {"note": "all quiet at the pole"}])),
    ):
        found = judge_file(name, data)
        assert [text for _, text, _ in found] == [corrected, "all quiet at the pole"], name
        assert {verdict for *_, verdict in found} == {"review"}, name


def test_a_line_that_goes_on_is_one_report_with_what_follows(here: Path) -> None:
    wrapped = "If the crew had found the\nservice drop over the street at 16 ft\nwe would have called. It was not so."
    whole = wrapped.replace("\n", " ")
    for name, data, where in (
        ("a.txt", wrapped, "lines 1-3"),
        ("a.md", f"# Notes\n\n{wrapped}\n", "lines 3-5"),
        ("b.txt", wrapped.replace("\n", "\r\n"), "lines 1-3"),
        ("a.eml", f"Subject: drop\n\n{wrapped}\n", "body, lines 1-3"),
        ("a.html", f"<p>{wrapped.replace(chr(10), '<br>')}</p>", "lines 1-3"),
    ):
        assert (where, whole, "review") in judge_file(name, data), name
    listed = judge_file("c.txt", "- Drop over Elm Street\n  at 17 ft\n- Drop over Oak Street at 19 ft\n")
    assert [(part, verdict) for part, _, verdict in listed] == [("lines 1-2", "violation"), ("line 3", "compliant")]


def test_several_columns_of_a_row_are_one_report(here: Path) -> None:
    table = "id,note,reading\n1,service drop over street,16 ft\n2,Service drop over street.,19 ft\n3,,12 ft\n"
    found = judge_file("a.csv", table, "--text-column", "note", "--text-column", "reading")
    assert found == [
        ("row 1", "note: service drop over street. reading: 16 ft", "violation"),
        ("row 2", "note: Service drop over street. reading: 19 ft", "compliant"),
        ("row 3", "reading: 12 ft", "review"),
    ]
    record = json.dumps({"a": {"note": "service drop over street"}, "found": "16 ft"}) + "\n"
    assert judge_file("a.jsonl", record, "--text-column", "a.note", "--text-column", "found") == [
        ("record 1", "note: service drop over street. found: 16 ft", "violation")
    ]


def test_a_column_that_was_guessed_is_said_beside_those_that_may_belong_to_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge_file("a.csv", "id,note,reading\n1,service drop over Elm Street today,16 ft\n2,triplex over the road,19 ft\n")
    err = capsys.readouterr().err
    assert "columns that hold text, too: reading; choose all" in err
    assert "--text-column" in err
    # What a name promises to be text belongs to the report, whichever column holds more of it.
    found = judge_file("b.csv", "id,note,reading\n1,service drop over street,16 ft\n2,service drop over street,19 ft\n")
    assert [verdict for *_, verdict in found] == ["violation", "compliant"]
    assert "read `note`, `reading` of id, note, reading" in capsys.readouterr().err
    [(_, text, verdict)] = judge_file(
        "c.jsonl", '{"title": "Drop over the street", "description": "It hangs at 16 ft"}\n'
    )
    assert (text, verdict) == ("title: Drop over the street. description: It hangs at 16 ft", "violation")


def test_a_conversation_is_one_report(here: Path) -> None:
    record = {"talk": [{"text": "Is the service drop over the street at 16 ft?"}, {"text": "It is at 19 ft now"}]}
    records = "".join(json.dumps({"id": number, **record}) + "\n" for number in (1, 2))
    for options in ((), ("--text-column", "talk.text")):
        found = judge_file("a.jsonl", records, *options)
        assert [part for part, *_ in found] == ["record 1", "record 2"]
        assert {text for _, text, _ in found} == {"Is the service drop over the street at 16 ft? It is at 19 ft now"}


def test_another_table_of_rules_is_heard_and_a_broken_one_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = TABLE.read_text(encoding="utf-8").partition("\n- id: ")[2].partition("\n\n")[0]
    (here / "own.yaml").write_text(f"- id: {rule}\n".replace('"18 ft"', '"15 ft"'), encoding="utf-8")
    assert goback("--text", "16 ft clearance over the street", "--rules", "own.yaml") == 0
    assert "compliant" in capsys.readouterr().out
    (here / "reports.tsv").write_text("D001\tcompliant\tgo95-street-any\t16 ft over the street\n")
    assert goback("--decided", "reports.tsv", "--rules", "own.yaml") == 0
    assert "judged by own.yaml" in capsys.readouterr().err
    (here / "own.yaml").write_text("- id: [\n", encoding="utf-8")
    assert goback("--text", "x", "--rules", "own.yaml") == 2
    assert "own.yaml:2: not YAML" in capsys.readouterr().err
    assert goback("--text", "x", "--rules", "none.yaml") == 2


def test_a_run_of_another_domain_is_refused_with_those_that_fit(
    shipped_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("it_rules", "pii_rules"):
        assert goback("--text", "16 ft over the street", "--run", name, "--models", str(shipped_models)) == 2
        assert re.search("runs of that are utility_.*, utility_rules$", capsys.readouterr().err.strip())
    assert goback("--text", "16 ft over the street", "--run", "utility_rules", "--models", str(shipped_models)) == 0


def test_what_is_less_certain_is_for_review_and_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert goback("--text", "16 ft clearance over the street", "--confidence", "0.99") == 0
    out = capsys.readouterr().out
    assert "review" in out
    assert "violation by go95-street-any, but less certain than 0.99" in out


def test_what_cannot_be_read_ends_with_1_and_bad_usage_with_2(here: Path) -> None:
    (here / "a.txt").write_text("Drop over Elm Street at 17 ft\n", encoding="utf-8")
    (here / "b.pdf").write_bytes(b"%PDF-1.7 no more")
    assert goback("a.txt", "b.pdf") == 1
    assert goback() == 2
    assert goback("--text", "") == 2
    assert goback("--text", "16 ft over the street", "--text", " \u200b\n") == 2
    assert goback("a.txt", "--output", "a.txt") == 2
    assert goback("a.txt", "--output", "none/v.jsonl") == 2
    assert goback("--text", "x", "--domain", "it") == 2


def test_a_verdict_is_decided_when_it_is_as_certain_as_asked() -> None:
    text = "Service drop over Elm Street at 16 ft"
    for score, verdict in ((CONFIDENCE, "violation"), (CONFIDENCE - 0.01, "review")):
        (judged,) = go_back([TextItem("", "", text)], get_domain("utility"), Chosen(Marks(score), "marks"))
        assert (judged.verdict.verdict, judged.verdict.confidence) == (verdict, score)
        assert decide(judged, 1.0).verdict.verdict == "review"


def test_the_command_decides_reports_as_by_hand_and_says_at_what_coverage() -> None:
    scores = score_reports(DEV, get_domain("utility"), rules())
    assert scores.confidence == CONFIDENCE
    assert scores.reports >= 450
    # Tuned on these: what is not certain enough may be for review, what is decided is right.
    assert scores.wrong == 0
    assert scores.accuracy >= 0.97
    at = {point.threshold: point for point in scores.curve}
    certain = at[CONFIDENCE]
    assert certain.decided == certain.right
    assert certain.right == scores.counts["violation"]["violation"] + scores.counts["compliant"]["compliant"]
    assert [point.decided for point in scores.curve] == sorted((point.decided for point in scores.curve), reverse=True)
    assert scores.named >= 0.95 * certain.right


def test_what_no_tagger_marks_is_less_certain_to_the_command_too() -> None:
    class Nothing(Marks):
        def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
            return [[] for _ in texts]

    scores = score_reports(DEV, get_domain("utility"), Chosen(Nothing(1.0), "nothing"))
    assert scores.counts["violation"]["violation"] == scores.counts["compliant"]["compliant"] == 0
    assert scores.curve[0].accuracy == 1.0
