"""The learning curve on the page of how it was trained."""

from __future__ import annotations

from pathlib import Path

import pytest
from opening import open_page
from synthetic import PROVENANCE

from itner.dashboard.training_curve import curve_figure, curve_table
from itner.records.codec import to_json
from itner.records.config import EncoderConfig
from itner.records.curve import CurvePoint, LearningCurve, LearningCurves
from itner.records.scores import Counts
from itner.records.store import CURVES
from itner.reporting.curve import curve_in_words


def point(sentences: int, seed: int, right: int) -> CurvePoint:
    config = EncoderConfig("deep", "full", "x", seed=seed)
    return CurvePoint(sentences, config, {"TEST": Counts(right, 100 - right, 100 - right)}, 3, 1.0, PROVENANCE)


CURVE = LearningCurve(
    "utility",
    "deep",
    "specifications",
    "0" * 64,
    (point(10, 13, 40), point(10, 14, 50), point(480, 13, 80), point(480, 14, 82)),
)


def test_the_table_and_the_figure_hold_every_training() -> None:
    frame = curve_table(CURVE)
    assert list(frame["sentences"]) == [10, 480]
    assert list(frame["micro-F1"]) == pytest.approx([0.45, 0.81])
    assert list(frame["TEST"]) == pytest.approx([0.45, 0.81])
    mean, each = curve_figure(CURVE).data
    assert list(mean.y) == pytest.approx([0.45, 0.81])
    assert list(each.y) == pytest.approx([0.4, 0.5, 0.8, 0.82])
    words = curve_in_words(CURVE)
    assert "from 0.450 to 0.810" in words
    assert "from 10, brought +0.360; of one size, trainings differ by 0.071" in words


def test_the_page_shows_it_or_says_how_to_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("training", tmp_path, monkeypatch, domain="utility")
    assert any("itner learning-curve --domain utility" in code.value for code in page.code)
    (tmp_path / CURVES).write_text(to_json(LearningCurves((CURVE,))), encoding="utf-8")
    page = open_page("training", tmp_path, monkeypatch, domain="utility")
    assert any("from 0.450 to 0.810" in text.value for text in page.markdown)
    (tmp_path / CURVES).write_text('{"curves": 1}', encoding="utf-8")
    page = open_page("training", tmp_path, monkeypatch, domain="utility")
    assert "The learning curve cannot be shown." in [warning.value for warning in page.warning]
