from __future__ import annotations

import pytest

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.data.diversity import measure_diversity


def document(text: str, *mentions: Mention) -> Document:
    return Document(text, split_tokens(text), mentions, text, "x")


def test_diversity_by_hand() -> None:
    found = measure_diversity(
        [
            document("Word fails on Windows today", Mention(0, 4, "SOFTWARE"), Mention(14, 21, "OS")),
            document("word fails on windows", Mention(0, 4, "SOFTWARE")),
            document("too short"),
        ]
    )
    # 4-grams: two in the first sentence, one in the second, which the first has too.
    assert found.distinct_4gram_share == pytest.approx(2 / 3, abs=1e-4)
    assert found.type_token_ratio == pytest.approx(7 / 11, abs=1e-4)
    assert (found.mention_strings, found.once_only_share) == (2, 0.5)
    assert found.distinct_opening_share == pytest.approx(2 / 3, abs=1e-4)


def test_an_empty_corpus_has_no_diversity() -> None:
    assert measure_diversity([]).distinct_4gram_share == 0.0
