"""What trainings of all kinds do to the folder of the run that they make."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from itner.compress.calibrate import calibrate_run
from itner.core.errors import InputError
from itner.core.progress import Progress
from itner.core.types import Document
from itner.records.config import CompactConfig, EncoderConfig, GenerativeConfig
from itner.records.run import CompactRun, EncoderRun
from itner.records.store import CHECKPOINTS, Run, read_config, read_training_note, write_run


def check_same(folder: Path, config: EncoderConfig | CompactConfig | GenerativeConfig, note: dict[str, Any]) -> None:
    """InputError when the training that was begun in a folder is another one.

    Args:
        note: what `training` writes into the folder; what an earlier version did not note is not compared.
    """
    if read_config(folder) != config:
        raise InputError(
            "the configuration differs from the one this training began with; "
            "pass the same options, or remove the folder and begin anew",
            path=folder,
        )
    before = read_training_note(folder)
    other = None if before is None else [key for key in note if _known_other(before.get(key), note[key])]
    if other is None or other:
        what = f" ({', '.join(other)})" if other else ""
        raise InputError(
            f"this training began with other data or teachers{what}; remove the folder and begin anew", path=folder
        )


def last_checkpoint(folder: Path, config: EncoderConfig | GenerativeConfig, note: dict[str, Any]) -> Path | None:
    """The Trainer's last whole checkpoint in a folder, None without; InputError when another training was begun there.

    Args:
        note: see `check_same`.
    """
    from itner.training.checkpoints import newest_whole

    last = newest_whole(folder / CHECKPOINTS)
    if last is not None:
        check_same(folder, config, note)
    return last


def _known_other(before: Any, now: Any) -> bool:
    return before is not None and now is not None and before != now


def complete(
    folder: Path,
    info: EncoderRun | CompactRun,
    config: EncoderConfig | CompactConfig,
    train: Sequence[Document],
    progress: Progress,
) -> None:
    """Write the record of what was trained, and measure the ranges of its INT8.

    Args:
        train: what the ranges are measured on, the training text.
    """
    write_run(folder, info)
    calibrate_run(Run(folder, info, config), train, info.dataset.name, info.dataset.sha256, progress)
