"""itner: choose, compress, evaluate and demonstrate NER taggers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from itner._version import __version__

# onnxruntime reports its use to its maker unless it is told not to before it is imported; every way into this package
# passes here first.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


__all__ = ["__version__", "open_tagger"]

if TYPE_CHECKING:
    from itner.workflows.open import open_tagger


def __getattr__(name: str) -> Any:
    # Found when it is asked for: importing the package must not load a runtime.
    if name == "open_tagger":
        from itner.workflows.open import open_tagger

        return open_tagger
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
