"""Statistics of prepared splits: sizes, lengths, types, duplicates inside and across."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from itner.core.labels import align_mentions
from itner.core.types import Document
from itner.data.corpus import Split
from itner.records.dataset import ImportStats, SplitStats


def count_mentions(documents: Iterable[Document], types: Iterable[str]) -> dict[str, int]:
    """Mentions per type, every type of the scheme listed."""
    counts = Counter(mention.type for document in documents for mention in document.mentions)
    return {name: counts[name] for name in types}


def list_mentions(documents: Iterable[Document]) -> list[tuple[str, str]]:
    """Type and text, case ignored, of every mention."""
    return [
        (mention.type, document.text[mention.start : mention.end].casefold())
        for document in documents
        for mention in document.mentions
    ]


def describe_split(
    name: str, splits: Mapping[str, Split], types: Collection[str], processed_sha256: Mapping[str, str]
) -> SplitStats:
    """Statistics of one split; `also_in` counts its sentences whose exact text occurs in another split."""
    split = splits[name]
    texts = Counter(document.text for document in split.documents)
    lengths = [len(document.tokens) for document in split.documents]
    unseen: dict[str, int] = {}
    if "train" in splits:
        known = set(list_mentions(splits["train"].documents))
        counts = Counter(kind for kind, text in list_mentions(split.documents) if (kind, text) not in known)
        unseen = {kind: counts[kind] for kind in types}
    others = {other: {d.text for d in splits[other].documents} for other in splits if other != name}
    return SplitStats(
        input_sha256=split.sha256,
        processed_sha256=processed_sha256[name],
        sentences=len(split.documents),
        tokens=sum(lengths),
        tokens_mean=round(statistics.fmean(lengths), 2),
        tokens_median=statistics.median(lengths),
        length_histogram=dict(sorted(Counter(lengths).items())),
        mentions=count_mentions(split.documents, types),
        unseen_mentions=unseen,
        source_types=dict(sorted(split.fine_types.items())),
        repaired_tags=split.repaired_tags,
        unaligned_mentions=sum(len(align_mentions(document)[1]) for document in split.documents),
        dropped=dict(sorted(split.dropped.items())),
        duplicates_inside=sum(count - 1 for count in texts.values()),
        also_in={
            other: sum(count for text, count in texts.items() if text in there) for other, there in others.items()
        },
        imported=split.imported,
    )


def import_in_words(found: ImportStats, changes: bool = True) -> str:
    """How a split's file was read: what was recognised, and, unless they are told elsewhere, the changes."""
    parts = [found.format, *([] if found.encoding is None else [found.encoding])]
    if found.tag_column is not None:
        parts.append(f"tags in column {found.tag_column}")
    if found.offsets is not None and found.offsets != "code points":
        parts.append(f"offsets count {found.offsets}, converted")
    told = [f"{what}: {count:,}" for what, count in found.changes.items()] if changes else []
    return "; ".join([", ".join(parts), *told, *found.notes])
