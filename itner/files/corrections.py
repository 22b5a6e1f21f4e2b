"""What somebody corrects of a tagger's mentions: some are none, others are missing or of another type.

A correction holds what was taken away and what was added, so that it stands whatever a tagger finds and at whatever
threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.files.tagging import TaggedItem

Span = tuple[int, int, str]


@dataclass(frozen=True)
class Correction:
    """What is wrong with the mentions of a text.

    Attributes:
        removed: spans with their types that are no mentions.
        added: mentions that were put there, in text order and without overlap.
    """

    removed: frozenset[Span] = frozenset()
    added: tuple[Mention, ...] = ()


def correct(found: TaggedItem, correction: Correction) -> TaggedItem:
    """What was found, corrected: a mention that overlaps with one that was added gives way to it."""
    if correction == Correction():
        return found
    kept = [
        mention
        for mention in found.mentions
        if _span(mention) not in correction.removed and not _first_overlap(mention, correction.added)
    ]
    mentions = sorted((*kept, *correction.added), key=lambda mention: mention.start)
    return replace(found, mentions=tuple(mentions), by_hand=frozenset(correction.added))


def delete(correction: Correction, mention: Mention) -> Correction:
    """The correction by which this is no mention either."""
    added = tuple(each for each in correction.added if _span(each) != _span(mention))
    return Correction(correction.removed | {_span(mention)}, added)


def add(found: TaggedItem, correction: Correction, start: int, end: int, type: str) -> Correction:
    """The correction by which this is a mention, too.

    Raises:
        InputError: when it lies outside of the text, holds nothing, or overlaps with another one.
    """
    text = found.item.text
    if not 0 <= start < end <= len(text):
        raise InputError(f"a mention lies within the text, from 0 to {len(text):,}, and has a character at least")
    words = text[start:end]
    if not words.strip():
        raise InputError("a mention has more than blanks in it")
    start, end = start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
    wanted = Mention(start, end, type)
    other = _first_overlap(wanted, correct(found, correction).mentions)
    if other is not None:
        raise InputError(
            f"it overlaps with {found.item.text[other.start : other.end]!r} from {other.start:,} to {other.end:,}, "
            f"a {other.type}; delete that first"
        )
    removed = correction.removed - {_span(wanted)}
    if any(_span(mention) == _span(wanted) for mention in found.mentions):
        # It was found, and taken away before.
        return Correction(removed, correction.added)
    return Correction(removed, tuple(sorted((*correction.added, wanted), key=lambda mention: mention.start)))


def retype(found: TaggedItem, correction: Correction, mention: Mention, type: str) -> Correction:
    """The correction by which a mention is of this type."""
    if mention.type == type:
        return correction
    return add(found, delete(correction, mention), mention.start, mention.end, type)


def find_words(text: str, words: str, number: int = 1) -> tuple[int, int]:
    """Where words stand in a text.

    Args:
        number: which of the places, from 1.
    Raises:
        InputError: when they do not stand there so often.
    """
    wanted = words.strip()
    if not wanted:
        raise InputError("give the words of the mention as they stand in the text")
    start, count = -1, 0
    while count < number:
        start = text.find(wanted, start + 1)
        if start < 0:
            often = "not" if count == 0 else f"{count:,} times"
            raise InputError(f"these words stand {often} in the text, written like this")
        count += 1
    return start, start + len(wanted)


def _span(mention: Mention) -> Span:
    return mention.start, mention.end, mention.type


def _first_overlap(mention: Mention, others: Sequence[Mention]) -> Mention | None:
    return next((each for each in others if each.start < mention.end and mention.start < each.end), None)
