"""What is compared, and how good, fast and large it is."""

from __future__ import annotations

import streamlit as st

from itner.report import list_datasets, list_rows, read_published
from itner.ui import charts, tables
from itner.ui.cache import load_runs
from itner.ui.facts import comparison_in_words, machine_in_words
from itner.ui.widgets import download_csv, keep, show_broken, show_no_runs

st.title("Which tagger to deploy")
runs, broken = load_runs()
show_broken(broken)
if not runs:
    show_no_runs()
    st.stop()

datasets = list_datasets(runs)
if not datasets:
    st.info("No run has been evaluated yet. Score one with:")
    st.code(f"python scripts/evaluate.py {runs[0].name} --dataset DATASET --precision all", language="bash")
    st.stop()
keep("dataset", datasets[0])
dataset = st.selectbox("Test set", datasets, key="dataset") if len(datasets) > 1 else datasets[0]
rows = list_rows(runs, dataset)
published = read_published()
st.markdown(comparison_in_words(runs, rows, dataset))

facts = tables.highlights(rows)
for column, fact in zip(st.columns(max(len(facts), 1)), facts, strict=False):
    column.metric(
        fact.label,
        fact.value,
        fact.holder,
        delta_color="off",
        delta_arrow="off",
        help=fact.help,
        border=True,
    )

st.subheader("F1 against latency")
reported = [result for result in published.results if result.dataset == dataset]
st.plotly_chart(charts.trade_off(rows, reported), width="stretch", key="trade_off")
st.caption(
    f"Up and left is better. Bubble area: size of the weights. {charts.symbol_key()}. "
    f"Dotted lines: published results, for which no latency was reported. {machine_in_words(runs)}"
)

st.subheader("Leaderboard")
board = tables.leaderboard(rows)
st.dataframe(board, width="stretch", hide_index=True, column_config=tables.leaderboard_columns())
download_csv(board, f"leaderboard-{dataset}", key="download_leaderboard")

if reported:
    st.subheader("Published, not measured here")
    st.dataframe(
        tables.published_table(published, dataset),
        hide_index=True,
        column_config=tables.leaderboard_columns(),
    )
    st.caption(published.source)
