from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from itner.core.types import Document, Mention, Token
from itner.data.oversample import oversample

kinds = st.lists(st.sampled_from([None, "SOFTWARE", "OS"]), max_size=60)


def documents(types: list[str | None]) -> list[Document]:
    mentions = [(Mention(0, 1, name),) if name else () for name in types]
    return [Document("a", (Token(0, 1),), found, f"d{i}", "s") for i, found in enumerate(mentions)]


@given(kinds, st.integers(0, 9))
def test_sizes_depend_on_the_counts_alone(types: list[str | None], seed: int) -> None:
    counts = Counter(oversample(documents(types), ("OS",), seed))
    per_type = {name: [counts[i] for i, kind in enumerate(types) if kind == name] for name in (None, "SOFTWARE", "OS")}
    assert set(per_type[None]) <= {1}
    assert set(per_type["SOFTWARE"]) <= {1, 2}
    assert sum(per_type["SOFTWARE"]) == len(per_type["SOFTWARE"]) + round(0.5 * len(per_type["SOFTWARE"]))
    assert set(per_type["OS"]) <= {2}


def test_one_rare_mention_among_others_makes_a_sentence_rare() -> None:
    mixed = Document("a b", (Token(0, 1), Token(2, 3)), (Mention(0, 1, "SOFTWARE"), Mention(2, 3, "OS")), "d", "s")
    assert oversample([mixed], ("OS",), 0) == [0, 0]
    assert oversample([], ("OS",), 0) == []
