from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value
from hypothesis import given
from hypothesis import strategies as st
from imports import read
from shipped import HERE

from itner.core.errors import InputError
from itner.core.types import Document, Mention, Token
from itner.data.formats import COLUMN_SUFFIXES, find_split
from itner.data.hub import convert, read_hub
from itner.data.jsonl import document_to_json, read_documents
from itner.data.markup import parse_sentence, read_markup
from itner.data.sources import read_source
from itner.domains.it.scheme import SCHEME
from itner.domains.registry import get_domain

CONLL = """\
Question_ID\tO\tQuestion_ID\tO
:\tO\t:\tO
7\tO\t7\tO
\t
We\tO\tWe\tO
run\tO\trun\tO
Mac\tB-Operating_System\tMac\tO
OS\tI-Operating_System\tOS\tO
\t
CODE_BLOCK\tB-Code_Block
:\tI-Code_Block

jQuery\tB-Library
1.4\tI-Version
Sort\tB-Algorithm
"""


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_conll_is_filtered_repaired_and_remapped(tmp_path: Path) -> None:
    split = read(write(tmp_path / "train.txt", CONLL), "train")
    assert dict(split.dropped) == {"header": 1, "code_block": 1}
    assert split.repaired_tags == 1
    first, second = split.documents
    assert (first.text, first.id) == ("We run Mac OS", "train-00000")
    assert first.mentions == (Mention(7, 13, "OS"),)
    # I-Version after B-Library becomes a mention of its own; Algorithm has no place in the scheme.
    assert second.mentions == (Mention(0, 6, "SOFTWARE"), Mention(7, 10, "VERSION"))
    assert split.fine_types == {"Operating_System": 1, "Library": 1, "Version": 1, "Algorithm": 1}


def test_plain_two_column_conll_with_spaces_and_crlf(tmp_path: Path) -> None:
    path = write(tmp_path / "dev.conll", "-DOCSTART- O\r\n\r\nUbuntu B-OS\r\n22.04 B-VERSION\r\n")
    split = read(path, "dev")
    assert [m.type for m in split.documents[0].mentions] == ["OS", "VERSION"]
    assert dict(split.dropped) == {"header": 1}
    assert find_split(tmp_path, "dev", COLUMN_SUFFIXES) == path


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ("a\tO\nb\tO\tc\n", 2, "3 columns"),
        ("a\n", 1, "1 column; "),
        ("a\tO\n\nb\tB-Nonsense\n", 3, "'Nonsense' has no mapping"),
        ("a\tO\nb\tX-OS\n", 2, "not a BIO tag"),
        (b"a\tO\n\nb\xff\tO\n", 3, "0xff is not UTF-8"),
        (" \tO\n", 1, "the token in column 1 is empty"),
    ],
)
def test_bad_conll_names_file_and_line(tmp_path: Path, content: str | bytes, line: int, problem: str) -> None:
    path = write(tmp_path / "train.txt", content)
    with pytest.raises(InputError, match=problem) as caught:
        read(path, "train")
    assert (caught.value.path, caught.value.line) == (path, line)
    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_missing_and_empty_splits_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "train.txt", "train")
    with pytest.raises(InputError, match=r"train\.txt or train\.conll"):
        find_split(tmp_path, "train", COLUMN_SUFFIXES)
    path = write(tmp_path / "train.txt", "Question_ID\tO\n:\tO\n\n")
    with pytest.raises(InputError, match=r"holds no document \(left out: 1 header\)"):
        read(path, "train")
    with pytest.raises(InputError, match="needs --path"):
        read_source("conll", None, get_domain("it"), "x", HERE)
    with pytest.raises(InputError, match="do not go with"):
        read_source("embedded", tmp_path, get_domain("it"), "x", HERE)


