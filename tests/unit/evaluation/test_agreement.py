from __future__ import annotations

from itner.core.types import Mention
from itner.evaluation.agreement import find_places


def test_identical_mentions_agree_whatever_their_scores() -> None:
    places = find_places({"a": [Mention(0, 5, "OS", 0.9)], "b": [Mention(0, 5, "OS", 0.4)]})
    assert [place.agreed for place in places] == [True]


def test_type_boundary_and_absence_are_disagreements() -> None:
    for other in ([Mention(0, 5, "SOFTWARE")], [Mention(0, 4, "OS")], []):
        places = find_places({"a": [Mention(0, 5, "OS")], "b": other})
        assert [place.agreed for place in places] == [False]
        assert (places[0].start, places[0].end) == (0, 5)


def test_a_chain_of_overlaps_is_one_place_and_touching_mentions_are_two() -> None:
    chain = find_places({"a": [Mention(0, 4, "OS"), Mention(6, 9, "OS")], "b": [Mention(3, 7, "OS")]})
    assert [(place.start, place.end) for place in chain] == [(0, 9)]
    assert [len(chain[0].mentions[name]) for name in ("a", "b")] == [2, 1]
    touching = find_places({"a": [Mention(0, 4, "OS")], "b": [Mention(4, 7, "OS")]})
    assert [(place.start, place.end) for place in touching] == [(0, 4), (4, 7)]


def test_no_mentions_are_no_places() -> None:
    assert find_places({"a": [], "b": []}) == []
