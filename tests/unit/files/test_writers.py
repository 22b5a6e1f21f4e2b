from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imports import imported
from shipped import HERE, REPOSITORY

from itner.core.labels import tags_to_spans
from itner.core.types import Mention
from itner.data.sources import read_source
from itner.domains.registry import get_domain
from itner.files.items import TextItem
from itner.files.summary import count_files, count_types, top_mentions
from itner.files.tagging import Origin, TaggedItem
from itner.files.writers import FORMATS, harmless_cell, title, to_bytes, write_zip

TEXT = "Outlook on Windows 11.\nDone, C# works"
RESULTS = [
    TaggedItem(
        TextItem("=cmd|calc.csv", "row 1", TEXT),
        (
            Mention(0, 7, "SOFTWARE", 0.98765),
            Mention(11, 18, "OS", 0.9),
            Mention(19, 21, "VERSION"),
            Mention(29, 31, "SOFTWARE", 0.5),
        ),
    ),
    TaggedItem(TextItem("b<b>.txt", "", "<script>alert(1)</script> \u202e -1+2"), (Mention(28, 32, "ERROR", 0.6),)),
]


def test_jsonl() -> None:
    first, second = (json.loads(line) for line in to_bytes(RESULTS, "JSONL").splitlines())
    assert first["text"] == TEXT
    assert first["spans"][0] == {"start": 0, "end": 7, "type": "SOFTWARE", "score": 0.9877, "text": "Outlook"}
    assert first["spans"][2]["score"] is None
    assert (second["spans"][0]["text"], second["text"]) == ("-1+2", RESULTS[1].item.text)


def rows_of(written: bytes) -> list[list[str]]:
    """The rows as a spreadsheet reads them: by the mark at the beginning, as UTF-8."""
    assert written.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def test_csv_holds_no_formula() -> None:
    rows = rows_of(to_bytes(RESULTS, "CSV"))
    assert rows[0] == ["file", "part", "start", "end", "type", "score", "text"]
    assert rows[1] == ["'=cmd|calc.csv", "row 1", "0", "7", "SOFTWARE", "0.9877", "Outlook"]
    assert rows[3][5] == ""
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\ufeff", '"', "'", " '\"", "“", "\t", "\r", "\n"])
def test_no_cell_runs_in_a_spreadsheet(sign: str, before: str) -> None:
    bad = f"{before}{sign}HYPERLINK(1)"
    text = f"see {bad}"
    item = TextItem(f"{bad}.csv", bad, text, ((bad, bad), ("plain", "a=b - c")))
    rows = rows_of(to_bytes([TaggedItem(item, (Mention(4, len(text), "OS"),))], "CSV"))
    assert rows[0][7:] == [f"'{bad}", "plain"]
    assert rows[1] == [f"'{bad}.csv", f"'{bad}", "4", str(len(text)), "OS", "", f"'{bad}", f"'{bad}", "a=b - c"]


def test_what_is_carried_stands_beside_the_text() -> None:
    carried = [
        TaggedItem(TextItem("a.csv", "row 1", TEXT, (("id", "1"), ("type", "bug"))), (Mention(0, 7, "SOFTWARE"),)),
        TaggedItem(TextItem("b.txt", "", TEXT), (Mention(0, 7, "SOFTWARE"),)),
        TaggedItem(TextItem("c.jsonl", "record 1", TEXT, (("host", "pc"), ("id", ""))), (Mention(11, 18, "OS"),)),
    ]
    rows = rows_of(to_bytes(carried, "CSV"))
    # A column of the row that is called as one of the result's is told apart.
    assert rows[0][7:] == ["id", "type (of the row)", "host"]
    assert [row[7:] for row in rows[1:]] == [["1", "bug", ""], ["", "", ""], ["", "", "pc"]]
    lines = [json.loads(line) for line in to_bytes(carried, "JSONL").splitlines()]
    assert [line.get("fields") for line in lines] == [{"id": "1", "type": "bug"}, None, {"host": "pc", "id": ""}]


