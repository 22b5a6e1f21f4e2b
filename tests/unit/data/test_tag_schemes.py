from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.labels import repair_tags, spans_to_tags, tags_to_spans
from itner.data.tag_schemes import TAG, convert, recognise

# Mentions as (tokens before it, its length, its type), one after the other.
sentence = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(["OS", "PHONE_NUMBER", "a-b"])))


def as_iob2(parts: list[tuple[int, int, str]]) -> list[str]:
    spans, end = [], 0
    for gap, length, name in parts:
        spans.append((end + gap, end + gap + length, name))
        end += gap + length
    return spans_to_tags(spans, end + 1)


def as_iob1(tags: list[str]) -> list[str]:
    before = ["O", *tags]
    return [f"I-{tag[2:]}" if tag[0] == "B" and before[place][2:] != tag[2:] else tag for place, tag in enumerate(tags)]


def as_closed(tags: list[str], single: str, middle: str, last: str) -> list[str]:
    """BILOU and IOBES, which mark where a mention ends."""
    written = list(tags)
    for start, end, name in tags_to_spans(tags):
        inner = [f"{middle}-{name}"] * (end - start - 2)
        longer = [f"B-{name}", *inner, f"{last}-{name}"]
        written[start:end] = longer if end - start > 1 else [f"{single}-{name}"]
    return written


@given(st.lists(sentence, min_size=1, max_size=4))
def test_every_way_to_tag_says_the_same(parts: list[list[tuple[int, int, str]]]) -> None:
    wanted = [as_iob2(part) for part in parts]
    ways = {
        "IOB1": [as_iob1(tags) for tags in wanted],
        "BILOU": [as_closed(tags, "U", "I", "L") for tags in wanted],
        "IOBES": [as_closed(tags, "S", "I", "E") for tags in wanted],
        "BMES": [as_closed(tags, "S", "M", "E") for tags in wanted],
        "BMEWO": [as_closed(tags, "W", "M", "E") for tags in wanted],
        "IOB2": wanted,
    }
    for name, written in ways.items():
        found = recognise(written)
        done = [convert(tags, found) for tags in written]
        assert [tags for tags, _, _ in done] == wanted, name
        assert sum(invalid for _, _, invalid in done) == 0
        pairs = zip((tag for tags in written for tag in tags), (tag for tags in wanted for tag in tags), strict=True)
        changed = sum(tag != other for tag, other in pairs)
        assert sum(converted for _, converted, _ in done) == changed
        assert changed == 0 or found not in ("IOB2", "IOB1") or (found, name) == ("IOB1", "IOB1")
        # BILOU's letters are no other's.
        assert (found == "BILOU") == bool({tag[0] for tags in written for tag in tags} & set("UL"))


@given(st.lists(st.sampled_from(["O", *(f"{p}-{t}" for p in "BILUESMW" for t in ("A", "B"))]), max_size=8))
def test_whatever_is_tagged_ends_up_valid(tags: list[str]) -> None:
    found = recognise([tags])
    done, converted, invalid = convert(tags, found)
    assert len(done) == len(tags)
    assert all(tag[:1] in "BIO" for tag in done)
    # A mention stays one: no tag is lost, none is made up.
    assert [tag[2:] for tag in done] == [tag[2:] for tag in tags]
    assert found == "IOB2" or repair_tags(done)[1] == 0
    assert min(converted, invalid) >= 0


@pytest.mark.parametrize(
    ("tags", "wanted", "invalid"),
    [
        ("L-A", "B-A", 1),
        ("B-A O", "B-A O", 1),
        ("B-A U-A", "B-A B-A", 1),
        ("U-A L-A", "B-A B-A", 1),
        ("B-A L-B", "B-A B-B", 2),
        ("B-A I-A", "B-A I-A", 1),
        ("B-A L-A I-A L-A", "B-A I-A B-A I-A", 1),
        ("B-A I-A L-A U-A", "B-A I-A I-A B-A", 0),
    ],
)
def test_what_is_not_valid_is_repaired_and_counted(tags: str, wanted: str, invalid: int) -> None:
    done, _, counted = convert(tags.split(), "BILOU")
    assert (done, counted) == (wanted.split(), invalid)


def test_iob2_is_not_taken_for_iob1() -> None:
    assert recognise([["B-OS", "I-OS"], ["O", "I-OS"]]) == "IOB2"
    assert recognise([["I-OS", "I-OS"], ["O", "I-OS", "B-OS"]]) == "IOB1"
    assert recognise([["O"]]) == "IOB2"


@pytest.mark.parametrize("tag", ["", "B", "B-", "OS", "-OS", "X-OS", "b-OS", "O-", "B_OS", "-X-", "_"])
def test_what_is_no_tag(tag: str) -> None:
    assert TAG.fullmatch(tag) is None
