"""The decoder under the adapters: one that was built here, a folder, or one of the hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from itner.core.errors import InputError
from itner.records.files import check_name, sha256_file
from itner.records.store import BASES

BUILT = "built/"
_FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "generation_config.json"]


@dataclass(frozen=True)
class Base:
    """A decoder on this machine: its name, its folder, and the SHA-256 of its weights."""

    name: str
    folder: Path
    sha256: str


def find_base(name: str, models: Path) -> Base:
    """The decoder by name; InputError when it cannot be found. Only safetensors are read.

    Args:
        name: `built/NAME` for one that stands under `models`, a folder, or a hub name such as `Qwen/Qwen3-0.6B`.
    """
    if name.startswith(BUILT):
        folder = models / BASES / check_name(name.removeprefix(BUILT))
        if not (folder / "model.safetensors").is_file():
            raise InputError(
                f"no decoder {name!r} was built here; build it with `itner build-decoder {folder.name}`", path=folder
            )
    elif Path(name).is_dir():
        folder = Path(name)
    else:
        folder = _download(name)
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise InputError("the decoder has no model.safetensors (pickled weights are not read)", path=folder)
    return Base(name, folder, sha256_file(weights))


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=_FILES))
    except Exception as error:
        raise InputError(
            f"decoder {name!r} is neither a folder here nor could it be loaded from the model hub "
            f"({type(error).__name__}). Offline, build a small one with `itner build-decoder small`"
        ) from error
