"""Where several taggers agree and disagree on one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itner.core.types import Mention


@dataclass(frozen=True)
class Place:
    """A stretch of text that at least one tagger marks, with what each tagger says there.

    `mentions[name]` is empty for a tagger that marks nothing here. Offsets are characters of the text.
    """

    start: int
    end: int
    mentions: dict[str, tuple[Mention, ...]]

    @property
    def agreed(self) -> bool:
        """Whether all taggers mark the same boundaries and types."""
        said = {tuple((m.start, m.end, m.type) for m in found) for found in self.mentions.values()}
        return len(said) == 1


def find_places(tagged: Mapping[str, Sequence[Mention]]) -> list[Place]:
    """Places in text order: mentions of different taggers that overlap, directly or through others, are one place."""
    marks = sorted(
        ((mention, name) for name, mentions in tagged.items() for mention in mentions),
        key=lambda mark: (mark[0].start, mark[0].end),
    )
    groups: list[list[tuple[Mention, str]]] = []
    end = -1
    for mark in marks:
        if mark[0].start >= end:
            groups.append([])
        groups[-1].append(mark)
        end = max(end, mark[0].end)
    return [
        Place(
            start=min(mention.start for mention, _ in group),
            end=max(mention.end for mention, _ in group),
            mentions={name: tuple(mention for mention, owner in group if owner == name) for name in tagged},
        )
        for group in groups
    ]
