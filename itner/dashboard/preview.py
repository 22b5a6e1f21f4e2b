"""The tagged texts on the page: which of them are shown, and what somebody corrects of their mentions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Mention
from itner.core.words import counted, unmarked
from itner.dashboard.widgets import turn_pages
from itner.dashboard.work import CheckedKey, TextKey, Work, keep
from itner.data.fitting import Edges, Span
from itner.files.corrections import Correction, add, correct, delete, find_words, retype
from itner.files.filters import Filter, select
from itner.files.highlighting import STYLE, highlight, legend
from itner.files.tagging import TaggedItem
from itner.files.writers import title

# A longer text is shown from its beginning; the downloads hold all of it.
MAX_SHOWN_CHARACTERS = 5_000
_PAGE_SIZE = 5
# More mentions of a text are chosen from a list.
_MOST_PILLS = 60
_LONGEST_WORDS = 40


# Of checked texts that are not among the annotated ones.
WHY_UNFIT = "a mention of theirs begins or ends inside a word, as between codes of colour; correct it."


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
    found: Sequence[TaggedItem], corrected: Sequence[TaggedItem], types: Sequence[str], domain: str, work: Work
) -> Filter:
    """The texts with their mentions, a few at a time, and what corrects them; the filter that is set.

    Args:
        found: what the tagger found.
        corrected: the same texts as somebody corrected them.
        domain: whose types these are.
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
            _draw_correction(found[place], corrected[place], whole, types, domain, work)
    return wanted


def apply_corrections(results: Sequence[TaggedItem], domain: str, work: Work) -> list[TaggedItem]:
    """The results as somebody corrected them."""
    if not work.corrections:
        return list(results)
    return [correct(entry, work.corrections.get(_key(entry, domain), Correction())) for entry in results]


def list_checked(results: Sequence[TaggedItem], domain: str, work: Work, fitting: bool = True) -> list[TaggedItem]:
    """The results that somebody has looked through as they are: those that annotated text can hold, or the others."""
    checked = [entry for entry in results if _as_seen(entry, domain) in work.checked]
    return [entry for entry in checked if _fits(entry) == fitting]


def _fits(entry: TaggedItem) -> bool:
    edges = Edges(split_tokens(entry.item.text))
    return all(edges.fit(Span(mention.start, mention.end, mention.type)) for mention in entry.mentions)


def _as_seen(entry: TaggedItem, domain: str) -> CheckedKey:
    return (*_key(entry, domain), tuple((each.start, each.end, each.type) for each in entry.mentions))


def _draw_correction(
    found: TaggedItem, corrected: TaggedItem, whole: bool, types: Sequence[str], domain: str, work: Work
) -> None:
    """What corrects a text, and says that it is right.

    Args:
        whole: whether all of its mentions are shown.
    """
    text = _key(found, domain)
    name = hashlib.sha256(repr(text).encode("utf-8", "replace")).hexdigest()[:16]
    # Another correction draws the widgets anew.
    key = f"correct_{name}_{work.revision}"
    seen = _as_seen(corrected, domain)
    with st.container(horizontal=True):
        checked = st.checkbox(
            "Checked, for the training file",
            seen in work.checked,
            key=f"checked_{key}_{seen in work.checked}_{len(corrected.mentions)}",
            help=None if whole else "The filter hides some of its mentions.",
            disabled=not whole,
        )
        opened = st.toggle("Correct", key=f"correct_{name}")
    if checked != (seen in work.checked):
        work.checked ^= {seen}
        st.rerun()
    if not opened:
        return
    correction = work.corrections.get(text, Correction())

    def change(made: Callable[[], Correction]) -> None:
        try:
            changed = made()
        except InputError as error:
            st.error("The mention cannot be so.", icon=":material/error:")
            st.text(str(error))
            return
        work.corrections[text] = changed
        if changed == Correction():
            del work.corrections[text]
        if seen in work.checked:
            # Who corrects a text has seen what becomes of it.
            work.checked ^= {seen, _as_seen(correct(found, changed), domain)}
        work.revision += 1
        st.rerun()

    mention = _choose_mention(corrected, key)
    if mention is not None:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            type = st.selectbox("Type", types, _index(types, mention.type), key=f"{key}_type")
            if st.button("Change the type", key=f"{key}_retype", disabled=type in (None, mention.type)):
                change(partial(retype, found, correction, mention, type or mention.type))
            if st.button("Delete the mention", key=f"{key}_delete", icon=":material/delete:"):
                change(partial(delete, correction, mention))
    with (
        st.form(f"{key}_add", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        words = st.text_input("Words of a mention to add", key=f"{key}_words")
        number = st.number_input("Which occurrence", 1, key=f"{key}_number")
        added = st.selectbox("Its type", types, key=f"{key}_added")
        if st.form_submit_button("Add", icon=":material/add:"):
            change(lambda: add(found, correction, *find_words(found.item.text, words, number), added))
    if correction != Correction() and st.button("Take all corrections of this text back", key=f"{key}_back"):
        change(Correction)


def _choose_mention(entry: TaggedItem, key: str) -> Mention | None:
    """One of a text's mentions, None while none is chosen."""
    if not entry.mentions:
        return None
    names = {place: _words(entry, mention) for place, mention in enumerate(entry.mentions)}
    if len(names) > _MOST_PILLS:
        chosen = st.selectbox("Mention", list(names), None, names.__getitem__, key=f"{key}_mention")
    else:
        # Pills read Markdown.
        plain = {place: unmarked(name) for place, name in names.items()}
        chosen = st.pills("Mention", list(plain), format_func=plain.__getitem__, key=f"{key}_mention")
    return entry.mentions[chosen] if chosen is not None else None


def _words(entry: TaggedItem, mention: Mention) -> str:
    words = " ".join(entry.item.text[mention.start : mention.end].split())
    shown = words if len(words) <= _LONGEST_WORDS else words[: _LONGEST_WORDS - 1] + "…"
    return f"{shown} ({mention.type})"


def _index(types: Sequence[str], type: str) -> int | None:
    return list(types).index(type) if type in types else None


def _key(entry: TaggedItem, domain: str) -> TextKey:
    return domain, entry.item.file, entry.item.part, entry.item.text
