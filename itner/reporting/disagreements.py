"""Where two taggers differ on texts: sentence by sentence, in words, and as files."""

from __future__ import annotations

import csv
import io
import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itner.core.sentences import list_sentences
from itner.core.types import Mention
from itner.core.words import counted
from itner.evaluation.disagreement import (
    KINDS,
    Agreement,
    Disagreement,
    list_disagreements,
    measure_agreement,
)
from itner.files.items import TextItem
from itner.files.tagging import TaggedItem
from itner.files.writers import harmless_cell, span

NOT_MARKED = "not marked"
_MARK = "\ufeff"
_LEVEL = 0.95
_COLUMNS = (
    "file", "part", "start", "end", "text", "kind", "retyped", "weight", "sureness", "times", "first", "second",
    "sentence",
)  # fmt: skip


@dataclass(frozen=True)
class Passage:
    """A sentence in which two taggers differ; several where a mention runs on from one into the next.

    Attributes:
        text: the number of the text, from 0.
        start, end: characters of the text, end exclusive.
        disagreements: in it, what matters most first.
    """

    text: int
    start: int
    end: int
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True)
class Comparison:
    """Two taggers on the same texts.

    Attributes:
        names: of the first and of the second.
        first, second: the mentions of each text.
        disagreements: what matters most first.
        passages: the sentences with these, that of the first one first.
    """

    items: tuple[TextItem, ...]
    names: tuple[str, str]
    first: tuple[tuple[Mention, ...], ...]
    second: tuple[tuple[Mention, ...], ...]
    agreement: Agreement
    disagreements: tuple[Disagreement, ...]
    passages: tuple[Passage, ...]


def compare_tagged(
    items: Sequence[TextItem],
    names: tuple[str, str],
    first: Sequence[Sequence[Mention]],
    second: Sequence[Sequence[Mention]],
) -> Comparison:
    """What two taggers mark in the same texts, held against each other."""
    found = list_disagreements([item.text for item in items], first, second)
    return Comparison(
        tuple(items),
        names,
        tuple(map(tuple, first)),
        tuple(map(tuple, second)),
        measure_agreement(first, second),
        tuple(found),
        tuple(_list_passages(items, found)),
    )


def agreement_in_words(agreement: Agreement) -> str:
    """How far two taggers mark the same, with its interval where there is one."""
    counts = agreement.counts
    mentions = 2 * counts.tp + counts.fp + counts.fn
    if agreement.share is None:
        return f"neither marks anything in {counted(agreement.texts, 'text')}"
    if not counts.fp and not counts.fn:
        # Resampled, they agree again: an interval of nothing would promise that others do, too.
        bound = 1 - (1 - _LEVEL) ** (1 / agreement.texts)
        return (
            f"all of {counted(mentions, 'mention')} are marked by both alike; other texts in which they differ are "
            f"{bound:.1%} at most, at {_LEVEL:.0%} certainty"
        )
    said = (
        f"{agreement.share:.1%} of {counted(mentions, 'mention')} are marked by both alike "
        f"({counts.tp:,} by both, {counts.fn:,} by the first alone, {counts.fp:,} by the second alone)"
    )
    interval = agreement.interval
    if interval is None:
        return f"{said}; no interval, because it is one text"
    return (
        f"{said}; {interval.level:.0%} interval {interval.low:.1%} to {interval.high:.1%}, if other texts than these "
        f"{agreement.texts:,} had been drawn"
    )


def count_kinds(disagreements: Sequence[Disagreement]) -> dict[str, int]:
    """How many there are of each kind that there is, and of those how many change the type besides."""
    found = Counter(one.kind for one in disagreements)
    return {kind: found[kind] for kind in KINDS if found[kind]}


def say(text: str, mentions: Sequence[Mention]) -> str:
    """What a tagger marks at a place, in words."""
    return "; ".join(_say(text, mention) for mention in mentions) or NOT_MARKED


