from __future__ import annotations

from itner.domains.it import IT5
from itner.eval.confusion import list_confusions, list_errors, pair_mentions, summarize_confusion
from itner.results import ErrorReport
from itner.types import Mention

GOLD = [Mention(0, 5, "OS"), Mention(6, 10, "VERSION"), Mention(20, 25, "ERROR"), Mention(30, 40, "SOFTWARE")]


def test_each_class_by_hand() -> None:
    pred = [
        Mention(0, 5, "SOFTWARE"),  # same boundaries, other type
        Mention(6, 8, "VERSION"),  # same type, other boundaries
        Mention(32, 44, "HARDWARE"),  # both differ
        Mention(50, 55, "OS"),  # overlaps nothing; the ERROR is missed
    ]
    assert [record.kind for record in list_errors("d", GOLD, pred)] == [
        "type",
        "boundary",
        "missed",
        "boundary and type",
        "spurious",
    ]
    table = summarize_confusion([GOLD], [pred], IT5.types)
    cells = {(g, p): n for g, row in table.items() for p, n in row.items() if n}
    assert cells == {
        ("OS", "SOFTWARE"): 1,
        ("VERSION", "VERSION"): 1,
        ("ERROR", "O"): 1,
        ("SOFTWARE", "HARDWARE"): 1,
        ("O", "OS"): 1,
    }
    assert list(table) == [*IT5.types, "O"]
    assert all(list(row) == [*IT5.types, "O"] for row in table.values())


def test_right_mentions_are_no_errors() -> None:
    assert list_errors("d", GOLD, GOLD) == []


def test_exact_boundaries_win_over_a_longer_overlap() -> None:
    pairs, alone = pair_mentions([Mention(0, 10, "OS")], [Mention(0, 6, "OS"), Mention(6, 10, "OS")])
    assert pairs[0][1] == Mention(0, 6, "OS")
    assert alone == []


def test_a_prediction_over_two_gold_mentions_is_not_spurious() -> None:
    records = list_errors("d", GOLD[:2], [Mention(0, 10, "OS")])
    assert [(record.kind, record.pred is not None) for record in records] == [
        ("boundary", True),
        ("boundary and type", True),
    ]


def test_touching_is_not_overlapping() -> None:
    pairs, alone = pair_mentions([Mention(0, 5, "OS")], [Mention(5, 8, "OS")])
    assert pairs[0][1] is None
    assert len(alone) == 1


def test_the_most_frequent_confusion_comes_first_and_the_diagonal_never() -> None:
    table = {"OS": {"OS": 9, "O": 2}, "O": {"OS": 3}, "ERROR": {"O": 3, "OS": 0}}
    report = ErrorReport("x", "dev", "a" * 64, "int8", "a" * 64, table, ())
    assert list_confusions(report) == [("ERROR", "O", 3), ("O", "OS", 3), ("OS", "O", 2)]
