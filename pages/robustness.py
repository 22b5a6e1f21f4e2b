"""What typos, scans, case, layout and other names cost each tagger."""

from __future__ import annotations

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import unmarked
from itner.dashboard import robustness, selection
from itner.dashboard.cache import load_documents
from itner.dashboard.widgets import (
    begin_page,
    choose_runs,
    end_page,
    show_command,
    show_figure,
    show_folded,
    show_no_sentences,
    show_table,
)
from itner.evaluation.robustness.edits import BORDER_RULE
from itner.evaluation.robustness.perturbing import SEVERITIES
from itner.files.highlighting import STYLE, legend
from itner.reporting.robustness import RobustnessRow, list_robustness_rows


def show_examples(row: RobustnessRow, severity: int, domain: str) -> None:
    """Sentences in which a mention is not found any more, before and after."""
    st.header("Sentences")
    effect = robustness.choose_effect(row.report, severity)
    if effect is None:
        st.info("No mention that was found is lost at this severity.")
        return
    report = row.report
    try:
        documents = {d.id: d for d in load_documents(report.dataset, report.split, report.split_sha256)}
    except InputError as error:
        show_no_sentences(report.dataset, error)
        return
    st.html(STYLE + legend(report.types))
    st.caption(
        f"Of {effect.lost:,} mentions that are lost, the first ones of the sample. A = {row.label}. Dashed and ≠: "
        "differs from gold. Dotted and missed: gold has a mention there. A sign that nobody would see is shown as ¤."
    )
    for example in effect.examples:
        shown = robustness.rebuild(example, effect, report, documents, domain)
        with st.container(border=True):
            st.caption(unmarked(", ".join(example.documents)))
            if shown is None:
                st.info("This version makes another text of it than the one that was read. Measure again with:")
                show_command("robustness", row.run, "--dataset", report.dataset, "--split", report.split, "--remeasure")
                continue
            st.markdown("before")
            st.html(STYLE + shown.before)
            st.markdown("after")
            st.html(STYLE + shown.after)


runs = begin_page("Robustness", "What typos, scans, case, layout and other names in the text cost each tagger, in F1.")
domain = runs[0].info.domain
every = list_robustness_rows(runs)
dataset, split = robustness.choose_split(runs, every)
chosen = {run.name for run in choose_runs(runs)}
rows = [row for row in every if row.run in chosen and (row.report.dataset, row.report.split) == (dataset, split)]
if not rows:
    st.info(f"None of these was measured on the {split} set of {dataset}. Measure one with:")
    robustness.show_measuring([run for run in runs if run.name in chosen] or runs, dataset)
    end_page()
severity = robustness.choose_severity(rows)
name = f"{dataset}-{split}-{SEVERITIES[severity]}"

st.header("Change of F1")
frame = robustness.effects(rows, severity)
if frame.empty:
    st.info("Nothing was measured at this severity.")
    end_page()
alt = f"Heat map: change of micro-F1 of each model by each perturbation, {SEVERITIES[severity]}."
show_figure(robustness.heatmap(frame, "model"), frame, f"robustness-{name}", alt)
st.caption(
    "F1 after minus before, of the same sentences, both read as raw text. Red is worse, blue is better, on one scale "
    "everywhere; bold: more than the choice of texts explains (95% interval, texts resampled)."
)
if stale := [row.label for row in rows if not row.current]:
    st.warning(f"Measured with other weights than the run has now: {', '.join(stale)}", icon=":material/warning:")
if silent := sorted(chosen - {row.run for row in rows}):
    st.caption(f"Not measured here: {unmarked(', '.join(silent))}. Measure one with `itner robustness`.")


def show_meanings() -> None:
    """What was done to the texts."""
    show_table(robustness.meanings(severity), f"perturbations-{SEVERITIES[severity]}")
    st.caption(f"Gold goes along to the letter: {BORDER_RULE}.")


def show_changes() -> None:
    """The figure's numbers, and what they were measured on."""
    show_table(frame, f"robustness-table-{name}", robustness.effects_columns())
    show_table(robustness.samples(rows), f"robustness-samples-{dataset}-{split}", robustness.samples_columns())


show_folded("What each perturbation does", show_meanings, "meanings")
show_folded("All changes with their intervals, and the samples", show_changes, "changes")

st.header("Per entity type")
labels = [row.label for row in rows]
label = selection.choose_one("Model", labels, "robust_model")
row = next(row for row in rows if row.label == label)
types = robustness.by_type(row.report, severity)
if types.empty:
    st.info("Nothing was measured of this model at this severity.")
else:
    alt = f"Heat map: change of F1 of {label} on each entity type by each perturbation, {SEVERITIES[severity]}."
    show_figure(robustness.heatmap(types, "type"), types, f"robustness-types-{name}", alt)
    show_folded(
        "These changes with their intervals",
        lambda: show_table(types, f"robustness-types-table-{name}", robustness.effects_columns()),
        "types",
    )
    show_examples(row, severity, domain)
selection.write_link()
