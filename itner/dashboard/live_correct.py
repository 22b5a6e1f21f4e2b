"""Correcting what a model finds in the text of the Live page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from itner.core.types import Mention
from itner.dashboard.correcting import WHY_UNFIT, apply_corrections, draw_editor, training_file
from itner.dashboard.jobs import once
from itner.dashboard.keeping import draw_keeping
from itner.dashboard.widgets import offer
from itner.dashboard.work import Work
from itner.files.highlighting import STYLE, highlight
from itner.files.items import TextItem
from itner.files.kept import fits
from itner.files.tagging import Origin, TaggedItem
from itner.records.store import Run
from itner.taggers.registry import guidelines_of


def draw(run: Run, text: str, mentions: Sequence[Mention], origin: Origin) -> None:
    """The text as somebody corrects it, what corrects it further, and what takes it home or keeps it.

    Args:
        mentions: what the run finds.
        origin: of these.
    """
    domain = run.info.domain
    # Of one text, held by the session as long as it is the same: it is no work that others find.
    work = once("live_corrections", (text, domain, run.name, origin.variant), lambda: Work(""))
    found = TaggedItem(TextItem("live", "", text), tuple(mentions))
    (corrected,) = apply_corrections([found], domain, work)
    # As it is found, it stands above.
    if corrected.mentions != found.mentions:
        st.html(STYLE + highlight(text, corrected.mentions))
    draw_editor(found, corrected, run.scheme_types, domain, work)
    if not fits(corrected):
        st.caption(f"Not to be kept as training data: {WHY_UNFIT}")
        return
    offer("training.jsonl", training_file([corrected], origin), "application/jsonl", "Download as training data")
    draw_keeping(corrected, origin, next(reversed(guidelines_of(run)), None), domain)
