"""The formats of JSON files: recognised by what is in them, read, and refused in words."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imports import imported, read

from itner.core.errors import InputError
from itner.core.labels import align_mentions
from itner.data.corpus import Split, decode_file
from itner.data.formats import COLUMN_SUFFIXES, JSON_SUFFIXES, find_split

TEXT = "Outlook shows 0x80070057"
SPAN = {"start": 0, "end": 7, "type": "SOFTWARE"}
OFFSETS = {"start_offset": 0, "end_offset": 7, "label": "SOFTWARE"}
ENTITY = {"start": 0, "end": 7, "label": "SOFTWARE"}
OWN = {"text": TEXT, "spans": [SPAN]}
DOCCANO = {"text": TEXT, "label": [[0, 7, "SOFTWARE"]]}
REGION = {"start": 0, "end": 7, "text": "Outlook", "labels": ["SOFTWARE"]}
FLAT = {"id": 1, "text": TEXT, "label": [REGION]}
FOUND = [("Outlook", "SOFTWARE")]


def annotation(*regions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "result": [{"type": "labels", "from_name": "a", "to_name": "b", "value": value} for value in regions],
        **more,
    }


def task(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"data": {"text": TEXT}, "annotations": list(annotations), **more}


def read_all(folder: Path, *records: Any, whole: bool = False) -> Split:
    """The records, as JSON Lines or as one list over several lines."""
    path = folder / ("train.json" if whole else "train.jsonl")
    text = json.dumps(records, indent=1) if whole else "\n".join(map(json.dumps, records))
    path.write_text(text, encoding="utf-8")
    return read(path)


def mentions(split: Split) -> list[tuple[str, str]]:
    return [(d.text[m.start : m.end], m.type) for d in split.documents for m in d.mentions]


@pytest.mark.parametrize("whole", [False, True], ids=["lines", "list"])
@pytest.mark.parametrize(
    ("record", "format"),
    [
        (OWN, "itner JSONL"),
        ({"file": "a", "part": "", "text": TEXT, "spans": [SPAN | {"score": None, "text": "Outlook"}]}, "itner JSONL"),
        (DOCCANO, "doccano JSONL"),
        ({"text": TEXT, "labels": [[0, 7, "SOFTWARE"]], "Comments": []}, "doccano JSONL"),
        ({"text": TEXT, "entities": [[0, 7, "SOFTWARE"]], "username": "a"}, "doccano JSONL"),
        ({"text": TEXT, "label": [], "entities": [OFFSETS | {"id": 1}], "relations": []}, "doccano JSONL"),
        ({"text": TEXT, "spans": [ENTITY]}, "Prodigy JSONL"),
        ({"text": TEXT, "ents": [ENTITY], "spans": {"sc": []}}, "spaCy JSON"),
        ({"text": TEXT, "ents": [ENTITY | {"kb_id": ""}], "tokens": [{"id": 0, "start": 0, "end": 7}]}, "spaCy JSON"),
        (FLAT, "Label Studio JSON-MIN"),
        ({"id": 1, "ticket": TEXT, "ner": [REGION], "created_at": "2026"}, "Label Studio JSON-MIN"),
        (task(annotation(REGION)), "Label Studio JSON"),
        ({"data": {"ticket": TEXT, "from": "me"}, "completions": [annotation(REGION)]}, "Label Studio JSON"),
        ({"tokens": TEXT.split(), "ner_tags": ["B-SOFTWARE", "O", "O"]}, "Hugging Face token classification"),
        ({"tokens": TEXT.split(), "labels": ["S-SOFTWARE", "O", "O"], "id": "0"}, "Hugging Face token classification"),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(value),
)  # fmt: skip
def test_a_record_is_recognised_by_what_is_in_it(
    record: dict[str, Any], format: str, whole: bool, tmp_path: Path
) -> None:
    split = read_all(tmp_path, record, whole=whole)
    assert mentions(split) == FOUND
    assert imported(split).format == format
    # A file of the name that CoNLL files have is recognised as well.
    text = (tmp_path / ("train.json" if whole else "train.jsonl")).read_text(encoding="utf-8")
    (tmp_path / "dev.txt").write_text(text, encoding="utf-8")
    assert imported(read(tmp_path / "dev.txt", "dev")).format == format


def test_records_without_a_mention_show_no_format_but_are_read_by_that_of_the_others(tmp_path: Path) -> None:
    for empty, full in (
        ({"text": "Thanks", "spans": []}, OWN),
        ({"text": "Thanks"}, OWN),
        ({"text": "Thanks", "label": []}, DOCCANO),
        ({"text": "Thanks", "label": None}, DOCCANO),
        ({"id": 0, "text": "Thanks"}, FLAT),
        ({"text": "Thanks", "ents": []}, {"text": TEXT, "ents": [ENTITY]}),
        ({"text": "Thanks", "spans": None, "answer": "accept"}, OWN | {"answer": "accept", "spans": []}),
    ):
        split = read_all(tmp_path, empty, full)
        assert [document.text for document in split.documents] == ["Thanks", TEXT]


def test_a_file_has_one_format_and_one_set_of_annotations(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a record of doccano JSONL, where line 1 is one of itner JSONL") as caught:
        read_all(tmp_path, OWN, {"text": "Thanks", "spans": []}, DOCCANO)
    assert caught.value.line == 3
    with pytest.raises(InputError, match="'label' holds annotations as well") as caught:
        read_all(tmp_path, OWN, OWN | {"label": [[0, 7, "OS"]]})
    assert caught.value.line == 2
    # An answer can be something else than an annotator's.
    assert imported(read_all(tmp_path, OWN | {"answer": "Reinstall it."})).format == "itner JSONL"
    assert imported(read_all(tmp_path, OWN | {"answer": "accept"})).format == "itner JSONL"
    # A label of the whole text is no annotation of ours.
    assert mentions(read_all(tmp_path, OWN | {"label": "urgent"})) == FOUND


@pytest.mark.parametrize(
    "record", [{"text": TEXT}, {"text": TEXT, "spnas": []}, {"body": TEXT}, {}, {"text": TEXT, "label": "spam"}]
)
def test_what_shows_no_annotations_is_refused_with_the_forms(record: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no annotations are recognised") as caught:
        read_all(tmp_path, record)
    for form in (
        '"spans": [{"start": 0, "end": 7, "type": "TYPE"}]',
        '"label": [[0, 7, "TYPE"]]',
        "Label Studio JSON-MIN",
    ):
        assert form in caught.value.problem


def test_keys_that_mean_nothing_are_said(tmp_path: Path) -> None:
    odd = OWN | {"meta": {"a": 1}, "spans": [{"start": 0, "end": 7, "type": "SOFTWARE", "sure": True}]}
    assert imported(read_all(tmp_path, OWN, odd)).notes == ("keys not read: meta, spans.sure",)
    many = OWN | {f"key{number}": 1 for number in range(30)}
    (note,) = imported(read_all(tmp_path, many)).notes
    assert note.endswith(", and others")
    assert len(note) < 200


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"text": TEXT, "label": [[0, 7]]}, "label, number 1 is a list, neither"),
        ({"text": TEXT, "label": ["spam"]}, "label, number 1 is a text, neither"),
        ({"text": TEXT, "label": [[0, 7, 3]]}, "type is a number, not the name of a type"),
        ({"text": TEXT, "label": [["0", 7, "OS"]]}, "start is a text, not a whole number"),
        ({"text": TEXT, "entities": [{"label": "OS", "start": 0}]}, "no annotations are recognised|entities, number 1"),
        (OWN | {"text": None, "id": {}}, "id is an object"),
        ({"text": TEXT, "spans": [{"start": 0, "label": "OS"}]}, "spans, number 1: end missing"),
        ({"text": TEXT, "ents": [7]}, "spans, number 1 is a number|ents"),
        ({"data": TEXT, "annotations": {}}, "no annotations are recognised"),
        (task({"result": None}), "the result of an annotation is null"),
        (task(annotation({"start": None, "end": 7, "labels": ["OS"]})), "start of a region is null"),
        (task(annotation({"start": 0, "end": 7, "labels": "OS"})), "labels of a region is a text"),
        (
            {"data": {"a": "x", "b": "y"}, "annotations": [annotation()]},
            "not clear which of the keys a, b holds the text",
        ),
        ({"data": {"a": 7}, "annotations": [annotation()]}, "no key holds a text"),
        ({"tokens": ["a", "b"], "ner_tags": ["O"]}, "2 tokens, 1 tags"),
        ({"tokens": ["a", " "], "ner_tags": ["O", "O"]}, "a token is blank"),
        ({"tokens": ["a"], "ner_tags": ["X-OS"]}, "'X-OS' is not a BIO tag"),
        ({"tokens": ["a"], "ner_tags": ["B-Alien"]}, "'Alien' has no mapping"),
        ({"tokens": ["a"], "ner_tags": [1]}, "the tags are numbers"),
        ({"tokens": ["a"], "ner_tags": [None]}, "a tag is null"),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:40],
)
def test_a_malformed_record_is_refused_in_words(record: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        read_all(tmp_path, record)
    assert caught.value.line == 1 or "numbers" in problem
    assert not re.search(r"should|Error|Expecting|dict|str\b|int\b", caught.value.problem)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{", 1),
        (json.dumps(OWN) + "\n{'text': 1}", 2),
        (json.dumps(OWN) + "\n\n" + json.dumps(OWN)[:-4], 3),
        (f"[\n{json.dumps(OWN)},\n{json.dumps(OWN)[:-4]}", 3),
        (f"[\n{json.dumps(OWN)}\n", 2),
        (f"[\n{json.dumps(OWN)}\n{json.dumps(OWN)}]", 2),
        (f"[\n{json.dumps(OWN)}]\n\nmore", 2),
        (json.dumps(OWN) + "\n" + "[" * 50_000, 2),
    ],
)
def test_what_is_no_json_is_named_with_its_line(text: str, line: int, tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"not valid JSON|a list, not") as caught:
        read(path)
    assert caught.value.line == line


def test_doccano_relations_are_counted(tmp_path: Path) -> None:
    split = read_all(tmp_path, DOCCANO | {"relations": [{"from_id": 1, "to_id": 2}]}, DOCCANO | {"relations": []})
    assert imported(split).changes == {"relations not read": 1}


def test_an_id_belongs_to_one_text(tmp_path: Path) -> None:
    for record in (OWN, DOCCANO, task(annotation(REGION))):
        with pytest.raises(InputError, match="id '7' is used twice") as caught:
            read_all(tmp_path, record | {"id": 7}, record | {"id": "7"})
        assert caught.value.line == 2


def test_prodigy_answers(tmp_path: Path) -> None:
    span = {"start": 0, "end": 7, "label": "SOFTWARE", "token_start": 0, "token_end": 0}
    other = {"start": 8, "end": 13, "label": "OS"}
    split = read_all(
        tmp_path,
        {"text": TEXT, "spans": [span], "answer": "accept", "tokens": [{"text": "Out", "start": 0, "end": 3, "id": 0}]},
        {"text": TEXT, "spans": [other], "answer": "reject"},
        {"text": TEXT, "spans": [other], "answer": "ignore"},
        {"text": TEXT, "spans": [other], "answer": "ignore"},
    )
    assert mentions(split) == FOUND
    assert split.dropped == {"rejected": 1, "ignored": 2}


def test_label_studio_keeps_one_annotation_of_a_task(tmp_path: Path) -> None:
    other = {"start": 14, "end": 24, "text": "0x80070057", "labels": ["ERROR"]}
    error = [("0x80070057", "ERROR")]
    for made, wanted in (
        ([annotation(REGION), annotation(other)], error),
        ([annotation(REGION, updated_at="2026-02"), annotation(other, updated_at="2026-01")], FOUND),
        ([annotation(REGION, ground_truth=True), annotation(other, updated_at="2026-01")], FOUND),
        ([annotation(REGION), annotation(other, was_cancelled=True)], FOUND),
    ):
        split = read_all(tmp_path, task(*made))
        assert mentions(split) == wanted
        cancelled = sum(bool(item.get("was_cancelled")) for item in made)
        assert sum(imported(split).changes.values()) == 1 - cancelled


def test_label_studio_tasks_that_nobody_finished_are_no_gold(tmp_path: Path) -> None:
    relation = {"type": "relation", "from_id": "a", "to_id": "b"}
    choice = {"type": "choices", "value": {"choices": ["urgent"]}}
    good = annotation(REGION)
    good["result"] += [relation, choice]
    split = read_all(
        tmp_path,
        task(good, predictions=[annotation(REGION), annotation(REGION)]),
        task(annotation(REGION, was_cancelled=True)),
        task(predictions=[annotation(REGION)]),
        {"data": {"text": TEXT}, "predictions": [annotation(REGION)]},
    )
    assert len(split.documents) == 1
    assert split.dropped == {"cancelled": 1, "not annotated": 2}
    assert imported(split).changes == {
        "predictions not read (they are suggestions, not gold)": 4,
        "relations not read": 1,
        "other results than spans not read": 1,
    }


def test_label_studio_predictions_alone_are_refused_as_such(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no document \(left out: 2 not annotated\); predictions not read .*: 3"):
        read_all(tmp_path, task(predictions=[annotation(REGION)] * 2), task(predictions=[annotation(REGION)]))


def test_label_studio_regions_without_a_label_or_with_two(tmp_path: Path) -> None:
    bare = {"start": 14, "end": 24, "text": "0x80070057"}
    for record in (
        task(annotation(REGION | {"labels": ["SOFTWARE", "OS"]}, bare, bare | {"labels": []})),
        {"text": TEXT, "label": [REGION | {"labels": ["SOFTWARE", "OS"]}, bare, bare | {"labels": []}]},
    ):
        split = read_all(tmp_path, record)
        assert mentions(split) == FOUND
        assert imported(split).changes == {
            "overlapping spans dropped (the longest is kept)": 1,
            "spans without a type dropped": 2,
        }
    # A record all of whose regions are bare is recognised by the others'.
    split = read_all(tmp_path, {"id": 1, "text": TEXT, "label": [bare]}, FLAT | {"id": 2})
    assert imported(split).changes == {"spans without a type dropped": 1}


def test_label_studio_flat_records_of_one_task_are_its_annotations(tmp_path: Path) -> None:
    other = FLAT | {"label": [REGION | {"labels": ["OS"]}]}
    for records, wanted in (
        ([other, FLAT], "SOFTWARE"),
        ([FLAT | {"updated_at": "2026-02"}, other | {"updated_at": "2026-01"}], "SOFTWARE"),
    ):
        split = read_all(tmp_path, *records)
        assert mentions(split) == [("Outlook", wanted)]
        assert sum(imported(split).changes.values()) == 1
    with pytest.raises(InputError, match="id '1' is used twice, with different texts"):
        read_all(tmp_path, FLAT, FLAT | {"text": "Outlook hangs"})


def test_numbered_tags_are_named_by_the_files_beside_them(tmp_path: Path) -> None:
    record = {"tokens": ["We", "use", "Word"], "ner_tags": [0, 0, 1]}
    with pytest.raises(InputError, match=r"write the tags .* into labels\.txt"):
        read_all(tmp_path, record)
    names = ["O", "B-SOFTWARE"]
    label = {"names": names, "_type": "ClassLabel"}
    for feature in (
        {"feature": label, "_type": "Sequence"},
        {"feature": label, "_type": "List"},
        {"sequence": {"class_label": {"names": {"1": "B-SOFTWARE", "0": "O"}}}},
    ):
        (tmp_path / "dataset_info.json").write_text(json.dumps({"features": {"ner_tags": feature}}), encoding="utf-8")
        assert mentions(read_all(tmp_path, record)) == [("Word", "SOFTWARE")]
    (tmp_path / "dataset_info.json").write_text("{}", encoding="utf-8")
    (tmp_path / "labels.txt").write_text("O\nB-SOFTWARE\n", encoding="utf-8")
    assert mentions(read_all(tmp_path, record, {"tokens": [], "ner_tags": []})) == [("Word", "SOFTWARE")]
    for bad in (2, -1, "B-OS"):
        with pytest.raises(InputError, match="tag"):
            read_all(tmp_path, record | {"ner_tags": [0, 0, bad]})


def test_blank_texts_are_left_out(tmp_path: Path) -> None:
    for blank in ("", " ", "\n\t", "\u00a0\u3000", None):
        split = read_all(tmp_path, OWN, {"text": blank, "spans": []})
        assert split.dropped == {"blank": 1}
        split = read_all(
            tmp_path, task(annotation(REGION)), {"data": {"text": blank or ""}, "annotations": [annotation()]}
        )
        assert split.dropped == {"blank": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_utf_8_and_marked_utf_16_are_read(encoding: str, tmp_path: Path) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    path = tmp_path / "train.jsonl"
    path.write_bytes(
        (mark + json.dumps(OWN | {"text": f"{TEXT} für 😀"}, ensure_ascii=False) + "\r\n").encode(encoding)
    )
    split = read(path)
    assert split.documents[0].text == f"{TEXT} für 😀"
    assert imported(split).encoding == ("UTF-16" if "16" in encoding else "UTF-8")


@pytest.mark.parametrize(
    ("raw", "problem", "line"),
    [
        ("a O\nfür O\n".encode("cp1252"), "byte 0xfc is not UTF-8; save the file as UTF-8", 2),
        ("a O\nfür O\n".encode("utf-16-le"), "NUL bytes, as UTF-16 without a mark does; save", 1),
        ("a O\n".encode("utf-16") + b"x", "begins as UTF-16, but is not", None),
        (b"\xff\xfe\x00\x00" + "a O".encode("utf-32-le"), "begins as UTF-16, but", None),
    ],
)
def test_any_other_encoding_is_named(raw: bytes, problem: str, line: int | None, tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=problem) as caught:
        decode_file(path)
    assert caught.value.line == line


def test_the_file_of_a_split(tmp_path: Path) -> None:
    (tmp_path / "validation.jsonl").write_text("{}", encoding="utf-8")
    assert find_split(tmp_path, "dev", JSON_SUFFIXES).name == "validation.jsonl"
    assert find_split(tmp_path, "dev", COLUMN_SUFFIXES).name == "validation.jsonl"
    (tmp_path / "dev.txt").write_text("", encoding="utf-8")
    assert find_split(tmp_path, "dev", JSON_SUFFIXES).name == "validation.jsonl"
    assert find_split(tmp_path, "dev", COLUMN_SUFFIXES).name == "dev.txt"
    (tmp_path / "dev.json").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"dev\.json and validation\.jsonl could each be the dev split"):
        find_split(tmp_path, "dev", JSON_SUFFIXES)
    with pytest.raises(InputError, match="no test split here"):
        find_split(tmp_path, "test", JSON_SUFFIXES)
    (tmp_path / "Test.JSONL").write_text("{}", encoding="utf-8")
    assert find_split(tmp_path, "test", COLUMN_SUFFIXES).name == "Test.JSONL"


def test_a_doc_bin_without_spacy_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    path = tmp_path / "train.spacy"
    path.write_bytes(b"x")
    assert find_split(tmp_path, "train", JSON_SUFFIXES) == path
    with pytest.raises(InputError, match=r"`pip install spacy`, or write the documents with `Doc\.to_json`"):
        read(path)


def test_a_doc_bin_is_read_where_spacy_is(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy", reason="spaCy is no requirement; its JSON is tested without it")
    doc = spacy.blank("en")(TEXT)
    doc.ents = [doc.char_span(0, 7, "SOFTWARE")]
    spacy.tokens.DocBin(docs=[doc]).to_disk(tmp_path / "train.spacy")
    assert mentions(read(tmp_path / "train.spacy")) == FOUND
    assert mentions(read_all(tmp_path, doc.to_json())) == FOUND
    (tmp_path / "train.spacy").write_bytes(b"no such file")
    with pytest.raises(InputError, match=r"not a \.spacy file"):
        read(tmp_path / "train.spacy")


KEYS = (
    "text", "spans", "label", "labels", "entities", "ents", "tokens", "ner_tags", "tags", "data", "annotations",
    "predictions", "completions", "result", "value", "start", "end", "type", "start_offset", "end_offset", "id",
    "answer", "relations", "was_cancelled", "updated_at", "group", "source", "_input_hash",
)  # fmt: skip
leaf = (
    st.none()
    | st.booleans()
    | st.integers(-2, 30)
    | st.floats()
    | st.sampled_from(["", " ", TEXT, "OS", "B-OS", "O", "\ud83d"])
)
anything = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), anything, max_size=6), min_size=1, max_size=3), st.booleans())
def test_whatever_a_record_holds_it_is_read_or_refused_with_its_file(
    tmp_path: Path, records: list[Any], whole: bool
) -> None:
    try:
        split = read_all(tmp_path, *records, whole=whole)
    except InputError as error:
        assert error.path is not None  # noqa: PT017 - either outcome is right
    else:
        assert split.documents
        for document in split.documents:
            assert document.text.strip()
            assert not align_mentions(document)[1]
