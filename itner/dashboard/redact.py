"""Redaction on the pages: what is hidden and how, of a text and of uploaded files."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections import Counter
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from itner.core.errors import InputError
from itner.core.types import Mention, Tagger
from itner.dashboard.cache import load_runs
from itner.dashboard.jobs import Job, Report, ShouldStop
from itner.dashboard.live import Choice, list_choices
from itner.dashboard.work import keep, session_choices
from itner.domains.registry import Domain
from itner.files.items import Upload
from itner.files.redaction import STILL, redact_files, redact_texts
from itner.files.redactor import METHODS, Method, Plan
from itner.files.rewriting import OPENERS
from itner.files.tagging import Stopped, find_mentions
from itner.reporting.recall import choose_threshold
from itner.workflows.redact import hides_all_personal, make_plan, personal_domain, tell_apart

_KEY = "redaction_key"
# Shares of the personal characters that can be wished for.
_WISHES = (0.9, 0.95, 0.97, 0.98, 0.99)
_TOLD = {
    "mask": "as many * as there were characters",
    "label": "the type",
    "hash": "type and digits, the same for the same thing",
    "pseudonym": "an invented value of the same form",
}


@dataclass(frozen=True)
class RedactedFiles:
    """Files without what was found in them, as a zip, and what is to be said of them."""

    data: bytes
    counts: pd.DataFrame
    problems: dict[str, str]
    notes: list[str]


def personal_finder() -> tuple[Domain, Choice | None]:
    """What finds personal data where another kind of text is looked at: the domain for it, and its default run.

    None in the place of a run that is not here, or has no weights: then the domain's rules find it.
    """
    domain = personal_domain()
    wanted = domain.release.default if domain.release is not None else None
    choices = list_choices([run for run in load_runs()[0] if run.name == wanted])
    return domain, choices[0] if choices else None


def choose_plan(domain: Domain, name: str, kept: MutableMapping[str, Any] | None = None) -> Plan | None:
    """What is hidden and how, asked of the user; None while nothing is chosen.

    Args:
        name: of the widgets, which a page may have several of.
        kept: where what is chosen outlasts the page; None for this session.
    """
    choices = session_choices() if kept is None else kept
    types = [kind for kind in domain.scheme.types if kind in domain.personal] or list(domain.scheme.types)
    left, right = st.columns(2)
    with left:
        key = f"{name}_types"
        hidden = keep(
            choices,
            key,
            types,
            lambda: st.pills("Hide", domain.scheme.types, selection_mode="multi", key=key, wrap=True),
            domain.scheme.types,
        )
    methods: list[Method] = [method for method in METHODS if method != "pseudonym" or domain.pseudonym is not None]
    with right:
        method = keep(
            choices,
            f"{name}_method",
            methods[0],
            lambda: (
                st.segmented_control("What stands instead", methods, key=f"{name}_method", required=True) or methods[0]
            ),
            methods,
        )
        st.caption(_TOLD[method])
    if not hidden:
        return None
    # As long as the session lasts, the same thing is replaced by the same.
    secret = st.session_state.setdefault(_KEY, secrets.token_bytes(32))
    return make_plan(domain, method, hidden, key=secret)


def redact_text(text: str, mentions: Sequence[Mention], plan: Plan, tagger: Tagger, threshold: float) -> str:
    """A text without the mentions of the chosen types.

    Args:
        tagger: what found the mentions, and reads what it does not see in the text.
        threshold: mentions that are less certain stay.
    Raises:
        InputError: something that was found would still stand in it.
    """

    def find(texts: Sequence[str]) -> list[Sequence[Mention]]:
        more = iter(find_mentions([each for each in texts if each != text], tagger, threshold))
        return [mentions if each == text else next(more) for each in texts]

    ((hidden,), _) = redact_texts([text], plan, find)
    if hidden is None:
        raise InputError(STILL)
    return hidden


def choose_finder(
    own: Domain, labels: Sequence[str], name: str, kept: MutableMapping[str, Any] | None = None
) -> tuple[Domain, Choice | None, str | None]:
    """What is to find what is hidden, asked of the user: one of the page's taggers, or the one for personal data.

    Args:
        kept: where what is chosen outlasts the page; None for this session.
    Returns:
        Its domain; the choice for personal data, None for that domain's rules; the label of a tagger of the page, None
        where it is none of these.
    """
    choices = session_choices() if kept is None else kept

    def choose(options: Sequence[str]) -> str:
        key = f"{name}_model"
        return keep(choices, key, options[0], lambda: st.selectbox("By the mentions of", options, key=key), options)

    if own.personal:
        return own, None, choose(labels)
    domain, choice = personal_finder()
    told = f"{choice.label if choice is not None else 'rules'}, for {domain.title}"
    label = choose([told, *labels])
    return (domain, choice, None) if label == told else (own, None, label)


def choose_wish(
    domain: Domain, plan: Plan, choice: Choice | None, name: str, kept: MutableMapping[str, Any] | None = None
) -> float | None:
    """The threshold at which a tagger hides as much as is wished, asked of the user; None for what it marks by itself.

    Nothing is asked where the domain has nothing that points at a person.

    Args:
        choice: the tagger; None for the domain's rules.
        kept: where what is chosen outlasts the page; None for this session.
    Raises:
        InputError: this tagger, or what was chosen to be hidden, cannot meet the wish.
    """
    if not domain.personal:
        return None
    wished = keep(
        session_choices() if kept is None else kept,
        f"{name}_recall",
        None,
        lambda: st.selectbox(
            "Personal characters to hide",
            [None, *_WISHES],
            format_func=lambda share: "as many as the tagger marks" if share is None else f"at least {share:.0%}",
            key=f"{name}_recall",
            placeholder="as many as the tagger marks",
            help="More is hidden then, also of what is harmless, and the confidence that is asked for above counts for "
            "nothing.",
        ),
        _WISHES,
    )
    if wished is None:
        return None
    if choice is None:
        raise InputError("a share to hide can be asked of a trained run, not of rules")
    if not hides_all_personal(domain, plan):
        raise InputError("a share is one of all that is personal: choose every type that points at a person")
    wish = choose_threshold(choice.run, choice.variant, wished)
    st.text(f"Threshold {wish.threshold:g}: {wish.told}.")
    return wish.threshold


def can_redact(uploads: Sequence[Upload]) -> bool:
    """Whether any of the files is of a kind that can be written anew."""
    return any(upload.name.lower().endswith(tuple(OPENERS)) for upload in uploads)


def start(uploads: Sequence[Upload], tagger: Tagger, plan: Plan, threshold: float) -> Job[RedactedFiles]:
    """Redact in the background."""

    def work(report: Report, should_stop: ShouldStop) -> RedactedFiles:
        total = sum(len(upload.data) for upload in uploads)
        read = 0

        def find(texts: Sequence[str]) -> list[tuple[Mention, ...]]:
            nonlocal read
            before = read
            # Bytes and characters are not the same, but nearly as many.
            found = find_mentions(
                texts, tagger, threshold, lambda done, of: report(min(before + done, total), max(total, 1)), should_stop
            )
            read += sum(map(len, texts))
            return found

        try:
            done, problems, _ = redact_files(uploads, plan, find, should_stop)
        except Stopped:
            return RedactedFiles(b"", _count({}), {}, ["Stopped: no file is written."])
        buffer = io.BytesIO()
        counts: Counter[str] = Counter()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, file in zip(tell_apart([file.upload.name for file in done]), done, strict=True):
                archive.writestr(name, file.upload.data)
                counts.update(file.counts)
        notes = [f"{file.upload.name}: {note}" for file in done for note in (*file.notes, *file.left_out)]
        return RedactedFiles(buffer.getvalue() if done else b"", _count(counts), problems, notes)

    return Job(work)


def _count(counts: Mapping[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"type": list(counts), "replaced": list(counts.values())})
