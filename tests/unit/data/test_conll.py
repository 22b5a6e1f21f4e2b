from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imports import imported, read
from shipped import HERE

from itner.core.errors import InputError
from itner.core.labels import document_tags, repair_tags
from itner.data.formats import COLUMN_SUFFIXES, find_split
from itner.data.sources import read_source
from itner.domains.it.scheme import SCHEME
from itner.domains.registry import get_domain

word = st.text(st.sampled_from("aZ9#+.-_'éß🙂"), min_size=1, max_size=5)
sentence = st.lists(st.tuples(word, st.sampled_from(SCHEME.labels)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(sentence, min_size=1, max_size=5), st.sampled_from(["\t", " "]), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read_with_its_repairs_counted(
    tmp_path: Path, sentences: list[list[tuple[str, str]]], column: str, newline: str
) -> None:
    blocks = [newline.join(f"{word}{column}{tag}" for word, tag in rows) for rows in sentences]
    path = tmp_path / "train.txt"
    path.write_bytes((newline * 2).join(blocks).encode())  # the last sentence ends with the file
    split = read(path, "train")
    assert [document.token_texts() for document in split.documents] == [[w for w, _ in rows] for rows in sentences]
    wanted = [repair_tags([tag for _, tag in rows]) for rows in sentences]
    assert [document_tags(document) for document in split.documents] == [(tags, []) for tags, _ in wanted]
    # What is IOB1 throughout needs no repair, but is written otherwise.
    converted = sum(imported(split).changes.values())
    assert split.repaired_tags + converted == sum(changed for _, changed in wanted)
    assert set(imported(split).changes) <= {"tags converted from IOB1"}


def test_a_byte_order_mark_is_no_part_of_the_first_token(tmp_path: Path) -> None:
    # Files saved on Windows begin with one; it would become a part of the mention, and hide a -DOCSTART- line.
    path = tmp_path / "train.txt"
    path.write_text("Ubuntu\tB-OS\n", encoding="utf-8-sig")
    (document,) = read(path, "train").documents
    assert document.token_texts() == ["Ubuntu"]
    path.write_text("-DOCSTART- O\n\nUbuntu B-OS\n", encoding="utf-8-sig")
    assert dict(read(path, "train").dropped) == {"header": 1}


def test_a_split_of_nothing_but_blank_lines_is_empty(tmp_path: Path) -> None:
    for content in ("", "\n\n \t\n"):
        (tmp_path / "dev.txt").write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match="the dev split holds no sentence"):
            read(tmp_path / "dev.txt", "dev")


def test_a_folder_needs_all_three_splits(tmp_path: Path) -> None:
    for name in ("train", "test"):
        (tmp_path / f"{name}.txt").write_text("a\tB-OS\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"no dev split here; expected dev\.txt or dev\.conll or dev\.bio"):
        read_source("conll", tmp_path, get_domain("it"), "x", HERE)
    (tmp_path / "dev.bio").write_text("a\tB-OS\n", encoding="utf-8")
    assert find_split(tmp_path, "dev", COLUMN_SUFFIXES).name == "dev.bio"
    assert {
        name: len(split.documents)
        for name, split in read_source("conll", tmp_path, get_domain("it"), "x", HERE).items()
    } == {
        "train": 1,
        "dev": 1,
        "test": 1,
    }


def test_a_header_begins_a_new_text(tmp_path: Path) -> None:
    blocks = ["a\tO", "Question_ID\tO\n:\tO\n1\tO", "b\tO", "c\tO", "Answer_to_Question_ID\tO\n:\tO\n1\tO", "d\tO"]
    path = tmp_path / "train.txt"
    path.write_text("\n\n".join(blocks), encoding="utf-8")
    documents = read(path, "train").documents
    first, second, third, fourth = (document.group for document in documents)
    # Of what stands before any header nothing is known.
    assert first is None
    assert second == third != fourth
    assert None not in (second, fourth)


ROW = {"Windows": "B-OS", "Server": "I-OS", "fails": "O"}


def columns(*others: str, at: int, separator: str = "\t") -> str:
    """A sentence whose tags stand in column `at` (from 1) among other columns."""
    lines = []
    for number, (word, tag) in enumerate(ROW.items()):
        cells = [part.split("|")[number % len(part.split("|"))] for part in others]
        cells.insert(at - 2, tag)
        lines.append(separator.join([word, *cells]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("separator", ["\t", " ", "   "])
@pytest.mark.parametrize(
    ("others", "at"),
    [
        ((), 2),
        (("NN",), 2),
        (("NN",), 3),
        (("O",), 2),
        (("O",), 3),
        (("O", "O"), 4),
        (("NNP|NNP|VBZ", "B-NP|I-NP|B-VP"), 4),
        (("NNP", "B-NP|I-NP|B-VP"), 2),
        (("B-NP|I-NP|B-VP", "O", "NN", "_"), 6),
        (("-X-", "_"), 4),
        (("_", "_", "_", "_", "_", "_", "_", "_"), 10),
    ],
)
def test_the_column_of_the_tags_is_recognised(others: tuple[str, ...], at: int, separator: str, tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text(columns(*others, at=at, separator=separator), encoding="utf-8")
    split = read(path)
    assert [(d.text[m.start : m.end], m.type) for d in split.documents for m in d.mentions] == [
        ("Windows Server", "OS")
    ]
    assert imported(split).tag_column == at
    assert not imported(split).asked_column
    assert imported(read(path, tag_column=at)).asked_column


def test_where_two_columns_hold_known_types_the_user_says_which(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("Windows\tB-SOFTWARE\tx\ty\tB-OS\n11\tO\tx\ty\tB-VERSION\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns 2 and 5 each hold tags of known types; say with --tag-column"):
        read(path)
    assert [m.type for m in read(path, tag_column=2).documents[0].mentions] == ["SOFTWARE"]
    assert [m.type for m in read(path, tag_column=5).documents[0].mentions] == ["OS", "VERSION"]
    with pytest.raises(InputError, match="there is no column 6: the lines have 5"):
        read(path, tag_column=6)
    with pytest.raises(InputError, match="'x' in column 3 is not a BIO tag") as caught:
        read(path, tag_column=3)
    assert caught.value.line == 1


def test_tags_in_front_and_numbered_tokens(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    for content in ("B-OS\tWindows\nO\tfails\n", "1\tWindows\tB-OS\tO\n2\tfails\tO\tO\n\n1\tHelp\tO\tO\n"):
        path.write_text(content, encoding="utf-8")
        document = read(path).documents[0]
        assert (document.token_texts(), [m.type for m in document.mentions]) == (["Windows", "fails"], ["OS"])


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ("Windows NNP B-NP B-PER\n", 1, "'PER' has no mapping"),
        ("Windows NN x\nfails VB y\n", None, "none of the 3 columns holds tags"),
        ("Windows\n", 1, "1 column; a line has a token and its tag"),
        ("Windows x B-OS\nfails y\n", 2, "2 columns, where the lines before have 3"),
        ("Windows x B-OS\nfails y OS\n", 2, "'OS' in column 3 is not a BIO tag"),
    ],
)
def test_columns_that_cannot_be_read(content: str, line: int | None, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        read(path)
    assert caught.value.line == line


def test_comments_are_counted_and_a_hash_is_a_token(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text(
        "# id 1\tdomain=en\n# text = C #\nC _ _ B-SOFTWARE\n# _ _ O\n\n# _ _ O\nx _ _ O\n", encoding="utf-8"
    )
    split = read(path)
    assert [document.token_texts() for document in split.documents] == [["C", "#"], ["#", "x"]]
    assert imported(split).changes == {"comment lines not read": 2}


def test_a_header_line_ends_a_sentence_and_tasks_are_no_text_together(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("-DOCSTART- -X- O\na -X- _ B-OS\n\nb -X- _ O\n", encoding="utf-8")
    assert [document.group for document in read(path).documents] == [None, None]
    path.write_text("-DOCSTART- O\na B-OS\n-DOCSTART- O\nb O\n\nc O\n", encoding="utf-8")
    groups = [document.group for document in read(path).documents]
    assert groups[0] != groups[1] == groups[2]
    assert dict(read(path).dropped) == {"header": 2}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_and_marks(encoding: str, line_end: str, tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_bytes(line_end.join(["Ubuntu\tB-OS", "22\tB-VERSION", "", "ok\tO", ""]).encode(encoding))
    assert [document.token_texts() for document in read(path).documents] == [["Ubuntu", "22"], ["ok"]]


@pytest.mark.parametrize("separator", ["\t", " "])
def test_a_mark_can_be_a_token(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    for content in (f"\ufeff{separator}O\nx{separator}B-OS\n", f"\n\ufeff{separator}O\nx{separator}B-OS\n"):
        path.write_text(content, encoding="utf-8")
        assert read(path).documents[0].token_texts() == ["\ufeff", "x"]
