from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from itner.compress.onnx import export_run
from itner.core import sentences
from itner.core.types import Mention
from itner.files import tagging
from itner.files.items import TextItem
from itner.files.tagging import TaggedItem, Tagging, above, tag_items
from itner.records.store import RunStore
from itner.taggers.encoder.load import load_tagger
from itner.taggers.encoder.tagger import EncoderTagger


@pytest.fixture(scope="module", params=["full", "l1"])  # l1 reads sentences in their context
def tagger(request: pytest.FixtureRequest, tiny_root: Path) -> EncoderTagger:
    run = RunStore(tiny_root).load(request.param)
    export_run(run)
    return load_tagger(run, "fp32")


def items(*texts: str) -> list[TextItem]:
    return [TextItem("a.txt", f"row {number}", text) for number, text in enumerate(texts)]


def run(texts: Sequence[TextItem], tagger: EncoderTagger) -> list[TaggedItem]:
    return tag_items(texts, tagger, lambda done, total: None, lambda: False)


TEXTS = (
    "Outlook fails on Windows 11. Word is fine.\n\nUbuntu too",
    "",
    "Edge",
    "  \n",
    "Windows " * 3000,
    "Windows 11. The laptop. " * 70,
)


def test_chunks_change_nothing(tagger: EncoderTagger, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [tuple((m.start, m.end, m.type) for m in found) for found in tagger.tag(TEXTS)]
    assert any(expected)
    for characters in (1, 50, 10**9):
        monkeypatch.setattr(tagging, "_CHUNK_CHARACTERS", characters)
        found = run(items(*TEXTS), tagger)
        assert [tuple((m.start, m.end, m.type) for m in entry.mentions) for entry in found] == expected
        assert [entry.item.text for entry in found] == list(TEXTS)


def test_progress_counts_characters(tagger: EncoderTagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "_CHUNK_CHARACTERS", 1)
    monkeypatch.setattr(sentences, "PASSAGE_LINES", 1)
    heard: list[tuple[int, int]] = []
    texts = items("one two.\n\nThree four", "five")
    tag_items(texts, tagger, lambda done, total: heard.append((done, total)), lambda: False)
    assert heard == [(0, 24), (8, 24), (20, 24), (24, 24), (24, 24)]


def test_a_stop_returns_the_texts_that_are_finished(tagger: EncoderTagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "_CHUNK_CHARACTERS", 10)
    monkeypatch.setattr(sentences, "PASSAGE_LINES", 1)
    asked = iter([False, False, True])
    found = tag_items(
        items("one", "two", "three", "four.\n\nFive", "six"), tagger, lambda *_: None, lambda: next(asked)
    )
    # Two chunks are done: one, two | three, the first half of the fourth text.
    assert [entry.item.text for entry in found] == ["one", "two", "three"]
    assert tag_items(items("one"), tagger, lambda *_: None, lambda: True) == []


def test_a_stop_in_the_middle_of_a_text_keeps_what_is_done(
    tagger: EncoderTagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "_CHUNK_CHARACTERS", 10)
    monkeypatch.setattr(sentences, "PASSAGE_LINES", 1)
    texts = items("one", "Windows four.\n\nFive", "six")
    asked = iter([False, False, True])
    work = Tagging(texts, tagger)
    assert work.so_far() == []
    work.run(lambda *_: None, lambda: next(asked))
    whole, part = work.so_far()
    assert [whole] == work.finished() == run(texts[:1], tagger)
    assert (part.item.part, part.item.text) == ("row 1, the first 13 of 19 characters", "Windows four.")
    assert part.mentions == tuple(m for m in run(texts[1:2], tagger)[0].mentions if m.end <= 13)


class Slow:
    """Takes as long for each character."""

    types = ("OS",)

    def __init__(self, seconds: float) -> None:
        self.seconds, self.now = seconds, 0.0
        self.sizes: list[int] = []

    def monotonic(self) -> float:
        return self.now

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        self.sizes.append(sum(map(len, texts)))
        self.now += self.seconds * self.sizes[-1]
        return [[] for _ in texts]


@pytest.mark.parametrize(("seconds", "largest"), [(1e-9, 60_000), (1 / 10_000, 5_000), (1 / 1_000, 500)])
def test_chunks_are_as_large_as_half_a_second_allows(
    seconds: float, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(seconds)
    monkeypatch.setattr(tagging, "time", slow)
    tag_items(items(*["x" * 99] * 3_000), slow, lambda *_: None, lambda: False)  # type: ignore[arg-type]
    assert slow.sizes[0] <= 2_000
    assert largest - 99 <= max(slow.sizes[1:-1]) <= largest
    assert sum(slow.sizes) == 297_000


def test_nothing_to_tag(tagger: EncoderTagger) -> None:
    assert run([], tagger) == []


def test_the_threshold_keeps_what_reaches_it() -> None:
    entry = TaggedItem(TextItem("a", "", "abc"), (Mention(0, 1, "OS", 0.5), Mention(1, 2, "OS", 0.4)))
    assert [m.score for m in above([entry], 0.5)[0].mentions] == [0.5]
