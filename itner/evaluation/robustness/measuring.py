"""What a perturbation costs a tagger: the same sentences before and after, both read as raw text."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from itner.core.types import Mention, Tagger
from itner.evaluation.robustness.drops import interval_of_change
from itner.evaluation.robustness.perturbing import Perturbation, Perturbed, join_mentions, perturb
from itner.evaluation.robustness.sampling import Part, number_units
from itner.evaluation.scoring import count_spans
from itner.records.robustness import Effect, Ends, Example, Place, Triple

# Of a perturbation at a severity; the file stays small.
MOST_EXAMPLES = 2
# More digits of an interval would be noise.
_DIGITS = 4

_Spans = list[tuple[int, int, str]]


@dataclass(frozen=True)
class Readings:
    """A sample and what a tagger marks in it as it is.

    Attributes:
        parts: the sample.
        units: of each part, see `number_units`.
        found: of each part, the mentions in each of its documents.
        types: that are counted.
    """

    parts: Sequence[Part]
    units: Sequence[int]
    found: Sequence[Sequence[Sequence[Mention]]]
    types: tuple[str, ...]

    def list_texts(self, joined: bool) -> list[tuple[Part, int, tuple[Mention, ...]]]:
        """What is read as one text, its unit and the mentions in it: a part where they are joined, else a document."""
        texts = []
        for part, unit, found in zip(self.parts, self.units, self.found, strict=True):
            if joined:
                texts.append((part, unit, join_mentions(part, found)))
            else:
                texts += [((each,), unit, tuple(marked)) for each, marked in zip(part, found, strict=True)]
        return texts


def read_sample(tagger: Tagger, parts: Sequence[Part], guidelines: Sequence[str]) -> Readings:
    """Read a sample as it is, each document by itself.

    Args:
        guidelines: those that the tagger knows; a document of another one is read by the tagger's own choice.
    """
    documents = [document for part in parts for document in part]
    tagged = iter(tag_texts(tagger, [(each.text, each.guideline) for each in documents], guidelines))
    return Readings(parts, number_units(parts), [[next(tagged) for _ in part] for part in parts], tagger.types)


def tag_texts(
    tagger: Tagger, texts: Sequence[tuple[str, str | None]], guidelines: Sequence[str]
) -> list[list[Mention]]:
    """The mentions of raw texts, each with the guideline that it is to be read by where the tagger knows it."""
    asked = [guideline if guideline in guidelines else None for _, guideline in texts]
    found: list[list[Mention]] = [[] for _ in texts]
    for guideline in dict.fromkeys(asked):
        numbers = [number for number, each in enumerate(asked) if each == guideline]
        for number, mentions in zip(numbers, tagger.tag([texts[n][0] for n in numbers], guideline), strict=True):
            found[number] = mentions
    return found


def count_clean(readings: Readings) -> np.ndarray:
    """Counts of the sample as it is: int array [units, types, 3]."""
    texts = readings.list_texts(joined=False)
    gold = [_spans(part[0].mentions) for part, _, _ in texts]
    counts = count_spans(gold, [_spans(found) for _, _, found in texts], readings.types)
    return _by_unit(counts, [unit for _, unit, _ in texts])


def measure_effect(
    tagger: Tagger,
    readings: Readings,
    perturbation: Perturbation,
    severity: int,
    names: Mapping[str, tuple[str, ...]],
    guidelines: Sequence[str],
    seed: int,
) -> Effect:
    """What a perturbation at a severity does to what a tagger finds in a sample.

    What was cut away counts on neither side: gold mentions in it, and predictions that reach into it.

    Args:
        names, seed: see `perturb`.
        guidelines: see `read_sample`.
    """
    texts = readings.list_texts(perturbation.joins)
    made = [perturb(perturbation, severity, part, names, seed) for part, _, _ in texts]
    # A text that is as it was is not read again.
    changed = [number for number, each in enumerate(made) if each.changed]
    read = tag_texts(tagger, [(made[n].edited.text, made[n].source.guideline) for n in changed], guidelines)
    tagged = [found for _, _, found in texts]
    for number, mentions in zip(changed, read, strict=True):
        tagged[number] = tuple(mentions)
    gold = (
        [_spans(each.source.mentions[number] for number in each.edited.kept) for each in made],
        [_spans(each.edited.mentions) for each in made],
    )
    pred = (
        [_spans(m for m in found if m.end <= each.left) for each, (_, _, found) in zip(made, texts, strict=True)],
        [_spans(found) for found in tagged],
    )
    units = [unit for _, unit, _ in texts]
    before, after = (
        _by_unit(count_spans(expected, found, readings.types), units)
        for expected, found in zip(gold, pred, strict=True)
    )
    lost, won = _count_flips(gold, pred)
    shown = [number for number, count in enumerate(lost) if count][:MOST_EXAMPLES]
    return Effect(
        perturbation=perturbation.name,
        severity=severity,
        changed=len(changed),
        cut=sum(len(each.source.mentions) - len(each.edited.kept) for each in made),
        before=as_triples(before),
        after=as_triples(after),
        interval=_ends(before.sum(axis=1), after.sum(axis=1), seed),
        intervals=tuple(
            _ends(before[:, place], after[:, place], seed) if before[:, place].any() or after[:, place].any() else None
            for place in range(len(readings.types))
        ),
        lost=sum(lost),
        won=sum(won),
        examples=tuple(
            Example(
                documents=tuple(document.id for document in texts[number][0]),
                check=checksum(made[number]),
                before=_as_places(pred[0][number], readings.types),
                after=_as_places(pred[1][number], readings.types),
            )
            for number in shown
        ),
    )


def checksum(made: Perturbed) -> int:
    """CRC-32 of a text after its perturbation."""
    return zlib.crc32(made.edited.text.encode("utf-8", "surrogatepass"))


def as_triples(counts: np.ndarray) -> tuple[Triple, ...]:
    """Counts [units, types, 3] summed over units."""
    return tuple((int(tp), int(fp), int(fn)) for tp, fp, fn in counts.sum(axis=0))


def _spans(mentions: Iterable[Mention]) -> _Spans:
    return [(mention.start, mention.end, mention.type) for mention in mentions]


def _by_unit(counts: np.ndarray, units: Sequence[int]) -> np.ndarray:
    """Counts [texts, types, 3] summed over the texts of each unit."""
    summed = np.zeros((max(units) + 1, *counts.shape[1:]), dtype=counts.dtype)
    np.add.at(summed, list(units), counts)
    return summed


def _count_flips(
    gold: tuple[list[_Spans], list[_Spans]], pred: tuple[list[_Spans], list[_Spans]]
) -> tuple[list[int], list[int]]:
    """Of each text, gold mentions that are found before and not after, and the other way round."""
    lost, won = [], []
    for old_gold, new_gold, old_pred, new_pred in zip(*gold, *pred, strict=True):
        old, new = set(old_pred), set(new_pred)
        pairs = [(was in old, now in new) for was, now in zip(old_gold, new_gold, strict=True)]
        lost.append(sum(was and not now for was, now in pairs))
        won.append(sum(now and not was for was, now in pairs))
    return lost, won


def _ends(before: np.ndarray, after: np.ndarray, seed: int) -> Ends:
    low, high = interval_of_change(before, after, seed)
    return round(low, _DIGITS), round(high, _DIGITS)


def _as_places(spans: _Spans, types: Sequence[str]) -> tuple[Place, ...]:
    return tuple((start, end, types.index(kind)) for start, end, kind in spans)
