"""What the dashboard keeps between reruns: runs by the state of their files, taggers by what they were made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from itner.core.errors import InputError
from itner.core.types import Document, Tagger
from itner.core.words import printable
from itner.data.processed import (
    META,
    PROCESSED,
    read_corpus_report,
    read_meta,
    read_split,
    read_stats,
    read_weak_reports,
)
from itner.domains.registry import domain_names, get_domain
from itner.evaluation.compare import Difference
from itner.evaluation.predictions import Predictions, read_predictions
from itner.records.bulk import BulkBench, BulkProof
from itner.records.claims import ClaimReport
from itner.records.curve import LearningCurve
from itner.records.dataset import CorpusReport, DataStats, WeakReport
from itner.records.files import read_record
from itner.records.peers import Peers
from itner.records.prices import Prices, read_prices
from itner.records.store import BrokenRun, Run, RunStore, read_ablation, read_claims, read_curves, read_study
from itner.records.study import Ablation, CompressionStudy, Published
from itner.records.verdicts import OTHER_VERDICTS, VERDICTS_FILE, VerdictReport
from itner.records.workspace import CHECKOUT, Workspace
from itner.reporting.advice import Limits, compare_rows, compare_rows_by_type
from itner.reporting.bulk import read_bulk_bench
from itner.reporting.bulk_proof import read_bulk_proof
from itner.reporting.findings import Finding, list_findings
from itner.reporting.peers import read_peers
from itner.reporting.readme import read_published
from itner.reporting.rows import Row
from itner.reporting.sensitivity import AnswerMap, map_answers
from itner.taggers.base import Accountable
from itner.taggers.registry import kind_of, open_variant
from itner.taggers.rules.tagger import RulesTagger

# Taggers that are kept in memory at once, of all sessions together.
MOST_TAGGERS = 8


def workspace() -> Workspace:
    """The folders that the dashboard shows: the checkout's, or those that ITNER_MODELS and ITNER_DATA name."""
    return Workspace.find()


def without_places(text: str) -> str:
    """The text with paths as they are inside our folders: where those lie on the server is nobody's business here."""
    place = workspace()
    names = {Path.home(): "~/", Path.cwd(): ""} | ({CHECKOUT: ""} if CHECKOUT is not None else {})
    names |= {root: f"{root.name}/" for root in (place.models, place.data)}
    for folder in sorted(names, key=lambda folder: len(str(folder)), reverse=True):
        known, name = printable(str(folder)).rstrip("/"), names[folder]
        if known:
            # Whole names alone: what begins or ends alike is another folder.
            text = name.join(re.split(rf"(?<![\w./-]){re.escape(known)}/", text))
    return text


def load_runs() -> tuple[list[Run], list[BrokenRun]]:
    """All runs and broken folders; read again only when a file has changed."""
    root = workspace().models
    return _load_runs(root, RunStore(root).fingerprint())


@st.cache_resource(show_spinner="Reading the run folders", max_entries=4)
def _load_runs(root: Path, fingerprint: tuple[tuple[str, int, int], ...]) -> tuple[list[Run], list[BrokenRun]]:
    runs, broken = RunStore(root).load_all()
    known = set(domain_names())
    foreign = [run for run in runs if run.info.domain not in known]
    broken += [BrokenRun(run.path, f"its domain {run.info.domain!r} is not known here") for run in foreign]
    return [run for run in runs if run not in foreign], sorted(broken, key=lambda run: run.name)


def compare(first: Row, second: Row) -> Difference | None:
    """`compare_rows`, once for each pair of results."""
    return _compare(first, second, _key(first), _key(second))


@st.cache_data(show_spinner=False, max_entries=2000)
def _compare(_first: Row, _second: Row, first: tuple[str, ...], second: tuple[str, ...]) -> Difference | None:
    return compare_rows(_first, _second)


def compare_by_type(first: Row, second: Row) -> Mapping[str, Difference]:
    """`compare_rows_by_type`, once for each pair of results."""
    return _compare_by_type(first, second, _key(first), _key(second))


@st.cache_data(show_spinner=False, max_entries=1000)
def _compare_by_type(
    _first: Row, _second: Row, first: tuple[str, ...], second: tuple[str, ...]
) -> Mapping[str, Difference]:
    return compare_rows_by_type(_first, _second)


def _key(row: Row) -> tuple[str, ...]:
    report = row.report
    facts = (report.dataset, report.split, report.split_sha256, report.model_sha256) if report else ()
    # A new evaluation of the same weights may come from new code.
    made = report.provenance.created if report else ""
    return (row.run, row.variant, *facts, made, *(f"{name}={weight:g}" for name, weight in sorted(row.weights.items())))


