"""What the taggers learn from and are scored on."""

from __future__ import annotations

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import unmarked
from itner.dashboard import data as corpus
from itner.dashboard import selection
from itner.dashboard.cache import (
    load_ablation,
    load_corpus_report,
    load_curve,
    load_datasets,
    load_documents,
    load_runs,
    load_weak_reports,
    unlabelled_text,
)
from itner.dashboard.commands import domain_words, known_dataset
from itner.dashboard.data_ablation import ablation_columns, ablation_figure, ablation_table
from itner.dashboard.data_curve import curve_columns, curve_figure, curve_table
from itner.dashboard.data_weak import functions_columns, functions_table, weak_in_words
from itner.dashboard.widgets import (
    begin,
    choose_domain,
    end_page,
    load_measured,
    show_command,
    show_damage,
    show_figure,
    show_no_data,
    show_no_sentences,
    show_preparing,
    show_table,
    turn_pages,
)
from itner.data.processed import preparing_words
from itner.domains.registry import default_domain, domain_names, get_domain
from itner.files.highlighting import STYLE, highlight, legend
from itner.reporting.ablation import ablation_in_words
from itner.reporting.curve import curve_in_words
from itner.reporting.tracks import tracks_in_words


def show_ablation(domain: str) -> None:
    """What each step of the training brought; nothing where the domain plans no such measurement."""
    if get_domain(domain).ablation is None:
        return
    st.header("What each step of the training brought")
    ablation = load_measured(
        lambda: load_ablation(domain),
        "The ablation",
        "Nobody has measured this here yet. Measure it with:",
        "ablate",
        *domain_words(domain),
    )
    if ablation is None:
        return
    st.markdown(ablation_in_words(ablation))
    steps = ablation_table(ablation)
    alt = "Line chart: micro-F1 on each dev set after each step, every seed as a point."
    show_figure(ablation_figure(ablation), steps, "ablation-figure", alt)
    show_table(steps, "ablation", ablation_columns())


def show_curve(domain: str) -> None:
    """What few sentences teach; nothing where the domain plans no such measurement."""
    if get_domain(domain).curve is None:
        return
    st.header("What few sentences teach")
    curve = load_measured(
        lambda: load_curve(domain),
        "The learning curve",
        "Nobody has measured this here yet. Measure it with:",
        "learning-curve",
        *domain_words(domain),
    )
    if curve is None:
        return
    st.markdown(curve_in_words(curve))
    points = curve_table(curve)
    alt = "Line chart: micro-F1 on dev over the number of annotated sentences, every seed as a point."
    show_figure(curve_figure(curve), points, "curve-figure", alt)
    show_table(points, "curve", curve_columns(curve))
    release = get_domain(domain).release
    for paragraph in tracks_in_words(load_runs()[0], release) if release is not None else ():
        st.markdown(paragraph)


begin("Data", "What the taggers learn from and are scored on, and what was done to it on the way.")
try:
    datasets = load_datasets()
except InputError as error:
    st.warning("There are no statistics of prepared data.", icon=":material/warning:")
    st.text(str(error))
    datasets = {}
domain = choose_domain({stats.domain for stats in datasets.values()} or {default_domain()}, domain_names())
names = [name for name, stats in datasets.items() if stats.domain == domain]
if not names:
    show_no_data(domain)
    end_page()
name = selection.choose_one("Dataset", names, "dataset")
stats = datasets[name]

st.header("Size")
splits = corpus.splits_table(stats)
show_table(splits, f"splits-{name}", corpus.splits_columns(splits))

st.header("Types in each split")
frame = corpus.types(stats)
show_figure(corpus.type_bars(frame), frame, f"types-{name}", "Bar chart: share of each entity type in each split.")

st.header("From the source's types to ours")
mapped = corpus.remapping(stats)
st.markdown(corpus.remapping_in_words(mapped))
alt = "Bar chart: mentions of each source type, coloured by the type it became."
show_figure(corpus.remapping_bars(mapped), mapped, f"remapping-{name}", alt)

