"""Several prepared datasets, and weakly labelled text, as one."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from itner.data.corpus import SPLITS, Split, sha256_file
from itner.data.jsonl import read_documents
from itner.data.processed import WEAK, read_split, read_stats
from itner.data.sources import DATA_ROOT
from itner.errors import InputError
from itner.labels import LabelScheme
from itner.results import MixPart
from itner.types import Document


def mix_datasets(
    names: Sequence[str],
    scheme: LabelScheme,
    weak: Sequence[str],
    weak_ratio: float,
    seed: int,
    root: Path = DATA_ROOT,
) -> tuple[dict[str, Split], tuple[MixPart, ...]]:
    """The datasets one after the other, split by split.

    Ids get their dataset's name in front. Raises InputError when the text of a part is not on this machine.

    Args:
        weak: weakly labelled texts, for train only.
        weak_ratio: the share of the train sentences that all of these make up together; a random sample of their
            sentences, or all where there are fewer.
    """
    together = [*names, *weak]
    if len(set(together)) < len(together) or len(together) < 2:
        raise InputError("a mixture needs at least two different parts, of which weakly labelled text can be one")
    if not 0 < weak_ratio < 1:
        raise InputError(f"the share of weakly labelled sentences must lie between 0 and 1, got {weak_ratio:g}")
    splits = {name: Split() for name in SPLITS}
    parts = []
    for name in names:
        stats = read_stats(name, root)
        parts.append(MixPart(name, stats.sha256))
        for split, mixed in splits.items():
            mixed.documents += _prefixed(name, read_split(name, split, scheme, root))
            mixed.fine_types.update(stats.splits[split].source_types)
            mixed.dropped.update(stats.splits[split].dropped)
            mixed.repaired_tags += stats.splits[split].repaired_tags
    pool: list[Document] = []
    for name in weak:
        path = root / WEAK / f"{name}.jsonl"
        if not path.is_file():
            raise InputError("no such file; make it with scripts/weak_label.py", path=path)
        parts.append(MixPart(name, sha256_file(path), weak_ratio))
        pool += _prefixed(name, read_documents(path, scheme, name))
    train = splits["train"]
    chosen = _sample(pool, len(train.documents), weak_ratio, seed)
    train.documents += chosen
    train.fine_types.update(mention.type for document in chosen for mention in document.mentions)
    digest = hashlib.sha256("".join(part.sha256 for part in parts).encode()).hexdigest()
    for mixed in splits.values():
        mixed.sha256 = digest
    return splits, tuple(parts)


def _prefixed(name: str, documents: Sequence[Document]) -> list[Document]:
    return [
        replace(
            document,
            id=f"{name}:{document.id}",
            group=None if document.group is None else f"{name}:{document.group}",
        )
        for document in documents
    ]


def _sample(documents: Sequence[Document], others: int, ratio: float, seed: int) -> list[Document]:
    wanted = min(len(documents), round(others * ratio / (1 - ratio)))
    return [documents[index] for index in sorted(random.Random(seed).sample(range(len(documents)), wanted))]
