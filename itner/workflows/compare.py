"""Hold a new model against an old one on what was stored of their evaluations: the gate of a team that retrains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from itner.core.errors import InputError
from itner.core.provenance import collect_provenance
from itner.core.words import listed
from itner.evaluation.compare import Difference, compare_reports, compare_types
from itner.evaluation.gate import decide
from itner.records.evaluation import ErrorReport, EvalReport
from itner.records.gate import Comparison, GateReport, GateRule, GateSide
from itner.records.store import Run, RunStore
from itner.taggers.registry import check_variants, is_current, kind_of


@dataclass(frozen=True)
class Side:
    """A variant of a run, wherever its folder is."""

    run: Run
    variant: str

    @property
    def label(self) -> str:
        """As a command line takes it."""
        return f"{self.run.name}:{self.variant}"


def open_side(name: str, variant: str | None, models: Path) -> Side:
    """The model that `RUN` or `RUN:VARIANT` names.

    Args:
        variant: where the name tells none; None for the one to deploy.
    Raises:
        InputError: there is no such run, or it has no such variant.
    """
    run_name, colon, own = name.partition(":")
    run = RunStore(models).load(run_name)
    chosen = own if colon else variant or kind_of(run).live[0]
    return Side(run, check_variants(run, [chosen])[0])


def compare(
    old: Side, new: Side, rule: GateRule, datasets: Sequence[str] = (), split: str = "test", per_type: bool = False
) -> GateReport:
    """Both models on each dataset, over all mentions and, if wanted, on each type.

    Args:
        datasets: on which both must have been evaluated; every one on which both were where none is named.
    Raises:
        InputError: an evaluation is missing, is of other weights or other data, or there is none of both.
    """
    left_out: tuple[str, ...] = ()
    if not datasets:
        datasets, left_out = _shared(old, new, split)
    measured = [each for dataset in dict.fromkeys(datasets) for each in _measure(old, new, dataset, split, per_type)]
    decisions = decide([each.difference for each in measured], rule.max_drop, rule.alpha)
    comparisons = [
        Comparison(
            dataset=each.old.dataset,
            split=split,
            split_sha256=each.old.split_sha256,
            old_model_sha256=each.old.model_sha256,
            new_model_sha256=each.new.model_sha256,
            type=each.type,
            old_f1=each.f1_of(each.old),
            new_f1=each.f1_of(each.new),
            difference=each.difference.value,
            low=decision.low,
            high=decision.high,
            p=min(decision.judgement.p, 1.0),
            finding=decision.judgement.finding,
            p_drop=min(decision.p_drop, 1.0),
            mentions=each.difference.mentions,
            needed=decision.needed,
            verdict=decision.verdict,
        )
        for each, decision in zip(measured, decisions, strict=True)
    ]
    before, after = (GateSide(side.run.name, side.variant) for side in (old, new))
    return GateReport(before, after, rule, tuple(comparisons), left_out, collect_provenance())


@dataclass(frozen=True)
class _Measured:
    """A difference, and the reports that it is of."""

    old: EvalReport
    new: EvalReport
    type: str | None
    difference: Difference

    def f1_of(self, report: EvalReport) -> float:
        return (report.micro if self.type is None else report.per_type[self.type]).f1


def _shared(old: Side, new: Side, split: str) -> tuple[list[str], tuple[str, ...]]:
    """The datasets on whose split both were evaluated, and what is said of those on which one was."""
    known = [
        [
            report.dataset
            for report in side.run.metrics.reports
            if (report.split, report.variant) == (split, side.variant)
        ]
        for side in (old, new)
    ]
    both = [dataset for dataset in known[0] if dataset in known[1]]
    if not both:
        has = " and ".join(
            f"{side.label} on {listed(names) or 'none'}" for side, names in zip((old, new), known, strict=True)
        )
        raise InputError(
            f"there is no dataset on whose {split} split both were evaluated ({has}); run "
            f"`itner evaluate {new.run.name} --dataset DATASET --split {split} --variant {new.variant}`"
        )
    alone = [
        f"{dataset} {split}: {side.label} was evaluated on it and {other.label} was not"
        for side, other, names in ((old, new, known[0]), (new, old, known[1]))
        for dataset in names
        if dataset not in both
    ]
    return both, tuple(alone)


def _measure(old: Side, new: Side, dataset: str, split: str, per_type: bool) -> list[_Measured]:
    (before, old_errors), (after, new_errors) = (_read(side, dataset, split) for side in (old, new))
    if before.split_sha256 != after.split_sha256:
        raise InputError(
            f"{old.label} was scored on another version of {dataset} {split} than {new.label}; prepare one version and "
            "evaluate both on it: " + " and ".join(f"`{_evaluate(side, dataset, split)}`" for side in (old, new))
        )
    if old_errors.types != new_errors.types:
        raise InputError(
            f"{old.label} was scored on other types of {dataset} {split} ({listed(old_errors.types)}) than {new.label} "
            f"({listed(new_errors.types)}): models of one domain and scheme can be compared"
        )
    units = max(before.uncertainty.units, after.uncertainty.units)
    found = [_Measured(before, after, None, compare_reports(new_errors, old_errors, units))]
    if per_type:
        for side, report in ((old, old_errors), (new, new_errors)):
            if not report.by_type:
                raise InputError(
                    f"what is stored of {side.label} on {dataset} {split} does not count gold mentions by type; run "
                    f"`itner score {side.run.name}`"
                )
        types = compare_types(new_errors, old_errors, units)
        found += [_Measured(before, after, name, difference) for name, difference in types.items()]
    return found


def _read(side: Side, dataset: str, split: str) -> tuple[EvalReport, ErrorReport]:
    report = side.run.report(dataset, split, side.variant)
    if report is None:
        raise InputError(
            f"{side.label} was not evaluated on {dataset} {split}; run `{_evaluate(side, dataset, split)}`",
            path=side.run.path,
        )
    if not is_current(side.run, report):
        raise InputError(
            f"what is stored of {side.label} on {dataset} {split} was measured with another model than the run is now; "
            f"run `{_evaluate(side, dataset, split)}`",
            path=side.run.path,
        )
    errors = side.run.error_report(dataset, split, side.variant)
    if errors is None:
        raise InputError(
            f"no errors are stored of {side.label} on {dataset} {split} that fit its scores; run "
            f"`itner score {side.run.name}`",
            path=side.run.path,
        )
    return report, errors


def _evaluate(side: Side, dataset: str, split: str) -> str:
    return f"itner evaluate {side.run.name} --dataset {dataset} --split {split} --variant {side.variant}"
