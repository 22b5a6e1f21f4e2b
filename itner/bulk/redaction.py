"""Records without what is found in them: what is found once is hidden in all texts of the block."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence

from itner.bulk.records import LeftOut, Records
from itner.core.reading import Marks
from itner.core.types import Mention
from itner.domains.registry import get_domain
from itner.files.redaction import STILL, redact_texts
from itner.files.redactor import Plan
from itner.records.bulk import BulkJob

# Which depend on a key.
KEYED = frozenset({"hash", "pseudonym"})
_SAID = b"the key of a job"


def fingerprint(key: bytes) -> str:
    """What tells a key from another, and says nothing of it."""
    return hmac.new(key, _SAID, hashlib.sha256).hexdigest()


def plan_of(job: BulkJob, key: bytes | None) -> Plan | None:
    """How a job hides what is found; None where it does not."""
    if not job.hidden:
        return None
    # Where nothing depends on a key, any does.
    return Plan(job.hidden, key or b"none", get_domain(job.domain).pseudonym)


def redact_records(
    records: Records, find: Callable[[Sequence[str]], Marks], types: Sequence[str], plan: Plan
) -> dict[str, int]:
    """Put what is left of texts, and of what is carried along, in their place; how often each type was replaced.

    A record in which something that was found still stands, in a form that cannot be replaced, is left out.
    """

    def find_mentions(texts: Sequence[str]) -> list[list[Mention]]:
        return find(texts).as_mentions(len(texts), types)

    beside_of = list(records.carried.values())
    beside = dict.fromkeys(value for values in beside_of for value in values if value)
    done, counts = redact_texts([*records.texts, *beside], plan, find_mentions)
    texts, hidden = done[: len(records)], dict(zip(beside, done[len(records) :], strict=True))
    kept = [
        text is not None and None not in [hidden[value] for value in (values[place] for values in beside_of) if value]
        for place, text in enumerate(texts)
    ]
    records.left_out += [LeftOut(*place, STILL) for place, whole in zip(records.places, kept, strict=True) if not whole]
    records.texts[:] = [text or "" for text in texts]
    for values in beside_of:
        values[:] = [hidden[value] if value else value for value in values]
    for column in records.parallel:
        column[:] = [value for value, whole in zip(column, kept, strict=True) if whole]
    return counts
