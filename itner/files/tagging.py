"""Tagging many texts, or long ones, in bounded memory, with progress and a stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from itner.core.provenance import usable_cores
from itner.core.sentences import split_passages
from itner.core.types import Mention, Tagger
from itner.files.items import TextItem

# Large enough to sort by length and fill batches, small enough to hear a stop within about a second.
_CHUNK_CHARACTERS = 60_000
# Sessions take turns chunk by chunk: more at once is no faster, and each needs memory for its batch.
_TURNS = threading.Semaphore(usable_cores())


class Stopped(Exception):
    """Somebody asked the work to stop before it was done."""


@dataclass(frozen=True)
class TaggedItem:
    """A text with its mentions; offsets count characters of the item's text."""

    item: TextItem
    mentions: tuple[Mention, ...]


def tag_items(
    items: Sequence[TextItem],
    tagger: Tagger,
    report: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    guideline: str | None = None,
) -> list[TaggedItem]:
    """Tag texts of any number and length. After a stop, the texts that were finished are returned.

    Args:
        report: hears how many characters are done, and how many there are.
        should_stop: asked before each chunk.
        guideline: by which the tagger is to read; None leaves the choice to it.
    """
    ends = list(accumulate((len(item.text) for item in items), initial=0))
    found: list[list[Mention]] = [[] for _ in items]
    finished = 0
    for chunk in _chunks(items):
        if should_stop():
            break
        with _TURNS:
            tagged = tagger.tag([items[index].text[start:end] for index, start, end in chunk], guideline)
        for (index, start, _), mentions in zip(chunk, tagged, strict=True):
            found[index] += [
                replace(mention, start=mention.start + start, end=mention.end + start) for mention in mentions
            ]
        last, _, end = chunk[-1]
        # The last text of a chunk may go on in the next one.
        finished = last
        report(ends[last] + end, ends[-1])
    else:
        finished = len(items)
        report(ends[-1], ends[-1])
    return [
        TaggedItem(item, tuple(mentions)) for item, mentions in zip(items[:finished], found[:finished], strict=True)
    ]


def find_mentions(
    texts: Sequence[str],
    tagger: Tagger,
    threshold: float = 0.0,
    report: Callable[[int, int], None] = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[tuple[Mention, ...]]:
    """The mentions of each text whose score reaches the threshold.

    Args:
        report: hears how many characters are done, and how many there are.
        should_stop: asked before each chunk.
    Raises:
        Stopped: after a stop, because half of the mentions are none to go on with.
    """
    tagged = tag_items([TextItem("", "", text) for text in texts], tagger, report, should_stop)
    if len(tagged) < len(texts):
        raise Stopped
    return [reaching(entry.mentions, threshold) for entry in tagged]


def _chunks(items: Sequence[TextItem]) -> Iterator[list[tuple[int, int, int]]]:
    """Passages as (item, start and end in its text), in order."""
    chunk: list[tuple[int, int, int]] = []
    characters = 0
    for index, item in enumerate(items):
        for start, end in split_passages(item.text):
            if chunk and characters + end - start > _CHUNK_CHARACTERS:
                yield chunk
                chunk, characters = [], 0
            chunk.append((index, start, end))
            characters += end - start
    if chunk:
        yield chunk


def above(tagged: Sequence[TaggedItem], threshold: float) -> list[TaggedItem]:
    """The results with only the mentions whose score reaches the threshold."""
    return [TaggedItem(entry.item, reaching(entry.mentions, threshold)) for entry in tagged]


def reaching(mentions: Sequence[Mention], threshold: float) -> tuple[Mention, ...]:
    """The mentions whose score reaches the threshold, and those that have none."""
    return tuple(mention for mention in mentions if mention.score is None or mention.score >= threshold)
