"""Text that nothing may learn from, known by its words: what dev and test hold, written otherwise or among others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from itner.labelling.words import split_words

# Shorter texts are written by anybody: "1." or "Thanks a lot" in two places is no copy of one.
_FEWEST_ALIKE = 3
_FEWEST_INSIDE = 6


class HeldOut:
    """Texts, to be known again whatever their case, punctuation and white space.

    A text of three words or more is known again when another one is the same; of six or more, also when it is part of
    another one, or another one of as many is part of it.
    """

    def __init__(self, texts: Iterable[str]):
        self._texts = [words for text in texts if len(words := split_words(text)) >= _FEWEST_ALIKE]
        self._whole = set(self._texts)
        # Where each run of so many words stands: by text and position.
        self._runs: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for number, words in enumerate(self._texts):
            for first, run in _runs(words):
                self._runs.setdefault(run, []).append((number, first))

    def holds(self, text: str) -> bool:
        """Whether a text is one of these, has one in it, or is part of one."""
        words = split_words(text)
        if words in self._whole:
            return True
        for start, run in _runs(words):
            for number, first in self._runs.get(run, ()):
                held = self._texts[number]
                if first == 0 and words[start : start + len(held)] == held:
                    return True
                if start == 0 and held[first : first + len(words)] == words:
                    return True
        return False


def _runs(words: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for first in range(len(words) - _FEWEST_INSIDE + 1):
        yield first, words[first : first + _FEWEST_INSIDE]
