"""Preparing datasets: from a source, or out of prepared ones; and measuring an annotated corpus of ours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from itner.core.provenance import collect_provenance
from itner.data.diversity import measure_diversity
from itner.data.markup import count_channels, read_markup
from itner.data.mix import mix_datasets
from itner.data.oversample import OVERSAMPLING_SEED
from itner.data.processed import CORPUS_REPORT, write_processed
from itner.data.sources import OWN_MIXTURE, SourceName, default_dataset, read_source
from itner.domains.registry import get_domain
from itner.evaluation.annotators import compare_annotators
from itner.records.codec import to_json
from itner.records.dataset import CorpusReport, DataStats, Misaligned, SourceFacts
from itner.records.files import check_name, sha256_file, write_atomic
from itner.records.workspace import Workspace

WEAK_RATIO = 0.3
# What was settled on, and both independent passes over the same sentences.
_SETTLED, _PASSES, _TICKETS = "settled", ("first_pass", "second_pass"), "tickets.txt"


def prepare(
    source: SourceName,
    path: Path | None,
    domain_name: str,
    place: Workspace,
    dataset: str | None = None,
    guideline: str | None = None,
    seed: int = OVERSAMPLING_SEED,
    misaligned: Misaligned = "error",
    tag_column: int | None = None,
) -> DataStats:
    """Read a source, remap it to the domain's scheme, oversample train, write `data/processed/<dataset>/`.

    Args:
        dataset: which of the domain's corpora (`hub` and `embedded`), or the name of the user's; None for the first of
            the source.
        guideline: the annotation guideline that the documents follow; None for that of the corpus, where the domain
            knows it, or else for one of the dataset's own name.
        misaligned: what is done with annotated spans whose boundary lies inside a word (`conll` and `jsonl`).
        tag_column: the column of the tags in CoNLL files, from 1; None recognises it.
    """
    domain = get_domain(domain_name)
    name = check_name(dataset or default_dataset(source, domain))
    splits = read_source(source, path, domain, name, place, misaligned, tag_column, seed)
    corpus = domain.corpus_of(source, name)
    known = corpus.guideline if corpus is not None else name
    facts = SourceFacts(guideline or known, corpus.dataset if corpus is not None else None)
    return write_processed(splits, name, source, domain, seed, {name: facts}, place)


def mix(
    names: Sequence[str],
    place: Workspace,
    dataset: str | None = None,
    weak: Sequence[str] = (),
    weak_ratio: float = WEAK_RATIO,
    seed: int = OVERSAMPLING_SEED,
) -> DataStats:
    """Prepare a dataset out of prepared ones and of weakly labelled text."""
    name = check_name(dataset or OWN_MIXTURE)
    mixture = mix_datasets(names, weak, weak_ratio, seed, place)
    return write_processed(mixture.splits, name, "mix", mixture.domain, seed, mixture.sources, place, mixture.parts)


def measure_corpus(folder: Path, domain_name: str) -> CorpusReport:
    """Diversity and annotator agreement of an annotated corpus of ours, written to its `report.json`.

    `folder` holds what was settled on, the file of the domain's corpus there or else `tickets.txt`, and two
    independent passes over its sentences, or over those that were annotated twice.
    """
    domain = get_domain(domain_name)
    scheme = domain.scheme
    files = {Path(corpus.path).parent.name: Path(corpus.path).name for corpus in domain.corpora if corpus.path}
    paths = {_SETTLED: folder / files.get(folder.name, _TICKETS)} | {name: folder / f"{name}.txt" for name in _PASSES}
    read = {
        name: [document for split in read_markup(path, scheme, folder.name).values() for document in split.documents]
        for name, path in paths.items()
    }
    channels = count_channels(paths[_SETTLED])
    settled, (first, second) = read[_SETTLED], (read[name] for name in _PASSES)
    passed = {document.id for document in first}
    twice = [document for document in settled if document.id in passed]
    report = CorpusReport(
        tickets=sum(channels.values()),
        sentences=len(settled),
        channels=channels,
        diversity=measure_diversity(settled),
        agreement=compare_annotators(first, second, scheme.types),
        first_to_gold=compare_annotators(twice, first, scheme.types),
        second_to_gold=compare_annotators(twice, second, scheme.types),
        sha256={path.name: sha256_file(path) for path in paths.values()},
        provenance=collect_provenance(),
    )
    write_atomic(folder / CORPUS_REPORT, to_json(report))
    return report
