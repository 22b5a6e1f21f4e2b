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
PRECISION_COLORS = {"torch-fp32": "#BBBBBB", "fp32": "#4477AA", "fp16": "#66CCEE", "int8": "#EE6677"}
# Tol's bright set, for models side by side; patterns tell what shares a colour apart.
SERIES_COLORS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377")
SERIES_PATTERNS = ("", "/", "x", ".")
ERROR_COLORS = {
    "boundary": "#4477AA",
    "type": "#EE6677",
    "boundary and type": "#AA3377",
    "missed": "#CCBB44",
    "spurious": "#228833",
    "fragment": "#66CCEE",
}
NEUTRAL = "#888888"


def type_color(name: str) -> str:
    """The colour of an entity type as #rrggbb."""
    return TYPE_COLORS.get(name, NEUTRAL)
