"""Statistics of prepared splits: sizes, lengths, types, duplicates inside and across."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping

from itner.data.corpus import Split
from itner.labels import align_mentions
from itner.results import SplitStats
from itner.types import Document


def count_mentions(documents: Iterable[Document], types: Iterable[str]) -> dict[str, int]:
    """Mentions per type, every type of the scheme listed."""
    counts = Counter(mention.type for document in documents for mention in document.mentions)
    return {name: counts[name] for name in types}


def describe_split(
    name: str, splits: Mapping[str, Split], types: Iterable[str], processed_sha256: Mapping[str, str]
) -> SplitStats:
    """Statistics of one split; `also_in` counts its sentences whose exact text occurs in another split."""
    split = splits[name]
    texts = Counter(document.text for document in split.documents)
    lengths = [len(document.tokens) for document in split.documents]
    others = {other: {d.text for d in splits[other].documents} for other in splits if other != name}
    return SplitStats(
        input_sha256=split.sha256,
        processed_sha256=processed_sha256[name],
        sentences=len(split.documents),
        tokens=sum(lengths),
        tokens_mean=round(statistics.fmean(lengths), 2),
        tokens_median=statistics.median(lengths),
        mentions=count_mentions(split.documents, types),
        source_types=dict(sorted(split.fine_types.items())),
        repaired_tags=split.repaired_tags,
        unaligned_mentions=sum(len(align_mentions(document)[1]) for document in split.documents),
        dropped=dict(sorted(split.dropped.items())),
        duplicates_inside=sum(count - 1 for count in texts.values()),
        also_in={
            other: sum(count for text, count in texts.items() if text in known) for other, known in others.items()
        },
    )
