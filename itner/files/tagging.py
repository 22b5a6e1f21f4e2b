"""Tagging many texts, or long ones, in bounded memory, with progress and a stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from itner.core.provenance import usable_cores
from itner.core.sentences import split_passages
from itner.core.types import Mention, Tagger
from itner.files.items import TextItem

# A chunk takes about half a second, so that progress is shown and a stop is heard: the first one is small, and the
# others are as large as the tagger's pace allows. The largest is enough to sort by length and fill batches.
_FIRST_CHARACTERS, _CHUNK_CHARACTERS = 2_000, 60_000
_CHUNK_SECONDS = 0.5
_GROWTH = 4
# Sessions take turns chunk by chunk: more at once is no faster, and each needs memory for its batch.
_TURNS = threading.Semaphore(usable_cores())


class Stopped(Exception):
    """Somebody asked the work to stop before it was done."""


@dataclass(frozen=True)
class TaggedItem:
    """A text with its mentions; offsets count characters of the item's text.

    Attributes:
        by_hand: those of the mentions that somebody put there, none where somebody only took some away; None where
            nobody changed anything.
    """

    item: TextItem
    mentions: tuple[Mention, ...]
    by_hand: frozenset[Mention] | None = None


@dataclass(frozen=True)
class Origin:
    """What results come from.

    Attributes:
        variant: of the model; None where it has none.
        threshold: mentions that are less certain were left out.
        date: of the tagging, in UTC.
    """

    model: str
    variant: str | None
    threshold: float
    date: datetime

    def as_record(self) -> dict[str, Any]:
        """Under the names that it has in every format."""
        date = self.date.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"model": self.model, "variant": self.variant, "threshold": self.threshold, "date": date}


class Tagging:
    """Texts of any number and length that are being tagged, and what is done of them.

    Args:
        guideline: by which the tagger is to read; None leaves the choice to it.
    """

    def __init__(self, items: Sequence[TextItem], tagger: Tagger, guideline: str | None = None):
        self.items = tuple(items)
        self._tagger, self._guideline = tagger, guideline
        self._ends = list(accumulate((len(item.text) for item in items), initial=0))
        self._found: list[list[Mention]] = [[] for _ in items]
        # How many texts are done, and up to where the next one is.
        self._place = (0, 0)

    @property
    def characters(self) -> int:
        """Of all texts together."""
        return self._ends[-1]

    def run(self, report: Callable[[int, int], None], should_stop: Callable[[], bool]) -> None:
        """Tag what is not done yet, until all is or somebody asks to stop.

        Args:
            report: hears how many characters are done, and how many there are.
            should_stop: asked before each chunk.
        """
        report(0, self.characters)
        size = min(_FIRST_CHARACTERS, _CHUNK_CHARACTERS)
        passages = _Passages(self.items)
        while chunk := passages.take(size):
            if should_stop():
                return
            with _TURNS:
                started = time.monotonic()
                texts = [self.items[index].text[start:end] for index, start, end in chunk]
                tagged = self._tagger.tag(texts, self._guideline)
                passed = time.monotonic() - started
            for (index, start, _), mentions in zip(chunk, tagged, strict=True):
                self._found[index] += [
                    replace(mention, start=mention.start + start, end=mention.end + start) for mention in mentions
                ]
            last, _, end = chunk[-1]
            # The last text of a chunk may go on in the next one.
            self._place = (last, end)
            report(self._ends[last] + end, self.characters)
            wanted = sum(map(len, texts)) * _CHUNK_SECONDS / max(passed, 1e-3)
            size = max(1, min(int(wanted), size * _GROWTH, _CHUNK_CHARACTERS))
        self._place = (len(self.items), 0)
        report(self.characters, self.characters)

    def finished(self) -> list[TaggedItem]:
        """The texts that are done, in order."""
        count, _ = self._place
        return [TaggedItem(self.items[index], tuple(self._found[index])) for index in range(count)]

    def so_far(self) -> list[TaggedItem]:
        """The texts that are done, and the part that is done of the one that was begun, named as one."""
        count, end = self._place
        done = [TaggedItem(self.items[index], tuple(self._found[index])) for index in range(count)]
        if end == 0:
            return done
        item = self.items[count]
        mentions = tuple(mention for mention in list(self._found[count]) if mention.end <= end)
        if not item.text[end:].strip():
            return [*done, TaggedItem(item, mentions)]
        said = f"the first {end:,} of {len(item.text):,} characters"
        part = f"{item.part}, {said}" if item.part else said
        return [*done, TaggedItem(replace(item, part=part, text=item.text[:end]), mentions)]


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
    tagging = Tagging(items, tagger, guideline)
    tagging.run(report, should_stop)
    return tagging.finished()


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


class _Passages:
    """Passages as (item, start and end in its text), in order, taken in chunks."""

    def __init__(self, items: Sequence[TextItem]):
        spans = ((index, *span) for index, item in enumerate(items) for span in split_passages(item.text))
        self._spans = spans
        self._next = next(spans, None)

    def take(self, characters: int) -> list[tuple[int, int, int]]:
        """As many as hold so many characters together, but one where there is one."""
        chunk: list[tuple[int, int, int]] = []
        left = characters
        while self._next is not None:
            _, start, end = self._next
            if chunk and end - start > left:
                break
            chunk.append(self._next)
            left -= end - start
            self._next = next(self._spans, None)
        return chunk


def above(tagged: Sequence[TaggedItem], threshold: float) -> list[TaggedItem]:
    """The results with only the mentions whose score reaches the threshold."""
    return [replace(entry, mentions=reaching(entry.mentions, threshold)) for entry in tagged]


def reaching(mentions: Sequence[Mention], threshold: float) -> tuple[Mention, ...]:
    """The mentions whose score reaches the threshold, and those that have none."""
    return tuple(mention for mention in mentions if mention.score is None or mention.score >= threshold)
