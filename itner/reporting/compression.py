"""What a compression study says: mean scores over seeds, the front, and what each change costs against the base."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.words import counted, listed
from itner.records.study import CompressionStudy, InTurns, PointVariant, StudyReference
from itner.reporting.means import Mean
from itner.reporting.rows import in_megabytes
from itner.taggers.registry import VARIANT_NAMES, model_label

REFERENCE = "reference"
# What speed is measured on, by the field of a variant that holds it.
SPEEDS = {"one window": "forward", "many short windows": "bulk"}


@dataclass(frozen=True)
class StudyRow:
    """A network of a study at one variant, over its seeds; what was not measured is None.

    Attributes:
        varies: what sets it apart from the base; `REFERENCE` for the reference run.
        f1: micro-F1 on dev, by dataset.
        ratios: how many times as fast as the reference, by `SPEEDS`.
        ms: median time of one window.
        pieces_per_s: word pieces in a second, many short windows at once.
    """

    name: str
    varies: str
    what: str
    variant: str
    parameters: int | None
    outside_embeddings: int | None
    mb: float
    f1: dict[str, Mean]
    ratios: dict[str, Mean]
    ms: float | None
    pieces_per_s: float | None
    train_seconds: float | None

    @property
    def label(self) -> str:
        """Network and variant, unique in a study."""
        return model_label(self.name, self.variant)

    def ratio(self, speed: str) -> float | None:
        """How many times as fast as the reference at one of `SPEEDS`."""
        return self.ratios[speed].mean if speed in self.ratios else None


def list_study_rows(study: CompressionStudy) -> list[StudyRow]:
    """The reference, then every network at every variant that was scored, in the study's order."""
    rows = [_reference_row(study.reference)]
    for name in dict.fromkeys(point.name for point in study.points):
        points = [point for point in study.points if point.name == name]
        first = points[0]
        for variant in dict.fromkeys(variant for point in points for variant in point.variants):
            found = [point.variants[variant] for point in points if variant in point.variants]
            rows.append(
                StudyRow(
                    name=name,
                    varies=first.varies,
                    what=first.what,
                    variant=variant,
                    parameters=first.parameters_total,
                    outside_embeddings=first.parameters_outside_embeddings,
                    mb=in_megabytes(statistics.fmean(each.file_mib for each in found)),
                    f1={dataset: Mean.of([each.f1(dataset) for each in found]) for dataset in found[0].dev},
                    ratios={
                        speed: Mean.of([each.ratio for each in timed])
                        for speed in SPEEDS
                        if (timed := _timed(found, speed))
                    },
                    ms=_mean([each.own.p50_ms for each in _timed(found, "one window")]),
                    pieces_per_s=_mean([each.pieces_per_s for each in _timed(found, "many short windows")]),
                    train_seconds=statistics.fmean(point.train_seconds for point in points),
                )
            )
    return rows


def dev_sets(study: CompressionStudy) -> list[str]:
    """The datasets whose dev splits everything was scored on."""
    return list(study.reference.dev)


def list_timings(study: CompressionStudy) -> list[str]:
    """On what its speeds were measured, in words, each once: machine, instruction sets and threads."""
    timed = [each for point in study.points for each in point.variants.values() if each.timed is not None]
    return sorted({_timing(each.timed, each.threads) for each in timed if each.timed is not None})


def _timing(timed: Provenance, threads: int | None) -> str:
    machine = timed.machine
    return f"{machine.cpu}, {counted(machine.cores, 'core')} ({', '.join(machine.isa)}), with {threads} threads"


def speed_to_rank_by(study: CompressionStudy, speed: str) -> str | None:
    """The speed, if all that was timed was timed on one machine in one manner; else None: size is to rank by."""
    # Times as fast as the reference, too, are others where the reference has other instructions.
    return speed if len(list_timings(study)) < 2 else None


def find_front(rows: Sequence[StudyRow], dataset: str, speed: str | None) -> list[StudyRow]:
    """The rows that no other one beats in F1 and speed at once, or in F1 and size where `speed` is None.

    The best in F1 comes first; with a speed, what was not timed has no part in it.
    """

    def merit(row: StudyRow) -> float:
        return -row.mb if speed is None else row.ratio(speed) or 0.0

    told = [row for row in rows if speed is None or row.ratio(speed) is not None]
    front: list[StudyRow] = []
    for row in sorted(told, key=lambda row: (merit(row), row.f1[dataset].mean), reverse=True):
        if not front or row.f1[dataset].mean > front[-1].f1[dataset].mean:
            front.append(row)
    return front[::-1]


