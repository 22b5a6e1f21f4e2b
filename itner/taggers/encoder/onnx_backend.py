"""The ONNX Runtime backend: no torch, no transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort

from itner.core.errors import InputError
from itner.core.provenance import usable_cores
from itner.taggers.device import check_device, used_provider

# What onnxruntime would fuse to its disadvantage: on a CPU, its operator for a sum with its layer norm takes several
# times as long as both by themselves.
SLOW_FUSIONS = ("SkipLayerNormFusion",)


class OnnxScorer:
    """Logits from an ONNX file, on the CPU unless `use_device` said otherwise.

    Args:
        threads: of a single call; None for all usable cores.
    """

    def __init__(self, path: Path, threads: int | None = None):
        if not path.is_file():
            raise InputError("no such ONNX file; build it with `itner export`", path=path)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or usable_cores()
        options.inter_op_num_threads = 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        # Idle threads that busy-wait for the next call make it a little faster alone, and everything that runs beside
        # it up to an order of magnitude slower.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(
                str(path), options, providers=[used_provider()], disabled_optimizers=SLOW_FUSIONS
            )
        except Exception as error:  # onnxruntime's own exceptions share no base class
            raise InputError(f"not an ONNX model that onnxruntime can load ({error})", path=path) from error
        check_device(self._session)
        self._inputs = {given.name for given in self._session.get_inputs()}

    def score(self, input_ids: np.ndarray, attention_mask: np.ndarray, casing: np.ndarray) -> np.ndarray:
        """See `Scorer.score`."""
        given = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": casing}
        try:
            (logits,) = self._session.run(None, {name: array for name, array in given.items() if name in self._inputs})
        except Exception as error:  # onnxruntime's own exceptions share no base class
            raise InputError(f"this model cannot read what its tokenizer gives it ({_first_line(error)})") from error
        return np.asarray(logits, dtype=np.float32)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
