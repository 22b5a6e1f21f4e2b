"""Counting parameters in a file with weights, without loading any."""

from __future__ import annotations

import math
from collections.abc import Callable

from itner.core.errors import InputError
from itner.records.store import ADAPTER, Run


def count_parameters(run: Run, counts: Callable[[str], bool]) -> int | None:
    """How many parameters stand in the tensors whose name `counts`; None for a run without its whole weights here."""
    from safetensors import SafetensorError, safe_open

    path = run.weights_path
    if path is None or path.name == ADAPTER:
        return None
    try:
        with safe_open(path, framework="numpy") as weights:
            names = list(weights.keys())
            shapes: list[list[int]] = [weights.get_slice(name).get_shape() for name in names if counts(name)]
            return sum(map(math.prod, shapes))
    except (SafetensorError, OSError) as error:
        raise InputError(f"these weights cannot be read ({type(error).__name__})", path=path) from None