left, right = st.columns(2)
with left:
    st.header("Oversampling")
    if stats.oversampling is None:
        st.markdown("There is no train split, so nothing is oversampled.")
    else:
        st.markdown(corpus.oversampling_in_words(stats.oversampling))
        grown = corpus.oversampling(stats.oversampling)
        alt = "Bar chart: mentions of each type in train before and after oversampling."
        show_figure(corpus.oversampling_bars(grown), grown, f"oversampling-{name}", alt)
with right:
    st.header("Sentence length")
    st.markdown("Tokens are those of the corpus, or of our own tokenizer where it has none.")
    histogram = corpus.lengths(stats)
    alt = "Line chart: share of sentences by number of tokens, for each split."
    show_figure(corpus.length_figure(histogram), histogram, f"lengths-{name}", alt)

st.header("Duplicates and leakage")
st.markdown(corpus.leakage_in_words(stats))
left, right = st.columns(2)
with left:
    show_table(corpus.leakage(stats), f"leakage-{name}", corpus.leakage_columns())
if stats.oversampling is not None:
    with right:
        alt = "Bar chart: share of mentions of each type that are not mentioned in train."
        show_figure(corpus.unseen_bars(frame), frame, f"unseen-{name}", alt)

try:
    report = load_corpus_report(domain, name)
except InputError as error:
    show_damage("How this corpus was annotated cannot be shown.", error)
    report = None
if report is not None:
    st.header("How it was annotated")
    st.markdown(corpus.annotation_in_words(report))
    left, right = st.columns(2)
    with left:
        show_table(corpus.agreement(report), f"agreement-{name}", corpus.agreement_columns())
    with right:
        show_table(corpus.diversity(report), f"diversity-{name}")

st.header("Where it comes from")
show_table(corpus.inputs(stats), f"inputs-{name}")
show_preparing(*preparing_words(stats))

st.header("Weakly labelled text")
try:
    weak = load_weak_reports(domain)
except InputError as error:
    show_damage("What the labelling functions did cannot be shown.", error)
else:
    if not weak:
        text, path = unlabelled_text(domain)
        st.info(f"No text has been labelled weakly yet. Label {text} with:")
        dev = name if "dev" in stats.splits else known_dataset(domain)
        show_command("label", path, "--dev", dev, "--dataset", f"{dev}-weak")
    for labelled in weak:
        st.subheader(unmarked(labelled.name))
        st.markdown(weak_in_words(labelled))
        show_table(functions_table(labelled), f"weak-{labelled.name}", functions_columns())

show_ablation(domain)
show_curve(domain)

st.header("Sentences")
split = selection.choose_one("Split", corpus.split_names(stats), "split", default="test", pills=True)
try:
    documents = load_documents(name, split, stats.splits[split].processed_sha256)
except InputError as error:
    show_no_sentences(name, error)
    end_page()
left, right = st.columns([3, 1])
kinds = tuple(stats.splits[split].mentions)
with left:
    wanted = selection.choose_many("Entity types (none: any)", kinds, "type", (), pills=True)
with right:
    text = selection.choose_text("contains", "", 100, lambda: st.text_input("Contains", key="contains"))
selection.write_link()
found = corpus.filter_documents(documents, wanted, text)
st.caption(f"{len(found):,} of {len(documents):,} sentences")
if not found:
    st.info("No sentence fits. Remove a filter.")
    st.stop()
st.html(STYLE + legend(kinds))
for document in turn_pages(found, 20, "data_page"):
    with st.container(border=True):
        st.caption(unmarked(document.id))
        st.html(STYLE + highlight(document.text, document.mentions))
with st.expander("These mentions as a table"):
    show_table(corpus.mention_rows(found), f"mentions-{name}-{split}")
