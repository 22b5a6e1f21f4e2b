from __future__ import annotations

import numpy as np
import pytest

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.evaluation.buckets import Parted
from itner.evaluation.claims import QUESTIONS, measure_effect, question_of_types
from itner.taggers.encoder.backbone import read_embedded_tokenizer

TEXT = "Windows Server hangs on Lenovo"
GOLD = (Mention(0, 14, "OS"), Mention(24, 30, "HARDWARE"))


def documents(count: int) -> list[Document]:
    return [Document(TEXT, split_tokens(TEXT), GOLD, f"d{number}", "x") for number in range(count)]


def test_what_is_counted_of_each_claim() -> None:
    known = [Document("Lenovo", split_tokens("Lenovo"), (Mention(0, 6, "HARDWARE"),), f"t{n}", "x") for n in range(6)]
    parted = Parted.of(documents(3), known, read_embedded_tokenizer())
    # All right; the long name cut short; the long name missed, and something spurious.
    pred = [GOLD, (Mention(0, 7, "OS"), GOLD[1]), (Mention(15, 20, "OS"),)]
    counted = {question.name: question.count(parted, pred).tolist() for question in QUESTIONS}
    # The name of two words is not in train, the other one six times.
    assert counted["rarity"] == [[[1, 0, 0], [1, 0, 0]], [[0, 1, 1], [1, 0, 0]], [[0, 1, 1], [0, 0, 1]]]
    # What is missed has no boundary error.
    assert counted["boundaries"] == [[[1, 0, 0], [1, 0, 0]], [[0, 0, 1], [1, 0, 0]], [[1, 0, 0], [1, 0, 0]]]
    types = question_of_types("types", "?", ("OS",), ("HARDWARE",))
    assert types.count(parted, pred).tolist() == [
        [[1, 0, 0], [1, 0, 0]],
        [[0, 1, 1], [1, 0, 0]],
        [[0, 1, 1], [0, 0, 1]],
    ]


def test_hard_mentions_that_lose_more_are_told_from_those_that_lose_alike() -> None:
    right, missed = [1, 0, 0], [0, 0, 1]
    base = np.array([[right, right]] * 100)
    worse = np.array([[missed, right]] * 30 + [[right, missed]] * 5 + [[right, right]] * 65)
    found = measure_effect(documents(100), base, worse, 1)
    assert (found.hard.value, found.easy.value, found.apart.value) == pytest.approx((-0.3, -0.05, -0.25))
    assert found.apart.low < -0.25 < found.apart.high < 0
    assert found.p < 0.01
    assert found.mentions == (100, 100)
    alike = np.array([[missed, missed]] * 30 + [[right, right]] * 70)
    found = measure_effect(documents(100), base, alike, 1)
    assert (found.apart.value, found.p) == (0.0, 1.0)
    mirrored = measure_effect(documents(100), base, worse[:, ::-1], 1)
    assert mirrored.apart.value == pytest.approx(0.25)
    assert mirrored.p < 0.01
