"""Precision, recall and F1, overall and per entity type."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from itner.dashboard import quality, selection
from itner.dashboard import quality_buckets as buckets
from itner.dashboard import quality_claims as claims
from itner.dashboard import quality_confidence as confidence
from itner.dashboard import quality_sample as sample
from itner.dashboard.cache import compare, compare_by_type, load_claims
from itner.dashboard.ending import stop_page
from itner.dashboard.errors import link
from itner.dashboard.jobs import follow
from itner.dashboard.report import offer_report
from itner.dashboard.widgets import (
    begin_page,
    choose_dataset,
    choose_runs,
    choose_variants,
    load_measured,
    show_command,
    show_figure,
    show_folded,
    show_remote,
    show_table,
)
from itner.domains.registry import Domain, get_domain
from itner.records.store import Run
from itner.reporting.languages import languages_in_words, list_language_rows
from itner.reporting.rows import list_rows


def show_sample(domain: Domain, chosen: Sequence[Run], variants: Sequence[str], score: quality.Score) -> None:
    """Annotated text of the user's, and what the chosen models do on it."""
    st.header("A sample of your own", anchor=sample.ANCHOR)
    st.markdown("Upload text that you have annotated, and see every model that is chosen above on it at once.")
    files = sample.choose_files()
    split = sample.read(files, domain) if files is not None else None
    if split is None:
        return
    models = sample.list_models(chosen, variants)
    show_remote([run for run, _ in models])
    job = sample.hold_job(models, split, sample.choose_guideline(models))
    if job is None:
        return
    if job.running:
        follow(job, "Scoring")
        return
    found = job.result()
    sample.say_absent(chosen, found)
    rows = sample.list_rows(found.done)
    if not rows:
        st.info("No model was scored on the sample.")
        return
    show_table(quality.overall(rows), "sample-overall", quality.overall_columns())
    frame = quality.scores(rows)
    alt = f"Dot plot: {score} of each model for each entity type of the sample."
    show_figure(quality.dots(frame, score), frame, "dots-sample", alt)
    if rough := quality.few(frame):
        st.caption(f"Rough, because of few gold mentions: {', '.join(rough)}.")
    compared = sample.compare_with_baseline(rows, job.number)
    if compared is None:
        sample.show_sentences(split, found.done, [rows[0].label], "")
        return
    base, table = compared
    cell = quality.show_differences(table, "sample")
    st.caption("Choose a cell to see the sentences behind it.")
    model, type_name = cell if cell is not None else (str(table.frame["model"].iloc[0]), "")
    sample.show_sentences(split, found.done, [model, base], type_name)


runs = begin_page(
    "Quality",
    "How often each tagger is right, overall and for each entity type. "
    f"[A sample of your own](#{sample.ANCHOR}) can be scored, too.",
)
domain = get_domain(runs[0].info.domain)
dataset, split = choose_dataset(runs)
chosen = choose_runs(runs)
variants = choose_variants(chosen or runs, 1, folded=True)
rows = [row for row in list_rows(chosen, dataset, split) if row.report and row.variant in variants]
if not rows:
    if chosen and variants:
        st.info(f"None of these was scored on the {split} set of {dataset}. Score one with:")
        show_command("evaluate", chosen[0].name, "--dataset", dataset, "--split", split)
    else:
        st.info("Choose at least one run and one variant.")
    selection.write_link()
    show_sample(domain, chosen, variants, "F1")
    stop_page()

st.header("Overall")
show_table(quality.overall(rows), f"overall-{dataset}-{split}", quality.overall_columns())
show_folded(
    "As language models are judged: what is mentioned, wherever it stands",
    lambda: show_table(quality.pairs(rows), f"pairs-{dataset}-{split}", quality.overall_columns()),
    "pairs",
)
with st.expander("What micro, macro and the interval mean"):
    st.markdown(
        "A mention counts as right when its boundaries **and** its type are right (strict, entity level).\n\n"
        "- **Micro** adds up the counts of all types first: every mention weighs the same, so frequent types decide.\n"
        "- **Macro** is the mean over the types: every type weighs the same, so rare types count as much as frequent "
        "ones.\n"
        "- **95% interval**: between what a score lies in 95 of 100 draws of other texts (whole documents where it is "
        "known of which a sentence is, else sentences). Two models whose intervals overlap can still differ clearly, "
        "because both see the same texts: the comparison below pairs them."
    )

