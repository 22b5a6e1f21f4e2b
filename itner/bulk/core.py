"""Texts in, mentions out, both as flat arrays: the one path by which much is tagged, whatever spreads the work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from itner.core.reading import Marks
from itner.core.sentences import PASSAGE_CHARACTERS, split_passages
from itner.core.stopwatch import Stopwatch
from itner.core.types import Tagger
from itner.taggers.base import MarksTexts

# So much text is tagged at once: enough for batches of like length, little enough for memory.
_SLICE_CHARACTERS = 500_000


def mark_texts(tagger: Tagger, texts: Sequence[str], guideline: str | None, watch: Stopwatch) -> Marks:
    """The mentions of texts of any number and length, in bounded memory beside the texts; equal texts are read once."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    chosen = np.fromiter(map(numbers.__getitem__, texts), np.int64, len(texts))
    distinct = list(numbers)
    found = []
    for owners, starts, passages in _slices(distinct):
        watch.start()
        if isinstance(tagger, MarksTexts):
            marks = tagger.mark(passages, guideline, watch)
        else:
            marks = Marks.of(tagger.tag(passages, guideline), tagger.types)
            watch.lap("tag")
        found.append(
            Marks(
                owners[marks.texts],
                marks.starts + starts[marks.texts],
                marks.ends + starts[marks.texts],
                marks.types,
                marks.scores,
            )
        )
    marks = Marks.joined(found)
    return marks.repeated(chosen, len(distinct)) if len(distinct) < len(texts) else marks


def _slices(texts: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray, list[str]]]:
    """Texts, or passages of those that are long, a slice at a time: of which text, where in it, and the passage."""
    owners: list[int] = []
    starts: list[int] = []
    passages: list[str] = []
    size = 0
    for number, text in enumerate(texts):
        spans = [(0, len(text))] if len(text) <= PASSAGE_CHARACTERS else split_passages(text)
        for start, end in spans:
            owners.append(number)
            starts.append(start)
            passages.append(text[start:end])
            size += end - start
            if size >= _SLICE_CHARACTERS:
                yield np.array(owners, np.int64), np.array(starts, np.int64), passages
                owners, starts, passages, size = [], [], [], 0
    if passages:
        yield np.array(owners, np.int64), np.array(starts, np.int64), passages
