"""Labelling text that nobody annotated: a domain's functions and a tagger vote on every sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.core.types import Document, LabellingFunction, Mention, Tagger
from itner.data.jsonl import write_lines
from itner.data.oversample import OVERSAMPLING_SEED
from itner.data.processed import WEAK, read_split, read_stats
from itner.data.stats import count_mentions
from itner.domains.registry import get_domain
from itner.files.items import DEFAULTS, FileNotice, Settings
from itner.labelling.issues import sample_sentences, stream_issues
from itner.labelling.unlabelled import list_unlabelled
from itner.labelling.weak import collect_votes, label_settled, measure_functions, score_settled
from itner.records.codec import to_json
from itner.records.dataset import WeakReport
from itner.records.files import check_name, sha256_file, write_atomic
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.workflows.inputs import read_whole
from itner.workflows.open import check_domain, exact_variant, open_tagger


def label_weakly(
    paths: Sequence[Path],
    dev: str,
    dataset: str,
    place: Workspace,
    tagger: str | None = None,
    tagger_threshold: float = 0.9,
    threshold: float = 0.8,
    hub_issues: int = 0,
    seed: int = OVERSAMPLING_SEED,
    progress: Progress = silent,
    settings: Settings = DEFAULTS,
    tell: Callable[[FileNotice], None] = lambda _: None,
) -> WeakReport:
    """Turn unlabelled text into weakly labelled sentences: `data/weak/<dataset>.jsonl`, and a report beside it.

    Args:
        paths: files of text, folders, and patterns.
        hub_issues: as many GitHub issues from the hub as well, one sentence each, chosen by `seed`.
        dev: the prepared dataset whose dev split says how often each labelling function is right.
        tagger: a run that votes beside the functions, apart for mentions of at least `tagger_threshold` and below.
        threshold: a mention is kept when it is right with at least this probability, by the votes for it.
        settings: how the files are read.
        tell: hears what was assumed of a file.
    """
    check_name(dataset)
    facts = read_stats(dev, place)
    domain = get_domain(facts.domain)
    types = domain.scheme.types
    if tagger is not None:
        check_domain(RunStore(place.models).load(tagger), facts)
    files, texts = read_whole(paths, settings, tell)
    documents = list_unlabelled(texts, dataset)
    inputs = {upload.name: hashlib.sha256(upload.data).hexdigest() for upload in files}
    if hub_issues:
        if not domain.hub_text:
            raise InputError(f"the domain {domain.name!r} knows no unlabelled text on the hub; pass files")
        progress(f"reading {hub_issues:,} issues from the hub", 0.0)
        issues = sample_sentences(stream_issues(domain.hub_text, hub_issues, seed), seed, dataset)
        inputs[domain.hub_text] = hashlib.sha256("\n".join(document.text for document in issues).encode()).hexdigest()
        documents += issues
    if not documents:
        raise InputError("there is no text to label: pass files, or a number of issues from the hub")
    gold = read_split(dev, "dev", place)
    guideline = facts.sources[dev].guideline if dev in facts.sources else domain.guidelines[-1]
    functions: dict[str, LabellingFunction] = {function.__name__: function for function in domain.functions}
    if tagger is not None:
        model = open_tagger(tagger, exact_variant(tagger, place), place, progress)
        functions |= _as_functions(model, [*documents, *gold], guideline, tagger_threshold, progress)
    progress("voting", 0.0)
    voted, voted_dev = collect_votes(functions, documents), collect_votes(functions, gold)
    stats = measure_functions(voted, voted_dev, types)
    labelled = label_settled(voted, stats, threshold)
    if not labelled:
        raise InputError("no sentence is left: no votes were certain enough; lower --threshold")
    settled_dev = label_settled(voted_dev, stats, threshold)
    folder = place.data / WEAK
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / f"{dataset}.jsonl"
    write_atomic(text, write_lines(labelled))
    report = WeakReport(
        name=dataset,
        domain=domain.name,
        guideline=guideline,
        inputs=inputs,
        dev=dev,
        tagger=tagger,
        tagger_sha256=RunStore(place.models).load(tagger).info.model_sha256 if tagger is not None else None,
        tagger_threshold=tagger_threshold if tagger is not None else None,
        threshold=threshold,
        sentences=len(documents),
        kept=len(labelled),
        mentions=count_mentions(labelled, types),
        functions=stats,
        dev_sentences=len(gold),
        dev_settled_sentences=len(settled_dev),
        dev_settled=score_settled(gold, settled_dev, types),
        weak_sha256=sha256_file(text),
        provenance=collect_provenance(),
    )
    write_atomic(folder / f"{dataset}.json", to_json(report))
    return report


def _as_functions(
    model: Tagger, documents: Sequence[Document], guideline: str, threshold: float, progress: Progress
) -> dict[str, LabellingFunction]:
    """A tagger as labelling functions for these documents, tagged at once, by a guideline.

    What it is less sure of than `threshold` is a function by itself, which is less often right: where nothing else
    supports such a mention, the sentence is doubtful and must not pass for one without it.
    """
    progress("tagging", 0.0)
    asked = [replace(document, guideline=guideline) for document in documents]
    sure: dict[tuple[str, str], list[Mention]] = {}
    unsure: dict[tuple[str, str], list[Mention]] = {}
    for document, mentions in zip(documents, model.tag_documents(asked), strict=True):
        place = document.source, document.id
        sure[place] = [m for m in mentions if m.score is None or m.score >= threshold]
        unsure[place] = [m for m in mentions if m.score is not None and m.score < threshold]
    return {
        "tagger": lambda document: sure[document.source, document.id],
        "tagger_unsure": lambda document: unsure[document.source, document.id],
    }
