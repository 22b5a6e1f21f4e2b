"""Tagging many texts, or long ones, in bounded memory, with progress and a stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from itner.files.readers import TextItem
from itner.infer.tagger import ModelTagger, list_segments
from itner.provenance import usable_cores
from itner.types import Document, Mention

# Large enough to sort by length and fill batches, small enough to hear a stop within about a second.
_CHUNK_SEGMENTS = 500
_CHUNK_CHARACTERS = 100_000
# Sessions take turns chunk by chunk: more at once is no faster, and each needs memory for its batch.
_TURNS = threading.Semaphore(usable_cores())


@dataclass(frozen=True)
class TaggedItem:
    """A text with its mentions; offsets count characters of the item's text."""

    item: TextItem
    mentions: tuple[Mention, ...]


def tag_items(
    items: Sequence[TextItem],
    tagger: ModelTagger,
    report: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> list[TaggedItem]:
    """Tag texts of any number and length. After a stop, the texts that were finished are returned.

    Args:
        report: hears how many characters are done, and how many there are.
        should_stop: asked before each chunk.
    """
    ends = list(accumulate((len(item.text) for item in items), initial=0))
    found: list[list[Mention]] = [[] for _ in items]
    finished = 0
    for chunk in _chunks(items):
        if should_stop():
            break
        with _TURNS:
            predictions = tagger.predict([document for _, _, document in chunk])
        for (index, start, _), prediction in zip(chunk, predictions, strict=True):
            found[index] += [
                Mention(mention.start + start, mention.end + start, mention.type, mention.score)
                for mention in prediction.mentions
            ]
        last, start, document = chunk[-1]
        # The last text of a chunk may go on in the next one.
        finished = last
        report(ends[last] + start + len(document.text), ends[-1])
    else:
        finished = len(items)
        report(ends[-1], ends[-1])
    return [
        TaggedItem(item, tuple(mentions)) for item, mentions in zip(items[:finished], found[:finished], strict=True)
    ]


def _chunks(items: Sequence[TextItem]) -> Iterator[list[tuple[int, int, Document]]]:
    """Segments as (item, start in its text, document), in order."""
    chunk: list[tuple[int, int, Document]] = []
    characters = 0
    for index, item in enumerate(items):
        for start, document in list_segments(item.text, str(index)):
            full = len(chunk) >= _CHUNK_SEGMENTS or characters >= _CHUNK_CHARACTERS
            # Sentences of one group are read together.
            if full and chunk[-1][2].group != document.group:
                yield chunk
                chunk, characters = [], 0
            chunk.append((index, start, document))
            characters += len(document.text)
    if chunk:
        yield chunk


def above(tagged: Sequence[TaggedItem], threshold: float) -> list[TaggedItem]:
    """The results with only the mentions whose score reaches the threshold."""
    return [
        TaggedItem(entry.item, tuple(m for m in entry.mentions if m.score is None or m.score >= threshold))
        for entry in tagged
    ]
