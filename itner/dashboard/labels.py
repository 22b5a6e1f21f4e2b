"""What the page Labels shows: suspects one after another, what is decided of them, and the files that come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import pandas as pd
import streamlit as st

from itner.core.errors import InputError
from itner.core.labels import align_mentions
from itner.core.types import Document, Mention
from itner.core.words import counted
from itner.dashboard.cache import workspace
from itner.data.markup import parse_sentence, write_sentence
from itner.data.mending import make_patch, mend_markup
from itner.domains.registry import Domain, get_domain
from itner.files.highlighting import aligned
from itner.records.dataset import DataStats
from itner.records.evaluation import Span
from itner.records.suspects import PlantedTest, Suspect, SuspectReport
from itner.reporting.rows import in_words
from itner.reporting.suspects import KIND_WORDS, found_in_words, pool_tests
from itner.workflows.suspects import read_suspects

Decision = Literal["keep", "change", "unsure"]
# The keys of the buttons; C is Streamlit's own.
KEYS: Mapping[Decision, str] = {"keep": "K", "change": "X", "unsure": "U"}
# Where in the session what is decided is, by the state of the dataset it is about.
_DECIDED = "labels_decided"
_ROWS = ("annotated", "proposed")


@dataclass(frozen=True)
class ByHand:
    """A decision to change a sentence, to these mentions and no others."""

    mentions: tuple[Mention, ...]


def name_decision(decided: Decision | ByHand) -> str:
    """A decision in a word or two."""
    return "changed by hand" if isinstance(decided, ByHand) else decided


def find_reports(datasets: Mapping[str, DataStats]) -> dict[str, SuspectReport]:
    """The suspects of prepared datasets by the dataset's name; InputError for a damaged file."""
    found = {}
    for name, stats in datasets.items():
        report = read_suspects(name, get_domain(stats.domain), workspace())
        if report is not None:
            found[name] = report
    return found


def source_of(report: SuspectReport) -> str | None:
    """The file that a patch changes, under `data/`; None for a dataset that does not ship."""
    corpus = get_domain(report.domain).corpus(report.dataset)
    return corpus.path if corpus is not None and corpus.path else None


def decisions(report: SuspectReport) -> dict[int, Decision | ByHand]:
    """What this session decided of the suspects, by their place in the record, in order; to be changed in place."""
    state = (report.dataset, tuple(report.splits.items()), report.provenance.created)
    kept: dict[object, dict[int, Decision | ByHand]] = st.session_state.setdefault(_DECIDED, {})
    return kept.setdefault(state, {})


def filter_suspects(
    suspects: Sequence[Suspect],
    kinds: Sequence[str],
    types: Sequence[str],
    splits: Sequence[str],
) -> list[int]:
    """The places of the suspects of these kinds, types and splits; none of a kind of filter means any."""
    return [
        number
        for number, suspect in enumerate(suspects)
        if (not kinds or suspect.kind in kinds)
        and (not splits or suspect.split in splits)
        and (not types or any(span.type in types for span in (*suspect.given, *suspect.proposed)))
    ]


def change(document: Document, suspects: Sequence[Suspect]) -> tuple[Mention, ...]:
    """A document's mentions with what each of its suspects proposes.

    InputError where the document does not hold what a suspect says is annotated, or the proposals overlap.
    """
    mentions = {(m.start, m.end, m.type) for m in document.mentions}
    for suspect in suspects:
        given = {(span.start, span.end, span.type) for span in suspect.given}
        if not given <= mentions:
            raise InputError(f"sentence {document.id} is annotated otherwise now; look for suspects again")
        mentions = (mentions - given) | {(span.start, span.end, span.type) for span in suspect.proposed}
    ordered = sorted(mentions)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise InputError(f"what is proposed for sentence {document.id} overlaps")
    return tuple(Mention(*span) for span in ordered)


def change_all(
    report: SuspectReport, decided: Mapping[int, Decision | ByHand], documents: Mapping[str, Document]
) -> dict[str, tuple[Mention, ...]]:
    """The mentions of each document that is to be changed; what was written by hand replaces all that was before it.

    InputError as from `change`.
    """
    begun: dict[str, Document] = {}
    proposals: dict[str, list[Suspect]] = {}
    for number, decision in decided.items():
        suspect = report.suspects[number]
        name = suspect.document
        if isinstance(decision, ByHand):
            begun[name], proposals[name] = replace(documents[name], mentions=decision.mentions), []
        elif decision == "change":
            begun.setdefault(name, documents[name])
            proposals.setdefault(name, []).append(suspect)
    return {name: change(document, proposals[name]) for name, document in begun.items()}


def write_by_hand(document: Document, mentions: Sequence[Mention]) -> str:
    """A sentence with mentions as somebody edits it: `[Outlook](SOFTWARE)`."""
    return write_sentence(document.text, mentions)


