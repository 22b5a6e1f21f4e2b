"""One text, several taggers side by side."""

from __future__ import annotations

import streamlit as st

from itner.config import PRECISION_NAMES
from itner.errors import InputError
from itner.eval.agreement import find_places
from itner.highlight import STYLE, legend
from itner.ui import tables
from itner.ui.cache import load_runs
from itner.ui.examples import EXAMPLES
from itner.ui.live import MAX_CHARACTERS, Choice, list_choices, tag_with, view
from itner.ui.widgets import download_csv, keep, show_broken, show_no_runs

st.title("Live")
st.markdown("Type or paste a text and compare what the taggers find in it. Nothing you enter is stored.")
runs, broken = load_runs()
show_broken(broken)
choices = {choice.label: choice for choice in list_choices(runs)}
if not runs:
    show_no_runs()
    st.stop()
for run in runs:
    if run.weights_path is None:
        st.info(f"Run `{run.name}` has no weights here. Build them with `python scripts/train.py {run.config.preset}`.")
if not choices:
    st.stop()

defaults = [label for label, choice in choices.items() if choice.precision == "int8"][:3]
keep("live_models", defaults)
keep("live_text", EXAMPLES["Mail client"])
# A run that was kept from an earlier visit may be gone.
st.session_state.live_models = [label for label in st.session_state.live_models if label in choices]


def use_example() -> None:
    """Put the chosen example into the text box."""
    if st.session_state.live_example:
        st.session_state.live_text = EXAMPLES[st.session_state.live_example]


st.pills("Examples", list(EXAMPLES), key="live_example", on_change=use_example)
text = st.text_area("Text", key="live_text", height=160, max_chars=MAX_CHARACTERS, help="Ctrl+Enter tags the text.")
selected = st.multiselect(
    "Models", list(choices), key="live_models", max_selections=6, help="A run at a weight precision. Up to six."
)
if not text.strip():
    st.info("Enter a text to tag.")
    st.stop()
if not selected:
    st.info("Choose at least one model.")
    st.stop()

results = {}
for label in selected:
    choice: Choice = choices[label]
    try:
        results[label] = tag_with(choice, text)
    except InputError as error:
        st.error(f"{choice.run.name} at {PRECISION_NAMES[choice.precision]} cannot be loaded.")
        st.text(str(error))
if not results:
    st.stop()

places = find_places({label: result.mentions for label, result in results.items()})
types = [label[2:] for label in runs[0].info.labels if label.startswith("B-")]
st.html(STYLE + legend(types))
for row in range(0, len(results), 3):
    labels = list(results)[row : row + 3]
    for column, label in zip(st.columns(len(labels)), labels, strict=True):
        with column.container(border=True):
            result = results[label]
            st.markdown(f"**{label}**")
            st.caption(
                f"{len(result.mentions)} mentions in {result.milliseconds:.1f} ms", help="Median of three calls."
            )
            st.html(STYLE + view(text, label, result, places))

if len(results) > 1:
    differing = tables.disagreements(text, places)
    st.subheader("Where they disagree")
    if differing.empty:
        st.success(f"All {len(results)} models mark the same {len(places)} mentions.")
    else:
        st.caption(f"{len(differing)} of {len(places)} marked places. Numbers are confidences.")
        st.dataframe(differing, hide_index=True, width="stretch")
        download_csv(differing, "disagreements", key="download_disagreements")

st.subheader("Mentions and confidence")
found = tables.mention_table(text, {label: result.mentions for label, result in results.items()})
st.dataframe(found, hide_index=True, width="stretch", column_config=tables.mention_columns())
st.caption("Confidence of a mention: the probability of its least certain token.")
download_csv(found, "mentions", key="download_mentions")
