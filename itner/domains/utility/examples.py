"""Example texts for the pages Live and Go-back, written for them."""

from __future__ import annotations

EXAMPLES = {
    "Specification": (
        "Supply conductors of 750 V to 22.5 kV shall clear the street by at least 25 ft at 60 °F (G.O. 95, Table 1). "
        "Poles in Grade A construction are Class 3 or better, set 6'-6\" deep in native soil."
    ),
    "Underground": (
        "Install 4 in. Schedule 40 PVC conduit with 30 in. of cover beneath the sidewalk, encased in 2,000 psi "
        "concrete where the water main is closer than 12 in. Each cable passes a VLF test per IEEE "
        "400.2 before energizing."
    ),
    "Field report": "Service drop over Elm Street at 16'-2\", below the 18 ft of G.O. 95. Ground rod reads 31 ohms.",
}

REPORTS = (
    "16 ft clearance over the street",
    "18 ft clearance over street meets G.O. 95",
    "Service drop over the private driveway at 12'-4\", 240 V",
    "Ground rod at the riser reads thirty-one ohms",
    "40 ft pole set 5'-6\" deep in firm soil",
    "Comm cable 38 in. below the 12 kV primary, NESC",
    "Crossarm is weathered, replace next cycle",
)