def study_in_words(study: CompressionStudy, rows: Sequence[StudyRow], dataset: str, speed: str | None) -> str:
    """What was done, what lies on the front, and what each kind of change costs against the base, in Markdown.

    Args:
        speed: what is ranked by; None for size.
    """
    first = study.points[0]
    names = {point.name for point in study.points}
    per_name = [sum(point.name == name for point in study.points) for name in names]
    low, high = min(per_name), max(per_name)
    seeds = counted(high, "seed") if low == high else f"{low} to {high} seeds"
    words = [
        f"{counted(len(names), 'network')} with {seeds} each, taught alike: {_steps_in_words(study)} on what "
        f"{listed(first.teachers)} said of the {first.transfer.windows:,} windows of the transfer set "
        f"`{study.transfer}`. Scored on {study.split} alone; speed is compared with that of {study.reference.run} "
        f"{VARIANT_NAMES[study.reference.variant]}, timed in turns in the same process."
    ]
    if speed is None:
        words.append(
            f"Speeds were measured on {len(list_timings(study))} machines, or in as many manners, and those of one do "
            "not compare with those of another: nothing is ranked by them until all are measured on one "
            "(`itner study-compression --remeasure`)."
        )
    front = find_front(rows, dataset, speed)
    if len(front) > 1:
        told = "; ".join(f"{row.label} ({_merits(row, dataset, speed)})" for row in front)
        what = "of F1 and size, " if speed is None else ""
        words.append(f"On the front, {what}on {dataset}: {told}.")
    if high == 1 and len(names) > 1:
        words.append("With one seed each, a difference of a few thousandths may be chance.")
    return "\n\n".join([" ".join(words), *_changes_in_words(study, rows, dataset)])


def _merits(row: StudyRow, dataset: str, speed: str | None) -> str:
    times = f"{_digits(row.ratio(speed) or 0.0)} times as fast, " if speed is not None else ""
    return f"F1 {row.f1[dataset].mean:.3f}, {times}{_digits(row.mb)} MB"


def _steps_in_words(study: CompressionStudy) -> str:
    """How long the networks learned, by what they begin with."""
    begun: dict[bool, int] = {}
    for point in study.points:
        begun[point.config.transfer is not None and point.config.transfer.begin is not None] = point.steps
    what = {False: "that begin with embeddings alone", True: "that begin with a teacher's layers"}
    if len(begun) == 1:
        return f"{next(iter(begun.values())):,} steps"
    return " and ".join(f"{begun[key]:,} steps for those {told}" for key, told in what.items())


def _changes_in_words(study: CompressionStudy, rows: Sequence[StudyRow], dataset: str) -> list[str]:
    """A line for each kind of change, at the reference's variant where it was scored."""
    variant = study.reference.variant
    here = [row for row in rows if row.variant == variant and row.varies != REFERENCE]
    base = next((row for row in here if row.name == study.base), None)
    if base is None:
        return []
    groups = [group for group in dict.fromkeys(row.varies for row in here) if group != base.varies]
    told = []
    for group in groups:
        parts = [
            f"{row.name} {row.f1[dataset].mean - base.f1[dataset].mean:+.3f} at {row.mb / base.mb:.0%} of its size"
            for row in here
            if row.varies == group
        ]
        told.append(f"- {group}: {', '.join(parts)}")
    if not told:
        return []
    line = f"F1 against {base.label} ({base.f1[dataset].mean:.3f}, {_digits(base.mb)} MB) on {dataset}, by what varies:"
    return [line, "\n".join(told)]


def _reference_row(reference: StudyReference) -> StudyRow:
    return StudyRow(
        name=reference.run,
        varies=REFERENCE,
        what="the run that all are compared with",
        variant=reference.variant,
        parameters=reference.parameters_total,
        outside_embeddings=reference.parameters_outside_embeddings,
        mb=in_megabytes(reference.file_mib),
        f1={dataset: Mean(reference.f1(dataset), None, 1) for dataset in reference.dev},
        # By definition.
        ratios={speed: Mean(1.0, None, 1) for speed in SPEEDS},
        ms=None,
        pieces_per_s=None,
        train_seconds=None,
    )


def _timed(variants: Sequence[PointVariant], speed: str) -> list[InTurns]:
    found = [each.forward if SPEEDS[speed] == "forward" else each.bulk for each in variants]
    return [each for each in found if each is not None]


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _digits(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
