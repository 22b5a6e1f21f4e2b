"""Trainings that several processes share, as `accelerate launch` starts them: one of them writes."""

from __future__ import annotations

import os


def is_first() -> bool:
    """Whether this process is the one that writes; known before PyTorch is asked."""
    return os.environ.get("RANK", "0") == "0"


def count() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def meet(device: str) -> None:
    """Wait here for all the others; with one process, nothing happens."""
    if count() > 1:
        from accelerate import PartialState

        PartialState(cpu=device == "cpu").wait_for_everyone()
