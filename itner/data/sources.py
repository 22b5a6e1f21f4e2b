"""One function from a source name to the splits in the domain's scheme."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from itner.core.errors import InputError
from itner.data.annotations import Request
from itner.data.corpus import SPLITS, Split
from itner.data.few import draw_few
from itner.data.formats import COLUMN_SUFFIXES, JSON_SUFFIXES, find_split, read_split_file
from itner.data.hub import read_hub
from itner.data.markup import read_markup
from itner.domains.registry import Corpus, Domain
from itner.records.dataset import Misaligned
from itner.records.workspace import Workspace

SourceName = Literal["hub", "conll", "jsonl", "embedded", "generated", "mix"]
SOURCES: tuple[SourceName, ...] = get_args(SourceName)
# Drawn once: what is compared by few sentences is compared by the same ones.
_FEW_SEED = 13
OWN_DATASET, OWN_MIXTURE = "custom", "mix"
# Sources that are annotated files of the user's, and the endings that each looks for first: any format is read by both.
FILES: dict[SourceName, tuple[str, ...]] = {"conll": COLUMN_SUFFIXES, "jsonl": JSON_SUFFIXES}


def default_dataset(source: str, domain: Domain) -> str:
    """What a dataset is called when nobody says: as the domain's corpus that the source brings."""
    if source == "mix":
        return OWN_MIXTURE
    corpus = domain.corpus_of(source, None)
    return corpus.dataset if corpus is not None else OWN_DATASET


def read_source(
    source: SourceName,
    path: Path | None,
    domain: Domain,
    dataset: str,
    place: Workspace,
    misaligned: Misaligned = "error",
    tag_column: int | None = None,
    seed: int = 0,
) -> dict[str, Split]:
    """Train, dev and test of a source, or `check` alone. `conll` and `jsonl` need the folder with the split files.

    `hub`, `embedded` and `generated` bring the domain's corpus that `dataset` names; InputError lists them where it
    names none.

    A mixture is made of prepared datasets, by `itner.data.mix`.

    Args:
        misaligned: what is done with spans of such files whose boundary lies inside a word.
        tag_column: of CoNLL files, from 1; None recognises it.
        seed: of what is generated.
    """
    scheme = domain.scheme
    if source == "mix":
        raise InputError("a mixture is made of datasets that are prepared already")
    if source in ("hub", "embedded", "generated"):
        if path is not None or tag_column is not None or misaligned != "error":
            raise InputError(f"--path, --tag-column and --misaligned do not go with --source {source}")
        corpus = _known(source, domain, dataset)
        if source == "generated":
            return _make(domain, dataset, seed)
        if source == "hub":
            return read_hub(corpus.hub, scheme, dataset)
        file = place.corpus(corpus.path)
        if not file.is_file():
            raise InputError(
                "the corpus is a file of the checkout, and not here; name the checkout's data/ with --data-root",
                path=file,
            )
        return {name: _few(split, corpus.few.get(name)) for name, split in read_markup(file, scheme, dataset).items()}
    if path is None:
        raise InputError(f"--source {source} needs --path DIR, the folder with train, dev and test")
    if path.is_file():
        raise InputError("a file, where --path names the folder that holds train, dev and test", path=path)
    if not path.is_dir():
        raise InputError("no such folder", path=path)
    return {
        name: read_split_file(
            Request(find_split(path, name, FILES[source]), scheme, dataset, name, misaligned, tag_column)
        )
        for name in SPLITS
    }


def _make(domain: Domain, dataset: str, seed: int) -> dict[str, Split]:
    if domain.generate is None:
        raise ValueError(f"the domain {domain.name} says that a corpus is generated, and not how")
    made = {
        name: [replace(document, source=dataset) for document in documents]
        for name, documents in domain.generate(seed).items()
    }
    return {
        name: Split(
            documents,
            fine_types=Counter(mention.type for document in documents for mention in document.mentions),
            texts=len({document.group or document.id for document in documents}),
            sha256=hashlib.sha256(repr(documents).encode()).hexdigest(),
        )
        for name, documents in made.items()
    }


def _few(split: Split, wanted: int | None) -> Split:
    if wanted is None:
        return split
    documents = [split.documents[place] for place in draw_few(split.documents, wanted, _FEW_SEED)]
    fine = Counter(mention.type for document in documents for mention in document.mentions)
    return replace(split, documents=documents, fine_types=fine)


def _known(source: SourceName, domain: Domain, dataset: str) -> Corpus:
    corpus = domain.corpus_of(source, dataset)
    if corpus is not None:
        return corpus
    names = [known.dataset for known in domain.corpora if known.source == source]
    if not names:
        raise InputError(f"the domain {domain.name!r} has no corpus for --source {source}; use conll or jsonl")
    raise InputError(f"--source {source} has no corpus {dataset!r}; --dataset names one of {', '.join(names)}")
