"""Whether a text is in a language that the models did not learn from: guessed here, without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from itner.core.words import listed
from itner.dashboard.live_demo import is_log_line
from itner.domains.registry import get_domain
from itner.records.store import Run
from itner.taggers.registry import kind_of

if TYPE_CHECKING:
    from itner.labelling.harvest import Languages

# Of fewer letters nobody can tell.
LEAST_LETTERS = 40
# Of the 22,021 annotated sentences of three domains 9,789 are long enough to be told; 16 of them are taken for another
# language than English, and all but three of these are in it. Names and addresses are what misleads.
_LEAST_SURE = 0.9
_GUESSED_FROM = 2_000
_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "lt": "Lithuanian", "lv": "Latvian", "nb": "Norwegian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def guess_language(text: str) -> str | None:
    """The English name of a text's language, or its code; None where it is not sure, or too little of it is prose.

    Lines of logs and stack traces are in no language.
    """
    prose = "\n".join(line for line in text[:_GUESSED_FROM].splitlines() if not is_log_line(line))
    if sum(map(str.isalpha, prose)) < LEAST_LETTERS:
        return None
    code = _identifier().guess(prose)
    return None if code is None else _NAMES.get(code, f"the language with the code {code}")


@st.cache_resource(show_spinner=False)
def _identifier() -> Languages:
    # Reading its table takes most of a second.
    from itner.labelling.harvest import Languages

    return Languages(_LEAST_SURE)


def learned_languages(run: Run) -> frozenset[str]:
    """The languages of what a run learned from, by their English names; empty where nobody knows."""
    domain = get_domain(run.info.domain)
    release = domain.release
    names: tuple[str, ...] = (run.info.dataset.name,) if run.info.dataset is not None else ()
    if release is not None and (run.name in release.runs or names == (release.mixture,)):
        names = release.annotated
    elif kind_of(run).remote(run) is None and not names and release is not None:
        # Name lists and patterns are of the domain's own language.
        names = (release.corpus,)
    corpora = [domain.corpus(name) for name in names]
    return frozenset(corpus.language for corpus in corpora if corpus is not None)


def find_foreign(text: str, runs: Sequence[Run]) -> str:
    """What is to be said of a text in a language that runs did not learn from; empty where there is nothing to say."""
    language = guess_language(text)
    if language is None:
        return ""
    foreign = {run.name: known for run in runs if (known := learned_languages(run)) and language not in known}
    if not foreign:
        return ""
    learned = listed(sorted(frozenset().union(*foreign.values())))
    return (
        f"This text seems to be in {language}, which is a guess. {listed(foreign)} learned from {learned} alone, and "
        "more is missed or wrong in other languages."
    )
