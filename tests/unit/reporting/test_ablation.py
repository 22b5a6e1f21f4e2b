from __future__ import annotations

import pytest
from ablations import PLAN, ablation, arm

from itner.reporting.ablation import ablation_in_words, measure_gain, measure_student
from itner.taggers.encoder.presets import preset


def test_a_gain_is_measured_seed_by_seed_against_the_noise_of_both() -> None:
    base, step = arm("base", None, {1: 70, 2: 72, 3: 74}), arm("step", "base", {1: 75, 2: 77, 3: 79})
    found = measure_gain(ablation(base, step), step, "d")
    assert found.scores == pytest.approx((0.75, 0.77, 0.79))
    assert (found.mean, found.spread, found.gain) == pytest.approx((0.77, 0.02, 0.05))
    # Each arm's mean has the variance 0.02 ** 2 / 3.
    assert found.noise == pytest.approx((2 * 0.02**2 / 3) ** 0.5)
    assert found.beyond_noise is True
    assert measure_gain(ablation(base, step), step, "d", "ERROR").mean == 0.0


def test_a_small_gain_is_noise_and_a_large_loss_is_not() -> None:
    base = arm("base", None, {1: 70, 2: 72, 3: 74})
    near, worse = arm("near", "base", {1: 71, 2: 73, 3: 75}), arm("worse", "base", {1: 60, 2: 62, 3: 64})
    assert measure_gain(ablation(base, near), near, "d").beyond_noise is False
    assert measure_gain(ablation(base, worse), worse, "d").beyond_noise is True


def test_what_cannot_be_told_is_none() -> None:
    base, step = arm("base", None, {1: 70}), arm("step", "base", {1: 75})
    found = measure_gain(ablation(base, step), base, "d")
    assert (found.gain, found.noise, found.spread, found.beyond_noise) == (None, None, None, None)
    found = measure_gain(ablation(base, step), step, "d")
    assert (found.gain, found.noise, found.beyond_noise) == (pytest.approx(0.05), None, None)
    # Seeds that only one arm has tell nothing about the gain.
    other = arm("other", "base", {2: 75})
    assert measure_gain(ablation(base, other), other, "d").gain is None


def test_every_arm_is_compared_with_an_earlier_one_and_is_a_valid_configuration() -> None:
    names = [one.name for one in PLAN.arms]
    assert len(set(names)) == len(names)
    assert PLAN.arms[0].against is None
    for number, one in enumerate(PLAN.arms[1:], start=1):
        assert one.against in names[:number]
    for one in PLAN.arms:
        assert preset(PLAN.preset, **one.settings).preset == PLAN.preset


def test_what_the_student_gains_in_all_is_measured_over_the_run_without_a_teacher() -> None:
    untaught = arm(PLAN.untaught, None, {1: 70, 2: 72, 3: 74})
    weak = arm("weak labels", PLAN.untaught, {1: 73, 2: 75, 3: 77})
    student = arm(PLAN.student, "weak labels", {1: 75, 2: 77, 3: 79})
    found = measure_student(ablation(untaught, weak, student))
    assert found["d"].gain == pytest.approx(0.05)
    assert "Weak labels and distillation together bring +0.050 (noise 0.016) on d over casing." in ablation_in_words(
        ablation(untaught, weak, student)
    )
    assert measure_student(ablation(untaught, weak)) == {}
    assert "together" not in ablation_in_words(ablation(untaught, weak))