st.header("Per entity type")
frame = quality.scores(rows)
score = selection.choose_one("Score", quality.SCORES, "score", pills=True)
name = f"types-{dataset}-{split}"
alt = f"Dot plot: {score} of each model for each entity type."
show_figure(quality.dots(frame, score), frame, f"dots-{name}", alt)
st.caption("Whiskers: the 95% interval, if other texts had been annotated. In brackets: gold mentions.")
rough = quality.few(frame)
if rough:
    st.caption(f"Rough, because of few gold mentions: {', '.join(rough)}.")

st.header("Where it is hard")
buckets.show_parts(chosen, rows, dataset, split, score)
st.caption(
    "A gold mention is in a part by what it is itself, and so is a predicted one: recall is of the gold mentions of a "
    "part, precision of the predicted ones. Train is the dataset's own, whatever a model learned from."
)

st.header("Confidence")
confidence.show_confidence(chosen, rows, dataset, split)

hidden = quality.masking(rows)
if not hidden.empty:
    st.header("Redaction")
    st.markdown(
        "What would stay in the text, and what would be hidden without need, if all that a tagger takes for personal "
        "were masked. The type of a mention does not matter here, nor whether its boundaries are right to the letter."
    )
    show_table(hidden, f"masking-{dataset}-{split}", quality.masking_columns())
    tried = quality.thresholds(runs, rows, dataset, split)
    if split != "dev":
        st.caption("More can be hidden, at lower thresholds. What they do is measured on dev, and shown there.")
    if not tried.empty:
        st.markdown("Each point is a threshold: a word is marked when a type is at least so likely beside none at all.")
        alt = "Line chart: share of personal characters hidden over share of harmless ones hidden, by threshold."
        show_figure(quality.threshold_figure(tried), tried, f"thresholds-{dataset}-{split}", alt)

st.header("Difference to a baseline")
labels = [row.label for row in rows]
if len(labels) < 2:
    st.info("Choose a second run or variant to see differences.")
else:
    baseline = selection.choose_one("Baseline", labels, "baseline", quality.first_baseline(rows, domain))
    base = next(row for row in rows if row.label == baseline)
    found = quality.differences(base, [row for row in rows if row is not base], compare, compare_by_type)
    st.markdown("F1 minus the baseline's, the largest loss first. Choose a cell to see the sentences behind it.")
    place = quality.show_differences(found, name)
    if place is not None:
        model, type_name = place
        other = next(row for row in rows if row.label == model)
        st.switch_page("pages/errors.py", query_params=link(other, base, domain.name, dataset, split, type_name))
    st.caption(
        "Blue is better, red is worse, on one scale everywhere; bold: more than chance explains, all differences of "
        "this table considered."
    )

st.header("What compression costs, and where")
tested = load_measured(
    partial(load_claims, domain.name, dataset, split),
    "What was tested of compression",
    f"Nobody tested on {dataset} {split} what compression costs, and where. Test it with:",
    "claims",
    "--domain",
    domain.name,
    "--dataset",
    dataset,
    "--split",
    split,
)
if tested is not None:
    claims.show_claims(tested)

seeds = quality.seeds(chosen, dataset)
if not seeds.empty:
    st.header("The same training with other seeds")
    show_table(seeds, f"seeds-{dataset}", quality.seed_columns())
    st.caption(
        "On dev, which the best epoch was chosen on. The spread is what chance in training does; the intervals above "
        "are what the choice of texts does, and are apart from it."
    )
offer_report(chosen, dataset, split, variants=variants, named=True)

abroad = list_language_rows(runs, domain)
if abroad:
    st.header("Other languages")
    for paragraph in languages_in_words(abroad):
        st.markdown(paragraph)
    show_table(quality.languages(abroad), "languages", quality.languages_columns())

show_folded("All scores and counts", lambda: show_table(frame, name, quality.score_columns()), "scores")
selection.write_link()

show_sample(domain, chosen, variants, score)
