"""What is kept of raw text: each once, of a length and a language, without boilerplate.

In memory are hashes: those of lines while boilerplate is looked for (`LINES` of about 100 bytes), and those of kept
texts (`REMEMBERED` of about 100 bytes). Beyond these numbers a new line is not counted and a new text not remembered.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from itner.labelling.raw_sources import LONG, UNREAD, Item
from itner.labelling.shards import Text
from itner.records.engine import HarvestSettings

# The first texts are looked through for boilerplate.
LOOKED_THROUGH = 200_000
LINES = 2_000_000
REMEMBERED = 20_000_000
UNKNOWN = "unknown"

# Why a text is left out.
SHORT, BOILERPLATE, REPEATED, LANGUAGE = "too short", "boilerplate", "repeated", "language"
_DIGITS = re.compile(r"\d+")
# The first characters say the language as well as all.
_SHOWN = 1_000


@dataclass
class Tally:
    """What became of all that was read; see `HarvestReport`. `numbers` counts the texts of each source."""

    read: int = 0
    kept: int = 0
    lines_removed: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    files_left_out: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    sources: Counter[int] = field(default_factory=Counter)
    numbers: Counter[int] = field(default_factory=Counter)

    @property
    def unread(self) -> int:
        """Lines, pages and files that are broken."""
        both = self.left_out + self.files_left_out
        return sum(both[reason] for reason in UNREAD)


def find_boilerplate(items: Iterable[Item], settings: HarvestSettings) -> frozenset[bytes]:
    """The hashes of the lines that stand in many of the first `LOOKED_THROUGH` texts of a length that is kept."""
    counts: dict[bytes, int] = {}
    texts = (text for item in items if not _misfit(text := item.text.strip(), settings))
    for text in islice(texts, LOOKED_THROUGH):
        for line in {_hash_line(line) for line in text.split("\n") if line.strip()}:
            if line in counts or len(counts) < LINES:
                counts[line] = counts.get(line, 0) + 1
    return frozenset(line for line, count in counts.items() if count >= settings.boilerplate)


def choose_texts(
    items: Iterable[Item],
    settings: HarvestSettings,
    boilerplate: frozenset[bytes],
    guess: Callable[[str], str | None],
    tally: Tally,
    tell: Callable[[Item], None] = lambda _: None,
) -> Iterator[Text]:
    """The texts that are kept, without boilerplate.

    Args:
        boilerplate: the lines that are removed, by their hashes.
        guess: the language of a text.
        tally: counts what becomes of everything.
        tell: hears of files that are damaged.
    """
    seen: set[bytes] = set()
    for item in items:
        if item.whole:
            tally.files_left_out[item.reason] += 1
            if item.reason in UNREAD:
                tell(item)
            continue
        tally.read += 1
        tally.numbers[item.number] += 1
        text, removed, reason = _clean(item, settings, boilerplate)
        tally.lines_removed += removed
        mark, language = b"", None
        if not reason:
            mark = _hash_text(text)
            reason = REPEATED if mark in seen else ""
        if not reason:
            language = guess(text)
            reason = LANGUAGE if settings.languages and language not in settings.languages else ""
        if reason:
            tally.left_out[reason] += 1
            continue
        if len(seen) < REMEMBERED:
            seen.add(mark)
        tally.kept += 1
        tally.languages[language or UNKNOWN] += 1
        tally.sources[item.number] += 1
        yield Text(f"{item.number}-{tally.numbers[item.number]}", text, language, item.source)
        if tally.kept == settings.limit:
            return


class Languages:
    """Tells the language of a text, ISO 639-1, or that it is not sure."""

    def __init__(self, least_sure: float):
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self.codes = frozenset(label for label in self._identifier.labels if len(label) == 2)
        # What the model calls by three letters has no code; `zxx` is what is no language, and no other is to win.
        self._identifier.set_languages([*self.codes, "zxx"])
        self._least = least_sure

    def guess(self, text: str) -> str | None:
        """The language; None where it is less probable than it must be."""
        language, probability = self._identifier.classify(text[:_SHOWN])
        return str(language) if probability >= self._least and language in self.codes else None


def _clean(item: Item, settings: HarvestSettings, boilerplate: frozenset[bytes]) -> tuple[str, int, str]:
    """A text without boilerplate, how many lines that took, and why it is left out, if it is."""
    if item.reason:
        return "", 0, item.reason
    text = item.text.strip()
    if reason := _misfit(text, settings):
        return text, 0, reason
    if not boilerplate:
        return text, 0, ""
    lines = text.split("\n")
    own = [line for line in lines if not line.strip() or _hash_line(line) not in boilerplate]
    removed = len(lines) - len(own)
    text = "\n".join(own).strip()
    return text, removed, BOILERPLATE if len(text) < settings.shortest else ""


def _misfit(text: str, settings: HarvestSettings) -> str:
    if len(text) < settings.shortest:
        return SHORT
    return LONG if len(text) > settings.longest else ""


def _hash_line(line: str) -> bytes:
    return hashlib.blake2b(_DIGITS.sub("0", line.strip()).encode(), digest_size=8).digest()


def _hash_text(text: str) -> bytes:
    """Of a text, whatever its white space, and however its accents are written."""
    same = unicodedata.normalize("NFC", " ".join(text.split()))
    return hashlib.blake2b(same.encode(), digest_size=16).digest()