@st.cache_resource(show_spinner="Comparing the runs", max_entries=32)
def _findings(
    root: Path,
    fingerprint: tuple[tuple[str, int, int], ...],
    _runs: Sequence[Run],
    dataset: str,
    split: str,
    _prices: Prices | None,
    told: str,
) -> list[Finding]:
    return list_findings(_runs, dataset, split, compare, _prices)


def find(runs: Sequence[Run], dataset: str, split: str) -> list[Finding]:
    """`list_findings`, once for each state of the run folders."""
    root = workspace().models
    try:
        prices = load_prices()
    except InputError:
        # The leaderboard says what is wrong with the file.
        prices = None
    return _findings(root, RunStore(root).fingerprint(), runs, dataset, split, prices, repr(prices))


def map_advice(runs: Sequence[Run], rows: Sequence[Row], dataset: str, split: str, limits: Limits) -> AnswerMap:
    """`map_answers`, once for each state of the run folders and of the limits that it depends on."""
    root = workspace().models
    weights = tuple(sorted(rows[0].weights.items())) if rows else ()
    told = (runs[0].info.domain, dataset, split, limits.min_f1, limits.min_recall, limits.quantile, weights)
    return _map_advice(root, RunStore(root).fingerprint(), rows, limits, told)


@st.cache_resource(show_spinner="Asking under all limits", max_entries=32)
def _map_advice(
    root: Path,
    fingerprint: tuple[tuple[str, int, int], ...],
    _rows: Sequence[Row],
    _limits: Limits,
    told: tuple[object, ...],
) -> AnswerMap:
    return map_answers(_rows, _limits, compare)


def load_prices() -> Prices | None:
    """What taggers cost, None where there is no such file; InputError when it is damaged."""
    return read_prices(workspace())


def load_ablation(domain: str) -> Ablation | None:
    """What each step of the training brought, None when nobody measured it; InputError when the file is damaged."""
    ablation = read_ablation(workspace().models)
    return ablation if ablation is not None and ablation.domain == domain else None


def load_claims(domain: str, dataset: str, split: str) -> ClaimReport | None:
    """What was tested of compression on a dataset split, None when nobody did; InputError when the file is damaged."""
    claims = read_claims(workspace().models)
    report = claims.of(dataset, split) if claims is not None else None
    return report if report is not None and report.domain == domain else None


def load_curve(domain: str) -> LearningCurve | None:
    """What few sentences teach, None when nobody measured it; InputError when the file is damaged."""
    curves = read_curves(workspace().models)
    curve = curves.of(domain) if curves is not None else None
    return curve if curve is not None and curve.points else None


def load_verdicts(domain: str) -> VerdictReport | None:
    """How often verdicts are right, None when nobody scored them; InputError when the file is damaged."""
    file = _verdicts_file(domain)
    report: VerdictReport | None = None if file is None else read_record(workspace().corpus(file), VerdictReport)
    return report


def load_other_verdicts(domain: str) -> list[VerdictReport]:
    """The same on other tables of reports, each in a file beside it; InputError when one is damaged."""
    file = _verdicts_file(domain)
    if file is None:
        return []
    paths = sorted(workspace().corpus(file).parent.glob(OTHER_VERDICTS))
    return [report for path in paths if (report := read_record(path, VerdictReport)) is not None]


def verdicts_path(domain: str) -> str:
    """Where the scores of a domain's verdicts are looked for, to be told what writes them."""
    file = _verdicts_file(domain)
    return VERDICTS_FILE if file is None else path_from_here(workspace().data / file)


def _verdicts_file(domain: str) -> str | None:
    """Under `data/`, beside the corpus that the domain ships; None where it ships none."""
    release = get_domain(domain).release
    corpus = get_domain(domain).corpus(release.corpus) if release is not None else None
    return None if corpus is None or corpus.folder is None else f"{corpus.folder}/{VERDICTS_FILE}"


def load_study(domain: str) -> CompressionStudy | None:
    """The compression study, None when nobody made it; InputError when the file is damaged."""
    study = read_study(workspace().models)
    return study if study is not None and study.domain == domain else None


def load_corpus_report(domain: str, dataset: str) -> CorpusReport | None:
    """Agreement and diversity of a corpus of ours, None for other datasets; InputError when the file is damaged."""
    corpus = get_domain(domain).corpus(dataset)
    return read_corpus_report(workspace().data / corpus.folder) if corpus is not None and corpus.folder else None


def load_weak_reports(domain: str) -> list[WeakReport]:
    """Reports of weakly labelled text of a domain; InputError when one is damaged."""
    return [report for report in read_weak_reports(workspace()) if report.domain == domain]


