"""What the taggers learn from and are scored on."""

from __future__ import annotations

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import unmarked
from itner.dashboard import data as corpus
from itner.dashboard import selection
from itner.dashboard.cache import (
    load_corpus_report,
    load_datasets,
    load_documents,
)
from itner.dashboard.ending import stop_page
from itner.dashboard.widgets import (
    begin,
    choose_domain,
    end_page,
    show_damage,
    show_facts,
    show_figure,
    show_folded,
    show_no_data,
    show_no_sentences,
    show_preparing,
    show_reason,
    show_table,
    turn_pages,
)
from itner.data.processed import preparing_words
from itner.domains.registry import default_domain, domain_names
from itner.files.highlighting import STYLE, highlight, legend

begin("Data", "What the taggers learn from and are scored on, and what was done to it on the way.")
st.page_link("pages/training.py", label="How the taggers were trained with it", icon=":material/arrow_forward:")
try:
    datasets = load_datasets()
except InputError as error:
    st.warning("There are no statistics of prepared data.", icon=":material/warning:")
    show_reason(str(error))
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
show_facts(corpus.splits_facts(splits), f"splits-{name}", splits)

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
show_preparing(*preparing_words(stats))
show_folded(
    "Hashes of what was read and of what was made from it",
    lambda: show_table(corpus.inputs(stats), f"inputs-{name}"),
    "inputs",
)

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
    stop_page()
st.html(STYLE + legend(kinds))
for document in turn_pages(found, 20, "data_page"):
    with st.container(border=True):
        st.caption(unmarked(document.id))
        st.html(STYLE + highlight(document.text, document.mentions))
show_folded(
    "These mentions as a table",
    lambda: show_table(corpus.mention_rows(found), f"mentions-{name}-{split}"),
    "mentions",
)
