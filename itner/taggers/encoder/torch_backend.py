"""The PyTorch backend: the reference that every export is compared with, and the teacher of transfer sets."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from itner.core.errors import InputError
from itner.records.config import Arithmetic

_TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class TorchScorer:
    """Logits from a network as it is, on the device where it is; its weights stay FP32.

    Args:
        network: logits [batch, length, labels] of ids, mask and casing, [batch, length] each.
        threads: None leaves torch's own setting.
        arithmetic: what is multiplied in.
    """

    def __init__(self, network: nn.Module, threads: int | None = None, arithmetic: Arithmetic = "fp32"):
        if threads is not None:
            torch.set_num_threads(threads)
        self._network = network
        self._type = _TYPES[arithmetic]

    def score(self, input_ids: np.ndarray, attention_mask: np.ndarray, casing: np.ndarray) -> np.ndarray:
        """See `Scorer.score`."""
        device = next(self._network.parameters()).device
        given = (torch.from_numpy(array).to(device) for array in (input_ids, attention_mask, casing))
        with (
            torch.inference_mode(),
            torch.autocast(device.type, self._type, enabled=self._type != torch.float32),
        ):
            try:
                logits = self._network(*given)
            except (IndexError, ValueError) as error:
                raise InputError(f"this model cannot read what its tokenizer gives it ({error})") from error
        return np.asarray(logits.float().cpu().numpy())
