"""What teachers say, as probabilities; numpy alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def soften(logits: Sequence[np.ndarray], temperature: float) -> np.ndarray:
    """The mean of several teachers' probabilities, [tokens, labels], each at this temperature."""
    total = np.zeros_like(logits[0], dtype=np.float64)
    for array in logits:
        scaled = array.astype(np.float64) / temperature
        exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        total += exponents / exponents.sum(axis=1, keepdims=True)
    return (total / len(logits)).astype(np.float32)
