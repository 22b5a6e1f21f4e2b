"""What each tagger costs: size, latency, throughput, memory, training time, and the F1 that speed costs."""

from __future__ import annotations

from functools import partial

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import unmarked
from itner.dashboard import efficiency, efficiency_study, selection
from itner.dashboard.cache import compare, load_bulk, load_bulk_proof, load_peers, load_study
from itner.dashboard.commands import domain_words
from itner.dashboard.comparison import machine_in_words
from itner.dashboard.overview import symbol_key
from itner.dashboard.peers import peer_bars, peers_columns, peers_frame
from itner.dashboard.widgets import (
    begin_page,
    choose_dataset,
    choose_runs,
    choose_variants,
    end_page,
    find_prices,
    load_measured,
    show_command,
    show_damage,
    show_facts,
    show_figure,
    show_folded,
    show_table,
)
from itner.domains.registry import get_domain
from itner.reporting.bulk import bulk_in_words, measured_on
from itner.reporting.compression import SPEEDS, dev_sets, list_study_rows, speed_to_rank_by, study_in_words
from itner.reporting.cost import list_costs, worth_in_words
from itner.reporting.peers import list_peer_rows, peers_in_words, timing_in_words
from itner.reporting.rows import list_rows


def show_study(domain: str) -> None:
    """Size against F1 against speed, of networks taught alike; nothing where the domain plans no such study."""
    if get_domain(domain).study is None:
        return
    st.header("Compression study")
    study = load_measured(
        lambda: load_study(domain),
        "The compression study",
        "Nobody has made this study here yet. Make it with:",
        "study-compression",
        *domain_words(domain),
    )
    if study is None:
        return
    left, right = st.columns(2)
    with left:
        scored = selection.choose_one("Dev set", dev_sets(study), "study_dataset")
    with right:
        speed = selection.choose_one("Speed of", list(SPEEDS), "study_speed", pills=True)
    networks = list_study_rows(study)
    ranked = speed_to_rank_by(study, speed)
    st.markdown(study_in_words(study, networks, scored, ranked))
    shown = efficiency_study.study_table(networks, scored, ranked)
    across = f"times as fast as {study.reference.run}" if ranked is not None else "size"
    alt = f"Scatter plot: {across} against micro-F1 on the dev set of {scored}."
    figure = efficiency_study.study_figure(study, networks, scored, ranked)
    show_figure(figure, shown, f"study-figure-{scored}", alt)
    st.caption(efficiency_study.study_key(study, networks))
    show_table(shown, "compression-study", efficiency_study.study_columns(shown))


runs = begin_page("Efficiency", "What each tagger costs, and how much F1 speed costs.")
domain = runs[0].info.domain
dataset, split = choose_dataset(runs)
chosen = choose_runs(runs)
variants = choose_variants(chosen or runs)
rows = [row for row in list_rows(chosen, dataset, split) if row.variant in variants]
timed = [row for row in rows if row.bench is not None]
if not timed:
    st.info("None of these was benchmarked. Measure one with:")
    show_command("benchmark", runs[0].name, "--dataset", dataset)
    show_study(domain)
    end_page()
st.caption(machine_in_words(chosen))

st.header("Speed, and the F1 it costs")
# What compression begins with comes first.
largest_first = sorted(timed, key=lambda row: -(row.size_mb or 0))
labels = [row.label for row in largest_first if row.micro_f1 is not None]
if labels:
    baseline = selection.choose_one("Compared with", labels, "speed_baseline")
    gains = efficiency.gains(timed, baseline, compare)
    alt = f"Scatter plot: times as fast as {baseline} against the change in micro-F1."
    show_figure(efficiency.gain_scatter(gains, baseline), gains, f"gains-{dataset}-{split}", alt)
    st.caption(f"Right and up is better. {symbol_key(timed)}. Whether a change in F1 is more than chance: see Quality.")
else:
    st.info(f"None of these was scored on the {split} set of {dataset}.")

st.header("Latency")
length = selection.choose_one("Measured on", efficiency.lengths(timed), "length", pills=True)
frame = efficiency.latencies(timed, length)
show_figure(
    efficiency.latency_bars(frame, length), frame, "latency", f"Bar chart: median latency of each model, {length}."
)
st.caption(
    "Bars: median of all calls, batch 1. Whiskers end at the 95th percentile. Rules read no pieces; they are timed on "
    "as many tokens, which is more text."
)

st.header("Size, memory, throughput")
costs = efficiency.costs(chosen, timed)
measure = selection.choose_one("Show", list(efficiency.MEASURES), "measure", pills=True)
alt = f"Bar chart: {efficiency.MEASURES[measure]} of each model."
show_figure(efficiency.measure_bars(costs, measure), costs, "measures", alt)

prices = find_prices()
spent = list_costs(chosen, rows, prices)
priced = efficiency.prices_frame(rows, spent)
if prices is not None and not priced.empty:
    st.header("What a thousand tickets cost")
    alt = "Scatter plot: micro-F1 over the cost of a thousand tickets."
    show_figure(efficiency.price_scatter(priced, prices.currency), priced, f"prices-{dataset}-{split}", alt)
    st.caption(
        f"A ticket of {prices.tokens_per_ticket:g} words and signs, {prices.compute.core_hour:g} {prices.currency} an "
        "hour of a core. These are examples: edit `data/prices.toml`."
    )
    if worth := worth_in_words(chosen, rows, spent, prices):
        st.markdown(worth[1])

st.header("Everything measured")
show_table(costs, "efficiency", efficiency.cost_columns(costs))

try:
    bulk, proof = load_bulk(), load_bulk_proof()
except InputError as error:
    show_damage("The rates of much text cannot be read", error)
    bulk = proof = None
if bulk is not None and {each.name for each in bulk.rates} & {run.name for run in runs}:
    st.header("Much text at once")
    st.caption(bulk_in_words(bulk))
    show_table(efficiency.bulk_frame(bulk), "bulk", efficiency.bulk_columns())
    for number, other in enumerate(bulk.elsewhere):
        frame = efficiency.bulk_frame(other)
        show_folded(
            f"The same on {measured_on(other)}",
            partial(show_table, frame, f"bulk-{number}", efficiency.bulk_columns()),
            f"bulk_{number}",
        )
    if proof is not None:
        memory = efficiency.memory_frame(proof)
        alt = "Line chart: the most memory of a process over the size of the input."
        show_figure(efficiency.memory_lines(memory), memory, "bulk-memory", alt)
        goals = efficiency.goals_frame(bulk, proof)
        show_folded("What was to be reached", partial(show_facts, goals, "bulk-goals", goals), "bulk_goals")

try:
    peers = load_peers(domain)
except InputError as error:
    show_damage("The measured peers cannot be read", error)
    peers = None
# Whatever runs are chosen, the peers were timed beside the same ones.
beside = list_peer_rows(peers, runs, list_rows(runs, dataset, split), dataset, split) if peers is not None else []
if peers is not None and {row.peer is None for row in beside if row.timed is not None} == {True, False}:
    st.header("Beside other libraries")
    st.markdown("\n".join(f"- {sentence}" for sentence in peers_in_words(beside)))
    frame = peers_frame(beside)
    alt = "Bar chart: throughput of other libraries and of the runs timed beside them."
    show_figure(peer_bars(beside), frame, f"peers-figure-{dataset}-{split}", alt)
    show_table(frame, f"peers-{dataset}-{split}", peers_columns(frame, beside))
    st.caption(unmarked(timing_in_words(peers)))

show_study(domain)
selection.write_link()
