from __future__ import annotations

from pathlib import Path

import pytest
from imports import imported, read

from itner.core.errors import InputError
from itner.data.formats import COLUMN_SUFFIXES, find_split


def write(folder: Path, name: str, text: str, *lines: str, line_end: str = "\n") -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / f"{name}.ann").write_bytes("".join(line + line_end for line in lines).encode())
    return folder


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_folder_is_a_split(tmp_path: Path, line_end: str) -> None:
    train = write(tmp_path / "train", "b", "Outlook\r\n😀 hangs", "T1\tSOFTWARE 0 7\tOutlook", line_end=line_end)
    write(train / "more", "a", "Word hangs", "T1\tSOFTWARE 0 4\tWord", "", line_end=line_end)
    write(train, "c", "Thanks")
    (train / "d.txt").write_text("nobody has looked at this", encoding="utf-8")
    assert find_split(tmp_path, "train", COLUMN_SUFFIXES) == train
    split = read(train)
    assert [(d.id, [d.text[m.start : m.end] for m in d.mentions]) for d in split.documents] == [
        ("b", ["Outlook"]), ("c", []), ("more/a", ["Word"]),
    ]  # fmt: skip
    assert split.dropped == {"not annotated": 1}
    before = split.sha256
    write(train, "b", "Outlook\r\n😀 hangs", "T1\tOS 0 7\tOutlook")
    assert read(train).sha256 != before


def test_a_pair_of_files_is_a_split(tmp_path: Path) -> None:
    write(tmp_path, "train", "Word\tB-OS", "T1\tSOFTWARE 0 4\tWord")
    split = read(find_split(tmp_path, "train", COLUMN_SUFFIXES))
    assert [(m.start, m.end, m.type) for d in split.documents for m in d.mentions] == [(0, 4, "SOFTWARE")]
    assert imported(split).format == "brat standoff"


def test_what_is_no_span_of_one_piece_is_counted(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "train",
        "a",
        "Windows\nServer and Word or Excel 2021",
        "T1\tOS 0 7;8 14\tWindows Server",
        "T2\tSOFTWARE 19 23;33 37\tWord 2021",
        "T3\tSOFTWARE 27 37\tExcel 2021",
        "R1\tPart-Of Arg1:T1 Arg2:T3",
        "E1\tCrash:T1 Who:T3",
        "A1\tSure T1",
        "#1\tAnnotatorNotes T1\tlooked up",
        "*\tEquiv T1 T3",
    )
    split = read(folder)
    (document,) = split.documents
    assert [document.text[m.start : m.end] for m in document.mentions] == ["Windows\nServer", "Excel 2021"]
    assert imported(split).changes == {
        "discontinuous spans dropped": 1,
        "relations, events, attributes and notes not read": 5,
    }


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("T1 OS 0 7 Windows", "not a line of brat"),
        ("T1\tOS 0\tWindows", "not a line of brat"),
        ("nonsense", "not a line of brat"),
        ("T1\tOS 0 6\tWindow", "inside a word"),
        ("T1\tOS 0 7\tOutlook", "stands 'Windows', where the file records 'Outlook'"),
        ("T1\tAlien 0 7\tWindows", "'Alien' has no mapping"),
    ],
)
def test_a_bad_line_is_named_with_its_file(line: str, problem: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "train", "a", "Windows fails", "A1\tSure T1", line)
    with pytest.raises(InputError, match=problem) as caught:
        read(folder)
    assert (caught.value.path, caught.value.line) == (folder / "a.ann", 2)


def test_annotations_without_a_text_are_an_error(tmp_path: Path) -> None:
    folder = write(tmp_path / "train", "a", "Windows fails", "T1\tOS 0 7\tWindows")
    (folder / "b.ann").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"b\.txt\) is not here"):
        read(folder)