@pytest.mark.parametrize(
    ("source", "names"),
    [("embedded", "helpdesk, elsewhere, helpdesk-de, helpdesk-es, helpdesk-fr"), ("hub", "stackoverflow-hub")],
)
def test_a_corpus_that_a_source_does_not_bring_is_refused_with_those_it_brings(
    source: Literal["embedded", "hub"], names: str
) -> None:
    with pytest.raises(InputError, match=f"--source {source} has no corpus 'mine'; --dataset names one of {names}$"):
        read_source(source, None, get_domain("it"), "mine", HERE)
    bare = replace(get_domain("it"), corpora=())
    with pytest.raises(InputError, match="has no corpus for --source"):
        read_source(source, None, bare, "mine", HERE)


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=6)


@given(st.lists(st.tuples(words, st.sampled_from([None, *SCHEME.types])), min_size=1, max_size=8))
def test_a_document_survives_jsonl(tmp_path_factory: pytest.TempPathFactory, parts: list) -> None:
    text, tokens, mentions = "", [], []
    for word, name in parts:
        start = len(text)
        text += word + " "
        tokens.append(Token(start, start + len(word)))
        if name:
            mentions.append(Mention(start, start + len(word), name))
    document = Document(text, tuple(tokens), tuple(mentions), "id-1", "src")
    path = tmp_path_factory.mktemp("jsonl") / "train.jsonl"
    write(path, document_to_json(document) + "\n")
    assert read_documents(path, SCHEME, "src") == [document]
    assert read(path, source="src").documents == [document]


def test_jsonl_without_tokens_or_id_and_with_source_types(tmp_path: Path) -> None:
    record = {
        "text": "Ubuntu 22.04",
        "spans": [{"start": 7, "end": 12, "type": "Version"}, {"start": 0, "end": 6, "type": "OS"}],
    }
    split = read(write(tmp_path / "dev.jsonl", json.dumps(record) + "\n"), "dev")
    assert split.documents[0].mentions == (Mention(0, 6, "OS"), Mention(7, 12, "VERSION"))
    assert split.documents[0].id == "dev-00000"
    assert len(split.documents[0].tokens) == 2


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ("{", "not valid JSON"),
        ('{"text": "a" "spans": []}', "not valid JSON"),
        ('{"spans": []}', "text is missing"),
        ('{"text": 7, "spans": []}', "text is a number, not a text"),
        ('{"text": "abc", "spans": [{"start": 2, "end": 9, "type": "OS"}]}', "ends behind the text, which has 3"),
        ('{"text": "abc", "spans": [{"start": 2, "end": 1, "type": "OS"}]}', "the end stands before the start"),
        ('{"text": "abc", "spans": [{"start": -2, "end": 3, "type": "OS"}]}', "either is negative"),
        (
            '{"text": "abc", "spans": [{"start": 0, "end": 2, "type": "OS"}]}',
            "'ab' at 0–2 begins or ends inside a word",
        ),
        ('{"text": "abc", "spans": [{"start": "0", "end": 2, "type": "OS"}]}', "start is a text, not a whole number"),
        ('{"text": "abc", "spans": [{"start": 0, "end": 3, "type": "Alien"}]}', "'Alien' has no mapping"),
        ('{"text": "abc", "id": [1], "spans": []}', "id is a list, not a text"),
        ('{"text": "ab", "tokens": [[0, 1], [0, 2]]}', "overlaps"),
        ("[1]", "a list, not a JSON object"),
        ("null", "null, not a JSON object"),
    ],
)
def test_bad_jsonl_names_the_line_in_words(tmp_path: Path, record: str, problem: str) -> None:
    path = write(tmp_path / "train.jsonl", '{"text": "fine", "spans": []}\n' + record + "\n")
    with pytest.raises(InputError, match=problem) as caught:
        read(path)
    assert caught.value.line == 2
    # A validator's or a parser's words tell a user nothing.
    assert not re.search(r"should be|should match|Unexpected|Expecting|Input|pydantic|char \d", caught.value.problem)


plain = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=8)