def read_by_hand(written: str, document: Document, domain: Domain) -> ByHand:
    """What somebody made of it; InputError where it is no annotation of that sentence."""
    try:
        text, found = parse_sentence(written, domain.scheme)
    except ValueError as error:
        raise InputError(str(error)) from None
    if text != document.text:
        raise InputError("the words must stay as they are; only brackets and types are changed")
    mentions = tuple(found)
    if unaligned := align_mentions(replace(document, mentions=mentions))[1]:
        part = text[unaligned[0].start : unaligned[0].end]
        raise InputError(f"mention {part!r} does not start and end on token boundaries")
    if mentions == document.mentions:
        raise InputError("that is what is annotated; keep it, or change something")
    return ByHand(mentions)


def patch(
    report: SuspectReport, decided: Mapping[int, Decision | ByHand], documents: Mapping[str, Document], domain: Domain
) -> str:
    """The decided changes as a unified diff of the corpus's file; empty where nothing is to be changed."""
    source = source_of(report)
    if source is None:
        raise InputError(f"dataset {report.dataset!r} does not ship, so there is no file of ours to change")
    changed = change_all(report, decided, documents)
    before, after = mend_markup(workspace().corpus(source), changed, domain.scheme)
    return make_patch(before, after, f"data/{source}")


def decisions_as_json(report: SuspectReport, decided: Mapping[int, Decision | ByHand]) -> str:
    """What was decided, as offsets: `decisions` with split, document, kind, given, proposed and the decision.

    What was changed by hand has `mentions`, all of its sentence.
    """
    listed = [
        {
            "split": suspect.split,
            "document": suspect.document,
            "kind": suspect.kind,
            "given": [_as_json(span) for span in suspect.given],
            "proposed": [_as_json(span) for span in suspect.proposed],
            "decision": name_decision(decision),
        }
        | ({"mentions": [_as_json(mention) for mention in decision.mentions]} if isinstance(decision, ByHand) else {})
        for number, decision in sorted(decided.items())
        for suspect in [report.suspects[number]]
    ]
    told = {"dataset": report.dataset, "splits": dict(report.splits), "decisions": listed}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def show_suspect(document: Document, suspect: Suspect) -> str:
    """HTML of the sentence with what is annotated and what is proposed, one under the other."""
    proposed = change(document, [suspect])
    return aligned(document.text, list(zip(_ROWS, (document.mentions, proposed), strict=True)))


def suspect_in_words(suspect: Suspect) -> str:
    """What is doubted of it, how much, and who agrees; without any text of the corpus."""
    said = f"{KIND_WORDS[suspect.kind]} · {suspect.split} · implausible to {suspect.score:.3f}"
    if suspect.opinions is None:
        return said + " · no run was asked"
    asked = counted(suspect.opinions.runs, "run")
    return f"{said} · of {asked} {suspect.opinions.proposed} say what is proposed, {suspect.opinions.given} what stands"


def counts_table(report: SuspectReport) -> pd.DataFrame:
    """How many suspects there are of each kind."""
    return pd.DataFrame.from_records(
        [{"kind": KIND_WORDS[kind], "suspects": number} for kind, number in report.found.items()]
    )


def scores_table(report: SuspectReport) -> pd.DataFrame:
    """How well the tagger of the folds tags what it never saw, by split."""
    return pd.DataFrame.from_records(
        [
            {
                "split": split,
                "F1 out of sample": in_words(scored.counts.f1, scored.interval),
                "mentions": scored.counts.support,
            }
            for split, scored in report.scores.items()
        ]
    )


def count_columns() -> dict[str, Any]:
    """How Streamlit shows `counts_table` and `scores_table`."""
    number = st.column_config.NumberColumn
    return {name: number(format="localized") for name in ("suspects", "mentions")}


def planted_table(tests: Sequence[PlantedTest]) -> pd.DataFrame:
    """What was found of planted errors, a column a test and one of all together."""
    heads = [f"seed {test.seed}" for test in tests] + ["together"]
    return pd.DataFrame.from_records(
        [
            {"measured": name} | {head: found_in_words(value) for head, value in zip(heads, values, strict=True)}
            for name, values in pool_tests(tests)
        ]
    )


def suspect_rows(
    suspects: Sequence[Suspect], decided: Mapping[int, Decision | ByHand], numbers: Sequence[int]
) -> pd.DataFrame:
    """A line a suspect, without text."""
    return pd.DataFrame.from_records(
        [
            {
                "document": suspects[number].document,
                "split": suspects[number].split,
                "kind": KIND_WORDS[suspects[number].kind],
                "annotated": _name_spans(suspects[number].given),
                "proposed": _name_spans(suspects[number].proposed),
                "implausible": suspects[number].score,
                "decision": name_decision(decided[number]) if number in decided else "",
            }
            for number in numbers
        ],
        columns=["document", "split", "kind", "annotated", "proposed", "implausible", "decision"],
    )


def suspect_columns() -> dict[str, Any]:
    """How Streamlit shows `suspect_rows`."""
    return {"implausible": st.column_config.ProgressColumn(format="%.3f", min_value=0.0, max_value=1.0)}


def _name_spans(spans: Sequence[Span]) -> str:
    return ", ".join(f"{span.type} {span.start}–{span.end}" for span in spans) or "–"


def _as_json(span: Span | Mention) -> dict[str, object]:
    return {"start": span.start, "end": span.end, "type": span.type}
