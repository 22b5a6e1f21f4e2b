"""An annotated sample of the user's on the Quality page: read, scored by the chosen models at once, kept nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import counted, listed
from itner.dashboard import errors as mistakes
from itner.dashboard.cache import state_of, workspace
from itner.dashboard.jobs import Job, Report, ShouldStop, finish, let_go, once
from itner.dashboard.quality import Differences, differences
from itner.dashboard.uploading import take_files
from itner.dashboard.widgets import download_later, show_reason, to_csv, turn_pages
from itner.dashboard.work import keep, session_choices
from itner.data.apart import MAX_BYTES, read_apart
from itner.data.brat import ANNOTATIONS
from itner.data.corpus import Split
from itner.data.formats import COLUMN_SUFFIXES, DOC_BIN, JSON_SUFFIXES
from itner.data.stats import count_mentions, import_in_words
from itner.domains.registry import Domain
from itner.evaluation.cases import filter_cases, list_cases
from itner.files.highlighting import STYLE, legend
from itner.records.dataset import Misaligned
from itner.records.store import Run
from itner.reporting.advice import compare_rows
from itner.reporting.rows import Row, make_row
from itner.taggers.registry import guidelines_of, kind_of, lack_of, model_label, variants_of
from itner.workflows.sample import SampleScore, score_sample

_FILES, _JOB = "sample_files", "sample_job"
ANCHOR = "sample"
_SENTENCES_A_PAGE = 10
_REFUSE: Misaligned = "error"
_TYPES = sorted({*COLUMN_SUFFIXES, *JSON_SUFFIXES, DOC_BIN, ANNOTATIONS})
_MISALIGNED: dict[Misaligned, str] = {
    "error": "refuse the file",
    "expand": "take the whole word",
    "drop": "leave it out",
}


class _Stopped(Exception):
    pass


@dataclass
class Scores:
    """What came of scoring a sample: a score a model, and why others have none, by their labels."""

    done: list[SampleScore] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def choose_files() -> dict[str, bytes] | None:
    """The files that the session holds, by name, with what takes and forgets them; None where there are none."""
    files: dict[str, bytes] | None = st.session_state.get(_FILES)
    if files is None:
        taken = take_files(
            "Annotated file",
            "sample_upload",
            _TYPES,
            "CoNLL, itner, doccano, Label Studio, Prodigy, spaCy: the format is recognised. Of brat, the .txt and .ann "
            f"files together. {MAX_BYTES // 2**20} MiB at most.",
        )
        st.caption("It stays in this session's memory until you forget it or leave; nothing of it is stored.")
        if taken:
            st.session_state[_FILES] = {upload.name: upload.data for upload in taken}
            st.rerun()
        return None
    # The names come from the user: no Markdown in them.
    st.text(", ".join(files))
    if st.button("Forget my sample", icon=":material/delete_forever:"):
        let_go(_FILES, _JOB, "sample_read", "sample_differences")
        st.rerun()
    return files


def read(files: Mapping[str, bytes], domain: Domain) -> Split | None:
    """What is in the files, and how it was read, in words; None where they cannot be read, and the page says why."""
    misaligned = keep(
        session_choices(),
        "sample_misaligned",
        _REFUSE,
        lambda: st.selectbox(
            "A mention that begins or ends inside a word, or beyond the text (--misaligned)",
            list(_MISALIGNED),
            key="sample_misaligned",
            format_func=lambda name: _MISALIGNED[name],
        ),
    )
    digest = hashlib.sha256(b"".join(files.values())).hexdigest()

    def work(report: Report, should_stop: ShouldStop) -> Split:
        return read_apart(files, domain.scheme, misaligned, should_stop)

    job = once("sample_read", (digest, tuple(files), misaligned, domain.name), lambda: Job(work))
    try:
        split = finish(job, "Reading")
    except InputError as error:
        st.error("The sample cannot be read.")
        show_reason(str(error))
        return None
    counts = count_mentions(split.documents, domain.scheme.types)
    told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    dropped = [f"{count:,} left out ({reason})" for reason, count in split.dropped.items()]
    st.caption(f"{counted(len(split.documents), 'sentence')}; mentions: {told}.")
    if split.imported is not None:
        # Keys and types of the file: no Markdown in them.
        st.text("; ".join([f"Read as {import_in_words(split.imported)}", *dropped]))
    return split


def list_models(runs: Sequence[Run], variants: Sequence[str]) -> list[tuple[Run, str]]:
    """The runs that can be opened here at the variants that they have, slow kinds last."""
    pairs = [(run, variant) for run in runs if lack_of(run) is None for variant in variants_of(run)]
    return sorted((pair for pair in pairs if pair[1] in variants), key=lambda pair: kind_of(pair[0]).slow)


def choose_guideline(models: Sequence[tuple[Run, str]]) -> str | None:
    """By which guideline the sample is annotated; None where the runs are to choose, or have no choice."""
    known = list(dict.fromkeys(name for run, _ in models for name in guidelines_of(run)))
    if len(known) < 2:
        return None
    return keep(
        session_choices(),
        "sample_guideline",
        None,
        lambda: st.selectbox(
            "Annotation guideline",
            known,
            index=None,
            key="sample_guideline",
            placeholder="Each run's choice for raw text",
            help="What counts as a mention differs between the corpora that the runs learned from.",
        ),
        known,
    )


def hold_job(models: Sequence[tuple[Run, str]], split: Split, guideline: str | None) -> Job[Scores] | None:
    """The scoring of this sample by these models, started by a button; None while nobody has asked for it."""
    # In whatever order they are offered.
    states = sorted(((run.name, variant, state_of(run)) for run, variant in models), key=lambda state: state[:2])
    asked = (split.sha256, split.imported, guideline, states)
    known = st.session_state.get(_JOB)
    if known is not None and known[0] == asked:
        job: Job[Scores] = known[1]
        return job
    let_go(_JOB)
    sentences = counted(len(split.documents), "sentence")
    label = f"Score {counted(len(models), 'model')} on {sentences}"
    if not st.button(label, type="primary", icon=":material/target:", disabled=not models):
        return None
    started = start(models, split, guideline)
    st.session_state[_JOB] = (asked, started)
    # What is small is done at once; drawn anew, the page has no button left to press twice.
    started.wait(0.3)
    return st.rerun()


def start(models: Sequence[tuple[Run, str]], split: Split, guideline: str | None) -> Job[Scores]:
    """Score the sample in the background; a stop keeps the models that are done."""
    scores, place = Scores(), workspace()

    def work(report: Report, should_stop: ShouldStop) -> Scores:
        steps = 100
        for number, (run, variant) in enumerate(models):

            def tell(share: float, number: int = number) -> None:
                if should_stop():
                    raise _Stopped
                report(number * steps + int(share * steps), len(models) * steps)

            try:
                tell(0)
                scores.done.append(score_sample(run, variant, split, place, guideline, tell))
            except _Stopped:
                break
            except (InputError, RuntimeError) as error:
                scores.failed[model_label(run.name, variant)] = str(error)
        return scores

    return Job(work, so_far=lambda: Scores(list(scores.done), dict(scores.failed)))


def list_rows(scores: Sequence[SampleScore]) -> list[Row]:
    """A row a model, best first."""
    rows = [make_row(score.run, score.variant, score.report, score.errors) for score in scores]
    return sorted(rows, key=lambda row: -(row.micro_f1 or 0.0))


def say_absent(runs: Sequence[Run], scores: Scores) -> None:
    """The models without a score, and why."""
    lacking = [run.name for run in runs if lack_of(run) is not None]
    if lacking:
        st.caption(f"Not scored, because they cannot be opened here: {listed(lacking)}.")
    for label, reason in scores.failed.items():
        st.warning(f"{label} has no score.", icon=":material/warning:")
        show_reason(reason)


def compare_with_baseline(rows: Sequence[Row], number: int) -> tuple[str, Differences] | None:
    """The model that is chosen to hold the others against, and their differences to it; None where there is one alone.

    Args:
        number: of the scoring.
    """
    labels = [row.label for row in rows]
    if len(labels) < 2:
        return None
    label = keep(
        session_choices(),
        "sample_baseline",
        labels[0],
        lambda: st.selectbox("Baseline on the sample", labels, key="sample_baseline"),
        labels,
    )
    base = next(row for row in rows if row.label == label)
    others = [row for row in rows if row is not base]
    return label, once("sample_differences", (number, label), lambda: differences(base, others, compare_rows))


def show_sentences(split: Split, scores: Sequence[SampleScore], labels: Sequence[str], type_name: str) -> None:
    """The sample's sentences in which the first of two models, or the one there is, goes wrong otherwise than gold or
    than the other.

    Args:
        type_name: of the mistakes; "" for any.
    """
    known = {score.label: score for score in scores}
    reports = {label: known[label].errors for label in labels}
    cases = list_cases(split.documents, reports, {label: known[label].found for label in labels})
    first, *others = labels
    types = [type_name] if type_name else []
    found = filter_cases(
        cases, first, types=types, other=others[0] if others else None, show="differ" if others else "errors"
    )
    what = f" in {type_name}" if type_name else ""
    st.subheader(f"Where {first} {'differs from ' + others[0] if others else 'is wrong'}{what}", anchor=False)
    short = mistakes.letters(labels)
    st.html(STYLE + legend(list(scores[0].report.per_type)))
    st.caption(
        f"{len(found):,} of {len(cases):,} sentences with a mention or an error. "
        f"{', '.join(f'{letter} = {label}' for label, letter in short.items())}."
    )
    for case in turn_pages(found, _SENTENCES_A_PAGE, "sample_page"):
        with st.container(border=True):
            st.html(STYLE + mistakes.show_case(case, short))
    if found:
        every = f"All {counted(len(found), 'sentence')} as CSV"
        download_later(lambda: to_csv(mistakes.export_rows(found)), "sample.csv", "text/csv", "sample_csv", every)
