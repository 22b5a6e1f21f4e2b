"""Shapes of JSON that versions of tools write, beside the usual ones: read with what was assumed said, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from imports import imported, read

from itner.core.errors import InputError
from itner.data.corpus import Split
from itner.data.formats import find_split
from itner.data.sources import read_source
from itner.domains.registry import get_domain
from itner.records.workspace import Workspace

TEXT = "Outlook shows 0x80070057"
TRIPLE = [0, 7, "SOFTWARE"]
SPAN = {"start": 0, "end": 7, "type": "SOFTWARE"}
REGION = {"start": 0, "end": 7, "text": "Outlook", "labels": ["SOFTWARE"]}
FOUND = [("Outlook", "SOFTWARE")]


def mentions(split: Split) -> list[tuple[str, str]]:
    return [(d.text[m.start : m.end], m.type) for d in split.documents for m in d.mentions]


def read_all(folder: Path, *records: Any, name: str = "train.jsonl") -> Split:
    (folder / name).write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return read(folder / name)


@pytest.mark.parametrize(
    "annotated", [{"spans": [SPAN]}, {"label": [TRIPLE]}, {"ents": [SPAN | {"label": "SOFTWARE"}]}]
)
@pytest.mark.parametrize(
    ("value", "key"),
    [
        ({"content": TEXT}, "content"), ({"sentence": TEXT, "note": "x"}, "sentence"), ({"Text": TEXT}, "Text"),
        ({"data": TEXT}, "data"), ({"data": {"text": TEXT, "id": 1}}, "data.text"),
        ({"body": TEXT, "content": 7}, "body"),
    ],
)  # fmt: skip
def test_a_text_under_another_key_is_read_and_said(
    value: dict[str, Any], key: str, annotated: dict[str, Any], tmp_path: Path
) -> None:
    split = read_all(tmp_path, value | annotated)
    assert [document.text for document in split.documents] == [TEXT]
    assert mentions(split) == FOUND
    assert imported(split).changes == {f"texts read from {key}": 1}


def test_which_text_is_meant_has_to_be_clear(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="text is missing, and body and content could each be meant; name one"):
        read_all(tmp_path, {"body": TEXT, "content": TEXT, "spans": [SPAN]})
    for other in ({}, {"data": 7}, {"data": {"id": "x"}}, {"subject": TEXT}):
        with pytest.raises(InputError, match=r"text is missing$"):
            read_all(tmp_path, {**other, "spans": [SPAN]})


@pytest.mark.parametrize(
    "record",
    [
        {"text": TEXT, "annotations": [{"label": "SOFTWARE", "start_offset": 0, "end_offset": 7, "user": 1}]},
        {"text": TEXT, "entities": [{"start": 0, "end": 7, "type": "SOFTWARE"}]},
        {"text": TEXT, "entities": [{"start": 0.0, "end": 7.0, "entity_group": "SOFTWARE", "word": "outlook"}]},
        {"text": TEXT, "labels": [TRIPLE], "cats": ["x"]},
        {"text": TEXT, "spans": [TRIPLE]},
        {"text": TEXT, "ents": [TRIPLE]},
        [TEXT, {"entities": [TRIPLE]}],
        {"words": TEXT.split(), "labels": ["B-SOFTWARE", "O", "O"]},
        {"tokens": TEXT.split(), "ner": ["B-software", "O", "O"]},
    ],
    ids=json.dumps,
)
def test_spans_in_other_shapes(record: Any, tmp_path: Path) -> None:
    split = read_all(tmp_path, record)
    assert mentions(split) == FOUND
    (tmp_path / "train.json").write_text(json.dumps([record], indent=1), encoding="utf-8")
    assert mentions(read(tmp_path / "train.json")) == FOUND


def test_a_span_with_another_text_than_its_own_is_seen(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="where the file records 'Word'"):
        read_all(tmp_path, {"text": TEXT, "entities": [{"start": 0, "end": 7, "type": "SOFTWARE", "text": "Word"}]})


@pytest.mark.parametrize(
    "other", [[TRIPLE], [{"start": 0, "end": 7, "label": "OS"}], [{"start_offset": 0, "end_offset": 3, "type": "OS"}]]
)
@pytest.mark.parametrize(
    "record", [{"text": TEXT, "spans": [SPAN]}, {"text": TEXT, "label": [TRIPLE]}, {"tokens": ["a"], "tags": ["B-OS"]}]
)
def test_annotations_under_any_other_key_are_not_passed_over(record: Any, other: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="but 'second_pass' holds annotations as well"):
        read_all(tmp_path, record, record | {"second_pass": other})


def test_what_only_looks_like_spans_is_none(tmp_path: Path) -> None:
    more = {
        "tokens": [{"id": 0, "start": 0, "end": 7, "tag": "NNP"}], "sents": [{"start": 0, "end": 24}],
        "relations": [{"head": 0, "child": 1, "label": "x"}], "scores": [[0, 7, 0.5]],
    }  # fmt: skip
    assert mentions(read_all(tmp_path, {"text": TEXT, "ents": [SPAN | {"label": "SOFTWARE"}], **more})) == FOUND


def test_label_studio_regions_under_several_keys_are_all_read(tmp_path: Path) -> None:
    error = {"start": 14, "end": 24, "text": "0x80070057", "labels": ["ERROR"]}
    flat = [{"id": 1, "text": TEXT, "label": [REGION], "codes": [error]}, {"id": 2, "text": "Thanks", "codes": []}]
    assert mentions(read_all(tmp_path, *flat)) == [*FOUND, ("0x80070057", "ERROR")]


def task(*results: dict[str, Any], **data: str) -> dict[str, Any]:
    return {"id": 1, "data": data or {"text": TEXT}, "annotations": [{"result": list(results)}]}


def marked(place: str, **value: Any) -> dict[str, Any]:
    return {"type": "labels", "from_name": "label", "to_name": place, "value": value or REGION}


def test_label_studio_spans_belong_to_the_text_that_they_name(tmp_path: Path) -> None:
    split = read_all(tmp_path, task(marked("body"), text="Help", body=TEXT))
    assert [document.text for document in split.documents] == [TEXT]
    with pytest.raises(InputError, match=r"marked in several texts \(body, text\); a record has one"):
        read_all(tmp_path, task(marked("body"), marked("text", start=0, end=4, labels=["OS"]), text="Help", body=TEXT))


@pytest.mark.parametrize(
    ("kind", "answer"), [("choices", {"choices": ["a"]}), ("textarea", {"text": ["note"]}), ("rating", {"rating": 3})]
)
def test_label_studio_answers_about_a_span_are_no_spans(kind: str, answer: dict[str, Any], tmp_path: Path) -> None:
    about = {"type": kind, "to_name": "text", "value": {"start": 0, "end": 7, **answer}}
    split = read_all(tmp_path, task(marked("text"), about, {"type": kind, "to_name": "title", "value": answer}))
    assert mentions(split) == FOUND
    assert imported(split).changes == {"other results than spans not read": 2}


@pytest.mark.parametrize("labels", ["labels", "hypertextlabels", "paragraphlabels"])
def test_label_studio_regions_of_html_and_dialogues_are_refused_as_such(labels: str, tmp_path: Path) -> None:
    value = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": 7, labels: ["OS"]}
    for record in (task({"type": labels, "to_name": "text", "value": value}), {"text": TEXT, "label": [value]}):
        with pytest.raises(InputError, match="marked in HTML or in a dialogue"):
            read_all(tmp_path, record)


@pytest.mark.parametrize("key", ["data", "examples", "annotations"])
@pytest.mark.parametrize(
    "record", [{"text": TEXT, "spans": [SPAN]}, {"tokens": ["a"], "tags": ["O"]}, [TEXT, {"entities": [TRIPLE]}]]
)
def test_records_inside_one_object_are_refused_with_its_key(key: str, record: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"one object with all records under '{key}'"):
        read_all(tmp_path, {"version": 1, key: [record, record]}, name="train.json")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('{"text": "a", "spans": []},\n{"text": "b", "spans": []},\n', 1, "a comma stands between records"),
        ("{'text': 'a', 'spans': []}", 1, "single quotation marks"),
        ('{"text": "a",\n "spans": [\n', 1, "cut off at the end of the file"),
        ('{"text": "a",\n "spans": nothing}', 1, "breaks off in line 2"),
        ('{"text": "a", "spans": [}', 1, "breaks off at character 25 of the line"),
    ],
)
def test_what_is_wrong_with_json_is_said(text: str, line: int, problem: str, tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        read(tmp_path / "train.json")
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (0, -1, "an end is the place behind it: add 1"),
        (1, 1, "offsets in this file seem to count from 1"),
        (1, 0, "starts in this file"),
    ],
)
def test_shifted_offsets_are_recognised(start: int, end: int, said: str, tmp_path: Path) -> None:
    text = "On Windows, Outlook and the ThinkPad hang with 0x80070057 today 😀"
    places = [
        (text.index(word), word, kind)
        for word, kind in (
            ("Windows", "OS"),
            ("Outlook", "SOFTWARE"),
            ("ThinkPad", "HARDWARE"),
            ("0x80070057", "ERROR"),
        )
    ]
    for number in (1, 2, 4):
        spans = [
            {"start": place + start, "end": place + len(word) + end, "type": kind}
            for place, word, kind in places[:number]
        ]
        with pytest.raises(InputError, match=f"--misaligned drop .*; .*{said}"):
            read_all(tmp_path, {"text": text, "spans": spans})
    # Where the other spans fit, one that does not is no sign of it.
    right = [{"start": place, "end": place + len(word), "type": kind} for place, word, kind in places]
    with pytest.raises(InputError) as caught:
        read_all(tmp_path, {"text": text, "spans": [*right[1:], right[0] | {"end": right[0]["end"] - 1}]})
    assert "seem" not in caught.value.problem


def test_a_text_of_nothing_that_is_shown_is_blank(tmp_path: Path) -> None:
    blanks = [{"text": text, "spans": []} for text in ("", " \n", "\u200b\ufeff", "\u00ad \u2060")]
    split = read_all(tmp_path, *blanks, {"text": TEXT, "spans": [SPAN]}, {"text": TEXT, "spans": None})
    assert dict(split.dropped) == {"blank": 4}
    assert len(split.documents) == 2


def test_a_folder_without_a_split_says_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the folder is empty"):
        find_split(tmp_path, "train", (".jsonl",))
    for number in range(11):
        (tmp_path / f"part-{number:02}.csv").touch()
    with pytest.raises(
        InputError, match=r"here are part-00\.csv, .*part-07\.csv and 3 more\. train, dev and test are all"
    ):
        find_split(tmp_path, "train", (".jsonl",))
    with pytest.raises(InputError, match="a file, where --path names the folder"):
        read_source("jsonl", tmp_path / "part-00.csv", get_domain("it"), "x", Workspace(tmp_path, tmp_path))


def test_a_brat_text_that_was_copied_to_windows_is_read_with_the_line_ends_of_its_offsets(tmp_path: Path) -> None:
    (tmp_path / "train.ann").write_text("T1\tSOFTWARE 7 11\tWord\nT2\tOS 16 23\tWindows\n", encoding="utf-8")
    for ends, changes in (("\n", {}), ("\r\n", {"texts read with line ends of one character": 1})):
        (tmp_path / "train.txt").write_bytes(
            f"Hello{ends}\nWord on{ends} Windows".replace(f"{ends}\n", ends * 2).encode()
        )
        split = read(tmp_path / "train.txt")
        assert mentions(split) == [("Word", "SOFTWARE"), ("Windows", "OS")]
        assert imported(split).changes == changes
