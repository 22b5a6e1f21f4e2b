from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.evaluation.buckets import FEATURES, Parted
from itner.evaluation.scoring import count_documents, counts_per_type
from itner.records.buckets import Bucket
from itner.records.scores import Counts
from itner.taggers.encoder.backbone import read_embedded_tokenizer

TYPES = ("OS", "SOFTWARE")


def document(text: str, *found: str, kind: str = "OS", name: str = "d", **facts: str) -> Document:
    mentions = sorted((text.index(surface), text.index(surface) + len(surface)) for surface in found)
    facts = {"source": "x"} | facts
    return Document(text, split_tokens(text), tuple(Mention(a, b, kind) for a, b in mentions), name, **facts)  # type: ignore[arg-type]


def scored(
    documents: list[Document], pred: list[tuple[Mention, ...]], train: list[Document] | None = None
) -> dict[str, dict[str, Counts]]:
    found: dict[str, tuple[Bucket, ...]] = Parted.of(documents, train, read_embedded_tokenizer()).score(pred)
    return {name: {bucket.label: bucket.counts for bucket in buckets} for name, buckets in found.items()}


def test_each_feature_by_hand() -> None:
    train = [document("Windows and Linux", "Windows", "Linux"), document("Linux", "Linux", name="e")]
    documents = [
        document("Windows 11 Pro fails on the ThinkPad of Ann", "Windows 11 Pro", name="a", group="t"),
        document("LINUX hangs", "LINUX", name="b", group="t"),
        document("Use windows", "windows", kind="SOFTWARE", name="c"),
        document("nothing here", name="d", source="y"),
    ]
    # Too short, right, missed, spurious.
    pred = [(Mention(0, 7, "OS"),), documents[1].mentions, (), (Mention(0, 7, "OS"),)]
    found = scored(documents, pred, train)
    assert found["length"] == {"1 token": Counts(1, 2, 1), "3 tokens": Counts(0, 0, 1)}
    assert found["sentence"] == {"1 to 5 tokens": Counts(1, 1, 1), "6 to 10 tokens": Counts(0, 1, 1)}
    assert found["density"] == {
        "none (gold)": Counts(0, 1, 0),
        "up to 20 in 100": Counts(0, 1, 1),
        "more than 20 in 100": Counts(1, 0, 1),
    }
    # What stands in train is found in whatever case; "nothing" and "Windows 11 Pro" do not.
    assert found["familiarity"] == {
        "not in train": Counts(0, 1, 1),
        "in train as another type": Counts(0, 0, 1),
        "in train": Counts(1, 1, 0),
    }
    assert found["frequency"] == {
        "never as this type": Counts(0, 1, 2),
        "once": Counts(0, 1, 0),
        "2 to 5 times": Counts(1, 0, 0),
    }
    assert found["casing"] == {
        "lower case": Counts(0, 1, 1),
        "Capitalised": Counts(0, 1, 1),
        "UPPER CASE": Counts(1, 0, 0),
    }
    assert found["position"] == {"first sentence": Counts(0, 1, 1), "second or third": Counts(1, 0, 0)}
    assert found["source"] == {"x": Counts(1, 1, 2), "y": Counts(0, 1, 0)}


def test_word_pieces_are_those_of_one_tokenizer() -> None:
    documents = [document("The printer and QXZFJ7G", "printer", "QXZFJ7G")]
    found = scored(documents, [documents[0].mentions])
    assert found["pieces"] == {"whole words": Counts(1, 0, 0), "more than 2.5 pieces a token": Counts(1, 0, 0)}
    # Without a training split nothing is familiar or strange, and one source is no part.
    assert not {"familiarity", "frequency", "source", "position"} & set(found)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_buckets_of_each_feature_hold_every_mention_once(data: st.DataObject) -> None:
    words = ["Windows", "linux", "QT", "a", "5", "iOS"]
    documents, pred = [], []
    for number in range(data.draw(st.integers(1, 4))):
        text = " ".join(data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=8)))
        tokens = split_tokens(text)
        marks = st.sets(st.integers(0, len(tokens) - 1))
        gold, found = (
            tuple(
                Mention(tokens[at].start, tokens[at].end, data.draw(st.sampled_from(TYPES)))
                for at in sorted(data.draw(marks))
            )
            for _ in range(2)
        )
        documents.append(Document(text, tokens, gold, f"d{number}", "x", group="g"))
        pred.append(found)
    parted = Parted.of(documents, documents[:1], read_embedded_tokenizer())
    table = parted.count(pred)
    whole = sum(counts_per_type(count_documents(documents, pred, TYPES), TYPES).values(), Counts())
    for name in FEATURES:
        columns = [place for place, (feature, _) in enumerate(parted.names) if feature == name]
        assert Counts(*table[:, columns].sum(axis=(0, 1)).tolist()) == whole


def test_each_bucket_has_its_interval() -> None:
    documents = [document("Windows fails", "Windows", name=f"d{n}") for n in range(40)]
    pred = [() if n % 4 == 0 else each.mentions for n, each in enumerate(documents)]
    (bucket,) = Parted.of(documents, None, read_embedded_tokenizer()).score(pred)["length"]
    assert bucket.counts.recall == pytest.approx(0.75)
    assert bucket.ranges.recall is not None
    assert bucket.ranges.recall[0] < 0.75 < bucket.ranges.recall[1]
