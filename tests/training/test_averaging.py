from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import TrainerControl, TrainerState, TrainingArguments

from itner.training.averaging import WeightAverage


def step(average: WeightAverage, number: int) -> None:
    state = TrainerState(global_step=number)
    average.on_step_end(TrainingArguments(report_to="none", use_cpu=True), state, TrainerControl())


def scalar(value: float) -> torch.nn.Linear:
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(value)
    return model


def test_the_average_by_hand() -> None:
    model = scalar(0.0)
    average = WeightAverage(model, decay=0.5)
    with torch.no_grad():
        model.weight.fill_(1.0)
    step(average, 1)  # early on the decay is (1 + 1) / (10 + 1), so the average moves by 9/11
    with average.applied():
        assert model.weight.item() == pytest.approx(9 / 11)
    assert model.weight.item() == 1.0
    with torch.no_grad():
        model.weight.fill_(3.0)
    step(average, 2)  # the second update's decay is (1 + 2) / (10 + 2)
    second = 9 / 11 * 3 / 12 + 3 * 9 / 12
    with average.applied():
        assert model.weight.item() == pytest.approx(second)
    for number in range(3, 100):
        step(average, number)
    with torch.no_grad():
        model.weight.fill_(5.0)
    step(average, 100)  # (1 + 100) / (10 + 100) is more than the decay: half way, from what is 3 by now
    average.apply()
    assert model.weight.item() == pytest.approx(4.0)


def test_a_decay_of_zero_is_the_weights_themselves() -> None:
    model = scalar(0.0)
    average = WeightAverage(model, decay=0.0)
    with torch.no_grad():
        model.weight.fill_(7.0)
    step(average, 1)
    with average.applied():
        assert model.weight.item() == 7.0


def test_the_weights_come_back_when_scoring_fails() -> None:
    model = scalar(1.0)
    average = WeightAverage(model, decay=0.9)
    with torch.no_grad():
        model.weight.fill_(2.0)
    with pytest.raises(RuntimeError, match="scoring failed"), average.applied():
        raise RuntimeError("scoring failed")
    assert model.weight.item() == 2.0


def test_frozen_weights_are_not_averaged_and_checkpoints_hold_the_average(tmp_path: Path) -> None:
    model = torch.nn.Sequential(scalar(1.0), scalar(2.0))
    model[0].weight.requires_grad_(False)
    average = WeightAverage(model, decay=0.0)
    with torch.no_grad():
        model[1].weight.fill_(5.0)
    step(average, 1)
    (tmp_path / "checkpoint-1").mkdir()
    average.write(tmp_path / "checkpoint-1")
    fresh = torch.nn.Sequential(scalar(0.0), scalar(0.0))
    fresh[0].weight.requires_grad_(False)
    again = WeightAverage(fresh, decay=0.0)
    again.load(tmp_path / "checkpoint-1")
    again.apply()
    assert (fresh[0].weight.item(), fresh[1].weight.item()) == (0.0, 5.0)
