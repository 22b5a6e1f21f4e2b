"""Personal data in support conversations: seven types, five of which point at a person."""

from __future__ import annotations

from itner.core.labels import LabelScheme

SCHEME = LabelScheme(
    name="pii7",
    types=("CITY", "CREDIT_CARD", "DATE", "EMAIL", "LOCATION", "PERSON_NAME", "PHONE"),
    # As other corpora and detectors call them.
    mapping={
        "PERSON": "PERSON_NAME",
        "EMAIL_ADDRESS": "EMAIL",
        "PHONE_NUMBER": "PHONE",
        "CREDITCARD": "CREDIT_CARD",
        "DATE_TIME": "DATE",
    },
)

RARE_TYPES = ("CREDIT_CARD", "EMAIL")
# The guideline says why; redaction hides these unless told otherwise.
PERSONAL = frozenset({"CREDIT_CARD", "DATE", "EMAIL", "PERSON_NAME", "PHONE"})
