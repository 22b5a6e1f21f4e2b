"""Characters that redaction would leave, and those it would hide without need."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from synthetic import HASH, PROVENANCE

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.evaluation.masking import THRESHOLDS, count_masked, curve_of, sum_masked
from itner.records.recall import RecallCurve, RecallPoint
from itner.records.scores import MaskedCharacters

TEXT = "Anna Berg of Oslo"
PERSONAL = {"NAME", "PHONE"}


def document(*mentions: Mention, text: str = TEXT) -> Document:
    return Document(text, split_tokens(text), mentions, "0", "x")


@pytest.mark.parametrize(
    ("found", "left", "masked"),
    [
        ((Mention(0, 9, "NAME"),), 0, 0),
        # Which personal type does not matter, nor where one mention ends and the next begins.
        ((Mention(0, 4, "PHONE"), Mention(5, 9, "NAME")), 0, 0),
        ((Mention(0, 4, "NAME"),), 4, 0),
        ((Mention(5, 12, "NAME"),), 4, 2),
        ((Mention(0, 9, "CITY"),), 8, 0),
        ((Mention(13, 17, "NAME"),), 8, 4),
        ((), 8, 0),
    ],
)
def test_characters_by_hand(found: tuple[Mention, ...], left: int, masked: int) -> None:
    gold = document(Mention(0, 9, "NAME"), Mention(13, 17, "CITY"))
    counts = sum_masked(count_masked([gold], [found], PERSONAL))
    assert counts == MaskedCharacters(personal=8, left=left, harmless=6, masked=masked)
    assert counts.share_left == left / 8
    assert counts.share_masked == masked / 6


def test_without_personal_data_there_is_no_share() -> None:
    counts = sum_masked(count_masked([document(text="all quiet"), document(text=" ")], [(), ()], PERSONAL))
    assert counts == MaskedCharacters(harmless=8)
    assert counts.share_left is None


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=30))
def test_it_is_what_characters_one_by_one_say(cells: list[tuple[bool, bool, bool]]) -> None:
    text = "".join(" " if blank else "x" for blank, _, _ in cells)
    gold, found = (
        tuple(Mention(at, at + 1, "NAME") for at, cell in enumerate(cells) if cell[which]) for which in (1, 2)
    )
    counts = sum_masked(count_masked([Document(text, (), gold, "0", "x")], [found], PERSONAL))
    seen = [(told, hidden) for blank, told, hidden in cells if not blank]
    assert counts.personal == sum(told for told, _ in seen)
    assert counts.left == sum(told and not hidden for told, hidden in seen)
    assert counts.harmless == sum(not told for told, _ in seen)
    assert counts.masked == sum(hidden and not told for told, hidden in seen)


def test_counts_that_cannot_be_are_refused() -> None:
    for wrong in ({"personal": 1, "left": 2}, {"harmless": 1, "masked": 2}):
        with pytest.raises(ValueError, match="more characters"):
            MaskedCharacters(**wrong)


class Unsure:
    """Takes Anna for a name when a type need not be likely, and everything when it need hardly be possible."""

    types = ("NAME",)

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold

    def at(self, threshold: float) -> Unsure:
        return Unsure(threshold)

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        raise AssertionError("documents are read by their own tokens")

    def tag_documents(self, documents: Sequence[Document], on_share: object = None) -> list[tuple[Mention, ...]]:
        if self.threshold < 0.01:
            return [(Mention(0, len(each.text), "NAME"),) for each in documents]
        return [(Mention(0, 9 if self.threshold < 0.1 else 4, "NAME"),) for _ in documents]


def test_a_curve_says_what_each_threshold_leaves_and_hides() -> None:
    heard: list[float] = []
    points = curve_of(Unsure(), [document(Mention(0, 9, "NAME"))], PERSONAL, heard.append)
    assert [point.threshold for point in points] == list(THRESHOLDS) == sorted(THRESHOLDS, reverse=True)
    assert THRESHOLDS[0] == 0.5
    by_hand = {
        threshold: (4, 0) if threshold >= 0.1 else (0, 0) if threshold >= 0.01 else (0, 6) for threshold in THRESHOLDS
    }
    assert {point.threshold: (point.masking.left, point.masking.masked) for point in points} == by_hand
    assert heard[-1] == 1.0
    assert len(heard) == len(THRESHOLDS)


def point(threshold: float, left: int, masked: int) -> RecallPoint:
    return RecallPoint(threshold, MaskedCharacters(personal=100, left=left, harmless=50, masked=masked))


def test_of_the_thresholds_that_hide_enough_the_one_that_hides_least_else_is_taken() -> None:
    # A lower threshold can hide fewer others: two mentions that grow together are one.
    points = (point(0.5, 20, 1), point(0.3, 10, 4), point(0.2, 8, 3), point(0.1, 5, 9), point(0.05, 5, 9))
    curve = RecallCurve("d", "dev", HASH, "int8", HASH, None, points, PROVENANCE)
    thresholds = [found.threshold if (found := curve.least(share)) else None for share in (0, 0.8, 0.85, 0.95, 0.951)]
    assert thresholds == [0.5, 0.5, 0.2, 0.1, None]
    assert curve.most == points[3]
    assert points[0].found == pytest.approx(0.8)
    for wrong in (
        (),
        (point(0.5, 20, 1), RecallPoint(0.3, MaskedCharacters(personal=99, left=1, harmless=50))),
        (RecallPoint(0.5, MaskedCharacters(harmless=50)),),
    ):
        with pytest.raises(ValidationError):
            RecallCurve("d", "dev", HASH, "int8", HASH, None, wrong, PROVENANCE)
    for dataset, split in (("![x](y)", "dev"), ("../d", "dev"), ("d", "test")):
        with pytest.raises(ValidationError):
            RecallCurve(dataset, split, HASH, "int8", HASH, None, points, PROVENANCE)  # type: ignore[arg-type]
