"""What a run's training finds on dev over several seeds."""

from __future__ import annotations

from dataclasses import dataclass

from itner.records.config import CompactConfig, EncoderConfig
from itner.records.store import Run
from itner.reporting.means import Mean


@dataclass(frozen=True)
class SeedRow:
    """Micro-F1 on a dev set at a variant by seed, the run's own first."""

    dataset: str
    variant: str
    f1: dict[int, float]

    @property
    def mean(self) -> Mean:
        """Over the seeds."""
        return Mean.of(list(self.f1.values()))


def list_seed_rows(run: Run) -> list[SeedRow]:
    """A row for each dev set and variant that the run and other seeds of its training were scored on.

    What was made or scored otherwise than the run's own is left out: other settings, data, teachers or INT8 recipe.
    """
    if not isinstance(run.config, EncoderConfig | CompactConfig):
        return []
    repeats = [made for made in run.seeds.runs if run.is_repeated_by(made)]
    rows = []
    for report in run.metrics.reports:
        like = (report.dataset, report.variant, report.int8, report.split_sha256)
        others = {
            made.seed: score.f1
            for made in repeats
            for score in made.scores
            if (score.dataset, score.variant, score.int8, score.split_sha256) == like
        }
        if report.split == "dev" and report.model_sha256 == run.info.model_sha256 and others:
            rows.append(SeedRow(report.dataset, report.variant, {run.config.seed: report.micro.f1} | others))
    return rows
