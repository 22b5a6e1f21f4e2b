"""Results of which only some are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from itner.core.types import Mention
from itner.files.tagging import TaggedItem, reaching


@dataclass(frozen=True)
class Filter:
    """What is looked at.

    Attributes:
        types: of mentions; none for any.
        contains: characters that a mention's words hold, whatever their case.
        least: the score that a mention reaches; one without a score counts as certain.
        files: in which; none for any.
    """

    types: tuple[str, ...] = ()
    contains: str = ""
    least: float = 0.0
    files: tuple[str, ...] = ()

    @property
    def of_mentions(self) -> bool:
        """Whether mentions are looked at, so that a text without any is not."""
        return bool(self.types or self.contains or self.least)

    def takes(self, mention: Mention, text: str) -> bool:
        """Whether a mention of the text is looked at."""
        if self.types and mention.type not in self.types:
            return False
        if not reaching([mention], self.least):
            return False
        return self.contains.casefold() in text[mention.start : mention.end].casefold()


def select(results: Sequence[TaggedItem], wanted: Filter) -> list[tuple[int, TaggedItem]]:
    """The places of the results that are looked at, and the results with nothing but those mentions."""
    shown = []
    for place, entry in enumerate(results):
        if wanted.files and entry.item.file not in wanted.files:
            continue
        mentions = tuple(mention for mention in entry.mentions if wanted.takes(mention, entry.item.text))
        if mentions or not wanted.of_mentions:
            shown.append((place, replace(entry, mentions=mentions)))
    return shown
