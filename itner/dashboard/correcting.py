"""Correcting the mentions of a text on a page, and keeping the text as it was corrected."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.core.words import unmarked
from itner.dashboard.work import CheckedKey, TextKey, Work
from itner.files.corrections import Correction, add, correct, delete, find_words, retype
from itner.files.kept import fits
from itner.files.tagging import Origin, TaggedItem
from itner.files.writers import to_bytes

# More mentions of a text are chosen from a list.
_MOST_PILLS = 60
_LONGEST_WORDS = 40
# Of checked texts that are not among the annotated ones.
WHY_UNFIT = "a mention begins or ends inside a word, as between codes of colour; correct it."


def apply_corrections(results: Sequence[TaggedItem], domain: str, work: Work) -> list[TaggedItem]:
    """The results as somebody corrected them."""
    if not work.corrections:
        return list(results)
    return [correct(entry, work.corrections.get(_key(entry, domain), Correction())) for entry in results]


def list_checked(results: Sequence[TaggedItem], domain: str, work: Work, fitting: bool = True) -> list[TaggedItem]:
    """The results that somebody has looked through as they are: those that annotated text can hold, or the others."""
    checked = [entry for entry in results if as_seen(entry, domain) in work.checked]
    return [entry for entry in checked if fits(entry) == fitting]


def training_file(checked: Sequence[TaggedItem], origin: Origin) -> Callable[[], bytes]:
    """What builds a file that `itner prepare` reads, of texts that somebody has looked through."""
    plain = [replace(entry, item=replace(entry.item, fields=())) for entry in checked]
    return lambda: to_bytes(plain, "JSONL", (), origin)


def as_seen(entry: TaggedItem, domain: str) -> CheckedKey:
    """A text with its mentions as they are."""
    return (*_key(entry, domain), tuple((each.start, each.end, each.type) for each in entry.mentions))


def widget_name(entry: TaggedItem, domain: str) -> str:
    """What the keys of a text's widgets hold, which says nothing of the text."""
    return hashlib.sha256(repr(_key(entry, domain)).encode("utf-8", "replace")).hexdigest()[:16]


def draw_editor(found: TaggedItem, corrected: TaggedItem, types: Sequence[str], domain: str, work: Work) -> None:
    """What corrects the mentions of a text: another type, one less, one more by its words.

    Args:
        found: what the tagger found.
        corrected: the same text as somebody corrected it.
        types: that a mention can have.
        work: that holds the corrections.
    """
    text, seen = _key(found, domain), as_seen(corrected, domain)
    # Another correction draws the widgets anew.
    key = f"correct_{widget_name(found, domain)}_{work.revision}"
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
            work.checked ^= {seen, as_seen(correct(found, changed), domain)}
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