def test_conll_has_the_tags_of_the_mentions() -> None:
    sentences = to_bytes(RESULTS, "CoNLL").decode().split("\n\n")
    lines = [line.split("\t") for line in sentences[0].split("\n")]
    assert [tuple(line) for line in lines] == [
        ("Outlook", "B-SOFTWARE"),
        ("on", "O"),
        ("Windows", "B-OS"),
        ("11", "B-VERSION"),
        (".", "O"),
    ]
    assert ("C#", "B-SOFTWARE") in [tuple(line.split("\t")) for line in sentences[1].split("\n")]


def test_spacy_json_is_what_displacy_takes() -> None:
    first, second = json.loads(to_bytes(RESULTS, "spaCy JSON"))
    assert first["title"] == title(RESULTS[0]) == "=cmd|calc.csv, row 1"
    assert first["ents"][1] == {"start": 11, "end": 18, "label": "OS"}
    assert second["title"] == "b<b>.txt"
    assert json.loads(to_bytes([], "spaCy JSON")) == []


@pytest.mark.parametrize(
    ("text", "mentions", "tokens"),
    [
        ("Outlook on  Windows", (), ["Outlook", "on", " ", "Windows"]),
        ("a\nb \n c", (), ["a", "\n", "b", "\n ", "c"]),
        (" a \n", (), [" ", "a", "\n"]),
        ("  ", (), ["  "]),
        ("", (), []),
        ("Windows11", (Mention(0, 7, "OS"),), ["Windows", "11"]),
        ("xWindows11x", (Mention(1, 8, "OS"), Mention(8, 10, "VERSION")), ["x", "Windows", "11", "x"]),
    ],
)
def test_spacy_json_has_the_tokens_that_doc_from_json_counts(
    text: str, mentions: tuple[Mention, ...], tokens: list[str]
) -> None:
    # Each token's text, one space behind it is its own, and every other white space is a token. So checked with
    # spaCy 3.8.18 on 400 random texts, by `Doc.from_json` with and without `validate=True`.
    (record,) = json.loads(to_bytes([TaggedItem(TextItem("a", "", text), mentions)], "spaCy JSON"))
    assert [text[token["start"] : token["end"]] for token in record["tokens"]] == tokens
    assert [token["id"] for token in record["tokens"]] == list(range(len(tokens)))
    starts, ends = ({token[key] for token in record["tokens"]} for key in ("start", "end"))
    assert all(ent["start"] in starts and ent["end"] in ends for ent in record["ents"])


def test_pre_annotations_for_label_studio() -> None:
    first, second = json.loads(to_bytes(RESULTS, "Label Studio"))
    assert first["data"] == {"text": TEXT, "file": "=cmd|calc.csv", "part": "row 1"}
    (prediction,) = first["predictions"]
    assert "annotations" not in first
    regions = prediction["result"]
    assert len({region["id"] for entry in (first, second) for region in entry["predictions"][0]["result"]}) == 5
    assert regions[0] == {
        "id": "0-0",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 0, "end": 7, "text": "Outlook", "labels": ["SOFTWARE"]},
        "score": 0.9877,
    }
    # A mention without a score has none.
    assert "score" not in regions[2]


def test_pre_annotations_for_doccano() -> None:
    first, second = map(json.loads, to_bytes(RESULTS, "doccano").splitlines())
    assert first["text"] == TEXT
    assert first["label"] == [[0, 7, "SOFTWARE"], [11, 18, "OS"], [19, 21, "VERSION"], [29, 31, "SOFTWARE"]]
    assert (second["file"], second["part"]) == ("b<b>.txt", "")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href") or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_stands_alone_and_is_escaped() -> None:
    page = Tags()
    page.feed(to_bytes(RESULTS, "HTML").decode())
    assert "script" not in page.seen
    assert "b" not in page.seen
    assert page.links == []
    assert {"section", "mark", "style"} <= page.seen
    assert "<script>alert(1)</script>" in page.text
    assert "Content-Security-Policy" in to_bytes(RESULTS, "HTML").decode()


def test_zip_holds_each_format_once() -> None:
    out = io.BytesIO()
    write_zip(RESULTS, FORMATS, out)
    with zipfile.ZipFile(out) as archive:
        assert sorted(archive.namelist()) == [
            "tagged-doccano.jsonl",
            "tagged-label-studio.json",
            "tagged-spacy.json",
            "tagged.conll",
            "tagged.csv",
            "tagged.html",
            "tagged.jsonl",
        ]
        assert archive.read("tagged.jsonl") == to_bytes(RESULTS, "JSONL")
        assert archive.testzip() is None


