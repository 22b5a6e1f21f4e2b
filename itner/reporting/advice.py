"""Which variant of which run to deploy, under limits on latency, size and quality, as far as noise allows to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from itner.core.words import counted, listed
from itner.evaluation.compare import Difference, compare_reports, compare_types
from itner.reporting.latency import QUANTILES, Quantile, Times
from itner.reporting.rows import Row, megabytes, milliseconds, row_f1_in_words

# Micro-F1 of the first row minus the second's, None when their errors were not recorded on the same data.
Compare = Callable[[Row, Row], Difference | None]


@dataclass(frozen=True)
class Limits:
    """What a deployment allows and demands; None sets no limit. `quantile` is of the latency that is meant."""

    max_ms: float | None = None
    max_mb: float | None = None
    min_f1: float | None = None
    min_recall: float | None = None
    quantile: Quantile = "p95"

    @property
    def in_words(self) -> str:
        """The limits as the beginning of a sentence."""
        parts = []
        if self.max_ms is not None:
            parts.append(f"≤ {self.max_ms:g} ms {QUANTILES[self.quantile]}")
        if self.max_mb is not None:
            parts.append(f"≤ {self.max_mb:g} MB")
        if self.min_f1 is not None:
            parts.append(f"micro-F1 ≥ {self.min_f1:.2f}")
        if self.min_recall is not None:
            parts.append(f"recall ≥ {self.min_recall:.2f}")
        return f"Under {', '.join(parts)}" if parts else "Without any limit"


# So much faster at least: nobody gives up F1, or a smaller file, for less.
WORTHWHILE = 1.25
# With fewer gold mentions an interval on F1 is wider than taggers differ.
ENOUGH = 100
# What differs in size by less is of one size.
_ONE_SIZE = 1.05
# What would need so much more than the limit is no near miss.
_NEAR = 1.5
_MOST_NEAR = 2


@dataclass(frozen=True)
class Advice:
    """The row to deploy, None when nothing fits, and why.

    Attributes:
        reason: the numbers behind it.
        plain: the same for people who do not read numbers; empty where there are none behind it.
        near: what just misses the limits, and what it would bring, each a sentence.
        caveats: what the answer leaves out, each a sentence.
        runner_up: of another run, what would be advised without the row's run; None where nothing else fits.
    """

    row: Row | None
    reason: str
    near: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    runner_up: Row | None = None
    plain: str = ""


def compare_rows(first: Row, second: Row) -> Difference | None:
    """The paired difference in micro-F1, each mention counted as often as its type weighs for the first row.

    None when the errors of either were not recorded on the same data, or not by type where types weigh differently.
    """
    if first.errors is None or second.errors is None or first.report is None:
        return None
    if first.errors.split_sha256 != second.errors.split_sha256:
        return None
    if first.weights and not (first.errors.by_type and second.errors.by_type):
        return None
    return compare_reports(first.errors, second.errors, units_of(first, second), weights=first.weights)


def compare_rows_by_type(first: Row, second: Row) -> Mapping[str, Difference]:
    """The paired difference in F1 on each type that gold has; empty where `compare_rows` knows none, or not by type."""
    if first.errors is None or second.errors is None or first.errors.split_sha256 != second.errors.split_sha256:
        return {}
    return compare_types(first.errors, second.errors, units_of(first, second))


def units_of(first: Row, second: Row) -> int:
    """How many units both are compared on; a report of an earlier version counts sentences."""
    return max(row.report.uncertainty.units for row in (first, second) if row.report is not None)


def fits(row: Row, limits: Limits) -> bool:
    """Whether a row keeps every limit for sure, noise of its timing included; what was not measured keeps none."""
    times = _times(row, limits)
    return _keeps_the_others(row, limits) and (
        limits.max_ms is None or (times is not None and times.high <= limits.max_ms)
    )


def _keeps_the_others(row: Row, limits: Limits) -> bool:
    """All limits but that on latency."""
    lower = ((row.micro_f1, limits.min_f1), (row.recall, limits.min_recall))
    return (limits.max_mb is None or (row.size_mb is not None and row.size_mb <= limits.max_mb)) and all(
        limit is None or (value is not None and value >= limit) for value, limit in lower
    )


def _times(row: Row, limits: Limits) -> Times | None:
    return row.timing.at(limits.quantile) if row.timing is not None else None


def advise(rows: Sequence[Row], limits: Limits, compare: Compare = compare_rows) -> Advice:
    """Of the rows that keep the limits for sure and cannot be told from the best in micro-F1, the fastest.

    Both uncertainties count: the paired interval of a difference in F1, and the interval of a latency, which is the
    network's. What is not surely `WORTHWHILE` times as fast is as fast; such ties are broken by size, then by the
    recipe, fewer teachers first, then by name. Rows are compared with the best in order of micro-F1, up to the first
    that is worse beyond chance. Rows that were not both scored and timed cannot be advised, nor those without weights,
    and those that were timed on another machine than most are left out.
    """
    measured = [row for row in rows if row.micro_f1 is not None and row.timing is not None]
    if not measured:
        return Advice(None, "No run was both scored and timed.")
    here, caveats = _set_aside(measured)
    if not here:
        return Advice(None, "No run that was scored and timed has its weights here.", caveats=caveats)
    allowed = [row for row in here if fits(row, limits)]
    if not allowed:
        return Advice(None, _nothing_fits(here, limits), _near_misses(None, here, limits, compare), caveats)
    chosen, plain, reason = _choose(allowed, limits, compare)
    others = [row for row in allowed if row.run != chosen.run]
    return Advice(
        chosen,
        reason + _too_little(chosen),
        _near_misses(chosen, here, limits, compare),
        caveats,
        _pick(others, limits, compare).row if others else None,
        plain,
    )


def _set_aside(rows: Sequence[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """Those that can be deployed and were timed where most were, and what is said of the others."""
    ready = [row for row in rows if row.deployable]
    bare = sorted({row.run for row in rows if not row.deployable})
    machines = Counter(row.timing.machine for row in ready if row.timing is not None)
    caveats = [f"{listed(bare)} {_has(bare)} no weights here and cannot be deployed."] if bare else []
    if len(machines) < 2:
        return ready, tuple(caveats)
    most = min(machines, key=lambda machine: (-machines[machine], machine))
    away = sorted({row.run for row in ready if row.timing is not None and row.timing.machine != most})
    them = "them" if away[1:] else "it"
    caveats.append(
        f"Left out: {listed(away)}, timed on another machine than the others ({most}); time {them} there with "
        "`itner benchmark`."
    )
    return [row for row in ready if row.timing is not None and row.timing.machine == most], tuple(caveats)


def _has(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


@dataclass(frozen=True)
class _Pick:
    """The row of those that fit, and between which it was picked.

    Attributes:
        lead: by how much the best is better; None where the row is the best.
        quick: those that cannot be told from the best and are as fast as any of them.
    """

    row: Row
    lead: Difference | None
    best: Row
    quick: Sequence[Row]


def pick_row(rows: Sequence[Row], limits: Limits, compare: Compare = compare_rows) -> Row | None:
    """The row of `advise` alone, without what is said of it."""
    here, _ = _set_aside([row for row in rows if row.micro_f1 is not None and row.timing is not None])
    allowed = [row for row in here if fits(row, limits)]
    return _pick(allowed, limits, compare).row if allowed else None


def _pick(allowed: Sequence[Row], limits: Limits, compare: Compare) -> _Pick:
    best, *others = sorted(allowed, key=_quality, reverse=True)
    equal: list[tuple[Row, Difference | None]] = [(best, None)]
    for row in others:
        difference = compare(best, row)
        if difference is None:
            continue
        if difference.significant:
            break
        equal.append((row, difference))
    fastest = min(times.high for row, _ in equal if (times := _times(row, limits)) is not None)
    quick = [
        pair for pair in equal if (times := _times(pair[0], limits)) is not None and times.low <= WORTHWHILE * fastest
    ]
    smallest = min((row.size_mb for row, _ in quick if row.size_mb is not None), default=0.0)

    def order(pair: tuple[Row, Difference | None]) -> tuple[float, int, str, float]:
        row = pair[0]
        size = row.size_mb if row.size_mb is not None else float("inf")
        return 0.0 if size <= smallest * _ONE_SIZE else size, row.teachers, row.run, -(row.micro_f1 or 0.0)

    chosen, lead = min(quick, key=order)
    return _Pick(chosen, lead, best, [row for row, _ in quick])


def _choose(allowed: Sequence[Row], limits: Limits, compare: Compare) -> tuple[Row, str, str]:
    """The row of those that fit, and why, in words and in numbers."""
    picked = _pick(allowed, limits, compare)
    chosen, lead, best, quick = picked.row, picked.lead, picked.best, picked.quick
    f1 = f"Its {_name(chosen)} of {row_f1_in_words(chosen)}"
    cost = _cost(chosen, limits)
    if len(allowed) == 1:
        return chosen, "Nothing else fits.", f"Its {_name(chosen)} is {row_f1_in_words(chosen)}, at {cost}."
    if lead is None:
        tied = sorted({row.run for row in quick if row.run != chosen.run})
        tie = (
            f" {listed(tied)} cannot be told from it in F1 or speed, {'and are' if tied[1:] else 'and is'} no smaller."
            if tied
            else ""
        )
        plain = "No tagger that fits is better, and it is among the fastest that are as good."
        return chosen, plain, f"{f1} is the highest of the {len(allowed)} variants that fit, at {cost}.{tie}"
    of, to = _times(best, limits), _times(chosen, limits)
    assert of is not None
    assert to is not None
    told = (
        f"{f1} cannot be told from the best of the {len(allowed)} variants that fit ({best.label}, "
        f"{row_f1_in_words(best)}; difference {lead.value:.3f}, {lead.level:.0%} interval {lead.low:+.3f} to "
        f"{lead.high:+.3f})"
    )
    if of.low > WORTHWHILE * to.high:
        faster = f"it answers {of.value / to.value:.1f} times as fast"
        return (
            chosen,
            f"None that fits is measurably better, and {faster} as the best.",
            f"{told}, and {faster}: {cost}.",
        )
    why = _why(chosen, best, best in quick)
    plain = f"None that fits is measurably better or faster, and {why}."
    return chosen, plain, f"{told}, nor can their speed: a tie, and {why}: {cost}."


def _name(row: Row) -> str:
    return "micro-F1, as the types weigh," if row.weights else "micro-F1"


def _why(chosen: Row, best: Row, quick: bool) -> str:
    """What a tie was broken by.

    Args:
        quick: whether the best is as fast as any that is as good.
    """
    if (best.size_mb or 0.0) > (chosen.size_mb or 0.0) * _ONE_SIZE:
        return f"it is {(best.size_mb or 0.0) / (chosen.size_mb or 1.0):.1f} times smaller"
    if chosen.teachers < best.teachers:
        return "fewer runs taught it"
    return "it is the first of them by name" if quick else "it is one of the fastest"


def _near_misses(chosen: Row | None, rows: Sequence[Row], limits: Limits, compare: Compare) -> tuple[str, ...]:
    """What is too slow by little, or not surely fast enough, and better than what is chosen beyond chance."""
    if limits.max_ms is None:
        return ()
    found: list[tuple[float, Row, str]] = []
    for row in rows:
        times = _times(row, limits)
        if (
            times is None
            or not limits.max_ms < times.high <= limits.max_ms * _NEAR
            or not _keeps_the_others(row, limits)
        ):
            continue
        gain = compare(row, chosen) if chosen is not None else None
        if chosen is not None and (gain is None or gain.low <= 0):
            continue
        brings = f"for {gain.value:+.3f} F1" if gain is not None else f"with F1 {row_f1_in_words(row)}"
        known = _span(times, limits)
        if times.low <= limits.max_ms:
            said = f"{row.label} may keep it, {brings}: its time cannot be told from the limit: {known}."
        else:
            said = f"{milliseconds(times.high - limits.max_ms)} ms more would do for {row.label}, {brings}: {known}."
        found.append((times.high, row, said))
    told: dict[str, str] = {}
    # The least that is needed first; more time is worth a word only where it buys more.
    reached = chosen.micro_f1 or 0.0 if chosen is not None else 0.0
    for _, row, said in sorted(found, key=lambda each: (each[0], -(each[1].micro_f1 or 0.0))):
        if (row.micro_f1 or 0.0) > reached and row.run not in told:
            told[row.run] = said
            reached = row.micro_f1 or 0.0
    return tuple(told.values())[:_MOST_NEAR]


def _span(times: Times, limits: Limits) -> str:
    known = f"{milliseconds(times.low)} to {milliseconds(times.high)}"
    return f"{QUANTILES[limits.quantile]} {milliseconds(times.value)} ms ({known})"


def _too_little(row: Row) -> str:
    """A warning where so few mentions were scored that nobody should choose by them; empty else."""
    mentions = row.report.micro.support if row.report is not None else ENOUGH
    if mentions >= ENOUGH:
        return ""
    return f" But {counted(mentions, 'gold mention')} are too few to choose by: look at another dataset or split."


def pareto_front(rows: Sequence[Row], quantile: Quantile = "p95") -> list[Row]:
    """Rows that no other row beats in micro-F1 and latency at once, fastest first."""
    front: list[Row] = []
    timed = [
        (row.timing.at(quantile).value, row) for row in rows if row.micro_f1 is not None and row.timing is not None
    ]
    for _, row in sorted(timed, key=lambda pair: (pair[0], -(pair[1].micro_f1 or 0.0))):
        if not front or (row.micro_f1 or 0.0) > (front[-1].micro_f1 or 0.0):
            front.append(row)
    return front


def _quality(row: Row) -> tuple[float, float]:
    return row.micro_f1 or 0.0, -(row.size_mb or 0.0)


def _cost(row: Row, limits: Limits) -> str:
    size = f" and {megabytes(row.size_mb)} MB" if row.size_mb is not None else ""
    times = _times(row, limits)
    return f"{_span(times, limits)}{size}" if times is not None else f"a time that was not measured{size}"


def _nothing_fits(rows: Sequence[Row], limits: Limits) -> str:
    """What the nearest rows reach, limit by limit."""
    reached = []
    if limits.max_ms is not None:
        fastest = min((times for row in rows if (times := _times(row, limits)) is not None), key=lambda each: each.high)
        reached.append(f"the fastest has {_span(fastest, limits)}")
    sizes = [row.size_mb for row in rows if row.size_mb is not None]
    if limits.max_mb is not None and sizes:
        reached.append(f"the smallest has {megabytes(min(sizes))} MB")
    if limits.min_f1 is not None:
        reached.append(f"the best micro-F1 is {max(_quality(row)[0] for row in rows):.3f}")
    if limits.min_recall is not None:
        reached.append(f"the best recall is {max(row.recall or 0.0 for row in rows):.3f}")
    return f"Nothing measured here keeps all the limits: {', '.join(reached)}. Relax one of them."
