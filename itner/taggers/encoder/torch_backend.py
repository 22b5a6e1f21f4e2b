"""The PyTorch backend: the reference that every export is compared with, and the teacher of transfer sets."""

from __future__ import annotations

import numpy as np
import torch
from peft import PeftModel
from transformers import PreTrainedModel

from itner.records.config import Arithmetic
from itner.records.store import Run
from itner.taggers.encoder.model import load_model
from itner.taggers.encoder.variants import facts_of

_TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class TorchScorer:
    """Logits from a model, whose weights stay FP32.

    Args:
        casing: whether the model is told it.
        threads: None leaves torch's own setting.
        arithmetic: what is multiplied in.
    """

    def __init__(
        self,
        model: PreTrainedModel | PeftModel,
        casing: bool,
        threads: int | None = None,
        arithmetic: Arithmetic = "fp32",
    ):
        if threads is not None:
            torch.set_num_threads(threads)
        self._model = model
        self._casing = casing
        self._type = _TYPES[arithmetic]

    @classmethod
    def of_run(
        cls, run: Run, threads: int | None = None, device: str = "cpu", arithmetic: Arithmetic = "fp32"
    ) -> TorchScorer:
        """Of a trained run, on a device."""
        model = load_model(run)
        model.to(torch.device(device))  # type: ignore[arg-type] # its stub takes the model for its argument
        return cls(model, facts_of(run)[1].casing, threads, arithmetic)

    def score(self, input_ids: np.ndarray, attention_mask: np.ndarray, casing: np.ndarray) -> np.ndarray:
        """See `Scorer.score`."""
        device = self._model.device
        ids, mask, types = (torch.from_numpy(array).to(device) for array in (input_ids, attention_mask, casing))
        mixed = torch.autocast(device.type, self._type, enabled=self._type != torch.float32)
        with torch.inference_mode(), mixed:
            logits = self._model(
                input_ids=ids, attention_mask=mask, token_type_ids=types if self._casing else None
            ).logits
        return np.asarray(logits.float().cpu().numpy())
