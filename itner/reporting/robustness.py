"""What perturbations of the text cost runs, as rows and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from itner.core.words import counted
from itner.evaluation.robustness.perturbing import PERTURBATIONS, SEVERITIES
from itner.records.robustness import RobustnessReport
from itner.records.store import Run
from itner.reporting.readme import replace_section
from itner.reporting.rows import MISSING, change_in_words
from itner.taggers.registry import is_current, model_label

ROBUSTNESS_BEGIN = "<!-- robustness: written by `itner readme` -->"
ROBUSTNESS_END = "<!-- end of robustness -->"
# What the tables of the documents show; the page has all three.
_SEVERITY = 2


@dataclass(frozen=True)
class RobustnessRow:
    """A variant of a run on a dataset split, and whether that is the run as it is now."""

    run: str
    report: RobustnessReport
    current: bool

    @property
    def label(self) -> str:
        """Run and variant, unique in a table."""
        return model_label(self.run, self.report.variant)


def list_robustness_rows(runs: Sequence[Run]) -> list[RobustnessRow]:
    """Everything that was measured of these runs."""
    return [
        RobustnessRow(run.name, report, is_current(run, report)) for run in runs for report in run.robustness.reports
    ]


def list_robustness_splits(rows: Sequence[RobustnessRow]) -> list[tuple[str, str]]:
    """Datasets and splits: those that most were measured on first."""
    keys = [(row.report.dataset, row.report.split) for row in rows]
    return sorted(set(keys), key=lambda key: (-keys.count(key), key))


def robustness_table(rows: Sequence[RobustnessRow], severity: int = _SEVERITY) -> str:
    """The changes of F1 on one dataset split as Markdown: a line a perturbation, a column a model."""
    lines = [
        f"| {SEVERITIES[severity]} | {' | '.join(row.label for row in rows)} |",
        "|---|" + "---|" * len(rows),
        f"| F1 as it is | {' | '.join(_clean(row.report) for row in rows)} |",
    ]
    for perturbation in PERTURBATIONS.values():
        effects = [row.report.effect(perturbation.name, severity) for row in rows]
        if any(effects):
            cells = [
                change_in_words(effect.change, *effect.interval) if effect is not None else MISSING
                for effect in effects
            ]
            lines.append(f"| {perturbation.title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def perturbations_table() -> str:
    """What each perturbation does, and what its severities mean, as Markdown."""
    lines = ["| perturbation | what it does | mild | medium | strong |", "|---|---|---|---|---|"]
    for each in PERTURBATIONS.values():
        lines.append(f"| {each.title} (`{each.name}`) | {each.what} | {' | '.join(each.severities)} |")
    return "\n".join(lines)


def fill_robustness(text: str, runs: Sequence[Run]) -> str:
    """The document on robustness with its tables written anew, between two marks: of runs as they are now."""
    rows = [row for row in list_robustness_rows(runs) if row.current]
    parts = [perturbations_table()]
    for dataset, split in list_robustness_splits(rows):
        measured = [row for row in rows if (row.report.dataset, row.report.split) == (dataset, split)]
        sizes = {(row.report.sentences, row.report.units, row.report.seed) for row in measured}
        samples = "; ".join(
            f"{counted(sentences, 'sentence')} of {counted(units, 'text')}, seed {seed}"
            for sentences, units, seed in sorted(sizes)
        )
        parts.append(f"### {dataset} {split}\n\n{samples}.\n\n{robustness_table(measured)}")
    return replace_section(text, ROBUSTNESS_BEGIN, ROBUSTNESS_END, "\n\n".join(parts))


def _clean(report: RobustnessReport) -> str:
    interval = report.clean_interval
    return f"{report.clean_f1:.3f} ({interval.low:.3f} to {interval.high:.3f})"
