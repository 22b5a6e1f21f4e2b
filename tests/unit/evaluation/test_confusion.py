from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from itner.core.types import Mention
from itner.domains.it.scheme import SCHEME
from itner.evaluation.confusion import list_confusions, list_errors, pair_mentions, summarize_confusion
from itner.records.evaluation import ErrorReport

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
    table = summarize_confusion([GOLD], [pred], SCHEME.types)
    cells = {(g, p): n for g, row in table.items() for p, n in row.items() if n}
    assert cells == {
        ("OS", "SOFTWARE"): 1,
        ("VERSION", "VERSION"): 1,
        ("ERROR", "O"): 1,
        ("SOFTWARE", "HARDWARE"): 1,
        ("O", "OS"): 1,
    }
    assert list(table) == [*SCHEME.types, "O"]
    assert all(list(row) == [*SCHEME.types, "O"] for row in table.values())


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
    report = ErrorReport("x", "dev", "a" * 64, "int8", "a" * 64, table, {}, ())
    assert list_confusions(report) == [("ERROR", "O", 3), ("O", "OS", 3), ("OS", "O", 2)]


def test_a_second_prediction_on_the_same_gold_mention_is_a_fragment() -> None:
    records = list_errors("d", [Mention(0, 10, "OS")], [Mention(0, 6, "OS"), Mention(7, 10, "VERSION")])
    assert [(record.kind, record.pred and record.pred.start) for record in records] == [
        ("boundary", 0),
        ("fragment", 7),
    ]


@st.composite
def spans(draw: st.DrawFn) -> list[Mention]:
    cuts = sorted(draw(st.sets(st.integers(0, 14), max_size=8)))
    kinds = st.sampled_from(SCHEME.types)
    return [Mention(a, b, draw(kinds)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


@given(spans(), spans())
def test_the_records_hold_every_false_negative_and_every_false_positive_once(
    gold: list[Mention], pred: list[Mention]
) -> None:
    records = list_errors("d", gold, pred)
    missed = {(r.gold.start, r.gold.end, r.gold.type) for r in records if r.gold}
    wrong = {(r.pred.start, r.pred.end, r.pred.type) for r in records if r.pred}
    expected, found = ({(m.start, m.end, m.type) for m in mentions} for mentions in (gold, pred))
    assert missed == expected - found
    assert wrong == found - expected
