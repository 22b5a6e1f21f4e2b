"""The colour of an entity type: its domain's, or one of its own that its name decides."""

from __future__ import annotations

import colorsys
import hashlib
from functools import lru_cache

from itner.domains.registry import list_domains

NEUTRAL = "#888888"


def type_colour(name: str) -> str:
    """The colour of an entity type as #rrggbb, the same wherever it is shown.

    What no domain colours gets a hue from its name, of the same lightness as the domains' colours; colour always comes
    with the name as text.
    """
    for domain in list_domains():
        if name in domain.colours:
            return domain.colours[name]
    return _own_colour(name)


@lru_cache(maxsize=512)
def _own_colour(name: str) -> str:
    hue = int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:2]) / 2**16
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, 0.42, 0.6))
    return f"#{red:02X}{green:02X}{blue:02X}"
