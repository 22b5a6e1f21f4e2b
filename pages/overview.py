"""The answer first: which run to deploy under the limits of a deployment, and why."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import unmarked
from itner.dashboard import overview, selection, tables
from itner.dashboard.cache import compare, find, load_peers, load_published, map_advice
from itner.dashboard.comparison import comparison_in_words, machine_in_words
from itner.dashboard.overview_map import answer_map, map_data
from itner.dashboard.peers import peer_scatter, peers_columns, peers_frame, trials_frame
from itner.dashboard.report import offer_report
from itner.dashboard.widgets import (
    begin_page,
    choose_dataset,
    find_prices,
    show_damage,
    show_figure,
    show_folded,
    show_table,
    show_words,
)
from itner.domains.registry import get_domain
from itner.reporting.advice import Limits, advise, pareto_front
from itner.reporting.cost import list_costs
from itner.reporting.latency import QUANTILES
from itner.reporting.peers import list_peer_rows, peers_in_words, timing_in_words
from itner.reporting.rows import list_rows, of_each_run
from itner.reporting.scope import scope_in_words
from itner.reporting.sensitivity import changes_in_words
from itner.taggers.registry import kind_of

runs = begin_page("Which tagger to deploy")
overview.show_strip(get_domain(runs[0].info.domain))
dataset, split = choose_dataset(runs)
rows = list_rows(runs, dataset, split)
domain = get_domain(runs[0].info.domain)
st.markdown(comparison_in_words(runs, rows, dataset, split))

with st.container(border=True):
    quantile = selection.choose_one(
        "Latency is",
        list(QUANTILES),
        "quantile",
        names=QUANTILES,
        help="Of 100 texts, 95 take no longer than the p95, and half no longer than the median. Runs with the same "
        "network share their timings.",
        pills=True,
    )
    bounds = overview.ranges(rows, quantile)
    columns = st.columns(4)
    with columns[0]:
        ms = selection.choose_number(
            "Latency at most",
            0.5,
            bounds.max_ms,
            0.5,
            "ms",
            bounds.max_ms,
            "%.1f ms",
            "For a text of 128 pieces or tokens. What keeps it for sure, noise of the timing included, is offered.",
        )
    with columns[1]:
        mb = selection.choose_number(
            "Size at most", 0.5, bounds.max_mb, 0.5, "mb", bounds.max_mb, "%.1f MB", "What has to be deployed."
        )
    with columns[2]:
        f1 = selection.choose_number("Micro-F1 at least", 0.0, 1.0, 0.01, "f1", 0.0, "%.2f")
    with columns[3]:
        recall = selection.choose_number(
            "Recall at least", 0.0, 1.0, 0.01, "recall", 0.0, "%.2f", "Share of the gold mentions that are found."
        )
    weights = overview.choose_weights(domain)
    weighed = [replace(row, weights=weights) for row in rows]
    limits = overview.limits(bounds, ms, mb, f1, recall, quantile)
    advice = advise(weighed, limits, compare)
    scope = scope_in_words(domain, dataset)
    if advice.row is None:
        st.header(f"{limits.in_words}, with CPU only: nothing fits", anchor="answer")
        st.warning(advice.reason, icon=":material/block:")
        overview.show_beside(advice, scope)
    else:
        st.header(f"{limits.in_words}, with CPU only: deploy {advice.row.label}", anchor="answer")
        show_words(advice.plain + overview.weights_in_words(weights))
        # Side by side where there is room: a figure that does not fit would be cut off.
        with st.container(horizontal=True, gap="large"):
            for fact in overview.facts(advice.row, quantile):
                st.metric(fact.label, fact.value, fact.note, delta_color="off", delta_arrow="off", width="content")
        overview.show_beside(advice, scope)
        with st.expander("The numbers behind it"):
            show_words(advice.reason)
        record = {"domain": domain.name, "run_name": advice.row.run}
        live = {"domain": domain.name, "model": f"{advice.row.run}@{advice.row.variant}"}
        with st.container(horizontal=True):
            st.page_link("pages/run.py", label="Its record", icon=":material/fact_check:", query_params=record)
            st.page_link("pages/live.py", label="Try it", icon=":material/edit_note:", query_params=live)
    offer_report(runs, dataset, split, limits, weights=weights)
    if limits != Limits(quantile=quantile) or weights:
        st.page_link(
            "pages/overview.py",
            label="Without limits and weights",
            icon=":material/restart_alt:",
            query_params={"dataset": dataset, "split": split},
        )

st.header("F1 against latency")
published = load_published()
reported = [result for result in published.results if (result.dataset, result.split) == (dataset, split)]
front = pareto_front(rows, quantile)
chosen = next((row for row in rows if advice.row is not None and row.label == advice.row.label), None)
show_figure(
    overview.trade_off(rows, reported, front, chosen, limits, quantile),
    overview.trade_off_data(rows, front),
    f"trade-off-{dataset}-{split}",
    "Scatter plot of micro-F1 against latency for every run and variant, with the Pareto front.",
)
st.caption(
    f"Up and left is better; on the grey line nothing measured is both faster and better. Bubble area: size of "
    f"what is deployed. {overview.symbol_key([row for row in rows if row.bench is not None])}. "
    + overview.below_in_words(rows, front)
    + ("Dotted: the best published result, without a latency. " if reported else "")
    + machine_in_words(runs)
)

answers = map_advice(runs, weighed, dataset, split, limits)
if answers.runs:
    st.header("How the answer changes with the limits")
    show_words(changes_in_words(answers, QUANTILES[quantile]))
    show_figure(
        answer_map(answers, limits),
        map_data(answers),
        f"answers-{dataset}-{split}",
        "Map of what is advised under each limit on latency and size.",
    )

findings = find(runs, dataset, split)
if findings:
    st.header("What the numbers say")
    for column, finding in zip(st.columns(2) * len(findings), findings, strict=False):
        with column.container(border=True):
            show_words(finding.claim)
            with st.expander("The numbers behind it"):
                st.markdown(finding.text)
            st.page_link(
                f"pages/{finding.page}.py",
                label=f"The evidence for “{finding.title}”",
                icon=":material/arrow_forward:",
                query_params=finding.query,
            )

st.header("Leaderboard")
prices = find_prices()
every = selection.choose_one("Shown", list(tables.SHOWN), "board", names=tables.SHOWN, pills=True)
shown = rows if every == "all" else of_each_run(rows, {run.name: kind_of(run).live for run in runs})
board = tables.leaderboard(shown, list_costs(runs, rows, prices), quantile)
described = tables.leaderboard_columns(prices.currency if prices is not None else "")
show_table(board, f"leaderboard-{dataset}-{split}", described, tables.BEST, () if every == "all" else tables.ASIDE)
st.caption(
    "Marked: the best of each column. What differs by less than the interval may be chance. More columns are in the "
    "table's menu."
)
selection.write_link()
try:
    peers = load_peers(runs[0].info.domain)
except InputError as error:
    show_damage("The measured peers cannot be read", error)
    peers = None
beside = list_peer_rows(peers, runs, rows, dataset, split) if peers is not None else []
if peers is not None and any(row.peer is not None and row.micro is not None for row in beside):
    st.header("Measured peers")
    st.markdown("\n".join(f"- {sentence}" for sentence in peers_in_words(beside)))
    frame = peers_frame(beside)
    if any(row.timed is not None for row in beside):
        alt = "Scatter plot of micro-F1 against throughput for other libraries and the runs timed beside them."
        show_figure(peer_scatter(beside), frame, f"peers-figure-{dataset}-{split}", alt)
    show_table(frame, f"peers-{dataset}-{split}", peers_columns(frame, beside))
    st.caption(unmarked(timing_in_words(peers)))
    show_folded(
        "What was tried of each on dev", lambda: show_table(trials_frame(beside), "peers-trials"), "peers_trials"
    )
if reported:
    st.header("Published, not measured here")
    show_table(tables.published_table(published, dataset), f"published-{dataset}", tables.leaderboard_columns())
    st.caption(published.source)
