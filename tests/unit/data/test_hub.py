from __future__ import annotations

from typing import Any

import pytest
from datasets import Dataset, DatasetDict
from imports import imported

from itner.core.errors import InputError
from itner.data.hub import convert
from itner.domains.it.scheme import SCHEME

GOOD = {"tokens": [["We", "use", "jQuery"]], "tags": [["O", "O", "B-Library"]]}


def tables(**splits: dict[str, Any]) -> DatasetDict:
    return DatasetDict({name: Dataset.from_dict(columns) for name, columns in splits.items()})


def convert_with(test: dict[str, Any]) -> None:
    convert(tables(train=GOOD, validation=GOOD, test=test), "some/corpus", SCHEME, "hub")


@pytest.mark.parametrize(
    ("test", "problem"),
    [
        ({"tokens": [["a"]], "tags": [["B-Nonsense"]]}, "test row 0.*Nonsense"),
        ({"tokens": [["a"], ["b"]], "tags": [["O"], ["X-OS"]]}, "test row 1.*not a BIO tag"),
        ({"tokens": [["a"]], "tags": [[7]]}, "test row 0.*'7' is not a BIO tag"),
    ],
)
def test_a_bad_tag_is_named_with_its_row(test: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        convert_with(test)


def test_an_unexpected_split_is_refused() -> None:
    with pytest.raises(InputError, match="unexpected split 'unsupervised'"):
        convert(tables(train=GOOD, validation=GOOD, test=GOOD, unsupervised=GOOD), "some/corpus", SCHEME, "hub")


def test_tags_of_other_ways_to_tag_are_converted_as_from_files() -> None:
    for tags in (["B-Library", "E-Library", "S-Version"], ["I-Library", "I-Library", "I-Version"]):
        rows = {"tokens": [["Visual", "Studio", "2022"]], "tags": [tags]}
        train = convert(tables(train=rows, dev=GOOD, test=GOOD), "some/corpus", SCHEME, "hub")["train"]
        assert [(m.start, m.end, m.type) for m in train.documents[0].mentions] == [
            (0, 13, "SOFTWARE"),
            (14, 18, "VERSION"),
        ]
        assert train.repaired_tags == 0
        assert sum(imported(train).changes.values()) == 2


def test_orphan_tags_are_repaired_and_counted_as_from_files() -> None:
    rows = {"tokens": [["jQuery", "1.4"]], "tags": [["B-Library", "I-Version"]]}
    splits = convert(tables(train=rows, dev=GOOD, test=GOOD), "some/corpus", SCHEME, "hub")
    assert splits["train"].repaired_tags == 1
    assert [mention.type for mention in splits["train"].documents[0].mentions] == ["SOFTWARE", "VERSION"]


@pytest.mark.parametrize(
    ("test", "problem"),
    [
        ({"tokens": [["a", "b"]], "tags": [["O"]]}, "test row 0: 2 tokens, 1 tags"),
        ({"tokens": [["a", ""]], "tags": [["O", "O"]]}, "test row 0: an empty token"),
        ({"tokens": [["Question_ID", ":"]], "tags": [["O", "O"]]}, "the test split holds no sentence"),
        ({"tokens": [["We", "sort"]], "tags": [["O", "B-Algorithm"]]}, "the test split holds no mention"),
    ],
    ids=["more tokens than tags", "empty token", "no sentence left in the split", "no mention"],
)
def test_rows_that_cannot_be_used_are_bad_input(test: dict[str, Any], problem: str) -> None:
    # The files' readers refuse each of these; a traceback would be exit code 1.
    with pytest.raises(InputError, match=problem):
        convert_with(test)
