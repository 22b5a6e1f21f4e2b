"""How far two people who annotated the same text agree."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from itner.core.errors import InputError
from itner.core.labels import align_mentions, document_tags
from itner.core.types import Document
from itner.evaluation.scoring import count_spans, counts_per_type
from itner.records.dataset import Agreement
from itner.records.scores import OUTSIDE


def compare_annotators(first: Sequence[Document], second: Sequence[Document], types: Sequence[str]) -> Agreement:
    """Agreement on the same documents in the same order, before anybody has settled the differences.

    The first annotator stands as gold in the counts; F1 does not depend on who does. Kappa is Cohen's, over the BIO
    tags of tokens: all tokens, and those that at least one of the two marked, because agreeing on O is easy.
    Raises InputError for the first document whose text or id differs.
    """
    if len(first) != len(second):
        raise InputError(f"the first pass has {len(first)} sentences, the second {len(second)}")
    for one, other in zip(first, second, strict=True):
        if (one.id, one.text) != (other.id, other.text):
            raise InputError(f"the passes differ in the text of {one.id}: {one.text!r} against {other.text!r}")
    first_spans, second_spans = (
        [align_mentions(document)[0] for document in documents] for documents in (first, second)
    )
    first_tags, second_tags = (
        [tag for document in documents for tag in document_tags(document)[0]] for documents in (first, second)
    )
    pairs = list(zip(first_tags, second_tags, strict=True))
    return Agreement(
        sentences=len(first),
        identical_sentences=sum(a == b for a, b in zip(first_spans, second_spans, strict=True)),
        per_type=counts_per_type(count_spans(first_spans, second_spans, types), types),
        kappa=_kappa(pairs),
        kappa_marked=_kappa([pair for pair in pairs if pair != (OUTSIDE, OUTSIDE)]),
    )


def _kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    # Imported here: scikit-learn takes a second to load, and only this needs it.
    from sklearn.metrics import cohen_kappa_score

    if not pairs:
        return None
    with warnings.catch_warnings():
        # With a single label, chance agreement is total and kappa is not defined.
        warnings.simplefilter("ignore")
        value = float(cohen_kappa_score(*zip(*pairs, strict=True)))
    return round(value, 4) if value == value else None
