"""One colour per entity type and per family, everywhere.

Okabe and Ito's and Tol's sets, which stay apart under the common colour-vision deficiencies. A type that is not
listed gets the neutral colour, never an error; colour always comes with the name as text.
"""

from __future__ import annotations

TYPE_COLORS = {
    "ERROR": "#D55E00",
    "HARDWARE": "#E69F00",
    "OS": "#009E73",
    "SOFTWARE": "#0072B2",
    "VERSION": "#CC79A7",
}
FAMILY_COLORS = {"full": "#4477AA", "lora": "#CCBB44", "distilled architecture": "#AA3377"}
PRECISION_SYMBOLS = {"torch-fp32": "circle", "fp32": "square", "fp16": "diamond", "int8": "triangle-up"}
NEUTRAL = "#888888"


def type_color(name: str) -> str:
    """The colour of an entity type as #rrggbb."""
    return TYPE_COLORS.get(name, NEUTRAL)
