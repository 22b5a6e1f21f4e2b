"""What a file of weights holds, told without reading it."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from itner.core.errors import InputError


def check_shapes(wanted: dict[str, tuple[int, ...]], weights: Path) -> None:
    """InputError, which names one, unless a file holds these tensors and no others."""
    try:
        with safe_open(weights, framework="pt") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InputError(f"these weights cannot be read ({type(error).__name__})", path=weights) from None
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            what = (
                "is missing"
                if name not in found
                else "is not of the model"
                if name not in wanted
                else "has another shape"
            )
            raise InputError(f"these weights do not fill the model: {name} {what}", path=weights)