@pytest.mark.parametrize("name", FORMATS)
def test_half_a_surrogate_pair_breaks_no_format(name: str) -> None:
    entry = TaggedItem(TextItem("a.jsonl", "", "bad \ud800 end"), (Mention(0, 3, "OS", 0.5),))
    assert "bad" in to_bytes([entry], name).decode("utf-8")


@given(st.lists(st.sampled_from(["Outlook", "on", "C#", "11.", "\n", "x. Y"]), min_size=1, max_size=12))
def test_conll_counts_every_mention(words: list[str]) -> None:
    text = " ".join(words)
    mentions, position = [], 0
    for word in words:
        if word in ("Outlook", "C#"):
            mentions.append(Mention(position, position + len(word), "SOFTWARE"))
        position += len(word) + 1
    written = to_bytes([TaggedItem(TextItem("a", "", text), tuple(mentions))], "CoNLL").decode()
    spans = [
        span
        for sentence in written.split("\n\n")
        if sentence
        for span in tags_to_spans([line.split("\t")[1] for line in sentence.split("\n")])
    ]
    assert len(spans) == len(mentions)


def test_summary_by_hand() -> None:
    types = ("ERROR", "OS", "SOFTWARE", "VERSION")
    more = TaggedItem(
        TextItem("c.txt", "", "outlook OUTLOOK Outlook"),
        tuple(Mention(start, start + 7, "SOFTWARE") for start in (0, 8, 16)),
    )
    counts = count_types([*RESULTS, more], types)
    assert list(counts["mentions"]) == [1, 1, 5, 1]
    assert list(counts["different"]) == [1, 1, 2, 1]
    top = top_mentions([*RESULTS, more])
    assert top.iloc[0].to_dict() == {"text": "Outlook", "type": "SOFTWARE", "count": 4, "files": 2}
    files = count_files([*RESULTS, more], types)
    assert list(files["file"]) == ["=cmd|calc.csv", "b<b>.txt", "c.txt"]
    assert files.loc[2, "per 1,000 characters"] == pytest.approx(3000 / 23)
    assert top_mentions([]).empty
    assert count_files([], types).empty


