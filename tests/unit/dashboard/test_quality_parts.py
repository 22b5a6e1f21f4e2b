from __future__ import annotations

import pytest
from shipped import HERE

from itner.dashboard import quality, quality_buckets, quality_claims, quality_confidence
from itner.records.calibration import CalibrationReport
from itner.records.store import Run, RunStore, read_claims
from itner.reporting.rows import Row, list_rows

DATASET, SPLIT = "helpdesk", "test"


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return [RunStore(HERE.models).load(name) for name in ("minilm_full_kd", "compact_s", "it_rules")]


@pytest.fixture(scope="module")
def rows(runs: list[Run]) -> list[Row]:
    found = list_rows(runs, DATASET, SPLIT)
    return [row for row in found if row.variant in ("int8", "patterns")]


def test_parts_stand_in_one_order_whatever_a_model_marks(runs: list[Run], rows: list[Row]) -> None:
    reports = quality_buckets.find_reports(runs, rows, DATASET, SPLIT)
    assert len(reports) == 3
    frame = quality_buckets.parts(rows, reports, "frequency")
    assert list(frame["type"].unique())[:2] == ["never as this type", "once"]
    assert frame[["F1", "F1 low", "F1 high"]].notna().all().all()
    assert ((frame["F1 low"] <= frame["F1"]) & (frame["F1"] <= frame["F1 high"])).all()
    # The buckets of a feature hold every gold mention once.
    assert set(frame.groupby("model")["gold"].sum()) == {rows[0].report.micro.support}  # type: ignore[union-attr]
    figure = quality.dots(frame, "recall")
    assert len(figure.data) == 3


def test_a_wished_score_has_the_threshold_that_gives_up_least(runs: list[Run], rows: list[Row]) -> None:
    reports = quality_confidence.find_reports(runs, rows, DATASET, SPLIT)
    # Rules do not know how sure they are.
    assert set(reports) == {"minilm_full_kd · INT8", "compact_s · INT8"}
    report = reports["compact_s · INT8"]
    precise = quality_confidence.find_threshold(report, "precision", 0.9)
    assert precise is not None
    assert precise.counts.precision >= 0.9
    assert all(point.counts.precision < 0.9 for point in report.points if point.threshold < precise.threshold)
    whole = quality_confidence.find_threshold(report, "recall", 0.8)
    assert whole is not None
    assert whole.counts.recall >= 0.8
    assert quality_confidence.find_threshold(report, "recall", 1.0) is None
    table = quality_confidence.points(report)
    assert table["coverage"].is_monotonic_decreasing
    assert (table["risk"].dropna() >= 0).all()
    figure = quality_confidence.threshold_figure(table, precise.threshold)
    assert {trace.name for trace in figure.data if trace.name} == {"precision", "recall"}


def test_scaling_helps_on_text_that_it_was_not_fitted_on(runs: list[Run], rows: list[Row]) -> None:
    reports: dict[str, CalibrationReport] = quality_confidence.find_reports(runs, rows, DATASET, SPLIT)
    frame = quality_confidence.errors(reports)
    assert frame["temperature"].notna().all()
    for report in reports.values():
        assert report.scaled is not None
        assert report.scaled.ece < report.raw.ece
        assert report.scaled.brier < report.raw.brier
    bins = quality_confidence.bins(reports)
    assert bins["mentions"].sum() == sum(report.mentions for report in reports.values())
    assert len(quality_confidence.reliability(bins).data) == 1 + len(reports)


def test_the_figure_of_a_claim_has_a_row_for_each_step() -> None:
    claims = read_claims(HERE.models)
    assert claims is not None
    report = claims.of("helpdesk", "test")
    assert report is not None
    claim = report.claims[0]
    frame = quality_claims.steps(claim)
    figure = quality_claims.step_figure(frame, claim)
    assert len(frame) == len(claim.steps) == len(figure.layout.yaxis.ticktext)
    assert [trace.name for trace in figure.data] == [claim.hard, claim.easy]
