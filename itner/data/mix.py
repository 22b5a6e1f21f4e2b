"""Several prepared datasets, and weakly labelled text, as one."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from itner.core.errors import InputError
from itner.core.types import Document
from itner.data.corpus import SPLITS, Split
from itner.data.jsonl import read_documents
from itner.data.processed import WEAK, read_split, read_stats, read_weak_report
from itner.domains.registry import Domain, get_domain
from itner.records.dataset import MixPart, SourceFacts
from itner.records.files import sha256_file
from itner.records.workspace import Workspace


@dataclass(frozen=True)
class Mixture:
    """The splits of a mixture, what its documents' sources are, and its parts."""

    domain: Domain
    splits: dict[str, Split]
    sources: dict[str, SourceFacts]
    parts: tuple[MixPart, ...]


def mix_datasets(names: Sequence[str], weak: Sequence[str], weak_ratio: float, seed: int, place: Workspace) -> Mixture:
    """The datasets one after the other, split by split.

    Ids get their dataset's name in front. Raises InputError when the text of a part is not on this machine, or the
    parts are of different domains.

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
    if not names:
        raise InputError("a mixture needs at least one annotated part")
    prepared = {name: read_stats(name, place) for name in names}
    labelled = {name: read_weak_report(name, place) for name in weak}
    domains = {stats.domain for stats in prepared.values()} | {report.domain for report in labelled.values()}
    if len(domains) > 1:
        raise InputError(f"the parts are of different domains: {', '.join(sorted(domains))}")
    domain = get_domain(domains.pop())
    splits = {name: Split() for name in SPLITS}
    sources: dict[str, SourceFacts] = {}
    parts = []
    for name, stats in prepared.items():
        parts.append(MixPart(name, stats.sha256))
        sources |= stats.sources
        for split, mixed in splits.items():
            mixed.documents += _prefixed(name, read_split(name, split, place))
            mixed.fine_types.update(stats.splits[split].source_types)
            mixed.dropped.update(stats.splits[split].dropped)
            mixed.repaired_tags += stats.splits[split].repaired_tags
    pool: list[Document] = []
    for name, report in labelled.items():
        path = place.data / WEAK / f"{name}.jsonl"
        parts.append(MixPart(name, sha256_file(path), weak_ratio))
        sources[name] = SourceFacts(report.guideline, weak=True)
        pool += _prefixed(name, read_documents(path, domain.scheme, name))
    train = splits["train"]
    chosen = _sample(pool, len(train.documents), weak_ratio, seed)
    train.documents += chosen
    train.fine_types.update(mention.type for document in chosen for mention in document.mentions)
    digest = hashlib.sha256("".join(part.sha256 for part in parts).encode()).hexdigest()
    for mixed in splits.values():
        mixed.sha256 = digest
    return Mixture(domain, splits, sources, tuple(parts))


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
