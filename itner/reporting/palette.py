"""One colour per family, variant and series, everywhere; the colours of entity types are their domains'.

Tol's sets, which stay apart under the common colour-vision deficiencies; colour always comes with the name as text.
"""

from __future__ import annotations

from itertools import cycle

from itner.domains.colours import NEUTRAL
from itner.taggers.registry import VARIANTS

FAMILY_COLORS = {
    "full": "#4477AA",
    "lora": "#CCBB44",
    "fewer layers": "#B178A6",
    "fewer layers, taught": "#AA3377",
    "distilled backbone": "#882255",
    "compact": "#EE6677",
    "rules": "#228833",
    "union": "#66CCEE",
    "generative": "#DDAA33",
    "prompted": "#009988",
}
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "star", "cross", "hexagon", "pentagon")
_SHADES = ("#BBBBBB", "#4477AA", "#66CCEE", "#EE6677", "#228833", "#CCBB44", "#AA3377", "#EE7733", "#009988")
VARIANT_SYMBOLS = dict(zip(VARIANTS, cycle(_SYMBOLS)))
VARIANT_COLORS = dict(zip(VARIANTS, cycle(_SHADES)))
# Tol's bright set, for models side by side; patterns tell what shares a colour apart.
SERIES_COLORS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377")
# Tol's muted set, for more groups than that, whose members are told apart by name and not by shade alone.
GROUP_COLORS = (
    "#CC6677", "#332288", "#DDCC77", "#117733", "#88CCEE", "#882255", "#44AA99", "#999933", "#AA4499",
)  # fmt: skip
SERIES_PATTERNS = ("", "/", "x", ".")
SERIES_SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "star")
ERROR_COLORS = {
    "boundary": "#4477AA",
    "type": "#EE6677",
    "boundary and type": "#AA3377",
    "missed": "#CCBB44",
    "spurious": "#228833",
    "fragment": "#66CCEE",
}

__all__ = [
    "ERROR_COLORS",
    "FAMILY_COLORS",
    "GROUP_COLORS",
    "NEUTRAL",
    "SERIES_COLORS",
    "SERIES_PATTERNS",
    "SERIES_SYMBOLS",
    "VARIANT_COLORS",
    "VARIANT_SYMBOLS",
]
