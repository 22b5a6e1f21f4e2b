"""What the taggers get wrong: confusions, error classes, and the sentences themselves."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import counted, unmarked
from itner.dashboard import errors as mistakes
from itner.dashboard import selection
from itner.dashboard.cache import load_documents
from itner.dashboard.widgets import (
    begin_page,
    choose_dataset,
    choose_runs,
    choose_variants,
    download_later,
    end_page,
    show_command,
    show_figure,
    show_folded,
    show_no_sentences,
    show_table,
    to_csv,
    turn_pages,
)
from itner.evaluation.cases import filter_cases, list_cases, most_confident
from itner.files.highlighting import STYLE, legend
from itner.records.evaluation import ERROR_CLASSES, ErrorReport
from itner.reporting.glossary import CLASS_MEANINGS
from itner.reporting.rows import list_rows


def show_counts(reports: Mapping[str, ErrorReport], units: Mapping[str, int], name: str) -> None:
    """How often each model is wrong in which way, and which types are taken for which."""
    st.header("Error classes")
    frame = mistakes.classes(list(reports.items()))
    by = selection.choose_one("One bar for each", ("model", "type"), "by", pills=True)
    if by == "type":
        shown = selection.choose_one("Model", list(reports), "class_model")
        frame = frame[frame["model"] == shown]
    show_figure(mistakes.class_bars(frame, by), frame, f"classes-{name}", "Stacked bars: errors of each class.")
    st.caption("; ".join(f"**{kind}**: {CLASS_MEANINGS[kind]}" for kind in ERROR_CLASSES) + ".")

    edges = mistakes.boundaries(reports.items())
    st.subheader("What is wrong with boundaries", anchor=False)
    show_figure(mistakes.boundary_bars(edges), edges, f"boundaries-{name}", "Stacked bars: boundary errors by kind.")
    st.caption(
        "Split: several predictions on one gold mention; merged: one prediction on several; else too long, too short, "
        "or shifted, which is too long at one end and too short at the other."
    )

    def show_schemes() -> None:
        frame = mistakes.schemes([(label, report, units[label]) for label, report in reports.items()])
        show_table(frame, f"schemes-{name}")
        st.caption(mistakes.SCHEMES_MEAN)

    show_folded("How strictly a match is judged", show_schemes, "schemes")

    st.header("Confusions")
    label = selection.choose_one("Model", list(reports), "confusion_model")
    left, right = st.columns([3, 2])
    with left:
        unit = selection.choose_one("Cells show", ("mentions", "share of gold type"), "unit", pills=True)
        diagonal = selection.choose_one("Right types", ("hidden", "shown"), "diagonal", pills=True) == "shown"
        matrix = mistakes.confusion(reports[label])
        show_figure(
            mistakes.confusion_heatmap(matrix, unit != "mentions", diagonal),
            mistakes.confusion_records(matrix),
            f"confusion-{name}",
            f"Confusion matrix of {label}: gold types by predicted types.",
        )
        st.caption("A gold mention is paired with the prediction that overlaps it most. O: no mention.")
    with right:
        st.markdown("**Dominant confusions**")
        show_table(mistakes.dominant(reports[label]), f"dominant-{name}", mistakes.dominant_columns())


runs = begin_page("Errors", "Where each tagger goes wrong, and how.")
parts = {"all": "counts and sentences", "sentences": "sentences"}
part = selection.choose_one("Look at", tuple(parts), "part", names=parts, pills=True)
# A link to sentences arrives at them. What is missing altogether is said where it is seen.
folded = part == "sentences" and any(run.metrics.reports for run in runs)
with st.expander("Dataset, runs and variants") if folded else st.container():
    dataset, split = choose_dataset(runs)
    chosen = choose_runs(runs)
    variants = choose_variants(chosen or runs, 1)
rows = list_rows(chosen, dataset, split)
reports = {row.label: row.errors for row in rows if row.errors is not None and row.variant in variants}
if not reports:
    st.info(f"No errors are recorded for this choice on the {split} set of {dataset}. Record them with:")
    show_command("evaluate", runs[0].name, "--dataset", dataset, "--split", split)
    end_page()

name = f"{dataset}-{split}"
types = [
    kind for kind in dict.fromkeys(kind for report in reports.values() for kind in report.confusion) if kind != "O"
]
if part == "all":
    units = {row.label: row.report.uncertainty.units for row in rows if row.report is not None}
    show_counts(reports, units, name)

st.header("Sentences" if part == "all" else f"Sentences of {dataset} {split}")
recorded = mistakes.find_predictions(chosen, rows, reports)
try:
    documents = load_documents(dataset, split, next(iter(reports.values())).split_sha256)
    cases = list_cases(documents, reports, recorded)
except (InputError, ValueError) as error:
    show_no_sentences(dataset, error)
    end_page()
mistakes.accept_old_links()
mistakes.note_unanswered(reports)
first, second, third = st.columns(3)
with first:
    subject = selection.choose_one("Model", list(reports), "a")
with second:
    others = ["", *(label for label in reports if label != subject)]
    other = selection.choose_one("Compared with", others, "b", names={"": "no other model"})
with third:
    shows = mistakes.name_shows(bool(other))
    show = selection.choose_one("Show", tuple(shows), "show", names=shows)
left, middle, right = st.columns([5, 5, 4])
with left:
    wanted = selection.choose_many("Error classes (none: any)", ERROR_CLASSES, "kind", (), pills=True)
with middle:
    typed = selection.choose_many("Entity types (none: any)", types, "type", (), pills=True)
with right:
    text = selection.choose_text("contains", "", 100, lambda: st.text_input("Contains", key="contains"))
    orders = {"document": "as in the dataset", "confidence": "surest first"}
    order = selection.choose_one("Order", tuple(orders), "order", names=orders)
found = filter_cases(cases, subject, wanted, typed, text, other or None, show)
whose = mistakes.whose_mistakes(show, subject, other)
if order == "confidence" and found:
    found, unknown = mistakes.sort_cases(found, whose, wanted, typed, recorded)
    if unknown:
        st.caption(unknown)
st.html(STYLE + legend(types))
short = mistakes.letters(reports)
st.caption(
    f"{len(found):,} of {len(cases):,} sentences with a mention or an error. Dashed and ≠: differs from gold, spurious "
    "where gold has nothing. Dotted and missed: gold has a mention there. "
    f"{', '.join(f'{letter} = {model}' for model, letter in short.items())}."
)
for case in turn_pages(found, 10, "errors_page"):
    with st.container(border=True):
        sure = most_confident(case, whose, wanted, typed) if order == "confidence" else None
        st.caption(unmarked(case.document.id) + (f" · surest mistake {sure:.2f}" if sure is not None else ""))
        st.html(STYLE + mistakes.show_case(case, short))
if found:
    every = f"All {counted(len(found), 'sentence')} as"
    download_later(
        lambda: to_csv(mistakes.export_rows(found)), f"sentences-{name}.csv", "text/csv", "all_csv", f"{every} CSV"
    )
    download_later(
        lambda: mistakes.export_lines(found),
        f"sentences-{name}.jsonl",
        "application/x-ndjson",
        "all_jsonl",
        f"{every} JSON Lines",
    )
    show_folded(
        "These errors as a table", lambda: show_table(mistakes.list_case_rows(found), f"errors-{name}"), "errors"
    )
    st.header("Most frequent mistakes")
    label = selection.choose_one("Mistakes of", list(reports), "surface_model", whose[0])
    show_table(mistakes.surfaces(found, label, wanted, typed), f"surfaces-{name}-{label}", mistakes.surfaces_columns())
    st.caption("Counted in the sentences above, all pages of them, and of the classes and types chosen there.")
else:
    st.info("No sentence fits. Remove a filter.")
selection.write_link()
