"""Everything about one run: what it is, where it comes from, how it was trained, what it left."""

from __future__ import annotations

import streamlit as st

from itner.core.errors import InputError
from itner.dashboard import run as record
from itner.dashboard import selection
from itner.dashboard.widgets import begin_page, choose_run, known_dataset, show_command, show_figure, show_table
from itner.records.store import CARD
from itner.taggers.registry import why_not

runs = begin_page("Run", "The record of one run: enough to make it again, and to check that it is the same.")
run = choose_run(runs)
left, right = st.columns(2)
with left:
    st.header("What it is")
    show_table(record.facts(run), f"facts-{run.name}")
with right:
    st.header("Where it comes from")
    show_table(record.provenance(run.info.provenance), f"provenance-{run.name}")

st.header("Make it again")
again = record.remake(run)
show_command(*again.words)
absent = record.absent_teachers(run, runs)
if absent:
    # As plain text: a run folder may name anything, a picture elsewhere too.
    st.text(f"It learns from {' and '.join(run.info.teachers)}. Not here, so to be trained first: {', '.join(absent)}.")
if again.lost:
    st.warning(
        f"Today's preset differs from this run in {', '.join(again.lost)}; for the run as it is, check out the commit "
        "above.",
        icon=":material/warning:",
    )

st.header("Configuration")
others = [other for other in runs if other is not run]
names = ["nothing: all settings", *(other.name for other in others)]
against = selection.choose_one("Compare with", names, "against")
selection.write_link()
other = next((other for other in others if other.name == against), None)
table = record.config_table(run.config, other.config if other else None, (run.name, against))
if table.empty:
    st.info("Both runs have the same configuration.")
else:
    show_table(table, f"config-{run.name}")

st.header("Training")
curves = record.curves(run)
if run.info.train_seconds is None:
    st.info("Nothing was trained.")
elif curves.empty:
    st.info("This run has no training log.")
else:
    left, right = st.columns(2)
    with left:
        show_figure(record.loss_figure(curves), curves, f"loss-{run.name}", "Line chart: loss by epoch.")
    with right:
        figure = record.f1_figure(curves, run.info.best_epoch)
        show_figure(figure, curves, f"f1-{run.name}", "Line chart: micro-F1 on dev by epoch.")

st.header("Evaluations")
evaluations = record.evaluations(run)
if evaluations.empty:
    st.info("Not evaluated yet. Score it with:")
    dataset = run.info.dataset.name if run.info.dataset is not None else known_dataset()
    show_command("evaluate", run.name, "--dataset", dataset)
else:
    show_table(evaluations, f"evaluations-{run.name}", record.evaluation_columns())

st.header("Files")
try:
    show_table(record.artifacts(run), f"files-{run.name}", record.artifact_columns())
except (OSError, InputError) as error:
    st.error("The run's files cannot be read.")
    st.text(str(error))
if (words := why_not(run)) is not None:
    st.info("The run lacks something to be opened here. Make it with:")
    show_command(*words)
if (run.path / CARD).is_file():
    with st.expander("Model card"):
        st.code((run.path / CARD).read_text(encoding="utf-8", errors="replace")[:50_000], language="markdown")