@given(st.lists(st.tuples(plain, plain.filter(bool), st.sampled_from(SCHEME.types)), max_size=5))
def test_markup_round_trip(parts: list[tuple[str, str, str]]) -> None:
    def escape(value: str) -> str:
        return value.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")

    line = "".join(f"{escape(before)}[{escape(inside)}]({name})" for before, inside, name in parts)
    text, mentions = parse_sentence(line, SCHEME)
    assert text == "".join(before + inside for before, inside, _ in parts)
    assert [(text[m.start : m.end], m.type) for m in mentions] == [(inside, name) for _, inside, name in parts]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[a [b](OS)](OS)", "column 4: mentions cannot be nested"),
        ("say [Outlook", "is not closed"),
        ("a ] b", "column 3: a closing"),
        ("[a](os)", "column 4: unknown type os"),
        ("[a](THING)", "column 4: unknown type THING"),
        ("[](OS)", "column 2: the mention is empty"),
        ("a \\x", "column 3: a backslash"),
    ],
)
def test_bad_markup_names_the_column(line: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_sentence(line, SCHEME)


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ("A sentence.\n", 1, "starts with a header"),
        ("# H001 | training | email\nA.\n", 1, "split 'training'"),
        ("# H001 | train | email\nA.\n\n# H001 | dev | chat\nB.\n", 4, "used twice"),
        ("# H001 | train | email\nA [b.\n", 2, "not closed"),
        ("# H001 | train | email\nA Windows[11](VERSION).\n", 2, "token boundaries"),
        ("# H001 | train | email\nA.\n", None, "no sentence in split dev, test"),
    ],
)
def test_bad_ticket_files_name_the_line(tmp_path: Path, content: str, line: int | None, problem: str) -> None:
    path = write(tmp_path / "tickets.txt", content)
    with pytest.raises(InputError, match=problem) as caught:
        read_markup(path, SCHEME, "x")
    assert caught.value.line == line


def test_the_embedded_corpus_is_sound() -> None:
    splits = read_markup(HERE.corpus("helpdesk/tickets.txt"), SCHEME, "helpdesk")
    documents = [document for split in splits.values() for document in split.documents]
    assert len(documents) >= 120
    # Written one by one: few sentences, such as a word of thanks, occur more than once.
    assert len({document.text for document in documents}) > 0.99 * len(documents)
    for split in splits.values():
        assert {m.type for document in split.documents for m in document.mentions} == set(SCHEME.types)


TOKENS = [["We", "use", "jQuery"], ["Question_ID", ":", "9"]]
TAGS = [["O", "O", "B-Library"], ["O", "O", "O"]]


def test_the_hub_dataset_with_class_ids_and_with_strings() -> None:
    names = ["O", "B-Library"]
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=names))})
    ids = Dataset.from_dict({"tokens": TOKENS, "ner_tags": [[names.index(t) for t in row] for row in TAGS]}, features)
    strings = Dataset.from_dict({"tokens": TOKENS, "tags": TAGS})
    for table in (ids, strings):
        splits = convert(DatasetDict(train=table, validation=table, test=table), "some/corpus", SCHEME, "hub")
        assert set(splits) == {"train", "dev", "test"}
        assert splits["dev"].documents[0].mentions == (Mention(7, 13, "SOFTWARE"),)
        assert dict(splits["train"].dropped) == {"header": 1}
        # The rows as they came, whether their tags were numbers or words.
        rows = "We\tO\nuse\tO\njQuery\tB-Library\n\nQuestion_ID\tO\n:\tO\n9\tO\n\n"
        assert splits["train"].sha256 == hashlib.sha256(rows.encode()).hexdigest()
    with pytest.raises(InputError, match="no split dev"):
        convert(DatasetDict(train=ids, test=ids), "some/corpus", SCHEME, "hub")
    with pytest.raises(InputError, match="expected columns"):
        convert(DatasetDict(train=Dataset.from_dict({"words": TOKENS})), "some/corpus", SCHEME, "hub")


def test_offline_the_error_names_the_other_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(name: str) -> None:
        asked.append(name)
        raise ConnectionError

    monkeypatch.setattr("datasets.load_dataset", refuse)
    with pytest.raises(InputError, match=r"--source conll --path DIR.*--source embedded"):
        read_hub("mrm8488/stackoverflow-ner", SCHEME, "hub")
    assert asked == ["mrm8488/stackoverflow-ner"]
