"""The decoder under the adapters: one that was built here, a folder, or one of the hub."""

from __future__ import annotations

from pathlib import Path

from itner.core.errors import InputError
from itner.records.files import check_name
from itner.records.store import BASES
from itner.taggers.pretrained import WEIGHTS, find_pretrained
from itner.taggers.pretrained import Pretrained as Base

__all__ = ["BUILT", "Base", "find_base", "find_built"]
BUILT = "built/"


def find_built(name: str, models: Path) -> Path:
    """The folder of a decoder that was built under `models`, unread; InputError when it is not there."""
    folder = models / BASES / check_name(name.removeprefix(BUILT))
    if not (folder / WEIGHTS).is_file():
        raise InputError(
            f"no decoder {name!r} was built here; build it with `itner build-decoder {folder.name}`", path=folder
        )
    return folder


def find_base(name: str, models: Path) -> Base:
    """The decoder by name; InputError when it cannot be found.

    Args:
        name: `built/NAME` for one that stands under `models`, a folder, or a hub name such as `Qwen/Qwen3-0.6B`.
    """
    folder = find_built(name, models) if name.startswith(BUILT) else None
    offline = "build a small one with `itner build-decoder small`"
    return find_pretrained(name, "decoder", offline, ["generation_config.json"], folder)