def unlabelled_text(domain: str) -> tuple[str, str]:
    """What there is to label weakly, in words and as a path; FILE where the domain ships no such text."""
    name = get_domain(domain).unlabelled
    path = workspace().corpus(name)
    if not name or not path.is_file():
        return "text of yours", "FILE"
    return "the text that ships without annotation", path_from_here(path)


def path_from_here(path: Path) -> str:
    """A path as a command that is pasted into a shell here takes it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def load_datasets() -> dict[str, DataStats]:
    """Statistics of the prepared datasets, the most sentences first, mixtures last; InputError for a damaged file."""
    path = workspace().data / META
    datasets = read_meta(workspace()).datasets if path.exists() else {}
    known = {name: stats for name, stats in datasets.items() if stats.domain in domain_names()}
    if datasets and not known:
        named = ", ".join(sorted({repr(stats.domain) for stats in datasets.values()}))
        raise InputError(f"the datasets are of domains that are not known here: {named}", path=path)

    def order(pair: tuple[str, DataStats]) -> tuple[bool, int]:
        return bool(pair[1].parts), -sum(split.sentences for split in pair[1].splits.values())

    return dict(sorted(known.items(), key=order))


class AbsentText(InputError):
    """Statistics are here and the text is not, which others may not have wanted passed on."""


def load_documents(dataset: str, split: str, split_sha256: str) -> list[Document]:
    """A split's documents.

    Raises:
        AbsentText: when their text is not on this machine.
        InputError: when it is not what was scored.
    """
    place = workspace()
    prepared = read_stats(dataset, place)
    stats = prepared.splits.get(split)
    if stats is None or stats.processed_sha256 != split_sha256:
        raise InputError(f"the runs were scored on another version of {dataset} {split} than the one prepared here")
    if prepared.source != "embedded" and not (place.data / PROCESSED / dataset / f"{split}.jsonl").is_file():
        raise AbsentText(f"the text of dataset {dataset!r} is not on this machine")
    return _load_documents(dataset, split, split_sha256, place)


@st.cache_resource(show_spinner="Reading the corpus", max_entries=8)
def _load_documents(dataset: str, split: str, split_sha256: str, place: Workspace) -> list[Document]:
    return read_split(dataset, split, place)


def load_predictions(path: Path) -> Predictions | None:
    """Stored predictions, None where there are none; InputError when the file is damaged."""
    if not path.is_file():
        return None
    state = path.stat()
    return _load_predictions(path, state.st_mtime_ns, state.st_size)


# A few tens of models on one split; what is kept of each is a few hundred kilobytes.
@st.cache_resource(show_spinner="Reading the predictions", max_entries=32)
def _load_predictions(path: Path, changed: int, size: int) -> Predictions:
    return read_predictions(path)


def load_published() -> Published:
    """Results reported elsewhere."""
    return read_published(workspace())


def load_peers(domain: str) -> Peers | None:
    """Other libraries measured on a domain's data, None when nobody measured any; InputError for a damaged file."""
    return read_peers(workspace(), domain)


def load_bulk() -> BulkBench | None:
    """How fast much text is tagged, None where nobody measured it; InputError for a damaged file."""
    return read_bulk_bench(workspace())


def load_bulk_proof() -> BulkProof | None:
    """What was tried of tagging much text, None where nobody tried it; InputError for a damaged file."""
    return read_bulk_proof(workspace())


@st.cache_resource(show_spinner=False)
def rules_of(domain: str) -> Tagger:
    """The domain's own rules as a tagger."""
    return RulesTagger(get_domain(domain))


def state_of(run: Run) -> tuple[object, ...]:
    """What a tagger of the run is made of, to tell whether one that is kept is still of it.

    More than its weights: a tokenizer or a threshold may have been replaced beside them.
    """
    return (run.info.model_sha256, run.fingerprint(), *(state_of(part) for part in kind_of(run).parts(run)))


def get_tagger(run: Run, variant: str) -> Tagger:
    """The tagger, loaded once for all sessions of this process; what it is opened from is built first when missing.

    One that keeps an account is opened anew each time, so that the account is of who asks; what is large is shared.
    """
    tagger = _load_tagger(run.name, variant, run.path.parent, state_of(run))
    return open_variant(run, variant) if isinstance(tagger, Accountable) else tagger


# Six are compared at most; who was not asked for the longest goes first, and its memory with it.
@st.cache_resource(
    show_spinner="Loading the model (the first time, its files are built from the weights)", max_entries=MOST_TAGGERS
)
def _load_tagger(name: str, variant: str, root: Path, state: tuple[object, ...]) -> Tagger:
    # Imported here so that pages without a model never pay for the runtime.
    from itner.workflows.open import open_tagger

    return open_tagger(name, variant, Workspace(root, workspace().data), apart=True)