def test_the_documentation_lists_every_format_as_it_is_written() -> None:
    page = (REPOSITORY / "docs" / "files.md").read_text(encoding="utf-8")
    for name, format in FORMATS.items():
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {name} | `tagged")]
        assert f"`{format.stem}.{format.extension}`" in line


PERSONAL = [
    TaggedItem(TextItem("a.txt", "", "Ann of Oslo"), (Mention(0, 3, "PERSON_NAME", 0.5), Mention(7, 11, "CITY", None)))
]


def test_every_format_says_what_points_at_a_person_where_the_domain_tells() -> None:
    written = {name: to_bytes(PERSONAL, name, {"PERSON_NAME"}) for name in FORMATS}
    assert [span["pii"] for span in json.loads(written["JSONL"])["spans"]] == [True, False]
    header, *rows = csv.reader(io.StringIO(written["CSV"].decode("utf-8-sig")))
    assert [row[header.index("pii")] for row in rows] == ["true", "false"]
    assert written["CoNLL"] == b"Ann\ttrue\tB-PERSON_NAME\nof\t_\tO\nOslo\tfalse\tB-CITY\n\n"
    assert [ent["pii"] for ent in json.loads(written["spaCy JSON"])[0]["ents"]] == [1, 0]
    (task,) = json.loads(written["Label Studio"])
    assert [region["meta"] for region in task["predictions"][0]["result"]] == [{"pii": True}, {"pii": False}]
    assert json.loads(written["doccano"])["pii"] == [True, False]
    assert written["HTML"].decode().count('data-pii="true"') == 1
    assert "PERSON_NAME 0.50, points at a person" in written["HTML"].decode()
    for name in FORMATS:
        assert b"pii" not in to_bytes(PERSONAL, name), name


def test_a_carried_column_of_that_name_is_told_apart() -> None:
    item = TextItem("a.csv", "row 1", "Ann", (("pii", "yes"),))
    entry = TaggedItem(item, (Mention(0, 3, "PERSON_NAME"),))
    (row,) = csv.DictReader(io.StringIO(to_bytes([entry], "CSV", {"PERSON_NAME"}).decode("utf-8-sig")))
    assert (row["pii"], row["pii (of the row)"]) == ("true", "yes")


ORIGIN = Origin("a_run", "int8", 0.5, datetime(2026, 11, 28, 9, 30, 5, tzinfo=timezone(timedelta(hours=2))))
SAID = {"model": "a_run", "variant": "int8", "threshold": 0.5, "date": "2026-11-28T07:30:05Z"}
CORRECTED = TaggedItem(
    TextItem("a.csv", "row 1", "Outlook on Windows", (("id", "7"), ("model", "of the row"))),
    (Mention(0, 7, "SOFTWARE", 0.9), Mention(11, 18, "OS")),
    frozenset({Mention(11, 18, "OS")}),
)


def test_every_format_says_what_the_results_come_from() -> None:
    written = {name: to_bytes([CORRECTED], name, (), ORIGIN) for name in FORMATS}
    (line,) = map(json.loads, written["JSONL"].splitlines())
    (spacy,) = json.loads(written["spaCy JSON"])
    (task,) = json.loads(written["Label Studio"])
    (doccano,) = map(json.loads, written["doccano"].splitlines())
    for record in (line, spacy, task["data"], doccano):
        assert {name: record[name] for name in SAID} == SAID
        assert (record["file"], record["part"], record["corrected"]) == ("a.csv", "row 1", True)
        assert record["fields"] == {"id": "7", "model": "of the row"}
    assert task["predictions"][0]["model_version"] == "a_run int8"
    assert written["CoNLL"].startswith(
        b"# model = a_run\n# variant = int8\n# threshold = 0.5\n# date = 2026-11-28T07:30:05Z\n\nOutlook\tB-"
    )
    assert b"model: a_run; variant: int8; threshold: 0.5; date: 2026-11-28T07:30:05Z" in written["HTML"]
    assert b"a.csv, row 1, corrected" in written["HTML"]
    header, first, second = rows_of(written["CSV"])
    assert header[6:] == ["text", "corrected", *SAID, "id", "model (of the row)"]
    assert first[6:] == ["Outlook", "false", "a_run", "int8", "0.5", SAID["date"], "7", "of the row"]
    assert second[5:8] == ["", "Windows", "true"]
    assert [span.get("corrected") for span in line["spans"]] == [None, True]


def test_a_model_without_a_variant_has_none() -> None:
    origin = Origin("rules of it", None, 0.0, ORIGIN.date)
    assert json.loads(to_bytes(RESULTS, "JSONL", (), origin).splitlines()[0])["variant"] is None
    assert rows_of(to_bytes(RESULTS, "CSV", (), origin))[1][8] == ""


@pytest.mark.parametrize(("format", "source"), [("JSONL", "jsonl"), ("CoNLL", "conll")])
def test_what_is_said_beside_the_text_is_no_text_to_prepare(format: str, source: str, tmp_path: Path) -> None:
    for name in ("train", "dev", "test"):
        written = to_bytes([CORRECTED, RESULTS[0]], format, (), ORIGIN)
        (tmp_path / f"{name}.{FORMATS[format].extension}").write_bytes(written)
    splits = read_source(source, tmp_path, get_domain("it"), "mine", HERE)  # type: ignore[arg-type]
    for split in splits.values():
        found = [document.text[m.start : m.end] for document in split.documents for m in document.mentions]
        assert found == ["Outlook", "Windows", "Outlook", "Windows", "11", "C#"]
        unread = [said for said in imported(split).changes if "not read" in said]
        assert unread == (["comment lines not read"] if source == "conll" else [])


def test_a_signed_number_stays_a_number() -> None:
    assert [harmless_cell(cell) for cell in ("-2", "+1,5%", "-2.50", -2)] == ["-2", "+1,5%", "-2.50", -2]
    assert [harmless_cell(cell) for cell in ("-2+3", "=1", "-A1", "+", "-2 x")] == [
        "'-2+3",
        "'=1",
        "'-A1",
        "'+",
        "'-2 x",
    ]
