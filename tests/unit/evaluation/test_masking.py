"""Characters that redaction would leave, and those it would hide without need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.evaluation.masking import count_masked
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
    counts = count_masked([gold], [found], PERSONAL)
    assert counts == MaskedCharacters(personal=8, left=left, harmless=6, masked=masked)
    assert counts.share_left == left / 8
    assert counts.share_masked == masked / 6


def test_without_personal_data_there_is_no_share() -> None:
    counts = count_masked([document(text="all quiet"), document(text=" ")], [(), ()], PERSONAL)
    assert counts == MaskedCharacters(harmless=8)
    assert counts.share_left is None


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=30))
def test_it_is_what_characters_one_by_one_say(cells: list[tuple[bool, bool, bool]]) -> None:
    text = "".join(" " if blank else "x" for blank, _, _ in cells)
    gold, found = (
        tuple(Mention(at, at + 1, "NAME") for at, cell in enumerate(cells) if cell[which]) for which in (1, 2)
    )
    counts = count_masked([Document(text, (), gold, "0", "x")], [found], PERSONAL)
    seen = [(told, hidden) for blank, told, hidden in cells if not blank]
    assert counts.personal == sum(told for told, _ in seen)
    assert counts.left == sum(told and not hidden for told, hidden in seen)
    assert counts.harmless == sum(not told for told, _ in seen)
    assert counts.masked == sum(hidden and not told for told, hidden in seen)


def test_counts_that_cannot_be_are_refused() -> None:
    for wrong in ({"personal": 1, "left": 2}, {"harmless": 1, "masked": 2}):
        with pytest.raises(ValueError, match="more characters"):
            MaskedCharacters(**wrong)
