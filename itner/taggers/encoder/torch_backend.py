"""The PyTorch backend: the reference that every export is compared with."""

from __future__ import annotations

import numpy as np
import torch

from itner.records.store import Run
from itner.taggers.encoder.model import load_model
from itner.taggers.encoder.variants import facts_of


class TorchScorer:
    """FP32 logits from the trained model; `threads` None leaves torch's own setting."""

    def __init__(self, run: Run, threads: int | None = None):
        if threads is not None:
            torch.set_num_threads(threads)
        self._model = load_model(run)
        self._casing = facts_of(run)[1].casing

    def score(self, input_ids: np.ndarray, attention_mask: np.ndarray, casing: np.ndarray) -> np.ndarray:
        """See `Scorer.score`."""
        with torch.inference_mode():
            logits = self._model(
                input_ids=torch.from_numpy(input_ids),
                attention_mask=torch.from_numpy(attention_mask),
                token_type_ids=torch.from_numpy(casing) if self._casing else None,
            ).logits
        return np.asarray(logits.numpy())
