"""Mentions that somebody corrects, and results of which some are looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.files.corrections import Correction, add, correct, delete, find_words, retype
from itner.files.filters import Filter, select
from itner.files.items import TextItem
from itner.files.tagging import TaggedItem

TEXT = "Outlook on Windows 11 hangs"
FOUND = TaggedItem(
    TextItem("a.txt", "", TEXT), (Mention(0, 7, "OS", 0.6), Mention(11, 18, "OS", 0.9), Mention(22, 27, "OS", 0.3))
)


def test_a_correction_by_hand() -> None:
    none = Correction()
    assert correct(FOUND, none) is FOUND
    step = retype(FOUND, none, FOUND.mentions[0], "SOFTWARE")
    step = delete(step, FOUND.mentions[2])
    step = add(FOUND, step, 19, 21, "VERSION")
    done = correct(FOUND, step)
    assert done.mentions == (Mention(0, 7, "SOFTWARE"), Mention(11, 18, "OS", 0.9), Mention(19, 21, "VERSION"))
    assert done.by_hand == {Mention(0, 7, "SOFTWARE"), Mention(19, 21, "VERSION")}
    # At another threshold, and with what another model finds.
    less = TaggedItem(FOUND.item, FOUND.mentions[1:2])
    assert correct(less, step).mentions == done.mentions
    other = TaggedItem(
        FOUND.item, (Mention(0, 21, "OS", 0.7), Mention(22, 27, "OS", 0.9), Mention(22, 27, "ERROR", 0.9))
    )
    assert correct(other, step).mentions == (*step.added, Mention(22, 27, "ERROR", 0.9))
    # Back again: what was found has its score.
    back = add(FOUND, step, 22, 27, "OS")
    assert correct(FOUND, back).mentions[-1] == FOUND.mentions[2]
    assert delete(delete(none, FOUND.mentions[0]), FOUND.mentions[0]) == delete(none, FOUND.mentions[0])
    assert retype(FOUND, none, FOUND.mentions[0], "OS") is none
    assert correct(FOUND, delete(none, FOUND.mentions[0])).by_hand == frozenset()


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (-1, 3, "within the text"), (5, 5, "within the text"), (20, 28, "within the text"), (7, 8, "more than blanks"),
        (15, 21, "from 11 to 18, a OS"), (0, 27, "from 0 to 7"),
    ],
)  # fmt: skip
def test_a_mention_that_cannot_be_is_refused(start: int, end: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        add(FOUND, Correction(), start, end, "VERSION")


def test_blanks_around_a_mention_are_none_of_it() -> None:
    assert add(FOUND, Correction(), 18, 22, "VERSION").added == (Mention(19, 21, "VERSION"),)


def test_words_are_found_by_their_number() -> None:
    text = "a C++ and a C++"
    assert find_words(text, " C++ ") == (2, 5)
    assert find_words(text, "C++", 2) == (12, 15)
    assert find_words("aaa", "aa", 2) == (1, 3)
    for words, number, said in (("C++", 3, "2 times"), ("c++", 1, "not in the text"), ("  ", 1, "give the words")):
        with pytest.raises(InputError, match=said):
            find_words(text, words, number)


PLACES = st.tuples(st.integers(0, 12), st.integers(1, 6), st.sampled_from(["A", "B", "C"]))


def without_overlap(places: list[tuple[int, int, str]], score: float | None) -> tuple[Mention, ...]:
    mentions: list[Mention] = []
    for start, length, kind in sorted(places):
        if start + length <= 12 and (not mentions or mentions[-1].end <= start):
            mentions.append(Mention(start, start + length, kind, score))
    return tuple(mentions)


@given(st.lists(PLACES), st.lists(PLACES), st.lists(PLACES))
def test_any_mentions_become_any_others(
    found: list[tuple[int, int, str]], wanted: list[tuple[int, int, str]], others: list[tuple[int, int, str]]
) -> None:
    entry = TaggedItem(TextItem("a", "", "x" * 12), without_overlap(found, 0.5))
    aim = [(m.start, m.end, m.type) for m in without_overlap(wanted, None)]
    correction = Correction()
    for mention in entry.mentions:
        if (mention.start, mention.end, mention.type) not in aim:
            correction = delete(correction, mention)
    for start, end, kind in aim:
        if (start, end, kind) not in [(m.start, m.end, m.type) for m in correct(entry, correction).mentions]:
            correction = add(entry, correction, start, end, kind)
    done = correct(entry, correction)
    assert [(m.start, m.end, m.type) for m in done.mentions] == aim
    # What is left of the tagger's has its score, what was added has none, and is known as such.
    assert all((m.score is None) == (m in (done.by_hand or ())) for m in done.mentions)
    # Whatever another tagger finds, there is no overlap, and what was decided stands.
    other = correct(TaggedItem(entry.item, without_overlap(others, 0.9)), correction)
    assert all(first.end <= second.start for first, second in zip(other.mentions, other.mentions[1:], strict=False))
    assert set(correction.added) <= set(other.mentions)
    assert not {(m.start, m.end, m.type) for m in other.mentions} & correction.removed


RESULTS = [
    FOUND,
    TaggedItem(TextItem("b.txt", "", "Outlook"), ()),
    TaggedItem(TextItem("b.txt", "2", "outlook"), (Mention(0, 7, "SOFTWARE"),)),
]


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (Filter(), [(0, 3), (1, 0), (2, 1)]),
        (Filter(files=("b.txt",)), [(1, 0), (2, 1)]),
        (Filter(types=("SOFTWARE",)), [(2, 1)]),
        (Filter(contains="OUTLOOK"), [(0, 1), (2, 1)]),
        (Filter(least=0.5), [(0, 2), (2, 1)]),
        (Filter(("OS",), "out", 0.7, ("a.txt",)), []),
        (Filter(("OS",), "out", 0.5, ("a.txt",)), [(0, 1)]),
    ],
)
def test_filters(wanted: Filter, shown: list[tuple[int, int]]) -> None:
    assert [(place, len(entry.mentions)) for place, entry in select(RESULTS, wanted)] == shown
