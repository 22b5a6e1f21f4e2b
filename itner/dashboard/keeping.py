"""Keeping a corrected text on the disk: nothing is written before somebody presses the button that says where."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import counted, unmarked
from itner.dashboard.cache import path_from_here, workspace
from itner.dashboard.commands import FOLDER
from itner.dashboard.correcting import widget_name
from itner.dashboard.widgets import show_preparing, show_reason
from itner.domains.registry import default_domain
from itner.files.kept import SHARES, Kept, keep_text
from itner.files.tagging import Origin, TaggedItem
from itner.records.workspace import CORRECTIONS_VARIABLE

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def keeping_folder(domain: str) -> Path | None:
    """Where corrected texts of a domain may be kept; None where nobody has said that a server is to keep any.

    Who runs the dashboard for themselves has them under `data/corrections/`.
    """
    return workspace().corrections(domain) if os.environ.get(CORRECTIONS_VARIABLE) or is_own_machine() else None


def is_own_machine() -> bool:
    """Whether the server listens to this machine alone and is reached under its name: behind a proxy it is another."""
    host = urlsplit(st.context.url or "").hostname
    return st.get_option("server.address") in _LOOPBACK and host in _LOOPBACK


def draw_keeping(entry: TaggedItem, origin: Origin, guideline: str | None, domain: str) -> None:
    """A button that keeps a text with its mentions as they are, and what became of it when it was pressed.

    Args:
        origin: what the mentions were before somebody corrected them.
        guideline: by which they were read; None where nobody knows one.
    """
    folder = keeping_folder(domain)
    if folder is None:
        st.caption(f"Texts can be kept as training data where the server's {CORRECTIONS_VARIABLE} names a folder.")
        return
    # Where a server keeps things is nobody's business but of who runs it.
    place = f"{path_from_here(folder)}/" if is_own_machine() else "the folder for corrections on this server"
    pressed = st.button("Keep this correction", icon=":material/save:", key=f"keep_{widget_name(entry, domain)}")
    st.caption(unmarked(f"Writes the text and its mentions, as training data, to {place}."))
    if not pressed:
        return
    try:
        kept = keep_text(folder, entry, origin, guideline)
    except (InputError, OSError) as error:
        st.error("The text was not kept.", icon=":material/error:")
        show_reason(str(error))
        return
    st.success(kept_in_words(kept), icon=":material/check:")
    if kept.whole:
        show_preparing(*preparing_kept(path_from_here(folder) if is_own_machine() else FOLDER, domain, guideline))


def kept_in_words(kept: Kept) -> str:
    """What became of a text, and what is there by now."""
    texts = ", ".join(f"{name} {kept.texts[name]:,}" for name in SHARES)
    done = f"Kept for {kept.split}" + (", in the place of what was kept of this text." if kept.replaced else ".")
    lacking = [name for name in SHARES if not kept.texts[name]]
    all_of = f"{done} {counted(sum(kept.texts.values()), 'text')} by now: {texts}"
    return f"{all_of}. A dataset needs one for {' and '.join(lacking)}, too." if lacking else f"{all_of}."


def preparing_kept(folder: str, domain: str, guideline: str | None) -> tuple[str, ...]:
    """The verb and the words that make a dataset of what is kept."""
    words = ["prepare", "--source", "jsonl", "--path", folder, "--dataset", f"corrections-{domain}"]
    words += ["--domain", domain] if domain != default_domain() else []
    return (*words, "--guideline", guideline) if guideline is not None else tuple(words)
