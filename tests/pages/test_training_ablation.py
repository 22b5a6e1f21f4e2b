from __future__ import annotations

from pathlib import Path

import pytest
from ablations import ablation, arm
from opening import open_page

from itner.dashboard.training_ablation import ablation_figure, ablation_table
from itner.records.codec import to_json
from itner.records.store import ABLATION
from itner.reporting.ablation import ablation_in_words

BASE = arm("base", None, {1: 70, 2: 72, 3: 74})
STEP = arm("step", "base", {1: 75, 2: 77, 3: 79})
NOISE = arm("noise", "step", {1: 76, 2: 77, 3: 78})


def test_the_table_says_what_is_beyond_the_noise() -> None:
    frame = ablation_table(ablation(BASE, STEP, NOISE)).set_index("step")
    assert list(frame["beyond noise"]) == ["", "yes", "no"]
    assert list(frame["to"]) == ["", "base", "step"]
    assert frame.loc["step", "gain"] == pytest.approx(0.05)
    assert list(frame["seeds"]) == [3, 3, 3]


def test_the_words_name_what_helped_and_what_did_not() -> None:
    words = ablation_in_words(ablation(BASE, STEP, NOISE))
    assert "Better beyond the noise of the seeds on at least one dev set: step." in words
    assert "Within the noise: noise." in words
    assert "trained 3 times for 6 epochs as" in words
    words = ablation_in_words(ablation(BASE, arm("step", "base", {1: 75})))
    assert "Too few seeds to tell: step." in words
    assert "trained 1 to 3 times for 6 epochs as" in words


def test_a_loss_beyond_the_noise_is_not_said_to_have_helped() -> None:
    words = ablation_in_words(ablation(BASE, arm("worse", "base", {1: 60, 2: 62, 3: 64})))
    assert "Worse beyond the noise, and better on none: worse." in words


def test_the_figure_shows_every_seed_and_the_means() -> None:
    mean, seeds = ablation_figure(ablation(BASE, STEP)).data
    assert list(mean.y) == pytest.approx([0.72, 0.77])
    assert list(seeds.y) == pytest.approx([0.70, 0.72, 0.74, 0.75, 0.77, 0.79])


def test_the_page_shows_it_or_says_how_to_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("training", tmp_path, monkeypatch)
    assert any("itner ablate" in code.value for code in page.code)
    (tmp_path / ABLATION).write_text(to_json(ablation(BASE, STEP)), encoding="utf-8")
    page = open_page("training", tmp_path, monkeypatch)
    assert any("beyond noise" in table.value for table in page.dataframe)
    (tmp_path / ABLATION).write_text('{"arms": []}', encoding="utf-8")
    page = open_page("training", tmp_path, monkeypatch)
    assert "The ablation cannot be shown." in [warning.value for warning in page.warning]
