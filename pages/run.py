"""Everything about one run: what it is, where it comes from, how it was trained, what it left."""

from __future__ import annotations

import streamlit as st

from itner.core.errors import InputError
from itner.dashboard import pairs, selection
from itner.dashboard import run as record
from itner.dashboard.widgets import (
    begin_page,
    choose_run,
    show_command,
    show_evaluating,
    show_facts,
    show_figure,
    show_lack,
    show_reason,
    show_table,
)
from itner.records.store import CARD
from itner.taggers.registry import lack_of
from itner.workflows.seeds import can_repeat

runs = begin_page(
    "Run", "The record of one run: enough to make it again, and to check that it is the same.", explain_broken=True
)
run = choose_run(runs)
beside = record.find_baseline(run, runs)
if beside is not None:
    st.page_link(
        "pages/quality.py",
        label=f"How it does beside {beside.name}",
        icon=":material/compare_arrows:",
        query_params=record.compare_query(run, beside),
    )
compression = pairs.name_pair(run)
if compression is not None:
    st.header(compression)
    st.caption("What compression changes, on text that is annotated and on yours.")
    with st.container(horizontal=True):
        for where, query in pairs.list_error_links(run):
            st.page_link("pages/errors.py", label=f"On {where}", icon=":material/error:", query_params=query)
        if lack_of(run) is None:
            own = pairs.link_pair(run)
            st.page_link("pages/live.py", label="On a text of yours", icon=":material/edit_note:", query_params=own)
            st.page_link(
                "pages/tag_files.py", label="On files of yours", icon=":material/upload_file:", query_params=own
            )
# Each as wide as the page: half of it would cut hashes off.
st.header("What it is")
show_facts(record.facts(run), f"facts-{run.name}")
st.header("Where it comes from")
show_facts(record.provenance(run.info.provenance), f"provenance-{run.name}")

st.header("Make it again")
again = record.remake(run)
show_command(*again.words)
first = record.needed_first(run, runs)
if first:
    # As plain text: a run folder may name anything, a picture elsewhere too.
    st.text(first)
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
    figures = record.training_figures(curves, run.info.best_epoch)
    for column, (name, figure, told) in zip(st.columns(len(figures)), figures, strict=True):
        with column:
            show_figure(figure, curves, f"{name}-{run.name}", told)

st.header("Evaluations")
evaluations = record.evaluations(run)
if evaluations.empty:
    st.info("Not evaluated yet. Score it with:")
    show_evaluating(run)
else:
    show_table(evaluations, f"evaluations-{run.name}", record.evaluation_columns())

asked = record.answers(run)
if not asked.empty:
    st.subheader("Answers")
    show_table(asked, f"answers-{run.name}", record.answer_columns())

if can_repeat(run):
    st.subheader("With other seeds")
    drawn = record.other_seeds(run)
    if drawn.empty:
        st.info("Trained with one seed, so a difference of a few thousandths may be chance. Train it with others with:")
        show_command("seeds", run.name)
    else:
        show_table(drawn, f"seeds-{run.name}", record.seed_columns(drawn))

st.header("Files")
try:
    show_table(record.artifacts(run), f"files-{run.name}", record.artifact_columns())
except (OSError, InputError) as error:
    st.error("The run's files cannot be read.")
    show_reason(str(error))
show_lack(run)
if (run.path / CARD).is_file():
    with st.expander("Model card"):
        st.code((run.path / CARD).read_text(encoding="utf-8", errors="replace")[:50_000], language="markdown")
