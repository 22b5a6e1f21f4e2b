from __future__ import annotations

import pytest

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.domains.it.scheme import SCHEME
from itner.evaluation.annotators import compare_annotators
from itner.records.scores import Counts


def document(text: str, *mentions: Mention, id: str = "d") -> Document:
    return Document(text, split_tokens(text), mentions, id, "x")


FIRST = [
    document("Word on Windows 11", Mention(0, 4, "SOFTWARE"), Mention(8, 15, "OS"), Mention(16, 18, "VERSION")),
    document("It is slow"),
]
SECOND = [
    document("Word on Windows 11", Mention(0, 4, "SOFTWARE"), Mention(8, 18, "OS")),
    document("It is slow"),
]


def test_agreement_by_hand() -> None:
    found = compare_annotators(FIRST, SECOND, SCHEME.types)
    assert (found.sentences, found.identical_sentences) == (2, 1)
    assert found.per_type["SOFTWARE"] == Counts(tp=1)
    assert found.per_type["OS"] == Counts(fp=1, fn=1)
    assert found.per_type["VERSION"] == Counts(fn=1)
    assert found.overall.f1 == pytest.approx(2 / 5)
    # 7 tokens, 6 tags alike; chance: O (4/7)^2, B-SOFTWARE 1/49, B-OS 1/49, B-VERSION and I-OS 0.
    chance = (16 + 1 + 1) / 49
    assert found.kappa == pytest.approx((6 / 7 - chance) / (1 - chance), abs=1e-4)
    # Of the 3 marked tokens 2 are alike; chance: B-SOFTWARE 1/9, B-OS 1/9.
    assert found.kappa_marked == pytest.approx((2 / 3 - 2 / 9) / (1 - 2 / 9), abs=1e-4)


def test_full_agreement_is_one_and_nothing_marked_has_no_kappa() -> None:
    assert compare_annotators(FIRST, FIRST, SCHEME.types).kappa == 1.0
    empty = compare_annotators(FIRST[1:], FIRST[1:], SCHEME.types)
    assert (empty.kappa_marked, empty.overall) == (None, Counts())


def test_other_text_is_refused() -> None:
    with pytest.raises(InputError, match="1 sentences, the second 2"):
        compare_annotators(FIRST[:1], SECOND, SCHEME.types)
    with pytest.raises(InputError, match="differ in the text of d: 'It is slow' against 'It is fast'"):
        compare_annotators(FIRST[1:], [document("It is fast")], SCHEME.types)
