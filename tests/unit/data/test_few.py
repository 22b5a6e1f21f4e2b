"""Few sentences of many."""

from __future__ import annotations

from itner.core.types import Document, Mention
from itner.data.few import draw_few

DOCUMENTS = [
    Document("a rare word", (), (Mention(2, 6, "RARE" if place in (3, 60, 90) else "USUAL"),), str(place), "x")
    for place in range(100)
]


def test_what_is_drawn_of_few_is_in_more() -> None:
    drawn = [set(draw_few(DOCUMENTS, wanted, 7)) for wanted in (10, 20, 100, 300)]
    assert [len(each) for each in drawn] == [10, 20, 100, 100]
    assert drawn[0] < drawn[1] < drawn[2] == drawn[3]
    assert draw_few(DOCUMENTS, 10, 8) != draw_few(DOCUMENTS, 10, 7)
    assert draw_few(DOCUMENTS, 10, 7) == draw_few(DOCUMENTS, 10, 7)


def test_what_is_rare_is_in_every_draw() -> None:
    for seed in range(20):
        types = [DOCUMENTS[place].mentions[0].type for place in draw_few(DOCUMENTS, 5, seed)]
        assert types.count("RARE") >= 2
