from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.labels import (
    LabelScheme,
    align_mentions,
    decode_label_ids,
    document_tags,
    repair_tags,
    spans_to_mentions,
    spans_to_tags,
    split_tag,
    tags_to_spans,
)
from itner.core.types import Document, Mention, Token
from itner.domains.it.scheme import SCHEME

any_tags = st.lists(st.sampled_from(SCHEME.labels), max_size=20)


def reference_spans(tags: list[str]) -> list[tuple[int, int, str]]:
    """Mentions by the `discard` rule, written as plainly as possible."""
    spans: list[list] = []
    for index, tag in enumerate(tags):
        if tag.startswith("B-"):
            spans.append([index, index + 1, tag[2:]])
        elif tag.startswith("I-") and spans and spans[-1][1] == index and spans[-1][2] == tag[2:]:
            spans[-1][1] = index + 1
    return [tuple(span) for span in spans]


@given(any_tags)
def test_repair_gives_valid_tags_and_changes_them_once(tags: list[str]) -> None:
    repaired, changed = repair_tags(tags)
    previous = "O"
    for tag in repaired:
        if tag.startswith("I-"):
            assert previous[2:] == tag[2:]
        previous = tag
    assert changed == sum(a != b for a, b in zip(tags, repaired, strict=True))
    assert repair_tags(repaired) == (repaired, 0)


@given(any_tags)
def test_valid_tags_survive_the_round_trip_through_spans(tags: list[str]) -> None:
    repaired, _ = repair_tags(tags)
    assert spans_to_tags(tags_to_spans(repaired), len(repaired)) == repaired


@given(any_tags)
def test_array_decoding_equals_the_plain_reference(tags: list[str]) -> None:
    ids = np.array([SCHEME.labels.index(tag) for tag in tags], dtype=np.int64)
    starts, ends, types = decode_label_ids(ids)
    found = [(int(a), int(b), SCHEME.types[t]) for a, b, t in zip(starts, ends, types, strict=True)]
    assert found == reference_spans(tags) == tags_to_spans(tags)


def test_strict_spans_leave_an_orphan_inside_tag_out() -> None:
    assert tags_to_spans(["I-OS", "B-OS", "I-VERSION", "I-VERSION", "B-OS", "I-OS"]) == [(1, 2, "OS"), (4, 6, "OS")]


def test_tags_that_are_not_bio_are_refused() -> None:
    for tag in ("", "OS", "B-", "E-OS", "b-OS", "B_OS"):
        with pytest.raises(ValueError, match="not a BIO tag"):
            split_tag(tag)
    assert split_tag("I-A-B") == ("I", "A-B")


def test_overlapping_and_outlying_spans_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        spans_to_tags([(0, 2, "OS"), (1, 3, "OS")], 3)
    with pytest.raises(ValueError, match="does not fit"):
        spans_to_tags([(2, 4, "OS")], 3)


def test_a_mention_off_the_token_boundaries_is_counted_not_dropped() -> None:
    tokens = (Token(0, 9), Token(10, 15))
    document = Document("Windows11 fails", tokens, (Mention(0, 7, "OS"), Mention(10, 15, "ERROR")), "d", "s")
    spans, unaligned = align_mentions(document)
    assert spans == [(1, 2, "ERROR")]
    assert unaligned == [Mention(0, 7, "OS")]
    assert document_tags(document) == (["O", "B-ERROR"], unaligned)
    assert spans_to_mentions(spans, tokens) == (Mention(10, 15, "ERROR"),)


def test_a_scheme_refuses_contradictions() -> None:
    with pytest.raises(ValueError, match="unique"):
        LabelScheme("x", ("A", "A"))
    with pytest.raises(ValueError, match="unknown types"):
        LabelScheme("x", ("A",), {"B": "C"})
    assert LabelScheme("x", ("A", "B")).labels == ("O", "B-A", "I-A", "B-B", "I-B")
    with pytest.raises(KeyError, match="'Nothing'"):
        SCHEME.target("Nothing")
    assert (SCHEME.target("Device"), SCHEME.target("OS"), SCHEME.target("Value")) == ("HARDWARE", "OS", None)
