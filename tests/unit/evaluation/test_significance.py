from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from itner.evaluation.compare import Difference
from itner.evaluation.significance import correct, judge


def difference(value: float, p: float, error: float, mentions: int) -> Difference:
    return Difference(value, value - 2 * error, value + 2 * error, p, error, mentions)


def test_a_difference_counts_beside_the_others_of_its_table() -> None:
    clear, close = difference(0.05, 0.0004, 0.01, 1000), difference(-0.03, 0.02, 0.012, 1000)
    alone = judge([close])
    assert (alone[0].finding, alone[0].p) == ("worse", pytest.approx(0.02))
    # Holm by hand: the smallest p-value three times, the next twice, the last once, and never falling.
    among = judge([close, clear, difference(0.0, 0.9, 0.003, 1000)])
    assert [each.p for each in among] == pytest.approx([0.04, 0.0012, 0.9])
    assert [each.finding for each in among] == ["worse", "better", "no measurable difference"]
    six = judge([close, clear, *[difference(0.001, 0.8, 0.003, 1000)] * 4])
    assert six[0].p == pytest.approx(0.1)
    assert six[0].finding == "too little data to tell"
    assert judge([]) == []


def test_too_little_data_says_how_much_would_do() -> None:
    (found,) = judge([difference(0.01, 0.4, 0.012, 1087)])
    # 2.8016 standard errors must be 0.01: they are 3.36 times as large, so that it takes 11.3 times as many mentions.
    assert found.needed == pytest.approx(1087 * 3.3619**2, rel=0.001)
    assert found.in_words(1087) == f"too little data to tell: 1,087 mentions, {found.needed:,} needed"
    # Ten mentions on which both are alike do not show that they are alike: it takes 300 to see one in a hundred.
    (few,) = judge([difference(0.0, 1.0, 0.0, 10)])
    assert (few.finding, few.needed) == ("too little data to tell", 300)
    (many,) = judge([difference(0.0, 1.0, 0.0, 300)])
    assert many.finding == many.in_words(300) == "no measurable difference"
    (coarse,) = judge([difference(0.01, 0.4, 0.012, 1087)], margin=0.05)
    assert coarse.finding == "no measurable difference"


def test_what_cannot_be_told_among_many_is_not_called_alike() -> None:
    # Alone, a tenth of the margin is its standard error, and 400 mentions are enough.
    steady = difference(0.004, 0.3, 0.0033, 400)
    assert judge([steady])[0].finding == "no measurable difference"
    # Among 48 the level is stricter: the normal quantile of 1 - 0.025/48 is 3.279, that of the power 0.8416.
    among = judge([steady] * 48)
    assert {each.finding for each in among} == {"too little data to tell"}
    assert among[0].needed == pytest.approx(400 * ((3.279 + 0.8416) * 0.33) ** 2, rel=0.01)
    # So it is with another level.
    assert judge([steady], alpha=0.001)[0].finding == "too little data to tell"
    # What is larger than the margin is never "none that can be measured", however many mentions there are.
    (large,) = judge([difference(0.0105, 0.0756, 0.003, 10_000)])
    assert large.finding == "too little data to tell"


def test_the_correction_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(1)
    # Not the function itself: it collects all garbage at each call, half a second where many records are kept.
    for values in (rng.random(40) ** 3, np.array([0.2, 0.2, 0.01, 0.01, 1.0]), np.array([0.04])):
        assert correct(values.tolist()) == pytest.approx(multipletests(values, method="holm")[1].tolist())
