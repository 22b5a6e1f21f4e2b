"""Utility construction specifications: eleven types."""

from __future__ import annotations

from itner.core.labels import LabelScheme

SCHEME = LabelScheme(
    name="utility11",
    types=(
        "EQUIPMENT",
        "GRADE",
        "INSTALLATION",
        "LOCATION",
        "MATERIAL",
        "MEASURE",
        "SECTION",
        "SPECIFICATION",
        "STANDARD",
        "TEST",
        "ZONE",
    ),
)

RARE_TYPES = ("ZONE", "GRADE", "TEST")
