"""The tagged texts on the page: which of them are shown, and what somebody corrects of their mentions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from itner.core.words import counted
from itner.dashboard.correcting import as_seen, draw_editor, widget_name
from itner.dashboard.widgets import turn_pages
from itner.dashboard.work import Work, keep
from itner.files.filters import Filter, select
from itner.files.highlighting import STYLE, highlight, legend
from itner.files.tagging import TaggedItem
from itner.files.writers import title

# A longer text is shown from its beginning; the downloads hold all of it.
MAX_SHOWN_CHARACTERS = 5_000
_PAGE_SIZE = 5


def choose_filter(results: Sequence[TaggedItem], types: Sequence[str], work: Work) -> Filter:
    """Which mentions and files are looked at, asked of the user."""
    files = list(dict.fromkeys(entry.item.file for entry in results))
    choices = work.choices
    nothing: list[str] = []
    with st.expander("Filter"):
        left, right = st.columns(2)
        with left:
            kinds = keep(
                choices,
                "filter_types",
                nothing,
                lambda: st.multiselect("Types", types, key="filter_types", placeholder="Any"),
                types,
            )
            named = keep(
                choices,
                "filter_files",
                nothing,
                lambda: st.multiselect("In the files", files, key="filter_files", placeholder="Any"),
                files,
            )
        with right:
            contains = keep(
                choices, "filter_text", "", lambda: st.text_input("Mentions that contain", key="filter_text")
            )
            least = keep(
                choices,
                "filter_least",
                0.0,
                lambda: st.slider("Mentions with a confidence of at least", 0.0, 1.0, step=0.05, key="filter_least"),
            )
    return Filter(tuple(kinds), contains.strip(), least, tuple(named))


def draw_preview(
    found: Sequence[TaggedItem],
    corrected: Sequence[TaggedItem],
    types: Sequence[str],
    domain: str,
    work: Work,
    draw_more: Callable[[TaggedItem], None],
) -> Filter:
    """The texts with their mentions, a few at a time, and what corrects them; the filter that is set.

    Args:
        found: what the tagger found.
        corrected: the same texts as somebody corrected them.
        domain: whose types these are.
        draw_more: what to do with a text as it is corrected; drawn where somebody corrects it.
    """
    wanted = choose_filter(corrected, types, work)
    shown = select(corrected, wanted)
    if wanted != Filter():
        mentions, of = (sum(len(entry.mentions) for entry in some) for some in ([e for _, e in shown], corrected))
        st.caption(
            f"Shown: {mentions:,} of {counted(of, 'mention')}, in {len(shown):,} of {counted(len(corrected), 'text')}."
        )
    st.html(STYLE + legend(types))
    for place, entry in turn_pages(shown, _PAGE_SIZE, "preview_page"):
        with st.container(border=True):
            st.text(title(entry) + (", corrected" if entry.by_hand is not None else ""))
            text = entry.item.text[:MAX_SHOWN_CHARACTERS]
            st.html(STYLE + highlight(text, [mention for mention in entry.mentions if mention.end <= len(text)]))
            if len(text) < len(entry.item.text):
                st.caption(f"The first {len(text):,} of {len(entry.item.text):,} characters.")
            whole = len(entry.mentions) == len(corrected[place].mentions)
            _draw_correction(found[place], corrected[place], whole, types, domain, work, draw_more)
    return wanted


def _draw_correction(
    found: TaggedItem,
    corrected: TaggedItem,
    whole: bool,
    types: Sequence[str],
    domain: str,
    work: Work,
    draw_more: Callable[[TaggedItem], None],
) -> None:
    """What corrects a text, and says that it is right.

    Args:
        whole: whether all of its mentions are shown.
        draw_more: what to do with the text as it is corrected; drawn where somebody corrects it.
    """
    name = widget_name(found, domain)
    seen = as_seen(corrected, domain)
    with st.container(horizontal=True):
        # Another correction draws the widget anew.
        checked = st.checkbox(
            "Checked, for the training file",
            seen in work.checked,
            key=f"checked_correct_{name}_{work.revision}_{seen in work.checked}_{len(corrected.mentions)}",
            help=None if whole else "The filter hides some of its mentions.",
            disabled=not whole,
        )
        opened = st.toggle("Correct", key=f"correct_{name}")
    if checked != (seen in work.checked):
        work.checked ^= {seen}
        st.rerun()
    if opened:
        draw_editor(found, corrected, types, domain, work)
        draw_more(corrected)
