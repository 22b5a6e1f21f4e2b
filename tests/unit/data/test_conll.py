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
