"""What files of columns look like: numbers in front, comments, names of columns, tags of other spellings."""

from __future__ import annotations

from pathlib import Path

import pytest
from imports import imported, read

from itner.core.errors import InputError
from itner.data.corpus import Split

WORDS = ["Windows", "Server", "2019", "hangs"]
TAGS = ["B-OS", "I-OS", "B-VERSION", "O"]
FOUND = [("Windows Server", "OS"), ("2019", "VERSION")]
SPELLINGS = {
    "small letters": ["b-os", "i-os", "b-version", "o"],
    "small types": ["B-os", "I-os", "B-Version", "O"],
    "underscores": ["B_OS", "I_OS", "B_VERSION", "O"],
    "dots and a mark for O": ["B.OS", "I.OS", "B.VERSION", "_"],
    "suffixes": ["OS-B", "OS-I", "VERSION-B", "O"],
    "suffixes of BILOU": ["OS_B", "OS_L", "VERSION_U", "-"],
    "types alone": ["OS", "OS", "VERSION", "O"],
    "types alone, nothing for O": ["os", "os", "version", "_"],
    "brackets": ["(OS*", "*)", "(VERSION)", "*"],
    "closed brackets": ["(OS*", "*)", "(VERSION*)", "*"],
}


def mentions(split: Split) -> list[tuple[str, str]]:
    return [(d.text[m.start : m.end], m.type) for d in split.documents for m in d.mentions]


def write(path: Path, rows: list[list[str]], column: str = "\t", before: str = "") -> Path:
    path.write_text(before + "".join(column.join(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("tags", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("column", ["\t", " "])
@pytest.mark.parametrize(
    "shape", ["{word} {tag}", "{word} NN B-NP {tag}", "{number} {word} NN {tag} x", "{tag} {word}"]
)
def test_tags_of_other_spellings_are_read_and_counted(tags: list[str], column: str, shape: str, tmp_path: Path) -> None:
    rows = [
        shape.format(word=word, tag=tag, number=number).split()
        for number, (word, tag) in enumerate(zip(WORDS, tags, strict=True), start=1)
    ]
    split = read(write(tmp_path / "train.txt", rows, column))
    assert mentions(split) == FOUND
    assert split.documents[0].token_texts() == WORDS
    assert split.repaired_tags == 0
    assert imported(split).changes


def test_a_file_has_one_spelling(tmp_path: Path) -> None:
    for tags, wrong in (
        (["B-OS", "i-OS", "O", "O"], "i-OS"),
        (["B-OS", "OS", "O", "O"], "OS"),
        (["B-OS", "O", "_", "O"], "_"),
        (["B_OS", "O", "-", "O"], "-"),
        (["B_PRODUCT", "O", "O", "O"], "B_PRODUCT"),
        (["B-OS", "O-OS", "O", "O"], "O-OS"),
    ):
        path = write(tmp_path / "train.txt", [list(pair) for pair in zip(WORDS, tags, strict=True)])
        with pytest.raises(InputError, match=f"'{wrong}' in column 2 is not a BIO tag"):
            read(path)


def test_what_is_read_as_o_in_another_spelling_is_counted(tmp_path: Path) -> None:
    split = read(write(tmp_path / "train.txt", [["Windows", "B-os"], ["foo", "B-class name"]]))
    assert mentions(split) == [("Windows", "OS")]
    assert imported(split).changes == {"type os read as OS": 1, "type class name read as O": 1}


@pytest.mark.parametrize(
    ("before", "comments"),
    [
        ("# sent_id = 1\n", 1), ("#sent_id=1\n", 1), ("# newdoc\n# text = Windows Server\n", 2), ("# one\n", 1),
        ("# a b c\n", 1), ("#\n", 1), ("#begin document (x); part 000\n", 1), ("# o p\n\n", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["\t", " "])
@pytest.mark.parametrize("width", [2, 3, 4])
def test_comments_are_no_tokens_whatever_they_look_like(
    before: str, comments: int, column: str, width: int, tmp_path: Path
) -> None:
    rows = [[word, *["NN"] * (width - 2), tag] for word, tag in zip(WORDS, TAGS, strict=True)]
    path = write(tmp_path / "train.txt", [*rows, [""], ["#end document"], [""], *rows], column, before)
    split = read(path)
    assert [document.token_texts() for document in split.documents] == [WORDS, WORDS]
    assert imported(split).changes == {"comment lines not read": comments + 1}


def test_a_token_may_begin_with_a_number_sign(tmp_path: Path) -> None:
    rows = [["#", "O"], ["#1", "B-VERSION"], ["#", "O"], ["#error", "O"]]
    split = read(write(tmp_path / "train.txt", rows))
    assert split.documents[0].token_texts() == ["#", "#1", "#", "#error"]
    assert not imported(split).changes


def test_numbers_in_front_are_no_tokens(tmp_path: Path) -> None:
    rows = [
        ["1-2", "can't", "_", "O"], ["1", "ca", "AUX", "O"], ["2", "n't", "PART", "O"], ["2.1", "_", "_", "O"],
        ["3", "Word", "PROPN", "B-SOFTWARE"],
    ]  # fmt: skip
    split = read(write(tmp_path / "train.conllu", rows))
    assert split.documents[0].token_texts() == ["ca", "n't", "Word"]
    assert imported(split).changes == {"words of several tokens, or of none, not read": 2}
    # Behind the name of a document and the number of its part, counted from 0; and with the sentence's number.
    for fronts in (["doc 0 0", "doc 0 1", "doc 0 2", "doc 0 3"], ["7-1", "7-2", "7-3", "7-4"]):
        rows = [[*front.split(), word, tag] for front, word, tag in zip(fronts, WORDS, TAGS, strict=True)]
        assert read(write(tmp_path / "train.txt", rows)).documents[0].token_texts() == WORDS


@pytest.mark.parametrize("names", [["token", "tag"], ["Word", "NER"], ["words", "Labels"]])
def test_names_of_columns_are_no_sentence(names: list[str], tmp_path: Path) -> None:
    rows = [list(pair) for pair in zip(WORDS, TAGS, strict=True)]
    for more in ([], [[""]]):
        split = read(write(tmp_path / "train.tsv", [names, *more, *rows]))
        assert [document.token_texts() for document in split.documents] == [WORDS]
        assert imported(split).changes == {"line of column names not read": 1}
    rows[0][0] = "tag"
    assert read(write(tmp_path / "train.tsv", rows)).documents[0].token_texts()[0] == "tag"


def test_a_blank_that_does_not_break_is_part_of_a_token(tmp_path: Path) -> None:
    split = read(write(tmp_path / "train.txt", [["10\u00a0000", "O"], ["Windows\u202f11", "B-OS"]], " "))
    assert split.documents[0].token_texts() == ["10\u00a0000", "Windows\u202f11"]


def test_webanno_is_refused_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "train.tsv", [["1-1", "0-7", "Windows", "OS"]], before="#FORMAT=WebAnno TSV 3.3\n\n")
    with pytest.raises(InputError, match="WebAnno's TSV is not read; export CoNLL"):
        read(path)
