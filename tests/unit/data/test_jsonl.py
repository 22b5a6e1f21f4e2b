from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from imports import read

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention, Token
from itner.data.jsonl import read_documents, write_lines
from itner.domains.it.scheme import SCHEME
from itner.records.workspace import Workspace
from itner.workflows.prepare import prepare

GOOD = {"text": "Windows", "spans": [{"start": 0, "end": 7, "type": "OS"}]}


def write(folder: Path, *records: object) -> Path:
    """A train.jsonl with a good first line that shows its format."""
    path = folder / "train.jsonl"
    lines = [record if isinstance(record, str) else json.dumps(record) for record in (GOOD, *records)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_given_tokens_are_kept_and_blank_lines_skipped(tmp_path: Path) -> None:
    path = write(tmp_path, "", {"id": "t1", "text": "C# 12", "tokens": [[0, 1], [1, 2], [3, 5]]}, "   ")
    split = read(path, "train")
    assert [document.id for document in split.documents] == ["train-00000", "t1"]
    assert split.documents[1].token_texts() == ["C", "#", "12"]


def test_separators_inside_a_text_end_no_line(tmp_path: Path) -> None:
    # str.splitlines would cut here; JSON leaves these three unescaped.
    text = "one\u2028two\x85three\u2029four"
    document = Document(text, (Token(0, 3),), (Mention(4, 7, "OS"),), "d", "train")
    path = tmp_path / "train.jsonl"
    path.write_text(write_lines([document, replace(document, id="e")]), encoding="utf-8")
    assert [d.text for d in read_documents(path, SCHEME, "train")] == [text, text]


def test_a_type_read_as_o_is_counted_but_no_mention(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": "sort it", "spans": [{"start": 0, "end": 4, "type": "Algorithm"}]})
    split = read(path, "train")
    assert split.documents[1].mentions == ()
    assert split.fine_types == {"OS": 1, "Algorithm": 1}


def test_an_undecodable_byte_is_found_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b'{"text": "fine", "spans": []}\n\n{"text": "caf\xe9"}\n')
    with pytest.raises(InputError, match="0xe9 is not UTF-8") as caught:
        read(path, "train")
    assert caught.value.line == 3


def test_an_empty_or_missing_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text("\n \n", encoding="utf-8")
    with pytest.raises(InputError, match="the train split holds no document"):
        read(tmp_path / "train.jsonl", "train")
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "dev.jsonl", "dev")


@pytest.mark.parametrize(
    "record",
    [
        {"text": "abc", "tokens": [[0.0, 3.0]]},
        {"text": "abc", "tokens": [[False, True]]},
        {"text": "abc", "tokens": [["0", "3"]]},
        {"text": "abc", "tokens": [[0]]},
        {"text": "abc", "tokens": 3},
        {"text": "abc", "spans": {"start": 0}},
        {"text": "abc", "spans": [[0, 3]]},
        {"text": "abc", "spans": [{"start": 0, "end": 3}]},
        {"text": "abc", "spans": [{"start": "0", "end": 3, "type": "OS"}]},
        {"text": "abc", "spans": [{"start": 0, "end": 3.5, "type": "OS"}]},
        {"text": "abc", "spans": [{"start": True, "end": 3, "type": "OS"}]},
        {"text": "abc", "spans": [{"start": 0, "end": 3, "type": 7}]},
    ],
    ids=lambda record: json.dumps(record)[15:-1],
)
def test_malformed_tokens_and_spans_are_named(tmp_path: Path, record: dict[str, object]) -> None:
    path = write(tmp_path, record)
    with pytest.raises(InputError) as caught:
        read(path, "train")
    assert caught.value.line == 2
    assert caught.value.problem.startswith("spans" if "spans" in record else "tokens")


@pytest.mark.parametrize(
    "record",
    [
        '{"text": "half a pair: \\ud83d"}',
        '{"text": "fine", "id": "\\udc00"}',
        '{"text": "a", "spans": ' + "[" * 100_000,
    ],
    ids=["lone surrogate in text", "lone surrogate in id", "nested too deep"],
)
def test_text_that_cannot_be_written_again_is_bad_input(tmp_path: Path, record: str) -> None:
    for split in ("dev", "test"):
        write(tmp_path).rename(tmp_path / f"{split}.jsonl")
    write(tmp_path, record)
    with pytest.raises(InputError, match=r"train\.jsonl:2: "):
        prepare("jsonl", tmp_path, "it", Workspace(tmp_path / "models", tmp_path / "data"), "mine")


def test_an_id_belongs_to_one_document(tmp_path: Path) -> None:
    # Errors are stored as document id and offsets, and looked up again in the dataset.
    path = write(tmp_path, {"id": "a", "text": "Windows fails"}, {"id": "a", "text": "Linux fails"})
    with pytest.raises(InputError, match="'a'") as caught:
        read(path, "train")
    assert caught.value.line == 3


def test_group_and_source_survive_a_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    documents = [
        Document("We use it", split_tokens("We use it"), (), "1", "mine", "t1"),
        Document("Always", split_tokens("Always"), (), "2", "mine"),
    ]
    path.write_text(write_lines(documents), encoding="utf-8")
    assert read_documents(path, SCHEME, "mine") == documents
    assert [document.source for document in read_documents(path, SCHEME, "other")] == ["other", "other"]
    path.write_text(write_lines(documents, "other"), encoding="utf-8")
    assert read_documents(path, SCHEME, "other") == documents
