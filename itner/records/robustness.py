"""`robustness.json`: what perturbations of the text cost a run; counts and places, no text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Name, NonNegative, Positive, Sha256, Share, TypeName, Words
from itner.records.int8 import Int8Recipe, check_recipe
from itner.records.scores import Counts, Interval

# tp, fp, fn. There are many of them, and keys would be most of the file.
Triple = tuple[NonNegative, NonNegative, NonNegative]
_End = Annotated[float, Field(ge=-1, le=1)]
# Low and high end of the interval of a change of F1.
Ends = tuple[_End, _End]
# Start, end, and the place of the type among the report's.
Place = tuple[NonNegative, Positive, NonNegative]
Severity = Annotated[int, Field(ge=1, le=3)]


@dataclass(frozen=True, config=STRICT)
class Example:
    """A text of the sample in which a mention that was found is not found any more.

    Attributes:
        documents: the ids of its one or two documents; with seed and severity they give the text after.
        check: CRC-32 of that text as UTF-8, to tell whether it is made today as it was then.
        before, after: what the tagger marked; before, two documents are one with a line break between them.
    """

    documents: Annotated[tuple[Words, ...], Field(min_length=1, max_length=2)]
    check: Annotated[int, Field(ge=0, lt=2**32)]
    before: tuple[Place, ...]
    after: tuple[Place, ...]


@dataclass(frozen=True, config=STRICT)
class Effect:
    """What a perturbation of a severity does.

    Attributes:
        perturbation: its name.
        changed: texts that are other than before.
        cut: gold mentions that were cut away with their text; they count neither before nor after.
        before, after: counts of each of the report's types.
        interval: of the change of micro-F1.
        intervals: of the change of each type's F1; None where the type is neither in gold nor in predictions.
        lost: gold mentions that were found before and are not after.
        won: the other way round.
        examples: texts in which some were lost.
    """

    perturbation: Name
    severity: Severity
    changed: NonNegative
    cut: NonNegative
    before: tuple[Triple, ...]
    after: tuple[Triple, ...]
    interval: Ends
    intervals: tuple[Ends | None, ...]
    lost: NonNegative
    won: NonNegative
    examples: tuple[Example, ...]

    def __post_init__(self) -> None:
        if not len(self.before) == len(self.after) == len(self.intervals):
            raise ValueError("not every type is counted before and after")
        if any(low > high for low, high in (self.interval, *(ends for ends in self.intervals if ends is not None))):
            raise ValueError("an interval must end behind its start")

    @property
    def change(self) -> float:
        """Micro-F1 after minus before."""
        return _sum(self.after).f1 - _sum(self.before).f1

    @property
    def f1_before(self) -> float:
        """Micro-F1 before."""
        return _sum(self.before).f1

    @property
    def f1_after(self) -> float:
        """Micro-F1 after."""
        return _sum(self.after).f1

    def change_of(self, place: int) -> float | None:
        """F1 of a type after minus before; None where it is neither in gold nor in predictions."""
        if self.intervals[place] is None:
            return None
        return Counts(*self.after[place]).f1 - Counts(*self.before[place]).f1


@dataclass(frozen=True, config=STRICT)
class RobustnessReport:
    """The effects on a variant of a run on a sample of a dataset split, read as raw text.

    Attributes:
        sentences: of the sample; texts that they belong to, `units`, are resampled.
        seed: of the sample, of the perturbations and of the resampling.
        types: that are counted, in order.
        clean: counts of each type before, nothing cut away.
        clean_interval: of the micro-F1 of these.
    """

    dataset: Name
    split: Name
    split_sha256: Sha256
    variant: Name
    model_sha256: Sha256
    int8: Int8Recipe | None
    types: tuple[TypeName, ...]
    sentences: Positive
    units: Positive
    seed: NonNegative
    level: Share
    resamples: Positive
    clean: tuple[Triple, ...]
    clean_interval: Interval
    effects: tuple[Effect, ...]
    provenance: Provenance

    def __post_init__(self) -> None:
        check_recipe(self.variant, self.int8)
        size = len(self.types)
        if len(self.clean) != size or any(len(effect.before) != size for effect in self.effects):
            raise ValueError("not every type is counted")
        places = [p for e in self.effects for each in e.examples for p in (*each.before, *each.after)]
        if any(start >= end or kind >= size for start, end, kind in places):
            raise ValueError("an example marks what is no mention of one of the types")
        keys = [(effect.perturbation, effect.severity) for effect in self.effects]
        if len(set(keys)) < len(keys):
            raise ValueError("a perturbation stands there twice at a severity")

    @property
    def clean_f1(self) -> float:
        """Micro-F1 on the sample as it is."""
        return _sum(self.clean).f1

    def effect(self, perturbation: str, severity: int) -> Effect | None:
        """What was measured of a perturbation at a severity, None where it was not."""
        return next((e for e in self.effects if (e.perturbation, e.severity) == (perturbation, severity)), None)


@dataclass(frozen=True, config=STRICT)
class Robustness:
    """`robustness.json`: one report per (dataset, split, variant)."""

    reports: tuple[RobustnessReport, ...] = ()
    schema_version: Literal[1] = 1


def _sum(counts: tuple[Triple, ...]) -> Counts:
    return sum((Counts(*each) for each in counts), Counts())
