"""Finding pretrained weights: a folder, or the hub. Only safetensors are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from itner.core.errors import InputError
from itner.records.files import sha256_file

WEIGHTS = "model.safetensors"
_FILES = ("config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json")


@dataclass(frozen=True)
class Pretrained:
    """A pretrained network on this machine: its name, its folder, and the SHA-256 of its weights."""

    name: str
    folder: Path
    sha256: str


def find_pretrained(
    name: str, what: str, offline: str, others: Sequence[str] = (), folder: Path | None = None
) -> Pretrained:
    """A network by name; InputError when it cannot be found, or is not safe to read.

    Args:
        name: a folder, or a hub name.
        what: it is, for messages.
        offline: what to do where the hub is out of reach, as a sentence without its first word, "Offline,".
        others: files of the hub that are needed besides.
        folder: where it is, when that is known.
    """
    found = folder or (Path(name) if Path(name).is_dir() else _download(name, what, offline, others))
    weights = found / WEIGHTS
    if not weights.is_file():
        raise InputError(f"the {what} has no {WEIGHTS} (pickled weights are not read)", path=found)
    return Pretrained(name, found, sha256_file(weights))


def _download(name: str, what: str, offline: str, others: Sequence[str]) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=[*_FILES, *others]))
    except Exception as error:
        raise InputError(
            f"{what} {name!r} is neither a folder here nor could it be loaded from the model hub "
            f"({type(error).__name__}). Offline, {offline}"
        ) from error