def as_json_lines(comparison: Comparison) -> bytes:
    """A line a place, what matters most first: file, part, where, what each marks there, kind, weight, the sentence.

    Offsets count Unicode code points of the text, end exclusive. A weight of null: nobody says there how sure it is.
    """
    lines = []
    for one, sentence in _with_sentences(comparison):
        entry = TaggedItem(comparison.items[one.text], ())
        sides = zip(("first", "second"), comparison.names, (one.first, one.second), strict=True)
        line = _describe(comparison, one)
        line |= {
            side: {"model": name, "mentions": [span(entry, mention) for mention in mentions]}
            for side, name, mentions in sides
        }
        lines.append(json.dumps(line | {"sentence": sentence}, ensure_ascii=False))
    return _encode("".join(f"{line}\n" for line in lines))


def as_csv(comparison: Comparison) -> bytes:
    """The same as a table, marked as UTF-8 for spreadsheets, in which they take no text for a formula."""
    out = io.StringIO()
    out.write(_MARK)
    table = csv.writer(out)
    named = {"first": comparison.names[0], "second": comparison.names[1]}
    table.writerow([harmless_cell(named.get(name, name)) for name in _COLUMNS])
    for one, sentence in _with_sentences(comparison):
        text = comparison.items[one.text].text
        said = {"first": say(text, one.first), "second": say(text, one.second), "sentence": sentence}
        cells = _describe(comparison, one) | said
        table.writerow(["" if cells[name] is None else harmless_cell(cells[name]) for name in _COLUMNS])
    return _encode(out.getvalue())


FILES = {".jsonl": as_json_lines, ".csv": as_csv}


def _list_passages(items: Sequence[TextItem], found: Sequence[Disagreement]) -> list[Passage]:
    ranks = {one: rank for rank, one in enumerate(found)}
    passages: list[Passage] = []
    of_text: dict[int, list[Disagreement]] = {}
    for one in found:
        of_text.setdefault(one.text, []).append(one)
    for number, places in of_text.items():
        sentences = [sentence.span(0, len(sentence.document.text)) for sentence in list_sentences(items[number].text)]
        passages += _join(number, sentences, sorted(places, key=lambda one: one.start), ranks)
    return sorted(passages, key=lambda passage: ranks[passage.disagreements[0]])


def _join(
    number: int, sentences: Sequence[tuple[int, int]], places: Sequence[Disagreement], ranks: dict[Disagreement, int]
) -> list[Passage]:
    """The sentences that hold places, which are in text order; those that share a sentence are one passage."""
    starts = [start for start, _ in sentences]
    joined: list[tuple[int, int, list[Disagreement]]] = []
    for one in places:
        first, last = max(bisect_right(starts, one.start) - 1, 0), bisect_left(starts, one.end) - 1
        start, end = min(starts[first], one.start), max(sentences[last][1], one.end)
        if joined and start < joined[-1][1]:
            begun, ended, before = joined.pop()
            joined.append((min(begun, start), max(ended, end), [*before, one]))
        else:
            joined.append((start, end, [one]))
    return [Passage(number, start, end, tuple(sorted(held, key=ranks.__getitem__))) for start, end, held in joined]


def _with_sentences(comparison: Comparison) -> list[tuple[Disagreement, str]]:
    sentences = {
        one: comparison.items[passage.text].text[passage.start : passage.end]
        for passage in comparison.passages
        for one in passage.disagreements
    }
    return [(one, sentences[one]) for one in comparison.disagreements]


def _describe(comparison: Comparison, one: Disagreement) -> dict[str, Any]:
    item = comparison.items[one.text]
    return {
        "file": item.file,
        "part": item.part,
        "start": one.start,
        "end": one.end,
        "text": item.text[one.start : one.end],
        "kind": one.kind,
        "retyped": one.retyped,
        "weight": None if one.weight is None else round(one.weight, 4),
        "sureness": None if one.sureness is None else round(one.sureness, 4),
        "times": one.times,
    }


def _say(text: str, mention: Mention) -> str:
    score = "" if mention.score is None else f" {mention.score:.2f}"
    return f"{' '.join(text[mention.start : mention.end].split())} → {mention.type}{score}"


def _encode(text: str) -> bytes:
    # A lone half of a surrogate pair has no UTF-8; it becomes a question mark.
    return text.encode("utf-8", "replace")
