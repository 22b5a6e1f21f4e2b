"""The results of a text to take away."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

import streamlit as st

from itner.core.types import Mention
from itner.files.items import TextItem
from itner.files.tagging import Origin, TaggedItem
from itner.files.writers import FORMATS, to_bytes

# What the Live page offers beside JSON; one text needs no table or spaCy format.
DOWNLOADS = ("CoNLL", "HTML")


def as_json(
    text: str, label: str, mentions: Sequence[Mention], personal: Collection[str] = (), origin: Origin | None = None
) -> str:
    """The text and a model's mentions, as in the JSONL download of tagged files, indented.

    Args:
        personal: the types that point at a person; none where the domain does not tell.
        origin: what the mentions come from, where that is to be said.
    """
    line = to_bytes([_item(text, label, mentions)], "JSONL", personal, origin)
    return json.dumps(json.loads(line), ensure_ascii=False, indent=2)


def draw_downloads(
    text: str, label: str, mentions: Sequence[Mention], personal: Collection[str], origin: Origin
) -> None:
    """Buttons that download a model's mentions in the text."""
    files = [("JSON", "application/json", "json", as_json(text, label, mentions, personal, origin).encode())]
    for name in DOWNLOADS:
        chosen = FORMATS[name]
        data = to_bytes([_item(text, label, mentions)], name, personal, origin)
        files.append((name, chosen.mime, chosen.extension, data))
    with st.container(horizontal=True):
        for name, mime, extension, data in files:
            st.download_button(
                f"Download {name}",
                data,
                f"tagged.{extension}",
                mime,
                key=f"share_{extension}",
                icon=":material/download:",
                on_click="ignore",
            )


def _item(text: str, label: str, mentions: Sequence[Mention]) -> TaggedItem:
    return TaggedItem(TextItem("live", label, text), tuple(mentions))
