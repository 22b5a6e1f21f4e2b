from __future__ import annotations

import csv
import io
import json

import pytest

from itner.core.types import Mention
from itner.evaluation.disagreement import measure_agreement
from itner.files.items import TextItem
from itner.reporting.disagreements import (
    Comparison,
    agreement_in_words,
    as_csv,
    as_json_lines,
    compare_tagged,
    count_kinds,
)

FIRST = "Excel hangs. Windows 11 does, too.\nNothing here.\n"
SECOND = "=Teams on Excel"


def compared() -> Comparison:
    """In the first text two places of one sentence and one of another; in the second one that both are sure of."""
    return compare_tagged(
        [TextItem("a.txt", "", FIRST), TextItem("b.csv", "row 1", SECOND), TextItem("c.txt", "", "Nothing.")],
        ("run:fp32", "run:int8"),
        [
            [Mention(0, 5, "SOFTWARE", 0.5), Mention(13, 20, "OS", 0.4), Mention(21, 23, "VERSION", 0.6)],
            [Mention(0, 6, "SOFTWARE", 0.9)],
            [],
        ],
        [[], [Mention(0, 6, "OS", 0.9), Mention(10, 15, "SOFTWARE", 0.7)], []],
    )


def test_sentences_come_with_what_matters_most_first() -> None:
    found = compared()
    told = [(one.text, found.items[one.text].text[one.start : one.end]) for one in found.passages]
    assert told == [
        (1, SECOND),
        (0, "Windows 11 does, too."),
        (0, "Excel hangs."),
    ]
    assert [[one.weight for one in passage.disagreements] for passage in found.passages] == [
        [pytest.approx(0.99), 0.7],
        [0.6, 0.4],
        [0.5],
    ]
    assert count_kinds(found.disagreements) == {"only the first": 3, "only the second": 1, "type": 1}


def test_a_mention_over_several_sentences_joins_them() -> None:
    text = "One. Two. Three. Four."
    whole, part = Mention(0, 8, "OS", 0.5), Mention(17, 21, "OS", 0.5)
    found = compare_tagged([TextItem("a", "", text)], ("a", "b"), [[whole, part]], [[]])
    assert [text[one.start : one.end] for one in found.passages] == ["One. Two.", "Four."]


def test_lines_tell_every_place_with_its_sentence() -> None:
    lines = [json.loads(line) for line in as_json_lines(compared()).decode().splitlines()]
    assert [line["weight"] for line in lines] == [0.99, 0.7, 0.6, 0.5, 0.4]
    assert lines[0] == {
        "file": "b.csv", "part": "row 1", "start": 0, "end": 6, "text": "=Teams", "kind": "type", "retyped": True,
        "weight": 0.99, "sureness": 0.99, "times": 1,
        "first": {"model": "run:fp32", "mentions": [
            {"start": 0, "end": 6, "type": "SOFTWARE", "score": 0.9, "text": "=Teams"}]},
        "second": {"model": "run:int8", "mentions": [
            {"start": 0, "end": 6, "type": "OS", "score": 0.9, "text": "=Teams"}]},
        "sentence": SECOND,
    }  # fmt: skip


def test_the_table_runs_nothing_in_a_spreadsheet() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(compared()).decode("utf-8-sig"))))
    assert rows[0][-3:] == ["run:fp32", "run:int8", "sentence"]
    assert rows[1][4] == "'=Teams"
    assert rows[1][-3:] == ["'=Teams → SOFTWARE 0.90", "'=Teams → OS 0.90", f"'{SECOND}"]
    assert rows[2][-3] == "not marked"
    assert len(rows) == 6


def test_half_of_a_surrogate_pair_and_no_score_are_written() -> None:
    item = TextItem("a", "", "\ud800 Excel")
    found = compare_tagged([item], ("a", "b"), [[Mention(2, 7, "OS")]], [[]])
    assert json.loads(as_json_lines(found))["sentence"] == "? Excel"
    assert json.loads(as_json_lines(found))["weight"] is None
    assert as_csv(found).decode().splitlines()[1].split(",")[7] == ""


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([[Mention(0, 1, "A")]], [[Mention(0, 1, "B")]], "0.0% of 2 mentions are marked by both alike (0 by both, 1 by "
         "the first alone, 1 by the second alone); no interval, because it is one text"),
        ([[], []], [[], []], "neither marks anything in 2 texts"),
        # 1 - 0.05 ** (1 / 2)
        ([[Mention(0, 1, "A")], []], [[Mention(0, 1, "A")], []], "all of 2 mentions are marked by both alike; other "
         "texts in which they differ are 77.6% at most, at 95% certainty"),
        ([[Mention(0, 1, "A")]] * 4, [[Mention(0, 1, "A")]] * 3 + [[]], "85.7% of 7 mentions are marked by both alike "
         "(3 by both, 1 by the first alone, 0 by the second alone); 95% interval 40.0% to 100.0%, if other texts than "
         "these 4 had been drawn"),
    ],
)  # fmt: skip
def test_agreement_in_words(first: list[list[Mention]], second: list[list[Mention]], words: str) -> None:
    assert agreement_in_words(measure_agreement(first, second)) == words
