from __future__ import annotations

import dataclasses
import math

import pytest

from itner.core.types import Document, Mention, Token


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (4, 3)])
def test_offsets_that_span_nothing_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="0 <= start < end"):
        Token(start, end)
    with pytest.raises(ValueError, match="0 <= start < end"):
        Mention(start, end, "OS")


@pytest.mark.parametrize("score", [-0.01, 1.01, math.nan, math.inf])
def test_a_score_is_a_probability(score: float) -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        Mention(0, 1, "OS", score)
    assert [Mention(0, 1, "OS", edge).score for edge in (0.0, 1.0, None)] == [0.0, 1.0, None]


def test_a_mention_needs_a_type_and_a_document_an_id() -> None:
    with pytest.raises(ValueError, match="needs a type"):
        Mention(0, 1, "")
    with pytest.raises(ValueError, match="needs an id"):
        Document("a", (), (), "", "s")


def test_spans_are_ordered_apart_and_inside_the_text() -> None:
    touching = (Token(0, 2), Token(2, 4))
    assert Document("abcd", touching, (Mention(0, 2, "A"), Mention(2, 4, "B")), "d", "s").tokens == touching
    with pytest.raises(ValueError, match="document d: token at 1 overlaps"):
        Document("abcd", (Token(0, 2), Token(1, 4)), (), "d", "s")
    with pytest.raises(ValueError, match="document d: mention at 0 overlaps or is out of order"):
        Document("abcd", (), (Mention(2, 4, "A"), Mention(0, 2, "A")), "d", "s")
    with pytest.raises(ValueError, match="token ends at 5, the text at 4"):
        Document("abcd", (Token(0, 5),), (), "d", "s")


def test_offsets_count_code_points() -> None:
    # The emoji is one code point here, two UTF-16 units in a browser and four bytes in UTF-8.
    document = Document("🙂 C#", (Token(0, 1), Token(2, 4)), (), "d", "s")
    assert document.token_texts() == ["🙂", "C#"]


def test_the_types_cannot_be_changed_after_validation() -> None:
    for value, field in ((Token(0, 1), "end"), (Mention(0, 1, "OS"), "score"), (Document("a", (), (), "d", "s"), "id")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field, -1)
